import type { SciPer } from '../result/account.ts'
import type { DevicePart, EmbodiedUse, Usage } from '../result/usage.ts'
import { type Estimate, type Known, type Unknown, unknown } from '../unit/estimate.ts'
import { type Factor, factor } from '../unit/factor.ts'
import { known } from '../unit/known.ts'
import { joulesPerKwh } from '../unit/quantity.ts'
import type { FactorModel } from '../unit/simulate.ts'
import type { Escalation } from './fallback.ts'

/** What is counted of one answer: carbon, unless joules or money are asked for. */
export type AnswerModel = (of: Usage) => FactorModel | Unknown

/**
 * The carbon of a candidate as a function of named factors, g per functional unit; or why there is none.
 * Factors that two candidates have in common (grid, PUE, power model, device) carry the same name, so that a
 * simulation of both draws them once. With another `answer` it is about something else than carbon (joules, say).
 */
export function sciModel(
  usage: Usage,
  per: SciPer,
  answer: AnswerModel = answerModel,
): FactorModel | Unknown {
  const own = answer(usage)
  if ('kind' in own || per === 'inference') return own
  const accept = acceptFactor(usage)
  return 'kind' in accept ? accept : combine([own, accept], ([c = 0, a = 0]) => c / a)
}

/**
 * What an answer of b costs, and what candidate a spends to end as many tasks right: cost of a's answer over its accept
 * rate relative to b's. Their ratio is the saving per accepted answer, their difference what b's replacement by a saves
 * per answer of b. `rates` is a's accept rate over b's on the same items.
 */
export function pairModels(
  a: Usage,
  b: Usage,
  rates: Estimate<'ratio'>,
  answer: AnswerModel = answerModel,
): { readonly a: FactorModel; readonly b: FactorModel } | Unknown {
  const [x, y] = [answer(a), answer(b)]
  if ('kind' in x) return x
  if ('kind' in y) return y
  if (rates.kind !== 'known' || rates.value === 0)
    return unknown(
      rates.kind === 'unknown'
        ? rates.why
        : `${rates.kind === 'known' ? a.candidate : b.candidate} has no accepted answer, so one costs without end`,
    )
  const relative = single(factor(`accept rate of ${a.candidate} over ${b.candidate}`, rates))
  return { a: combine([x, relative], ([c = 0, r = 1]) => c / r), b: y }
}

/**
 * Carbon per task that ends right under a declared fallback, g. Of the answers, `asked` = catches (1 - a) + falseAlarms a
 * are answered again at the fallback's cost; right are those that were kept and right, and of those asked again the share
 * that the fallback resolves. Source: cascade of two models with a gate, per item.
 */
export function fallbackModel(usage: Usage, escalation: Escalation): FallbackModels | Unknown {
  const own = answerModel(usage)
  const accept = acceptFactor(usage)
  const { taker, catches, falseAlarms, resolves } = escalation
  const again = taker === null ? nothing : answerModel(taker)
  if ('kind' in own) return own
  if ('kind' in accept) return accept
  if ('kind' in again) return again
  if (resolves.kind !== 'known') return unknown(resolves.kind === 'unknown' ? resolves.why : '')
  const solved = single(
    factor(`resolved by the fallback of ${usage.candidate}`, resolves, 'normal'),
  )
  const asked = (a: number) => catches * (1 - a) + falseAlarms * a
  const right = (a: number, s: number) =>
    a * (1 - falseAlarms) + asked(a) * Math.min(1, Math.max(0, s))
  return {
    asked: combine([accept], ([a = 0]) => asked(a)),
    right: combine([accept, solved], ([a = 0, s = 0]) => right(a, s)),
    perRight: combine(
      [own, accept, again, solved],
      ([c = 0, a = 0, f = 0, s = 0]) => (c + asked(a) * f) / right(a, s),
    ),
  }
}

/** Per answer: share asked again, share that ends right, carbon per task that ends right. */
export type FallbackModels = Readonly<Record<'asked' | 'right' | 'perRight', FactorModel>>

const nothing: FactorModel = { factors: [], value: () => 0 }

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
  return combine(
    [intensity, facilityJoules(joules, { pue })],
    ([g = 0, j = 0]) => (j / joulesPerKwh) * g,
  )
}

/** Joules with what the building takes for them. */
export const facilityJoules = (joules: FactorModel, { pue }: Pick<Usage, 'pue'>): FactorModel =>
  combine(
    [single(factor(`PUE ${pue.value}${pue.low === pue.high ? ' stated' : ''}`, pue)), joules],
    ([p = 0, j = 0]) => j * p,
  )

/** IT energy of one answer with its idle part, J. */
export function energyModel(usage: Usage): FactorModel | Unknown {
  const { energy, idle } = usage
  if (energy.kind !== 'known')
    return unknown(energy.kind === 'unknown' ? energy.why : energy.reason)
  const own = energyFactors(usage, energy)
  const working: FactorModel = {
    factors: own,
    value: (x) => (x[0] ?? 0) * (own.length > 1 ? (x[1] ?? 1) : 1),
  }
  if (idle.kind !== 'known') return working
  const { value, low, high } = idle
  const spread = relative('idle power', value, [low, high], 'watts of what waits')
  return combine([working, spread], ([busy = 0, ratio = 1]) => busy + value * ratio)
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

/** How wrong the share may be: what a processor is of an unseen host is the same question for every candidate. */
const hostShare = (id: string, { value, low, high }: Known<'share'>): FactorModel =>
  relative(`share of ${id}`, value, [low, high], 'share of the host')

/**
 * How wrong a figure may be, as a ratio around 1. What is one question for every candidate (an unseen host, the watts of
 * what waits) is drawn once: equal ratios under one name share a draw.
 */
function relative(
  name: string,
  value: number,
  [low, high]: readonly [number, number],
  how: string,
): FactorModel {
  const ends = value > 0 ? ([low / value, high / value] as const) : ([1, 1] as const)
  const round = (x: number) => Number(x.toPrecision(6))
  const ratio = known('ratio', {
    value: 1,
    low: Math.min(1, round(ends[0])),
    high: Math.max(1, round(ends[1])),
    level: 0.9,
    method: 'modeled',
    how,
    source: 'as stated with the figure',
  })
  return single(factor(`${name} x${ratio.low} to x${ratio.high}`, ratio))
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
