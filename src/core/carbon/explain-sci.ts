import type { SciResult } from '../result/cost.ts'
import type { DevicePart, Usage } from '../result/usage.ts'
import type { Estimate } from '../unit/estimate.ts'
import { figures as plain, type SiPrefix, siPrefix, withPrefix } from '../unit/si-prefix.ts'
import { type TornadoBar, tornado } from '../unit/tornado.ts'
import { type SciOptions, sciOf, scoreInput } from './sci.ts'
import { sciModel } from './sci-model.ts'
import { type SciScore, type SciScoreInput, scoreOf } from './sci-score.ts'

export interface SciExplanation {
  readonly candidate: string
  readonly sci: SciResult
  /** The totals behind the score; null where it has none. */
  readonly score: SciScore | null
  /** What moves it most. */
  readonly measureNext: readonly TornadoBar[]
  /** The derivation, line by line, for a terminal. */
  readonly lines: readonly string[]
}

interface DrawAs {
  /** Names the random draws in place of the candidate: the interval then does not depend on how its name is spelled. */
  readonly drawAs?: string
}

/** Works a score out and says how, from a run's candidate, an import, or typed figures: all are usages. */
export function explainSci(
  usage: Usage,
  { drawAs = usage.candidate, ...options }: SciOptions & DrawAs = {},
): SciExplanation {
  const sci = sciOf({ ...usage, candidate: drawAs }, options)
  const input = scoreInput(usage, 'inference')
  const model = sciModel(usage, 'inference')
  const measureNext = 'kind' in model ? [] : tornado(model)
  const score = 'kind' in input ? null : scoreOf(input)
  return {
    candidate: usage.candidate,
    sci,
    score,
    measureNext,
    lines: [
      `${usage.candidate}: SCI = (E x I + M) per R`,
      ...('kind' in input || score === null
        ? [`no score: ${'kind' in input ? input.why : ''}`]
        : derivation(usage, input, score)),
      ...results(sci),
      ...next(measureNext),
    ],
  }
}

function derivation(usage: Usage, input: SciScoreInput, score: SciScore): readonly string[] {
  const { grid, energy } = usage
  const method = energy.kind === 'known' ? `${energy.method}, ${energy.how}` : ''
  return [
    `  E  ${energyText(input.itEnergyKwh)} x PUE ${plain(input.pue)} = ${energyText(score.energyKwh)}   (${method})`,
    `  I  ${plain(input.gridGPerKwh)} gCO2e/kWh   (${grid.name} ${grid.period}, ${grid.kind}, ${grid.mix}, ${grid.scope}, ${plain(grid.intensity.low)} to ${plain(grid.intensity.high)}; ${grid.source})`,
    `  O  E x I = ${mass(score.operationalG)}`,
    `  M  ${embodiedWords(usage, input)} = ${mass(score.embodiedG)}`,
    `  C  O + M = ${mass(score.totalG)} for ${plain(input.units)} answers`,
    ...(usage.idle.kind === 'known'
      ? []
      : [`     idle capacity is not included: ${reason(usage.idle)}`]),
  ]
}

function embodiedWords({ embodied }: Usage, input: SciScoreInput): string {
  if (embodied.kind === 'given') {
    const { perItem } = embodied
    return perItem.kind === 'known' && perItem.method === 'modeled'
      ? `modeled (${perItem.how})`
      : 'given'
  }
  const [part] = embodied.parts
  if ('grams' in input.embodied || part === undefined) return devicesText(embodied.parts)
  const { totalG, durationS, lifetimeS, share } = input.embodied
  return `TE ${plain(totalG / 1000)} kg (${part.device.name}) x ${timeText(durationS)} / ${plain(lifetimeS / yearS)} years x share ${plain(share)}`
}

/** `8 x a100 + 1 x gpu-host`: shares of one device class are added. */
function devicesText(parts: readonly DevicePart[]): string {
  const shares = new Map<string, number>()
  for (const { device, share } of parts)
    shares.set(device.id, (shares.get(device.id) ?? 0) + share.value)
  return [...shares].map(([id, share]) => `${plain(share)} x ${id}`).join(' + ')
}

function results(sci: SciResult): readonly string[] {
  return [
    `SCI per inference        ${spread(sci.perInference)}`,
    `SCI per accepted answer  ${spread(sci.perAccepted)}`,
  ]
}

function next(bars: readonly TornadoBar[]): readonly string[] {
  if (bars.length === 0) return []
  const [first] = bars
  const like = siPrefix(Math.max(...bars.flatMap(({ atLow, atHigh }) => [atLow, atHigh])))
  return [
    'largest effects on the score (per inference, from the low to the high end of each factor):',
    ...bars
      .slice(0, 5)
      .map(
        ({ factor, atLow, atHigh, method }) =>
          `  ${factor} [${method}]  ${mass(atLow, like)} to ${mass(atHigh, like)}`,
      ),
    `measure next: ${bars.find(({ method }) => method !== 'measured')?.factor ?? first?.factor ?? ''}`,
  ]
}

function spread(estimate: Estimate<'gPerR'>): string {
  if (estimate.kind !== 'known')
    return estimate.kind === 'infinite'
      ? `infinite: ${estimate.reason}`
      : `unknown: ${reason(estimate)}`
  const like = siPrefix(estimate.value)
  const [value, low, high] = [estimate.value, estimate.low, estimate.high].map((one) =>
    plain(one / like.factor, 3),
  )
  return `${value} ${like.prefix}gCO2e  [${low}, ${high}]`
}

function reason(estimate: Estimate<'gPerR' | 'JPerItem'>): string {
  if (estimate.kind === 'unknown') return estimate.why
  return estimate.kind === 'infinite' ? estimate.reason : ''
}

const yearS = 365 * 86_400

/** kWh in watt-hours with a prefix: 34.38 µWh. JSON keeps the exact kWh. */
const energyText = (kwh: number): string => withPrefix(kwh * 1000, 'Wh')

const timeText = (s: number): string => (s >= 1 ? `${plain(s)} s` : withPrefix(s, 's'))

/** Grams with a prefix, tonnes for what is larger than a million. */
function mass(g: number, like: SiPrefix = siPrefix(g)): string {
  return Math.abs(g) >= 1e6 ? `${plain(g / 1e6)} t` : withPrefix(g, 'g', like)
}
