import { modelsCpuTime } from '../part/meters.ts'
import type { Decision } from '../result/run-result.ts'
import type { Spec } from '../spec/spec.ts'
import type { Estimate, Unit } from '../unit/estimate.ts'
import type { CandidateEvidence } from './decision-input.ts'

type Basis = Decision['order']['by']

/** Why a candidate cannot be chosen as cheaper. `known`: it costs as much or more; otherwise nobody knows which is cheaper. */
export interface NotCheaper {
  readonly known: boolean
  readonly why: string
}

/** Candidates cheapest first, by what, and the words for it. */
export interface CostOrder extends Readonly<Decision['order']> {
  /** Ids with a known cost, cheapest first; the incumbent among them. Empty where no cost orders. */
  readonly ranked: readonly string[]
  /** Ids that cannot be chosen as cheaper. */
  readonly notCheaper: ReadonlyMap<string, NotCheaper>
}

const WORDS: Record<Basis, string> = {
  energy: 'lowest in energy',
  'cpu-time': 'lowest in CPU time (energy proxy)',
  price: 'lowest priced',
  latency: 'fastest',
  parameters: 'smallest',
  unknown: 'not known',
}

const NOUNS: Record<Basis, string> = {
  energy: 'energy',
  'cpu-time': 'CPU time (energy proxy)',
  price: 'price',
  latency: 'latency',
  parameters: 'parameter count',
  unknown: 'cost',
}

const knownValue = (estimate: Estimate<Unit> | undefined): number | null =>
  estimate?.kind === 'known' ? estimate.value : null

/** Cost of one answer of a candidate on a basis; null where it is unknown. */
function amountOn({ cost }: CandidateEvidence, basis: Basis): number | null {
  if (basis === 'unknown') return null
  if (basis === 'parameters') return cost.parameters
  if (basis === 'energy') return knownValue(cost.energyPerItem)
  if (basis === 'cpu-time') return knownValue(cost.cpuPerItem)
  return basis === 'price' ? knownValue(cost.pricePerItem) : knownValue(cost.latencyP50)
}

/** By what means an energy was had: only what was had by one means is compared. Null where it is unknown. */
function meansOf({ cost }: CandidateEvidence): string | null {
  if (modelsCpuTime(cost.meter)) return 'cpu-time'
  return cost.energyPerItem.kind === 'known' ? `${cost.meter}/${cost.energyPerItem.method}` : null
}

/** Those whose cost on this basis is known and comparable: for energy, had by the means of the incumbent, or by the commonest. */
function comparable(
  candidates: readonly CandidateEvidence[],
  by: Basis,
  incumbent: string | null,
): readonly CandidateEvidence[] {
  const known = candidates.filter((candidate) => amountOn(candidate, by) !== null)
  if (by !== 'energy' && by !== 'cpu-time') return known
  const wanted = by === 'cpu-time' ? 'cpu-time' : energyMeans(known, incumbent)
  return known.filter((candidate) => meansOf(candidate) === wanted)
}

function energyMeans(
  candidates: readonly CandidateEvidence[],
  incumbent: string | null,
): string | null {
  const own = candidates.find(({ id }) => id === incumbent)
  const means = (own === undefined ? candidates : [own])
    .map(meansOf)
    .filter((one) => one !== 'cpu-time')
  const times = (one: string | null) => means.filter((other) => other === one).length
  return means.toSorted((a, b) => times(b) - times(a))[0] ?? null
}

interface ChosenBasis {
  readonly by: Basis
  readonly why: string
  readonly compared: readonly CandidateEvidence[]
}

const automaticBases = ['cpu-time', 'energy', 'price', 'parameters'] as const

const automaticWhy: Record<(typeof automaticBases)[number], string> = {
  'cpu-time': 'no energy sensor here; CPU time was measured',
  energy: 'energy was obtained by the same means',
  price: 'energy was not obtained by comparable means; prices are known',
  parameters: 'neither energy nor prices compare; parameter counts are known',
}

