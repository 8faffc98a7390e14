import { RightsizeError } from '../error/error.ts'
import type { GridFactor, GridKind } from '../result/usage.ts'
import type { StatedFactor } from '../spec/spec.ts'
import { figures as plain } from '../unit/si-prefix.ts'
import { gridFactor } from './grid-factor.ts'

/** The interval that a stated factor has, as times its value; `usual` where it states none. Throws QUANTITY_INVALID. */
export function ratioOf(
  { value, low, high }: Pick<StatedFactor, 'value' | 'low' | 'high'>,
  usual: readonly [number, number],
): readonly [number, number] {
  if (low === undefined && high === undefined) return usual
  const ends = [low ?? value, high ?? value] as const
  if (!(ends[0] <= value && value <= ends[1] && value > 0))
    throw new RightsizeError(
      'QUANTITY_INVALID',
      `${ends[0]} to ${ends[1]} does not hold the stated ${value}`,
    )
  return [ends[0] / value, ends[1] / value]
}

/** Where a stated factor comes from, with its year. */
export const sourceOf = ({ source, year }: StatedFactor): string => `${source}, ${year}`

/** g/kWh. The least grid of a year in Ember is 20.8 (Lesotho); 0.025 is kg typed as g. */
const leastStated = 1

/**
 * A grid intensity that the user states, g/kWh; 10 % either way and its age where it has no interval. Throws
 * GRID_FACTOR_INVALID below 1 g/kWh, except 0.
 */
export function statedGrid(
  factor: StatedFactor,
  { kind = 'average', asOf }: { readonly kind?: GridKind; readonly asOf?: number },
): GridFactor {
  const { value, source, year, low, high } = factor
  if (value > 0 && value < leastStated)
    throw new RightsizeError(
      'GRID_FACTOR_INVALID',
      `${value} g/kWh is less than any grid: kg typed as g?`,
      {
        next: `State grams of CO2e per kWh: ${plain(value * 1000)} for ${value} kg/kWh. A 0 is taken as it is.`,
      },
    )
  const given = low !== undefined || high !== undefined
  return gridFactor({
    ...{ zone: 'stated', name: 'stated grid', value, unit: 'g/kWh', period: year, kind, source },
    ...(given ? { ratio: ratioOf(factor, [1, 1]) } : {}),
    ...(given || asOf === undefined ? {} : { asOf }),
  })
}
