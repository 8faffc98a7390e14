/** SI units and the few others that a rightsize number may carry. */
export type Unit =
  | 'J'
  | 'W'
  | 's'
  | 'B'
  | 'g' // gCO2eq
  | 'gPerKwh' // gCO2eq per kWh
  | 'gPerR' // gCO2eq per functional unit
  | 'JPerItem'
  | 'sPerItem'
  | 'money' // in the currency of the account
  | 'moneyPerItem'
  | 'share' // 0..1
  | 'points' // 0..100
  | 'ratio'
  | 'count'

/** How a number was had; `stated`: somebody typed it, and nobody here saw it measured. */
export type EstimateMethod = 'measured' | 'stated' | 'sourced' | 'modeled'

/** A value with its interval and its provenance. */
export interface Known<U extends Unit> {
  readonly kind: 'known'
  readonly unit: U
  readonly value: number
  readonly low: number
  readonly high: number
  /** Nominal coverage of [low, high], 0..1. */
  readonly level: number
  readonly method: EstimateMethod
  /** How exactly: meter, formula, table. */
  readonly how: string
  /** Citation of the constant, file or device that it rests on. */
  readonly source: string
}

/** Said instead of 0 when nothing is known. */
export interface Unknown {
  readonly kind: 'unknown'
  readonly why: string
}

/** Said instead of Infinity, which JSON has not. */
export interface Infinite {
  readonly kind: 'infinite'
  readonly reason: string
}

export type Estimate<U extends Unit> = Known<U> | Unknown | Infinite

/** What a clock or a counter reads, or why nothing is known of it. */
export type Figure = number | Unknown

export const unknown = (why: string): Unknown => ({ kind: 'unknown', why })
export const infinite = (reason: string): Infinite => ({ kind: 'infinite', reason })