/**
 * Energy, else price, else parameters: the first that is known for every candidate and tells them apart, else the one
 * that compares most of them (with the incumbent, where there is one). Where none does, nothing is known to be cheaper.
 */
function automaticBasis(
  candidates: readonly CandidateEvidence[],
  incumbent: string | null,
): ChosenBasis {
  const named = candidates.some(({ id }) => id === incumbent)
  const bases = automaticBases
    .map((by) => ({ by, compared: comparable(candidates, by, incumbent) }))
    .filter(({ by, compared }) => {
      const values = new Set(compared.map((candidate) => amountOn(candidate, by)))
      const enough = values.size > 1 || candidates.length < 2
      return (
        enough && compared.length > 0 && (!named || compared.some(({ id }) => id === incumbent))
      )
    })
  const best = bases.toSorted((a, b) => b.compared.length - a.compared.length)[0]
  if (best === undefined)
    return { by: 'unknown', why: 'no energy, price or parameter count compares them', compared: [] }
  const [all, some] = [candidates.length, best.compared.length]
  const whom = all === some ? 'every candidate' : `${some} of ${all} candidates`
  return { ...best, why: `${automaticWhy[best.by]} for ${whom}` }
}

/** Asked for energy where only CPU time was metered: the proxy, under its own name. */
function askedBasis(
  candidates: readonly CandidateEvidence[],
  asked: Exclude<Spec['order'], 'auto'>,
  incumbent: string | null,
): ChosenBasis {
  const proxy = candidates.every((candidate) => meansOf(candidate) === 'cpu-time')
  const by = asked === 'energy' && proxy ? 'cpu-time' : asked
  const compared = comparable(candidates, by, incumbent)
  return { by, why: `the spec orders by ${asked}`, compared }
}

/**
 * Which candidate counts as cheaper than which. Never by the order in which they were written: a candidate of unknown
 * cost has no place, and where nothing compares them nobody has one.
 */
export function costOrder(
  candidates: readonly CandidateEvidence[],
  asked: Spec['order'],
  incumbent: string | null,
  onlyCheaper = true,
): CostOrder {
  const judged = candidates.filter((candidate) => candidate.broken === undefined)
  const { by, why, compared } =
    asked === 'auto' ? automaticBasis(judged, incumbent) : askedBasis(judged, asked, incumbent)
  const cost = (candidate: CandidateEvidence) =>
    compared.includes(candidate) ? amountOn(candidate, by) : null
  const ranked = compared.toSorted(
    (a, b) => (cost(a) ?? 0) - (cost(b) ?? 0) || (a.id < b.id ? -1 : 1),
  )
  const limit = onlyCheaper ? judged.find((candidate) => candidate.id === incumbent) : undefined
  const rivals = judged.filter(({ id }) => id !== incumbent)
  const reasons = rivals.flatMap((candidate) => {
    const reason = dearness(cost(candidate), limit && cost(limit), by)
    return reason === null ? [] : [[candidate.id, reason] as const]
  })
  return {
    by,
    word: WORDS[by],
    why: why + overlapping(ranked, by),
    ranked: ranked.map(({ id }) => id),
    notCheaper: new Map(reasons),
  }
}

/** Names neighbors whose metered costs lie within each other's interval: their order is not shown. */
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

function dearness(
  cost: number | null,
  limit: number | null | undefined,
  by: Basis,
): NotCheaper | null {
  if (cost === null)
    return { known: false, why: `its ${NOUNS[by]} is unknown, so it cannot be called cheaper` }
  if (limit === null)
    return {
      known: false,
      why: `the incumbent's ${NOUNS[by]} is unknown, so nothing can be called cheaper`,
    }
  return limit !== undefined && cost >= limit
    ? { known: true, why: `it is not cheaper than the incumbent by ${NOUNS[by]}` }
    : null
}
