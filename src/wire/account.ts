import { resolve } from 'node:path'
import type { Effects } from '../app/evaluate/effects.ts'
import type { SciExplanation } from '../core/carbon/explain-sci.ts'
import { RightsizeError } from '../core/error/error.ts'
import type { Finding } from '../core/lint/rules.ts'

import { accountOf, readResult, readText } from './world.ts'

/** What `sci` is told on the command line. */
export interface SciFlags {
  readonly candidates: readonly string[]
  readonly energyKwh: number | undefined
  readonly energyJ: number | undefined
  readonly requests: number | undefined
  readonly accepted: number | undefined
  readonly durationS: number | undefined
  readonly device: string | undefined
  readonly share: number | undefined
  readonly lifetimeYears: number | undefined
  readonly embodiedG: number | undefined
  readonly pue: number | undefined
  readonly grid: string | undefined
}

/** A score from figures, from a run result, or from a file of another tool. */
export async function explainScore(
  path: string | undefined,
  flags: SciFlags,
  effects: Effects,
): Promise<{
  readonly explanations: readonly SciExplanation[]
  readonly notes: readonly string[]
}> {
  const { explainFigures, explainImport, explainRun } = await import('../app/account/explain.ts')
  const stated = flags.energyKwh !== undefined || flags.energyJ !== undefined
  if (path === undefined && stated) {
    const grid = await effects.gridFactor(flags.grid ?? 'WORLD')
    const { candidates: _none, requests, ...rest } = flags
    if (requests === undefined) {
      throw new RightsizeError('FLAGS_MISSING', 'a score needs --requests, the answers given')
    }
    const given = Object.fromEntries(
      Object.entries(rest).filter(([, value]) => value !== undefined),
    )
    return { explanations: [explainFigures({ ...given, requests, grid })], notes: [] }
  }
  const from = path ?? resolve('result.json')
  const text = await readText(from)
  if (/"rightsize\/run-result@1"/.test(text.slice(0, 200))) {
    const result = await readResult(from)
    return { explanations: explainRun(result, flags.candidates), notes: [] }
  }
  const { importEnergy } = await import('../adapters/energy-import/table.ts')
  const imported = await importEnergy(text)
  const { placeFor } = await import('../app/evaluate/site.ts')
  const account = { ...accountOf(flags.grid), pue: flags.pue ?? null }
  const environment = await effects.environment()
  const { site } = await placeFor({ account, deployment: null }, environment, effects)
  const counts = {
    ...(flags.requests === undefined ? {} : { requests: flags.requests }),
    ...(flags.accepted === undefined ? {} : { accepted: flags.accepted }),
  }
  const notes = [...imported.leftOut, ...imported.uses.flatMap((use) => use.notes)]
  return { explanations: explainImport(imported, site, counts), notes: [...new Set(notes)] }
}

export async function lintFile(
  path: string,
  whole: boolean,
  effects: Effects,
): Promise<readonly Finding[]> {
  const { lintFormatOf, lintReport } = await import('../core/lint/lint.ts')
  const text = await readText(path)
  const format = lintFormatOf(text)
  const parsed = format === 'markdown' ? undefined : await parseData(text, path)
  return lintReport({ text, format, parsed, whole, today: effects.clock.now().slice(0, 10) })
}

/** JSON or YAML as data; YAML's reader runs nothing. */
export async function parseData(text: string, path: string): Promise<unknown> {
  const { parse } = await import('yaml')
  try {
    return parse(text)
  } catch (cause) {
    throw new RightsizeError('IMPORT_INVALID', `${path} is neither JSON nor YAML`, { cause })
  }
}
