import { RightsizeError } from '../error/error.ts'
import type { GridFactor, Usage } from '../result/usage.ts'
import { type Estimate, type EstimateMethod, unknown } from '../unit/estimate.ts'
import { exact, within } from '../unit/known.ts'
import { joules, joulesPerKwh, kilowattHours, seconds } from '../unit/quantity.ts'
import { deviceParts, embodiedDevice } from './device.ts'
import { pueOf } from './site.ts'

/** A score's figures as a person types them. */
export interface SciFigures {
  readonly name?: string
  /** IT energy of all answers: one of the two. */
  readonly energyKwh?: number
  readonly energyJ?: number
  /** Its relative error either way; 0.1 unless said. */
  readonly energyError?: number
  readonly method?: EstimateMethod
  /** Answers given. */
  readonly requests: number
  readonly accepted?: number
  /** Seconds that the device was held for them. */
  readonly durationS?: number
  readonly pue?: number | null
  readonly grid: GridFactor
  readonly device?: string
  /** Share of the device, 0..1; the whole of it unless said. */
  readonly share?: number
  readonly lifetimeYears?: number | null
  /** Embodied carbon in g, where it is known as a sum; replaces device and duration. */
  readonly embodiedG?: number
}

/** Typed figures as a usage; every one is checked for range. R = 0 and negative or NaN energy are refused. */
export function usageOfFigures(figures: SciFigures): Usage {
  const { requests, grid, name = 'figures' } = figures
  if (!(requests > 0))
    throw new RightsizeError(
      'FUNCTIONAL_UNIT_ZERO',
      `R is ${requests}: no functional unit was delivered`,
    )
  const energy = totalJoules(figures) / requests
  const error = figures.energyError ?? 0.1
  return {
    candidate: name,
    meter: 'stated',
    answers: requests,
    energy: within('JPerItem', energy, [Math.max(0, 1 - error), 1 + error], {
      method: figures.method ?? 'stated',
      how: `energy as stated, ${Math.round(error * 100)} % either way`,
      source: 'stated',
    }),
    idle: unknown('idle energy is not stated separately'),
    pue: pueOf(figures.pue ?? null),
    grid,
    embodied: embodiedOf(figures),
    acceptRate: acceptRateOf(figures.accepted, requests),
  }
}

function totalJoules({ energyKwh, energyJ }: SciFigures): number {
  if (energyKwh !== undefined) return kilowattHours(energyKwh) * joulesPerKwh
  if (energyJ !== undefined) return joules(energyJ)
  throw new RightsizeError('QUANTITY_INVALID', 'no energy is stated, in kWh or in J')
}

function embodiedOf(figures: SciFigures): Usage['embodied'] {
  const { embodiedG, requests, device = 'server', share = 1, lifetimeYears = null } = figures
  if (embodiedG !== undefined) {
    const about = { how: 'stated embodied carbon, x0.5 to x2', source: 'stated' }
    const perItem = within('gPerR', embodiedG / requests, [0.5, 2], { method: 'sourced', ...about })
    return { kind: 'given', perItem }
  }
  if (!(share > 0 && share <= 1))
    throw new RightsizeError(
      'QUANTITY_INVALID',
      `the share of the device must be above 0 and at most 1, not ${share}`,
    )
  return {
    kind: 'devices',
    parts: deviceParts(embodiedDevice(device, lifetimeYears), share, lifetimeYears),
    occupancy: timePerAnswer(figures.durationS ?? null, requests, 'stated'),
  }
}

/** Seconds that an answer holds the device, of a duration for all of them. */
export function timePerAnswer(
  durationS: number | null,
  requests: number,
  source: string,
): Estimate<'sPerItem'> {
  return durationS === null
    ? unknown('the time for which the device was reserved is unknown (--duration)')
    : exact('sPerItem', seconds(durationS) / requests, source)
}

/** Accepted answers over answers. Throws QUANTITY_INVALID for more than all. */
export function acceptRateOf(accepted: number | undefined, requests: number): Estimate<'share'> {
  if (accepted === undefined)
    return unknown('the number of accepted answers is unknown (--accepted)')
  if (accepted >= 0 && accepted <= requests) return exact('share', accepted / requests, 'stated')
  throw new RightsizeError(
    'QUANTITY_INVALID',
    `${accepted} of ${requests} answers cannot be accepted`,
  )
}
