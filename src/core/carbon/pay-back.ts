import type { PayBack } from '../result/account-money.ts'
import { type Estimate, infinite, type Known, unknown } from '../unit/estimate.ts'
import { known } from '../unit/known.ts'
import {
  central,
  type Draws,
  type FactorModel,
  simulate,
  sortedQuantile,
} from '../unit/simulate.ts'
import { addDays, monthDays } from './calendar.ts'

export interface PayBackInput {
  /** What evaluating and making cost: benchmarking, training, failed tries. Grams, joules or money. */
  readonly overhead: FactorModel
  /** What one answer saves; may be negative. Same unit. */
  readonly savingPerAnswer: FactorModel
  /** What watching and re-validating costs per month. Same unit. */
  readonly upkeepPerMonth: FactorModel
  readonly volumePerMonth: number | null
  readonly horizonMonths: number
  /** Start of the horizon, ISO date. */
  readonly from: string
  readonly seed?: number
  readonly draws?: number
}

/**
 * N* = overhead / saving; with upkeep net(T) = V T saving - overhead - T upkeep, positive within the horizon or not.
 * Overhead and saving share their factors (grid, PUE, power model), which are drawn once. SCI does not let savings
 * be netted inside a score, so this stands beside the two reports. Source: accounting practice of break-even analysis.
 */
export function payBack(input: PayBackInput): PayBack {
  const { seed = 1, draws = 10_000 } = input
  const none = new Float64Array(0)
  const [overhead = none, saving = none, upkeep = none] = simulate(
    [input.overhead, input.savingPerAnswer, input.upkeepPerMonth],
    { seed, draws },
  )
  const answers = answersEstimate(input, overhead, saving)
  const { volumePerMonth } = input
  if (volumePerMonth === null)
    return {
      answers,
      months: unknown('no volume is declared (account.volumePerMonth)'),
      date: null,
      probability: null,
      net: null,
      curve: [],
      sentence: answersSentence(answers),
    }
  return withVolume(input, volumePerMonth, answers, { overhead, saving, upkeep })
}

interface Drawn {
  readonly overhead: Draws
  readonly saving: Draws
  readonly upkeep: Draws
}

function withVolume(
  input: PayBackInput,
  volume: number,
  answers: Estimate<'count'>,
  { overhead, saving, upkeep }: Drawn,
): PayBack {
  const gain = saving.map((each, i) => volume * each - (upkeep[i] ?? 0))
  const months = overhead.map((cost, i) =>
    (gain[i] ?? 0) > 0 ? cost / (gain[i] ?? 1) : Number.POSITIVE_INFINITY,
  )
  const { horizonMonths, from } = input
  const inTime = months.reduce((n, m) => n + (m <= horizonMonths ? 1 : 0), 0)
  const probability = inTime / months.length
  const perMonth = volume * central(input.savingPerAnswer) - central(input.upkeepPerMonth)
  const middle = perMonth > 0 ? central(input.overhead) / perMonth : Number.POSITIVE_INFINITY
  const date = Number.isFinite(middle) && middle < 12_000 ? addDays(from, middle * monthDays) : null
  const at = (month: number) =>
    netAt(month, perMonth * month - central(input.overhead), gain, overhead)
  return {
    answers,
    months: spread(months, middle, 'months until paid back, upkeep included'),
    date,
    probability,
    net: at(horizonMonths),
    curve: curveMonths(horizonMonths).map((month) => ({ month, ...at(month) })),
    sentence: volumeSentence(date, probability, horizonMonths),
  }
}

function answersEstimate(input: PayBackInput, overhead: Draws, saving: Draws): Estimate<'count'> {
  const each = overhead.map((cost, i) =>
    (saving[i] ?? 0) > 0 ? cost / (saving[i] ?? 1) : Number.POSITIVE_INFINITY,
  )
  const least = central(input.savingPerAnswer)
  const middle = least > 0 ? central(input.overhead) / least : Number.POSITIVE_INFINITY
  return spread(each, middle, 'answers until paid back')
}

/** p5 to p95 where both are finite; infinite where the center is; unknown where only the upper end has no number. */
function spread(draws: Draws, middle: number, how: string): Estimate<'count'> {
  if (!Number.isFinite(middle))
    return infinite('nothing is saved per answer, so it is never paid back')
  const sorted = Float64Array.from(draws).sort()
  const ends = [sortedQuantile(sorted, 0.05), sortedQuantile(sorted, 0.95)] as const
  if (!ends.every(Number.isFinite))
    return unknown(
      `about ${Math.ceil(middle)}, with a chance above 5 % that nothing is saved at all`,
    )
  return known('count', {
    value: middle,
    low: Math.min(middle, ends[0]),
    high: Math.max(middle, ends[1]),
    method: 'modeled',
    how,
    source: 'this run',
  }) satisfies Known<'count'>
}

/** At most 13 points from now to the horizon. */
function curveMonths(horizon: number): readonly number[] {
  return Array.from({ length: 13 }, (_, i) => (horizon * i) / 12)
}

function netAt(
  horizon: number,
  value: number,
  gain: Draws,
  overhead: Draws,
): NonNullable<PayBack['net']> {
  const net = gain.map((each, i) => each * horizon - (overhead[i] ?? 0)).sort()
  const [low, high] = [sortedQuantile(net, 0.05), sortedQuantile(net, 0.95)]
  return { low: Math.min(low, value), value, high: Math.max(high, value) }
}

function answersSentence(answers: Estimate<'count'>): string {
  if (answers.kind === 'known') return `Paid back after ${Math.ceil(answers.value)} answers.`
  return answers.kind === 'infinite'
    ? 'Never paid back: nothing is saved.'
    : `Paid back: ${answers.why}.`
}

function volumeSentence(date: string | null, probability: number, horizon: number): string {
  const chance = `P(paid back within ${horizon} months) = ${probability.toFixed(2)}`
  return date === null
    ? `Never paid back at this volume; ${chance}.`
    : `Paid back by ${date}; ${chance}.`
}

/**
 * Whether evaluating more can pay: the most it could save over the horizon, times the chance that it changes the
 * choice, against what it costs. The run stops evaluating when this is false (value of perfect information bound).
 */
export function worthFindingOut(options: {
  /** Saving per answer if the candidate under test replaces the leader, same unit as cost. */
  readonly savingPerAnswer: number
  readonly volumePerMonth: number
  readonly horizonMonths: number
  /** Chance that testing on changes the choice, 0..1. */
  readonly chance: number
  readonly cost: number
}): boolean {
  const { savingPerAnswer, volumePerMonth, horizonMonths, chance, cost } = options
  return Math.max(0, savingPerAnswer) * volumePerMonth * horizonMonths * chance > cost
}
