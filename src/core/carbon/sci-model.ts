import type { SciPer } from '../result/account.ts'
import type { DevicePart, EmbodiedUse, Usage } from '../result/usage.ts'
import { type Known, type Unknown, unknown } from '../unit/estimate.ts'
import { type Factor, factor } from '../unit/factor.ts'
import { known } from '../unit/known.ts'
import { joulesPerKwh } from '../unit/quantity.ts'
import type { FactorModel } from '../unit/simulate.ts'
import { type Fallback, takerOf } from './fallback.ts'

/**
 * The carbon of a candidate as a function of named factors, g per functional unit; or why there is none.
 * Factors that two candidates have in common (grid, PUE, power model, device) carry the same name, so that a
 * simulation of both draws them once. With another `answer` it is about something else than carbon (joules, say).
 */
export function sciModel(
  usage: Usage,
  fallback: Fallback,
  per: SciPer,
  answer: (of: Usage) => FactorModel | Unknown = answerModel,
): FactorModel | Unknown {
  const own = answer(usage)
  if ('kind' in own || per === 'inference') return own
  const accept = acceptFactor(usage)
  if ('kind' in accept) return accept
  if (per === 'accepted') return combine([own, accept], ([c = 0, a = 0]) => c / a)
  const taker = takerOf(usage, fallback)
  if (taker === null) return own
  const other = answer(taker)
  if ('kind' in other) return other
  return combine([own, accept, other], ([c = 0, a = 0, f = 0]) => c + (1 - a) * f)
}

/** Carbon of one answer, both sides; g. */
function answerModel(usage: Usage): FactorModel | Unknown {
  const [operational, embodied] = [operationalModel(usage), embodiedModel(usage)]
  if ('kind' in operational) return operational
  if ('kind' in embodied) return embodied
  return combine([operational, embodied], ([o = 0, m = 0]) => o + m)
}

/** O = E x PUE x I of one answer, g. */
export function operationalModel(usage: Usage): FactorModel | Unknown {
  const joules = energyModel(usage)
  return 'kind' in joules ? joules : facilityModel(joules, usage)
}

/** Grams of some joules of IT energy at a place. */
export function facilityModel(
  joules: FactorModel,
  { grid, pue }: Pick<Usage, 'grid' | 'pue'>,
): FactorModel {
  const intensity = single(factor(`grid ${grid.zone} ${grid.kind} ${grid.period}`, grid.intensity))
  const overhead = single(factor(`PUE ${pue.value}`, pue))
  return combine(
    [intensity, overhead, joules],
    ([g = 0, p = 0, j = 0]) => ((j * p) / joulesPerKwh) * g,
  )
}

/** IT energy of one answer with its idle part, J. */
export function energyModel(usage: Usage): FactorModel | Unknown {
  const { candidate, energy, idle } = usage
  if (energy.kind !== 'known')
    return unknown(energy.kind === 'unknown' ? energy.why : energy.reason)
  const own = energyFactors(usage, energy)
  const resting = idle.kind === 'known' ? [factor(`idle energy of ${candidate}`, idle)] : []
  return {
    factors: [...own, ...resting],
    value: (x) => (x[0] ?? 0) * (own.length > 1 ? (x[1] ?? 1) : 1) + (x[own.length] ?? 0),
  }
}

function energyFactors(usage: Usage, energy: Known<'JPerItem'>): readonly Factor[] {
  const name = `energy of ${usage.candidate}`
  const shared = usage.sharedSpread
  if (shared === undefined) return [factor(name, energy)]
  return [factor(name, ownSpread(energy, shared.ratio)), factor(shared.name, shared.ratio)]
}

/**
 * What is left of an interval when its shared part is taken out: own end = stated end / shared end, at least the
 * value itself. It undoes how core/energy widens (ends multiplied), so shared x own has the stated ends again.
 */
export function ownSpread(energy: Known<'JPerItem'>, shared: Known<'ratio'>): Known<'JPerItem'> {
  const { value, low, high } = energy
  if (!(low > 0)) return energy
  return {
    ...energy,
    low: Math.min(value, (low * shared.value) / shared.low),
    high: Math.max(value, (high * shared.value) / shared.high),
  }
}

