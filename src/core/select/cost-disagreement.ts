import type { CostDisagreement } from '../result/run-result.ts'
import {
  type Basis,
  basisNouns,
  type CostSign,
  costSign,
  intervalOn,
  meansOf,
} from './cost-basis.ts'
import type { CandidateEvidence } from './decision-input.ts'

/** What costs are compared by, whatever the order goes by. Latency is no cost. */
const costBases = ['energy', 'cpu-time', 'price', 'modeled-energy', 'parameters'] as const

/**
 * Where a second basis contradicts the one that orders: every candidate that is cheaper than `reference` by one and
 * dearer by the other. Only differences that are shown count: metered intervals that overlap say nothing.
 */
export function costDisagreements(
  candidates: readonly CandidateEvidence[],
  reference: CandidateEvidence | undefined,
  by: Basis,
): readonly CostDisagreement[] {
  if (reference === undefined || by === 'unknown') return []
  const rivals = candidates.filter(({ id }) => id !== reference.id)
  return rivals.flatMap((rival) => {
    const ordered = costSign(rival, reference, by)
    if (ordered === null || ordered === 0) return []
    return costBases
      .filter((other) => other !== by && shown(rival, reference, other) === -ordered)
      .map((other) => said(rival.id, reference.id, ordered < 0 ? [by, other] : [other, by]))
  })
}

function said(
  candidate: string,
  against: string,
  [cheaperBy, dearerBy]: readonly [Basis, Basis],
): CostDisagreement {
  const text = `${candidate} is cheaper than ${against} by ${basisNouns[cheaperBy]}, but more expensive by ${basisNouns[dearerBy]}.`
  return { candidate, against, cheaperBy, dearerBy, text }
}

/** How two candidates stand on a basis by which they can be compared and that tells them apart; null else. */
function shown(a: CandidateEvidence, b: CandidateEvidence, by: Basis): CostSign {
  const metered = by === 'energy' || by === 'cpu-time'
  if (metered && meansOf(a) !== meansOf(b)) return null
  if (metered && (meansOf(a) === 'cpu-time') !== (by === 'cpu-time')) return null
  const [x, y] = [intervalOn(a, by), intervalOn(b, by)]
  const overlap = x?.kind === 'known' && y?.kind === 'known' && x.low <= y.high && y.low <= x.high
  return overlap ? null : costSign(a, b, by)
}
