import type {
  Compression,
  Finalist,
  MeasuredCost,
  RuntimeSetting,
} from '../../result/compression.ts'
import { levelText } from '../../unit/figure-words.ts'
import { bytes, grouped, points, prefixed, significant } from '../kit/number.ts'

/** Share of items as points of accuracy: 0.27 points. */
export const lossText = (share: number): string => `${points(share, 2)} points`

/** An upper bound is rounded up: 0.8301 points are not at most 0.83. */
export const atMost = (share: number): string =>
  `${points(Math.ceil(share * 1e4 - 1e-6) / 1e4, 2)} points`

/** The allowed loss: 1-point margin. */
export const marginText = (margin: number): string => `${significant(100 * margin)}-point margin`

/** How many times: 14.7x. */
export const times = (ratio: number): string => `${significant(ratio, ratio < 1 ? 2 : 3)}x`

/** A measured factor in words: 5.7x less; 1.6x more where the model is slower. */
export function factorText({ times: ratio }: Pick<MeasuredCost, 'times'>): string {
  if (Math.abs(ratio - 1) < 0.005) return '1x'
  return ratio >= 1 ? `${times(ratio)} less` : `${times(1 / ratio)} more`
}

/** Its interval in the same direction, and whether that holds no difference at all: 0.96x to 1.06x, may be none. */
export function factorRange({
  low,
  high,
  times: ratio,
}: Pick<MeasuredCost, 'times' | 'low' | 'high'>): string {
  const range =
    ratio >= 1 ? `${times(low)} to ${times(high)}` : `${times(1 / high)} to ${times(1 / low)}`
  return low <= 1 && high >= 1 ? `${range}, may be none` : range
}

/** Counted things: 1 trial, 2 trials. */
export const counted = (count: number, thing: string): string =>
  `${grouped(count)} ${thing}${count === 1 ? '' : 's'}`

export const secondsText = (seconds: number): string =>
  seconds >= 1 ? `${grouped(seconds, 1)} s` : prefixed(seconds, 's')

export const milliseconds = (value: number): string => secondsText(value / 1000)

/** Size against size: 14.7x smaller. */
export function sizeWords(before: number, after: number): string {
  const ratio = after === 0 ? 1 : before / after
  if (ratio >= 1.005) return `${times(ratio)} smaller`
  return ratio <= 0.995 ? `${times(1 / ratio)} larger` : 'as large as before'
}

/** What is sure of the CPU time, by the interval of the measured factor. */
export const cpuWords = (cost: MeasuredCost): string =>
  cost.low > 1 || cost.high < 1 ? `${factorText(cost)} CPU time` : 'about the same CPU time'

/** Cost of single items, where it was measured. */
export const singleCost = ({ cost }: Pick<Compression, 'cost'>): MeasuredCost | null =>
  cost.find(({ batch }) => batch === 1) ?? cost[0] ?? null

/** The finalist in the output folder, with its claim. */
export const chosenFinalist = ({ finalists, result }: Compression): Finalist | null =>
  finalists.find(({ model }) => model === result?.model) ?? null

const settingWords: Readonly<Record<string, (value: number | boolean) => string>> = {
  threads: (value) => counted(Number(value), 'thread'),
  int8: (value) => (value === true ? 'the quantized file' : 'not the quantized file'),
  spinning: (value) => (value === true ? 'waiting threads spin' : 'no spinning'),
  maxLength: (value) => `texts cut to ${value} tokens`,
  buckets: (value) => (value === true ? 'texts of like length together' : 'texts as they come'),
  batch: (value) => `batches of ${value}`,
}

/** Settings that belong to the candidate, in words; empty where there are none. */
export const settingsText = (settings: Readonly<Record<string, number | boolean>>): string =>
  Object.entries(settings)
    .map(([name, value]) =>
      Object.hasOwn(settingWords, name) ? settingWords[name]?.(value) : `${name} ${value}`,
    )
    .join(', ')

/** The measured row of the chosen settings for single requests, where there is one. */
export function chosenRow({ result, runtime }: Compression): RuntimeSetting | null {
  if (result === null) return null
  const { threads, spinning } = result.settings
  const single = runtime.filter(
    (row) =>
      row.of === 'result' &&
      row.batch === 1 &&
      row.threads === threads &&
      row.spinning === spinning,
  )
  return single.find(({ gapMs }) => gapMs > 0) ?? single[0] ?? null
}

/** What was asked for beside "as small as holds", and whether it was reached; empty where nothing was. */
export function goalText({ goal }: Compression): string {
  const asked = [
    ...(goal.bytes === null ? [] : [`a file of at most ${bytes(goal.bytes)}`]),
    ...(goal.latencyMs === null
      ? []
      : [`a p95 of at most ${milliseconds(goal.latencyMs)} for one item`]),
  ]
  if (asked.length === 0) return ''
  const word = { true: 'reached', false: 'not reached', null: 'not judged' }[`${goal.reached}`]
  return `${asked.join(' and ')}: ${word}`
}

/** Energy of the search with its interval and how it was had. */
export function energyText({ energy }: Compression['search']): string {
  const write = (joules: number) => prefixed(joules, 'J')
  const range = `${write(energy.low)} to ${write(energy.high)}, ${levelText(energy.level)}`
  return `${write(energy.value)} (${range}, ${energy.method})`
}

/** Energy of an item before and after, with the factor and how it is known; empty where it is not. */
export function itemEnergyText({ batch, energy }: MeasuredCost): string {
  const { incumbent, result, times: ratio } = energy
  if (incumbent.kind !== 'known' || result.kind !== 'known' || ratio.kind !== 'known') return ''
  const { value, low, high, method } = ratio
  const factor = { times: value, low, high }
  const write = (joules: number) => prefixed(joules, 'J')
  return `${factorText(factor)} at batch ${grouped(batch)} (${factorRange(factor)}, 95 %): ${write(incumbent.value)} to ${write(result.value)} an item, ${method}`
}

export function searchText({ search }: Compression): string {
  const again =
    search.resumedTrials > 0
      ? `; ${counted(search.resumedTrials, 'trial')} taken from an earlier run`
      : ''
  return `${secondsText(search.wallS)}, ${grouped(search.cpuS, 1)} CPU-s, ${energyText(search)}${again}`
}

/** When the search has earned itself back, or why that cannot be said. */
export function payBackText({ payBackCalls, outcome }: Compression): string {
  if (payBackCalls.kind === 'infinite') return `never: ${payBackCalls.reason}`
  if (payBackCalls.kind === 'unknown') return `unknown: ${payBackCalls.why}`
  const { value, low, high, how } = payBackCalls
  const count = (calls: number) => grouped(Number(calls.toPrecision(3)))
  const held = outcome === 'certified' || outcome === 'supported' ? '' : 'if it holds: '
  return `${held}after ${count(value)} calls (${count(low)} to ${count(high)}, 95 %; ${how}, batch 1)`
}

export function vocabularyText({ vocabulary }: Compression): string {
  if (vocabulary === null) return ''
  const { kept, of, identical, texts, unknownRate, fertility } = vocabulary
  const share = (rate: number) => `${significant(100 * rate, 2)} %`
  return `${grouped(kept)} of ${grouped(of)} tokens kept; ${grouped(identical)} of ${grouped(texts)} other texts tokenized as before; unknown tokens ${share(unknownRate.before)} -> ${share(unknownRate.after)}, tokens a word ${significant(fertility.before)} -> ${significant(fertility.after)}`
}
