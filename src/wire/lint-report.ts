import { resolve } from 'node:path'
import { isTooDeep } from '../core/data/nesting.ts'
import { RightsizeError } from '../core/error/error.ts'
import type { LintFinding } from '../core/lint/rules.ts'
import { type At, readText } from './world.ts'

/** Checks an SCI report or manifest; `whole` asks for the fields of a whole report. Executes nothing of it. */
export async function lintReport(
  file: string,
  whole: boolean,
  { effects, cwd }: At,
): Promise<readonly LintFinding[]> {
  const { lintFormatOf, lintReport } = await import('../core/lint/lint.ts')
  const text = await readText(resolve(cwd, file))
  const format = lintFormatOf(text)
  const parsed = format === 'markdown' ? undefined : await parseData(text, file)
  return lintReport({ text, format, parsed, whole, today: effects.clock.now().slice(0, 10) })
}

/** JSON or YAML as data; YAML's reader runs nothing. */
async function parseData(text: string, path: string): Promise<unknown> {
  const { parse } = await import('yaml')
  try {
    if (isTooDeep(text)) throw new RangeError('its brackets are nested too deep')
    return parse(text)
  } catch (cause) {
    throw new RightsizeError('IMPORT_INVALID', `${path} is neither JSON nor YAML`, { cause })
  }
}
