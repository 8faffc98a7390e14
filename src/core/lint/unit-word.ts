/** What one of a unit is in its base unit, g or kWh; `hours` is the exponent of time in it: W is kWh per hour. */
interface Scale {
  readonly unit: string
  readonly factor: number
  readonly hours: number
}

const multipliers: Readonly<Record<string, number>> = {
  hundred: 100,
  thousand: 1e3,
  k: 1e3,
  million: 1e6,
  mio: 1e6,
  m: 1e6,
  billion: 1e9,
  b: 1e9,
  trillion: 1e12,
}

/** Unit and factor by unit word; `CO2e` has been cut off before. */
const scales: Readonly<Record<string, Scale>> = {
  ...scaled('g', 0, { g: 1, gram: 1, grams: 1, mg: 1e-3, µg: 1e-6, ug: 1e-6, ng: 1e-9, pg: 1e-12 }),
  ...scaled('g', 0, { kg: 1e3, kilogram: 1e3, kilograms: 1e3, lb: 453.59237, lbs: 453.59237 }),
  ...scaled('g', 0, { t: 1e6, tonne: 1e6, tonnes: 1e6, ton: 1e6, tons: 1e6, mt: 1e6 }),
  ...scaled('kWh', 0, { kwh: 1, wh: 1e-3, mwh: 1e3, gwh: 1e6, j: 1 / 3.6e6, mj: 1 / 3.6 }),
  ...scaled('kWh', -1, { w: 1e-3, watt: 1e-3, watts: 1e-3, kw: 1, kilowatt: 1, kilowatts: 1 }),
  ...scaled('kWh', -1, { MW: 1e3, megawatt: 1e3, megawatts: 1e3 }),
}

function scaled(unit: string, hours: number, factors: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    Object.entries(factors).map(([word, factor]) => [word, { unit, factor, hours }]),
  )
}

/** Hours in one of a period; a month is the twelfth part of 365 days. */
const periods: Readonly<Record<string, number>> = {
  ...{ s: 1 / 3600, sec: 1 / 3600, second: 1 / 3600, minute: 1 / 60, min: 1 / 60 },
  ...{ h: 1, hr: 1, hour: 1, d: 24, day: 24, week: 168 },
  ...{ month: 730, quarter: 2190, year: 8760, yr: 8760 },
}

const own = <Value>(table: Readonly<Record<string, Value>>, word: string) =>
  Object.hasOwn(table, word) ? (table[word] ?? null) : null

/** `32 G` and `2 T` are of memory. */
export const scaleOf = (word: string): Scale | null =>
  own(scales, word) ?? (/^[GT]$/.test(word) ? null : own(scales, word.toLowerCase()))

/** Hours in a period, also in the plural; null for any other word. */
export const hoursOf = (word: string): number | null => own(periods, singular(word))

/** `M` and `B` are multipliers (1M tokens); `m` and `b` are not. */
export const multiplierOf = (word: string): number | null =>
  /^[a-jl-z]$/.test(word) ? null : own(multipliers, word.toLowerCase())

/** Lower case, no plural s: `FLOPs` and `flop` are one unit. */
export function singular(words: string): string {
  const word = words.toLowerCase().trim()
  return word.replace(/ies$/, 'y').replace(/([^s])s$/, '$1')
}
