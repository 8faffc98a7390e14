import type { FallbackScore, SciPer } from '../result/account.ts'
import type { SciResult } from '../result/cost.ts'
import type { Usage } from '../result/usage.ts'
import {
  type Estimate,
  type Infinite,
  infinite,
  type Known,
  type Unknown,
  unknown,
} from '../unit/estimate.ts'
import { joulesPerKwh } from '../unit/quantity.ts'
import { type FactorModel, simulate, summarise } from '../unit/simulate.ts'
import type { Escalation } from './fallback.ts'
import { embodiedModel, fallbackModel, operationalModel, sciModel } from './sci-model.ts'
import { type EmbodiedInput, type SciScoreInput, scoreOf } from './sci-score.ts'

export interface SciOptions {
  /** Seed of the simulation; 1 unless said, so that the same run gives the same intervals. */
  readonly seed?: number
  readonly draws?: number
}

/**
 * SCI of a candidate, g per functional unit: per inference and per accepted answer (R: tasks that end right), and the two
 * sides (operational, embodied) per inference. Values are exact formula values at the central figures; intervals are p5
 * to p95 of a simulation. Unknown says why; nothing accepted is infinite.
 */
export function sciOf(usage: Usage, options: SciOptions = {}): SciResult {
  const { acceptRate, answers } = usage
  const nothing = acceptRate.kind === 'known' && acceptRate.value === 0
  const spread = spreads(
    {
      perInference: sciModel(usage, 'inference'),
      perAccepted: nothing
        ? infinite(`none of ${answers} answers were accepted`)
        : sciModel(usage, 'accepted'),
      operational: operationalModel(usage),
      embodied: embodiedModel(usage),
    },
    options,
  )
  return {
    ...spread,
    perInference: atCenter(spread.perInference, scoreInput(usage, 'inference')),
    perAccepted: atCenter(spread.perAccepted, scoreInput(usage, 'accepted')),
    grid: gridLine(usage),
  }
}

/** What a declared fallback does for a candidate: share asked again, share that ends right, g per task that ends right. */
export function sciWithFallback(
  usage: Usage,
  escalation: Escalation,
  { seed = 1, draws = 10_000 }: SciOptions = {},
): FallbackScore {
  const models = fallbackModel(usage, escalation)
  if ('kind' in models) return { asked: models, right: models, sci: models }
  const names = ['asked', 'right', 'perRight'] as const
  const columns = simulate(
    names.map((name) => models[name]),
    { seed, draws },
  )
  const [asked, right] = (['asked', 'right'] as const).map((name, i) =>
    summarise('share', models[name], columns[i] ?? new Float64Array(draws), {
      how: name === 'asked' ? 'answers asked again' : 'tasks that end right',
    }),
  ) as [Known<'share'>, Known<'share'>]
  if (right.value === 0)
    return { asked, right, sci: infinite('no task ends right, with the fallback or without') }
  const how = 'SCI per task that ends right, fallback included'
  const sci = summarise('gPerR', models.perRight, columns[2] ?? new Float64Array(draws), { how })
  return { asked, right, sci }
}

const words = {
  perInference: 'SCI per inference',
  perAccepted: 'SCI per accepted answer',
  operational: 'E x PUE x I per answer',
  embodied: 'TE x TiR/EL x RR/ToR per answer',
} as const
type SciPart = keyof typeof words
type PerPart<T> = Readonly<Record<SciPart, T>>

/** All parts from one simulation, so that every factor is drawn once. */
function spreads(
  models: PerPart<FactorModel | Unknown | Infinite>,
  { seed = 1, draws = 10_000 }: SciOptions,
): PerPart<Estimate<'gPerR'>> {
  const drawn = Object.values(models).flatMap((model) => ('kind' in model ? [] : [model]))
  const columns = simulate(drawn, { seed, draws })
  const estimates = Object.entries(models).map(([part, model]) => {
    if ('kind' in model) return [part, model]
    const column = columns[drawn.indexOf(model)] ?? new Float64Array(draws)
    return [part, summarise('gPerR', model, column, { how: words[part as SciPart] })]
  })
  return Object.fromEntries(estimates) as PerPart<Estimate<'gPerR'>>
}

/** The interval of the draws around a value computed in the order that Impact Framework uses. */
function atCenter(spread: Estimate<'gPerR'>, input: SciScoreInput | Unknown): Estimate<'gPerR'> {
  if (spread.kind !== 'known' || 'kind' in input) return spread
  const value = scoreOf(input).sci
  return {
    ...spread,
    value,
    low: Math.min(spread.low, value),
    high: Math.max(spread.high, value),
  }
}

/** The figures of a score at central values, over all answers of the run; what every export writes. */
export function scoreInput(usage: Usage, per: SciPer): SciScoreInput | Unknown {
  const { energy, idle, answers, pue, grid } = usage
  if (energy.kind !== 'known') return unknown('the energy is unknown')
  const embodied = embodiedInput(usage)
  if ('kind' in embodied) return embodied
  const units = unitsOf(usage, per)
  if (typeof units !== 'number') return units
  const joules = energy.value + (idle.kind === 'known' ? idle.value : 0)
  return {
    itEnergyKwh: (joules * answers) / joulesPerKwh,
    pue: pue.value,
    gridGPerKwh: grid.intensity.value,
    embodied,
    units,
  }
}

function unitsOf({ answers, acceptRate }: Usage, per: SciPer): number | Unknown {
  if (per !== 'accepted') return answers
  if (acceptRate.kind !== 'known') return unknown('the accept rate is unknown')
  return wholeNumber(acceptRate.value * answers)
}

/** 0.9 x 10 is 9.000000000000002 otherwise, and R is a count. */
function wholeNumber(count: number): number {
  const near = Math.round(count)
  return Math.abs(count - near) < 1e-6 ? near : count
}

function embodiedInput({ embodied, answers }: Usage): EmbodiedInput | Unknown {
  if (embodied.kind === 'given')
    return embodied.perItem.kind === 'known'
      ? { grams: embodied.perItem.value * answers }
      : unknown('the embodied carbon is unknown')
  const { occupancy, parts } = embodied
  if (occupancy.kind !== 'known') return unknown('the device time is unknown')
  const durationS = occupancy.value * answers
  const inputs = parts.map(({ device, share }) => ({
    totalG: device.total.value,
    share: share.value,
    durationS,
    lifetimeS: device.lifetime.value,
  }))
  const [only] = inputs
  if (only !== undefined && inputs.length === 1) return only
  return {
    grams: inputs.reduce((sum, d) => sum + d.totalG * d.share * (d.durationS / d.lifetimeS), 0),
  }
}

/** The grid factor in one line. */
export function gridLine({ grid }: Pick<Usage, 'grid'>): string {
  return `${grid.name} ${grid.period}, ${grid.kind}, ${grid.intensity.value} gCO2e/kWh (${grid.source})`
}
