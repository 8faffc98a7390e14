import { resolve } from 'node:path'
import type { SciExplanation } from '../core/carbon/explain-sci.ts'
import { RightsizeError } from '../core/error/error.ts'
import { type At, accountOf, readResult, readText } from './world.ts'

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
export async function explainSci(
  file: string | undefined,
  flags: SciFlags,
  at: At,
): Promise<{
  readonly explanations: readonly SciExplanation[]
  readonly notes: readonly string[]
}> {
  const { explainFigures, explainImport, explainRun } = await import('../app/account/explain.ts')
  const stated = flags.energyKwh !== undefined || flags.energyJ !== undefined
  const { effects } = at
  if (file === undefined && stated) {
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
  const from = resolve(at.cwd, file ?? 'result.json')
  const text = await readText(from)
  if (/"rightsize\/run-result@\d+"/.test(text.slice(0, 200))) {
    const result = await readResult(from, at)
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

/** The account of a run result in one of the forms of `sci --export`. Throws SCI_EXPORT_UNKNOWN and SCI_NO_ACCOUNT. */
export async function exportSci(file: string, form: string, at: At): Promise<string> {
  const { exportAccount } = await import('../app/account/exports.ts')
  return exportAccount(await readResult(file, at), form)
}