/** M of one answer, g. */
export function embodiedModel(usage: Usage): FactorModel | Unknown {
  const { embodied, candidate } = usage
  if (embodied.kind === 'devices') return devicesModel(candidate, embodied)
  const { perItem } = embodied
  if (perItem.kind !== 'known') return unknown('the embodied carbon is unknown')
  return single(factor(`embodied carbon of ${candidate}`, perItem))
}

function devicesModel(
  candidate: string,
  { parts, occupancy }: Extract<EmbodiedUse, { kind: 'devices' }>,
): FactorModel | Unknown {
  if (occupancy.kind !== 'known')
    return unknown('the device time of an answer is unknown, so M is unknown')
  const held = single(factor(`device time of ${candidate}`, occupancy))
  return combine(
    [held, ...parts.map(deviceRate)],
    ([time = 0, ...rates]) => rates.reduce((sum, rate) => sum + rate, 0) * time,
  )
}

/** M of a share of a device, g per second that it is held. */
export function deviceRate({ device, share }: DevicePart): FactorModel {
  return combine(
    [
      single(factor(`embodied carbon of ${device.id}`, device.total)),
      single(factor(`lifetime of ${device.id}`, device.lifetime)),
      hostShare(device.id, share),
    ],
    ([total = 0, life = 1, part = 0]) => (total * share.value * part) / life,
  )
}

/**
 * How wrong the share may be, as a ratio around 1: what a processor is of an unseen host is the same question for
 * every candidate, so equal ratios share one draw.
 */
function hostShare(id: string, { value, low, high }: Known<'share'>): FactorModel {
  const ends = value > 0 ? ([low / value, high / value] as const) : ([1, 1] as const)
  const ratio = known('ratio', {
    value: 1,
    low: Math.min(1, ends[0]),
    high: Math.max(1, ends[1]),
    level: 0.9,
    method: 'modeled',
    how: 'share of the host',
    source: 'threads seen over threads of the host',
  })
  const text = (x: number) => Number(x.toPrecision(6))
  return single(factor(`share of ${id} x${text(ends[0])} to x${text(ends[1])}`, ratio))
}

function acceptFactor({ acceptRate, candidate }: Usage): FactorModel | Unknown {
  if (acceptRate.kind !== 'known') return unknown('the accept rate is unknown')
  const inner = single(factor(`accept rate of ${candidate}`, acceptRate, 'normal'))
  const least = acceptRate.value / 1000 // a draw never reaches 0: the score would have no end
  return { ...inner, value: ([a = 0]) => Math.min(1, Math.max(least, a)) }
}

function single(each: Factor): FactorModel {
  return { factors: [each], value: ([x = 0]) => x }
}

/** Models joined into one; a factor that several use appears once. */
export function combine(
  models: readonly FactorModel[],
  value: (parts: readonly number[]) => number,
): FactorModel {
  const index = new Map<string, number>()
  const factors: Factor[] = []
  for (const each of models.flatMap((model) => model.factors))
    if (!index.has(each.name)) {
      index.set(each.name, factors.length)
      factors.push(each)
    }
  return { factors, value: gathered(models, index, value) }
}

/** Evaluates the parts into arrays that are kept: a simulation calls this some hundred thousand times. */
function gathered(
  models: readonly FactorModel[],
  index: ReadonlyMap<string, number>,
  value: (parts: readonly number[]) => number,
): FactorModel['value'] {
  const places = models.map((model) => model.factors.map(({ name }) => index.get(name) ?? 0))
  const inputs = places.map((where) => new Array<number>(where.length).fill(0))
  const parts = new Array<number>(models.length).fill(0)
  return (x) => {
    models.forEach((model, m) => {
      const input = inputs[m] ?? []
      const where = places[m] ?? []
      for (let i = 0; i < where.length; i++) input[i] = x[where[i] ?? 0] ?? 0
      parts[m] = model.value(input)
    })
    return value(parts)
  }
}
