import { join } from 'node:path'
import { textOrNull } from '../adapters/files/whole-file.ts'
import type { Source } from '../app/source/source.ts'
import { RightsizeError } from '../core/error/error.ts'
import type { PlanReport } from '../core/plan/plan-types.ts'
import type { RunResult } from '../core/result/run-result.ts'
import { type At, readResult } from './world.ts'

/** What a run would take and what its labels can show, with the costs that an earlier result measured. */
export async function plan(source: Source, at: At): Promise<PlanReport> {
  const { planOf } = await import('../app/evaluate/plan.ts')
  const planned = (former: RunResult | null) =>
    planOf(source.spec, { baseDir: source.baseDir, effects: at.effects, former })
  const path = join(source.baseDir, 'result.json')
  if ((await textOrNull(path)) === null) return planned(null)
  try {
    return await planned(await readResult(path, at))
  } catch (error) {
    if (!(error instanceof RightsizeError) || error.code !== 'RESULT_INVALID') throw error
    const report = await planned(null)
    const unread = `Costs that an earlier run measured are not used: ${error.message}. ${error.next}`
    return { ...report, sentences: [...report.sentences, unread] }
  }
}
