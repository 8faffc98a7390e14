import type { Decision } from '../result/run-result.ts'
import type { Spec } from '../spec/spec.ts'
import {
  amountOn,
  type Basis,
  basisNouns,
  basisWords,
  comparable,
  costSign,
  intervalOn,
  meansOf,
} from './cost-basis.ts'
import { costDisagreements } from './cost-disagreement.ts'
import type { CandidateEvidence } from './decision-input.ts'

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

interface ChosenBasis {
  readonly by: Basis
  readonly why: string
  readonly compared: readonly CandidateEvidence[]
}

const automaticBases = ['cpu-time', 'energy', 'price', 'parameters', 'modeled-energy'] as const

const automaticWhy: Record<(typeof automaticBases)[number], string> = {
  'cpu-time': 'no energy sensor here; CPU time was measured',
  energy: 'energy was obtained by the same means',
  price: 'energy was not obtained by comparable means; prices are known',
  parameters: 'neither energy nor prices compare; parameter counts are known',
  'modeled-energy': 'nothing that was measured or stated compares; modeled energies are apart',
}

/** Whether the order of every two that decide is known: against the incumbent, or among all where there is none. */
function toldApart(
  compared: readonly CandidateEvidence[],
  by: Basis,
  incumbent: string | null,
): boolean {
  if (by !== 'modeled-energy')
    return new Set(compared.map((candidate) => amountOn(candidate, by))).size > 1
  const own = compared.find(({ id }) => id === incumbent)
  const pairs = compared.flatMap((one, i) =>
    (own === undefined ? compared.slice(i + 1) : [own]).map((other) => [one, other] as const),
  )
  const real = pairs.filter(([one, other]) => one !== other)
  return real.length > 0 && real.every(([one, other]) => costSign(one, other, by) !== null)
}

/**
 * Measured energy, else price, else parameters, else modeled energy where it tells all of them apart: the first that is known for every candidate and tells them apart, else the one
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
      const enough = candidates.length < 2 || toldApart(compared, by, incumbent)
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

/** Asked for energy where only CPU time was metered: the proxy, under its own name; where nothing was, modeled joules under theirs. */
function askedBasis(
  candidates: readonly CandidateEvidence[],
  asked: Exclude<Spec['order'], 'auto'>,
  incumbent: string | null,
): ChosenBasis {
  const proxy = candidates.every((candidate) => meansOf(candidate) === 'cpu-time')
  const on = (by: Basis) => ({ by, compared: comparable(candidates, by, incumbent) })
  const stated = on(asked === 'energy' && proxy ? 'cpu-time' : asked)
  const modeled = on('modeled-energy')
  const taken = asked === 'energy' && stated.compared.length < 2 && modeled.compared.length > 1
  return { ...(taken ? modeled : stated), why: `the spec orders by ${asked}` }
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
  const own = judged.find((candidate) => candidate.id === incumbent)
  const limit = onlyCheaper ? own : undefined
  const rivals = judged.filter(({ id }) => id !== incumbent)
  const reasons = rivals.flatMap((candidate) => {
    const others = limit === undefined ? rivals : [limit]
    const near = by === 'modeled-energy' ? indistinct(candidate, others, limit) : null
    const reason = near ?? dearness(cost(candidate), limit && cost(limit), by)
    return reason === null ? [] : [[candidate.id, reason] as const]
  })
  return {
    by,
    word: basisWords[by],
    why: why + overlapping(ranked, by),
    disagreements: costDisagreements(compared, own ?? ranked[0], by),
    ranked: ranked.map(({ id }) => id),
    notCheaper: new Map(reasons),
  }
}

/** Modeled joules whose intervals overlap show no order, what both share drawn once. */
function indistinct(
  candidate: CandidateEvidence,
  others: readonly CandidateEvidence[],
  limit: CandidateEvidence | undefined,
): NotCheaper | null {
  const by = 'modeled-energy'
  const near = others.find(
    (other) =>
      ![candidate, other].some((each) => amountOn(each, by) === null) &&
      other !== candidate &&
      costSign(candidate, other, by) === null,
  )
  if (near === undefined) return null
  const whom = near === limit ? 'the incumbent' : near.id
  return { known: false, why: `its modeled energy cannot be told from that of ${whom}` }
}

/** Names neighbors whose metered costs lie within each other's interval: their order is not shown. */
function overlapping(ranked: readonly CandidateEvidence[], by: Basis): string {
  const pairs = ranked.flatMap((one, i) => {
    const next = ranked[i + 1]
    if (next === undefined) return []
    const [low, high] = [intervalOn(one, by), intervalOn(next, by)]
    const overlap = low?.kind === 'known' && high?.kind === 'known' && low.high >= high.low
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
    return { known: false, why: `its ${basisNouns[by]} is unknown, so it cannot be called cheaper` }
  if (limit === null)
    return {
      known: false,
      why: `the incumbent's ${basisNouns[by]} is unknown, so nothing can be called cheaper`,
    }
  return limit !== undefined && cost >= limit
    ? { known: true, why: `it is not cheaper than the incumbent by ${basisNouns[by]}` }
    : null
}
