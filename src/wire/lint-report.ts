import { resolve } from 'node:path'
import { isTooDeep } from '../core/data/nesting.ts'
import type { LintResult } from '../core/lint/lint.ts'
import { type At, readText } from './world.ts'

/** Checks a document about the carbon of software; a `part` has no fields to miss. Executes nothing of it. */
export async function lintReport(
  file: string,
  part: boolean,
  { effects, cwd }: At,
): Promise<LintResult> {
  const { lintReport } = await import('../core/lint/lint.ts')
  const { parse: parseYaml } = await import('yaml')
  const text = await readText(resolve(cwd, file))
  const parse = (yaml: string): unknown => {
    if (isTooDeep(yaml)) throw new RangeError('its brackets are nested too deep')
    return parseYaml(yaml, { maxAliasCount: 100 })
  }
  return lintReport({ text, parse, part, today: effects.clock.now().slice(0, 10) })
}
