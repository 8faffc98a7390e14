import { modelsCpuTime } from '../part/meters.ts'
import type { Decision } from '../result/run-result.ts'
import type { Spec } from '../spec/spec.ts'
import type { Estimate, Unit } from '../unit/estimate.ts'
import type { CandidateEvidence } from './decision-input.ts'

type Basis = Decision['order']['by']

/** Candidates cheapest first, by what, and the words for it. */
export interface CostOrder extends Readonly<Decision['order']> {
  /** Ids with a known cost, cheapest first; the incumbent among them. */
  readonly ranked: readonly string[]
  /** Ids that cannot be chosen as cheaper than the incumbent, with the reason. */
  readonly dearer: ReadonlyMap<string, string>
}

const WORDS: Record<Basis, string> = {
  energy: 'lowest in energy',
  'cpu-time': 'lowest in CPU time (energy proxy)',
  price: 'lowest priced',
  latency: 'fastest',
  parameters: 'smallest',
  written: 'first in the order you wrote',
}

const NOUNS: Record<Basis, string> = {
  energy: 'energy',
  'cpu-time': 'CPU time (energy proxy)',
  price: 'price',
  latency: 'latency',
  parameters: 'parameter count',
  written: 'place in the spec',
}

const knownValue = (estimate: Estimate<Unit> | undefined): number | null =>
  estimate?.kind === 'known' ? estimate.value : null

/** Cost of one candidate on a basis; per resolved task where every candidate has that figure. */
function amountOn(candidate: CandidateEvidence, basis: Basis, resolved: boolean): number | null {
  const { cost, costResolved } = candidate
  if (basis === 'written') return null
  if (basis === 'parameters') return cost.parameters
  if (resolved) return knownValue(costResolved?.[basis])
  if (basis === 'energy') return knownValue(cost.energyPerItem)
  if (basis === 'cpu-time') return knownValue(cost.cpuPerItem)
  return basis === 'price' ? knownValue(cost.pricePerItem) : knownValue(cost.latencyP50)
}

const isResolved = (candidates: readonly CandidateEvidence[], basis: Basis): boolean =>
  candidates.every((candidate) => amountOn(candidate, basis, true) !== null) &&
  basis !== 'parameters'

/** Known for all, and not the same for all: then it can order. */
function orders(candidates: readonly CandidateEvidence[], basis: Basis): boolean {
  const values = candidates.map((candidate) => amountOn(candidate, basis, false))
  return values.every((value) => value !== null) && (new Set(values).size > 1 || values.length < 2)
}

/** The meter that all candidates share; null when energies were had by different means. */
function commonMeter(candidates: readonly CandidateEvidence[]): string | null {
  const ways = new Set(
    candidates.map(({ cost }) => {
      const method = cost.energyPerItem.kind === 'known' ? cost.energyPerItem.method : 'unknown'
      return modelsCpuTime(cost.meter) ? 'cpu-time' : `${cost.meter}/${method}`
    }),
  )
  const [way] = ways
  return ways.size === 1 && way !== undefined && !way.endsWith('/unknown') ? way : null
}

/** Energy if every candidate's was had by the same means, else price, else parameters, else the order written. */
function automaticBasis(candidates: readonly CandidateEvidence[]): { by: Basis; why: string } {
  const meter = commonMeter(candidates)
  if (meter === 'cpu-time' && orders(candidates, 'cpu-time')) {
    return {
      by: 'cpu-time',
      why: 'no energy sensor here; CPU time was measured for every candidate',
    }
  }
  if (meter !== null && orders(candidates, 'energy')) {
    return { by: 'energy', why: 'energy was had by the same means for every candidate' }
  }
  const missing = 'the energies were not all had by comparable means'
  if (orders(candidates, 'price'))
    return { by: 'price', why: `${missing}; prices are known for all` }
  if (orders(candidates, 'parameters')) {
    return {
      by: 'parameters',
      why: `${missing} and prices are not all known; parameter counts are`,
    }
  }
  return { by: 'written', why: `${missing}; neither prices nor parameter counts are known for all` }
}

/** Asked for energy where only CPU time was metered: the proxy, under its own name. */
function askedBasis(
  candidates: readonly CandidateEvidence[],
  asked: Exclude<Spec['order'], 'auto'>,
): Basis {
  return asked === 'energy' && commonMeter(candidates) === 'cpu-time' ? 'cpu-time' : asked
}

/** Which candidate counts as cheaper than which. A candidate of unknown cost is ordered last and never called cheapest. */
export function costOrder(
  candidates: readonly CandidateEvidence[],
  asked: Spec['order'],
  incumbent: string | null,
  onlyCheaper = true,
): CostOrder {
  const judged = candidates.filter((candidate) => candidate.broken === undefined)
  const { by, why } =
    asked === 'auto'
      ? automaticBasis(judged)
      : { by: askedBasis(judged, asked), why: `the spec orders by ${asked}` }
  const resolved = by !== 'written' && isResolved(judged, by)
  const cost = (candidate: CandidateEvidence) => amountOn(candidate, by, resolved)
  const known = by === 'written' ? judged : judged.filter((candidate) => cost(candidate) !== null)
  const ranked =
    by === 'written' ? known : [...known].sort((a, b) => (cost(a) ?? 0) - (cost(b) ?? 0))
  const limit = onlyCheaper ? judged.find((candidate) => candidate.id === incumbent) : undefined
  const dearer = new Map<string, string>()
  for (const candidate of judged) {
    const reason =
      candidate.id === incumbent ? null : dearness(cost(candidate), limit && cost(limit), by)
    if (reason !== null) dearer.set(candidate.id, reason)
  }
  const per = resolved && by !== 'latency' ? ', per resolved task' : ''
  const unsure = overlapping(ranked, by)
  return {
    by,
    word: WORDS[by],
    why: why + per + unsure,
    ranked: ranked.map(({ id }) => id),
    dearer,
  }
}

/** Names neighbours whose metered costs lie within each other's interval: their order is not shown. */
function overlapping(ranked: readonly CandidateEvidence[], by: Basis): string {
  if (by !== 'energy' && by !== 'cpu-time' && by !== 'latency') return ''
  const interval = ({ cost }: CandidateEvidence) => {
    if (by === 'latency') return cost.latencyP50
    return by === 'energy' ? cost.energyPerItem : cost.cpuPerItem
  }
  const pairs = ranked.flatMap((one, i) => {
    const next = ranked[i + 1]
    if (next === undefined) return []
    const [low, high] = [interval(one), interval(next)]
    const overlap = low.kind === 'known' && high.kind === 'known' && low.high >= high.low
    return overlap ? [`${one.id} and ${next.id}`] : []
  })
  return pairs.length === 0
    ? ''
    : `; the intervals of ${pairs.join(', ')} overlap, so their order is not shown`
}

function dearness(cost: number | null, limit: number | null | undefined, by: Basis): string | null {
  if (by === 'written') return null
  if (cost === null) return `its ${NOUNS[by]} is unknown, so it cannot be called cheaper`
  if (limit === null)
    return `the incumbent's ${NOUNS[by]} is unknown, so nothing can be called cheaper`
  return limit !== undefined && cost >= limit
    ? `it is not cheaper than the incumbent by ${NOUNS[by]}`
    : null
}
