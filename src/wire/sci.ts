import { resolve } from 'node:path'
import type { SciExplanation } from '../core/carbon/explain-sci.ts'
import { RightsizeError } from '../core/error/error.ts'
import { type At, accountOf, readResult, readText } from './world.ts'

/** Figures of a score: energy, answers, the device that was reserved, and the place. */
export interface SciFlags {
  /** Candidates of a run to explain; none: the chosen one and the incumbent. */
  readonly candidate: readonly string[]
  readonly kwh?: number | undefined
  readonly joules?: number | undefined
  readonly requests?: number | undefined
  readonly accepted?: number | undefined
  /** Seconds for which the device was reserved. */
  readonly duration?: number | undefined
  readonly device?: string | undefined
  readonly share?: number | undefined
  /** Years. */
  readonly lifetime?: number | undefined
  /** gCO2e. */
  readonly embodied?: number | undefined
  readonly pue?: number | undefined
  readonly grid?: string | undefined
}

interface Explained {
  readonly explanations: readonly SciExplanation[]
  readonly notes: readonly string[]
}

/** A score from figures, from a run result, or from a file of another tool. Throws FLAG_UNUSED where a figure would not count. */
export async function explainSci(
  file: string | undefined,
  flags: SciFlags,
  at: At,
): Promise<Explained> {
  if (file === undefined && (flags.kwh ?? flags.joules) !== undefined) return ofFigures(flags, at)
  const path = resolve(at.cwd, file ?? 'result.json')
  const text = await readText(path)
  if (!/"rightsize\/run-result@\d+"/.test(text.slice(0, 200))) return ofImport(text, flags, at)
  const { candidate, ...figures } = flags
  refuse(figures, 'next to a run result')
  const { explainRun } = await import('../app/account/explain.ts')
  return { explanations: explainRun(await readResult(path, at), candidate), notes: [] }
}

async function ofFigures(flags: SciFlags, { effects }: At): Promise<Explained> {
  const { candidate: _none, kwh, joules, duration, lifetime, embodied, requests, ...rest } = flags
  if (requests === undefined)
    throw new RightsizeError('FLAGS_MISSING', 'a score needs --requests, the number of answers')
  const { explainFigures } = await import('../app/account/explain.ts')
  const figures = {
    ...{ ...rest, energyKwh: kwh, energyJ: joules, durationS: duration },
    ...{ lifetimeYears: lifetime, embodiedG: embodied },
  }
  const given = Object.fromEntries(Object.entries(figures).filter(([, one]) => one !== undefined))
  const grid = await effects.gridFactor(flags.grid ?? 'WORLD')
  return { explanations: [explainFigures({ ...given, requests, grid })], notes: [] }
}

async function ofImport(text: string, flags: SciFlags, { effects }: At): Promise<Explained> {
  const { candidate: _none, requests, accepted, grid, pue = null, ...unused } = flags
  refuse(unused, 'next to measurements of another tool')
  const { importEnergy } = await import('../adapters/energy-import/table.ts')
  const imported = await importEnergy(text)
  const { placeFor } = await import('../app/evaluate/site.ts')
  const { explainImport } = await import('../app/account/explain.ts')
  const environment = await effects.environment()
  const siteAt = async (place: string | undefined) => {
    const account = { ...accountOf(place), pue }
    return (await placeFor({ account, deployment: null }, environment, effects)).site
  }
  const counts = {
    ...(requests === undefined ? {} : { requests }),
    ...(accepted === undefined ? {} : { accepted }),
  }
  const notes = [...imported.leftOut, ...imported.uses.flatMap((use) => use.notes)]
  const explanations = []
  for (const use of imported.uses) {
    const { place = null } = use
    const stated = grid !== undefined
    if (place !== null)
      notes.push(
        stated
          ? `the file names ${place}; --grid ${grid} is used`
          : `grid: ${place}, as the file names it`,
      )
    const site = await siteAt(grid ?? place ?? undefined)
    const own = { uses: [stated ? { ...use, intensity: null } : use], leftOut: [] }
    explanations.push(...explainImport(own, site, counts))
  }
  return { explanations, notes: [...new Set(notes)] }
}

function refuse(figures: Readonly<Record<string, unknown>>, where: string): void {
  const given = Object.keys(figures).filter((name) => figures[name] !== undefined)
  if (given.length === 0) return
  const shown = given.map((name) => `--${name}`).join(', ')
  throw new RightsizeError('FLAG_UNUSED', `${shown} would have no effect ${where}`)
}

/** The account of a run result in one of the forms of `sci --export`. Throws SCI_EXPORT_UNKNOWN and SCI_NO_ACCOUNT. */
export async function exportSci(file: string, form: string, at: At): Promise<string> {
  const { exportAccount } = await import('../app/account/exports.ts')
  return exportAccount(await readResult(file, at), form)
}
