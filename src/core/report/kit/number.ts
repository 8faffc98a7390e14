import type { Estimate, Figure, Unit } from '../../unit/estimate.ts'

const prefixes: readonly (readonly [number, string])[] = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'µ'],
  [1e-9, 'n'],
  [1e-12, 'p'],
]

/** A number in `digits` significant digits without exponent: 0.00123, 41, 3,012. */
export function significant(value: number, digits = 3): string {
  if (value === 0) return '0'
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))))
  const rounded = Number(value.toPrecision(digits))
  return grouped(rounded, Math.min(decimals, 12))
}

/** CPU seconds with their unit: "12.3 CPU-s", "unknown CPU time". */
export const cpuSeconds = (cpuS: Figure): string =>
  typeof cpuS === 'number' ? `${significant(cpuS)} CPU-s` : 'unknown CPU time'

/** Thousands grouped by commas. */
export function grouped(value: number, decimals = 0): string {
  const [whole = '', fraction] = Math.abs(value).toFixed(decimals).split('.')
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const sign = value < 0 ? '-' : ''
  const tail = fraction?.replace(/0+$/, '') ?? ''
  return tail === '' ? `${sign}${spaced}` : `${sign}${spaced}.${tail}`
}

/** SI prefix chosen so that the number reads between 1 and 1000: 4.2 mJ. */
export function prefixed(value: number, unit: string, digits = 3): string {
  if (value === 0) return `0 ${unit}`
  const size = Math.abs(value)
  const [factor, prefix] = prefixes.find(([at]) => size >= at) ?? [1e-12, 'p']
  return `${significant(value / factor, digits)} ${prefix}${unit}`
}

/** Share 0..1 as percent. */
export const percent = (share: number, decimals = 1): string =>
  `${(share * 100).toFixed(decimals)} %`

/** Score difference 0..1 as points. */
export const points = (share: number, decimals = 1): string => {
  const text = (share * 100).toFixed(decimals)
  return text === `-${(0).toFixed(decimals)}` ? (0).toFixed(decimals) : text
}

const writers: Readonly<Record<Unit, (value: number) => string>> = {
  J: (v) => prefixed(v, 'J'),
  W: (v) => prefixed(v, 'W'),
  s: seconds,
  B: bytes,
  g: (v) => grams(v),
  gPerKwh: (v) => `${significant(v)} gCO2e/kWh`,
  gPerR: (v) => grams(v),
  JPerItem: (v) => prefixed(v, 'J'),
  sPerItem: seconds,
  money: (v) => significant(v),
  moneyPerItem: (v) => significant(v),
  share: (v) => percent(v),
  points: (v) => v.toFixed(1),
  ratio: (v) => significant(v, 2),
  count: (v) => grouped(Math.round(v)),
}

/** Mass of greenhouse gas with an SI prefix: 595 ng CO2e. */
export function grams(value: number, digits = 3): string {
  return Math.abs(value) >= 1e6
    ? `${significant(value / 1e6, digits)} t CO2e`
    : `${prefixed(value, 'g', digits)} CO2e`
}

function seconds(value: number): string {
  return Math.abs(value) >= 1 ? `${significant(value)} s` : prefixed(value, 's')
}

/** Bytes in binary units: 1.4 MiB. */
export function bytes(value: number): string {
  const steps = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const step = value < 1 ? 0 : Math.min(steps.length - 1, Math.floor(Math.log2(value) / 10))
  return `${significant(value / 1024 ** step)} ${steps[step]}`
}

/** The central value of an estimate, or the word for what it is instead. */
export function value<U extends Unit>(estimate: Estimate<U>): string {
  if (estimate.kind === 'unknown') return 'unknown'
  if (estimate.kind === 'infinite') return 'infinite'
  return writers[estimate.unit](estimate.value)
}

/** Value, interval and how it was had: `4.2 mJ (3.1 mJ to 5.9 mJ, modeled)`. */
export function valueWithInterval<U extends Unit>(estimate: Estimate<U>): string {
  if (estimate.kind === 'unknown') return `unknown: ${estimate.why}`
  if (estimate.kind === 'infinite') return `infinite: ${estimate.reason}`
  const write = writers[estimate.unit]
  return `${write(estimate.value)} (${write(estimate.low)} to ${write(estimate.high)}, ${estimate.method})`
}

/** Only the interval: `3.1 mJ to 5.9 mJ`; empty where there is none. */
export function interval<U extends Unit>(estimate: Estimate<U>): string {
  if (estimate.kind !== 'known') return ''
  const write = writers[estimate.unit]
  return `${write(estimate.low)} to ${write(estimate.high)}`
}
