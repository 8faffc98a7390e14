import { modelsCpuTime } from '../part/meters.ts'
import type { Decision } from '../result/run-result.ts'
import { compare } from '../unit/compare.ts'
import type { Estimate, Unit } from '../unit/estimate.ts'
import { central, type FactorModel } from '../unit/simulate.ts'
import type { CandidateEvidence } from './decision-input.ts'

export type Basis = Decision['order']['by']

/** What is lowest in a basis, as the order is called. */
export const basisWords: Record<Basis, string> = {
  energy: 'lowest in energy',
  'cpu-time': 'lowest in CPU time (energy proxy)',
  price: 'lowest priced',
  'modeled-energy': 'lowest in modeled energy',
  latency: 'fastest',
  parameters: 'smallest',
  unknown: 'not known',
}

export const basisNouns: Record<Basis, string> = {
  energy: 'energy',
  'cpu-time': 'CPU time (energy proxy)',
  price: 'price',
  'modeled-energy': 'modeled energy',
  latency: 'latency',
  parameters: 'parameter count',
  unknown: 'cost',
}

const knownValue = (estimate: Estimate<Unit> | undefined): number | null =>
  estimate?.kind === 'known' ? estimate.value : null

/** Cost of one answer of a candidate on a basis; null where it is unknown. */
export function amountOn({ cost }: CandidateEvidence, basis: Basis): number | null {
  switch (basis) {
    case 'unknown':
      return null
    case 'parameters':
      return cost.parameters
    case 'modeled-energy':
      return cost.modeledEnergy === undefined ? null : central(cost.modeledEnergy)
    case 'energy':
      return knownValue(cost.energyPerItem)
    case 'cpu-time':
      return knownValue(cost.cpuPerItem)
    case 'price':
      return knownValue(cost.pricePerItem)
    case 'latency':
      return knownValue(cost.latencyP50)
  }
}

/** The interval of a metered cost; undefined on a basis whose amounts are exact or drawn. */
export function intervalOn({ cost }: CandidateEvidence, basis: Basis): Estimate<Unit> | undefined {
  if (basis === 'latency') return cost.latencyP50
  if (basis === 'energy') return cost.energyPerItem
  return basis === 'cpu-time' ? cost.cpuPerItem : undefined
}

/** By what means an energy was had: only what was had by one means is compared. Null where it is unknown. */
export function meansOf({ cost }: CandidateEvidence): string | null {
  if (modelsCpuTime(cost.meter)) return 'cpu-time'
  return cost.energyPerItem.kind === 'known' ? `${cost.meter}/${cost.energyPerItem.method}` : null
}

/** Those whose cost on this basis is known and comparable: for energy, had by the means of the incumbent, or by the commonest. */
export function comparable(
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

/** How a first candidate stands to a second: -1 cheaper, 1 dearer, 0 the same; null where that is not shown. */
export type CostSign = -1 | 0 | 1 | null

/**
 * The chance of being lower from which modeled joules count as lower. Two equally wide 90 % intervals that do not overlap
 * lie 2 x 1.645 deviations apart, and the difference of two such figures is below 0 with a chance of 0.99.
 */
const apart = 0.99

/**
 * How two modeled energies stand to each other: lower or higher only where their intervals do not overlap, what they
 * share drawn once. Null else.
 */
export function modeledSign(a: FactorModel, b: FactorModel): CostSign {
  const { pLess } = compare(a, b, { seed: 1, draws: 4000 })
  if (pLess >= apart) return -1
  return pLess <= 1 - apart ? 1 : null
}

/** How two candidates stand to each other by the amounts of a basis; null where one is unknown or modeled joules do not tell. */
export function costSign(a: CandidateEvidence, b: CandidateEvidence, by: Basis): CostSign {
  const [x, y] = [a.cost.modeledEnergy, b.cost.modeledEnergy]
  if (by === 'modeled-energy') return x && y ? modeledSign(x, y) : null
  const [mine, theirs] = [amountOn(a, by), amountOn(b, by)]
  return mine === null || theirs === null ? null : (Math.sign(mine - theirs) as CostSign)
}
