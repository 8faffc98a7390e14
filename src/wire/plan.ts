import { join } from 'node:path'
import { textOrNull } from '../adapters/files/whole-file.ts'
import type { Source } from '../app/source/source.ts'
import type { PlanReport } from '../core/plan/plan-types.ts'
import { type At, readResult } from './world.ts'

/** What a run would take and what its labels can show, with the costs that an earlier result measured. */
export async function plan(source: Source, at: At): Promise<PlanReport> {
  const { planOf } = await import('../app/evaluate/plan.ts')
  const path = join(source.baseDir, 'result.json')
  const before = (await textOrNull(path)) !== null
  const former = before ? await readResult(path, at).catch(() => null) : null
  return planOf(source.spec, { baseDir: source.baseDir, effects: at.effects, former })
}
