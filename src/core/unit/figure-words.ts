/** A share as points: 0.013 -> "1.3 points"; never "-0". */
export function points(share: number): string {
  const text = bare(100 * share)
  return `${text} ${text === '1' || text === '-1' ? 'point' : 'points'}`
}

/** The margin as an adjective: 0.01 -> "1-point". */
export const pointMargin = (share: number): string => `${bare(100 * share)}-point`

/** A chance in words that never claim 0 or 100 %. */
export function chance(share: number): string {
  if (share < 0.01) return '< 1 %'
  if (share > 0.99) return '> 99 %'
  return `${Math.round(100 * share)} %`
}

/** A share as percent: 0.9412 -> "94.1 %", 0.05 -> "5 %". */
export const percent = (share: number): string =>
  `${(100 * share).toFixed(1).replace(/\.0$/, '')} %`

/** A level as it was set: 0.995 -> "99.5 %", 0.99875 -> "99.875 %". */
export const levelText = (level: number): string => `${Number((100 * level).toPrecision(6))} %`

/** One decimal below 20, none above; trailing zeros cut. */
function bare(value: number): string {
  const text = Math.abs(value) >= 20 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, '')
  return text === '-0' ? '0' : text
}

/** Thousands by commas: 1900 -> "1,900". */
export const counted = (value: number): string =>
  String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')

export const plural = (count: number, noun: string): string =>
  `${counted(count)} ${noun}${count === 1 ? '' : 's'}`

/** "these 300 items", "this item". */
export const theseItems = (count: number): string =>
  count === 1 ? 'this item' : `these ${counted(count)} items`

/** Two significant digits, upwards: the precision that a planning formula has. */
export function roundedUp(value: number): number {
  if (value <= 10) return Math.ceil(value)
  const scale = 10 ** (Math.floor(Math.log10(value)) - 1)
  return Math.ceil(value / scale) * scale
}
