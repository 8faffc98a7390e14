import { RightsizeError } from '../core/error/error.ts'
import type { StatedFactor } from '../core/spec/spec.ts'
import { flag } from './flag.ts'
import { amount, numberKind, place, textKind } from './kind.ts'

const year = numberKind('year', { from: 1990, to: 2100, whole: true }, '2025')

/** Where the electricity comes from: a place whose factor is looked up, or a factor with its source and year. */
export const gridFlags = {
  grid: flag(place, 'country (ISO alpha-3) or cloud region, for carbon'),
  gridFactor: flag(amount, 'grid intensity of your own, in gCO2e/kWh, instead of a place'),
  gridSource: flag(
    textKind('text', 'who published the factor', 'Hydro-Quebec'),
    'with grid-factor: who published it',
  ),
  gridYear: flag(year, 'with grid-factor: the year that it describes'),
}

interface GridFlags {
  readonly grid: string | undefined
  readonly gridFactor: number | undefined
  readonly gridSource: string | undefined
  readonly gridYear: number | undefined
}

/** The place or the factor that flags state. Throws FLAGS_MISSING for a factor without source or year, FLAG_UNUSED for both. */
export function statedGridOf(flags: GridFlags): string | StatedFactor | undefined {
  const { grid, gridFactor: value, gridSource: source, gridYear: year } = flags
  if (value === undefined) {
    if (source === undefined && year === undefined) return grid
    throw new RightsizeError(
      'FLAGS_MISSING',
      '--grid-source and --grid-year describe a factor; add --grid-factor',
    )
  }
  if (grid !== undefined)
    throw new RightsizeError('FLAG_UNUSED', '--grid would have no effect next to --grid-factor')
  if (source === undefined || year === undefined)
    throw new RightsizeError('FLAGS_MISSING', '--grid-factor needs --grid-source and --grid-year')
  return { value, source, year }
}
