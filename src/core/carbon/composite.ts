import { RightsizeError } from '../error/error.ts'
import { add, scale } from '../unit/arithmetic.ts'
import type { Estimate, Known } from '../unit/estimate.ts'
import type { Usage } from './usage.ts'

/** Energy of judges, guards, routers and retries that belongs to every answer: it is inside the score. */
export function withSupport(usage: Usage, support: readonly Estimate<'JPerItem'>[]): Usage {
  return { ...usage, energy: support.reduce<Estimate<'JPerItem'>>(add, usage.energy) }
}

/**
 * A cascade as one usage: everything goes to the small model and the gate, `kept` of it stays there, the rest goes on
 * to the large one. Source: carbon = n (c_s + c_g) + n (1 - h) c_l; accepted = n (h pi + (1 - h) beta).
 */
export function cascadeUsage(options: {
  readonly id: string
  readonly small: Usage
  readonly large: Usage
  /** Share that the gate keeps, 0..1. */
  readonly kept: number
  readonly gate: Estimate<'JPerItem'>
  /** Accept rate of the whole cascade, as measured on it. */
  readonly acceptRate: Known<'share'>
}): Usage {
  const { id, small, large, kept, gate, acceptRate } = options
  if (!(kept >= 0 && kept <= 1))
    throw new RightsizeError('QUANTITY_INVALID', `a gate cannot keep ${kept} of the answers`)
  if (small.meter !== large.meter)
    throw new RightsizeError(
      'COMPARISON_MIXED',
      `${small.candidate} was metered by ${small.meter}, ${large.candidate} by ${large.meter}`,
    )
  const escalated = 1 - kept
  return {
    ...small,
    candidate: id,
    energy: add(add(small.energy, gate), scale(large.energy, escalated)),
    idle: add(small.idle, large.idle), // both stay loaded, whatever the gate does
    embodied: embodiedOf(small, large, escalated),
    acceptRate,
  }
}

function embodiedOf(small: Usage, large: Usage, escalated: number): Usage['embodied'] {
  const [a, b] = [small.embodied, large.embodied]
  if (a.kind === 'devices' && b.kind === 'devices')
    return {
      kind: 'devices',
      parts: a.parts,
      occupancy: add(a.occupancy, scale(b.occupancy, escalated)),
    }
  if (a.kind === 'given' && b.kind === 'given')
    return { kind: 'given', perItem: add(a.perItem, scale(b.perItem, escalated)) }
  throw new RightsizeError(
    'COMPARISON_MIXED',
    'embodied carbon of the two stages was had in two ways',
  )
}
