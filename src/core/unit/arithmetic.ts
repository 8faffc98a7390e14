import {
  type Estimate,
  type EstimateMethod,
  type Figure,
  infinite,
  type Known,
  type Unit,
  unknown,
} from './estimate.ts'
import { known } from './known.ts'

/**
 * Interval arithmetic over estimates. The result holds every value that the operands' intervals allow
 * (no independence is assumed, so it is wide; `simulate` is the tight way). Order is kept: a larger operand
 * never gives a smaller sum or product of non-negative numbers, and a larger divisor never a larger quotient.
 * Unknown spreads; infinite stays infinite in sums. Source: Moore, Interval Analysis (1966), chapter 2.
 */

const rank: Readonly<Record<EstimateMethod, number>> = {
  measured: 0,
  stated: 1,
  sourced: 2,
  modeled: 3,
}

/** The weaker of two methods: a sum with a modelled part is modelled. */
export function weakerMethod(a: EstimateMethod, b: EstimateMethod): EstimateMethod {
  return rank[a] >= rank[b] ? a : b
}

/** Joins texts without repeating one. */
function joinUnique(separator: string, texts: readonly string[]): string {
  return [...new Set(texts.filter((text) => text !== ''))].join(separator)
}

/** Provenance of a result: weakest method, lowest level, both histories; mixed methods are said in `how`. */
function provenance(a: Known<Unit>, b: Known<Unit>, sign: string) {
  const mixed = a.method !== b.method
  const side = (e: Known<Unit>) => (mixed ? `${e.how} [${e.method}]` : e.how)
  return {
    level: Math.min(a.level, b.level),
    method: weakerMethod(a.method, b.method),
    how: a.how === b.how && !mixed ? a.how : howOf(sign, side(a), side(b)),
    source: joinUnique('; ', [...a.source.split('; '), ...b.source.split('; ')]),
  }
}

/** Two histories as one. In a sum every term stands once: 12 windows of one meter are one way of knowing, not 12. */
function howOf(sign: string, a: string, b: string): string {
  if (sign !== '+') return joinUnique(` ${sign} `, [a, b])
  return joinUnique(' + ', [...a.split(' + '), ...b.split(' + ')])
}

/** a + b, in the unit of both. */
export function add<U extends Unit>(a: Estimate<U>, b: Estimate<U>): Estimate<U> {
  if (a.kind === 'unknown') return a
  if (b.kind === 'unknown') return b
  if (a.kind === 'infinite') return a
  if (b.kind === 'infinite') return b
  return known(a.unit, {
    value: a.value + b.value,
    low: a.low + b.low,
    high: a.high + b.high,
    ...provenance(a, b, '+'),
  })
}

/** Sum of a list; `zero` is returned for an empty one. */
export function sum<U extends Unit>(zero: Estimate<U>, list: readonly Estimate<U>[]): Estimate<U> {
  const [first, ...rest] = list
  return first === undefined ? zero : rest.reduce((total, each) => add(total, each), first)
}

/** Sum of plain figures; unknown as soon as one is. */
export function sumOfFigures(figures: readonly Figure[]): Figure {
  let total = 0
  for (const figure of figures) {
    if (typeof figure !== 'number') return figure
    total += figure
  }
  return total
}

/** a - b, in the unit of both; infinity minus anything finite stays infinite. */
export function subtract<U extends Unit>(a: Estimate<U>, b: Estimate<U>): Estimate<U> {
  if (a.kind === 'unknown') return a
  if (b.kind === 'unknown') return b
  if (b.kind === 'infinite') return unknown(`minus something infinite (${b.reason})`)
  if (a.kind === 'infinite') return a
  return known(a.unit, {
    value: a.value - b.value,
    low: a.low - b.high,
    high: a.high - b.low,
    ...provenance(a, b, '-'),
  })
}

/** a x k for a plain number k (which may be negative: the interval is turned round). */
export function scale<U extends Unit>(a: Estimate<U>, k: number): Estimate<U> {
  if (a.kind !== 'known') return a.kind === 'infinite' && k === 0 ? unknown('infinity times 0') : a
  const ends = [a.low * k, a.high * k]
  return { ...a, ...checked(a.unit, a.value * k, ends, a) }
}

/** The same numbers in another unit, times a conversion factor: J to kWh-based grams, say. */
export function convert<V extends Unit>(a: Estimate<Unit>, unit: V, factor = 1): Estimate<V> {
  if (a.kind !== 'known') return a
  return checked(unit, a.value * factor, [a.low * factor, a.high * factor], a)
}

/** a x b in the unit named. All four corners are looked at, so signs are safe. */
export function multiply<V extends Unit>(
  a: Estimate<Unit>,
  b: Estimate<Unit>,
  unit: V,
): Estimate<V> {
  if (a.kind === 'unknown') return a
  if (b.kind === 'unknown') return b
  if (a.kind === 'infinite') return b.kind === 'known' && b.value === 0 ? zeroTimesInfinity : a
  if (b.kind === 'infinite') return a.value === 0 ? zeroTimesInfinity : b
  const ends = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high]
  return checked(unit, a.value * b.value, ends, provenance(a, b, 'x'))
}

/**
 * a / b in the unit named. A divisor of exactly 0 gives infinite; one whose interval reaches 0 gives unknown,
 * because no finite upper end exists.
 */
export function divide<V extends Unit>(a: Estimate<Unit>, b: Estimate<Unit>, unit: V): Estimate<V> {
  if (a.kind === 'unknown') return a
  if (b.kind === 'unknown') return b
  if (b.kind === 'infinite') return unknown(`divided by something infinite (${b.reason})`)
  if (a.kind === 'infinite') return a
  if (b.low === 0 && b.high === 0) return infinite(`${a.how} divided by nothing (${b.how})`)
  if (b.low <= 0 && b.high >= 0)
    return unknown(`the divisor (${b.how}) may be 0, so the quotient has no finite end`)
  const ends = [a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high]
  return checked(unit, a.value / b.value, ends, provenance(a, b, '/'))
}

const zeroTimesInfinity = unknown('infinity times 0')

function checked<V extends Unit>(
  unit: V,
  value: number,
  ends: readonly number[],
  about: Pick<Known<V>, 'level' | 'method' | 'how' | 'source'>,
): Known<V> {
  const { level, method, how, source } = about
  const low = Math.min(...ends)
  const high = Math.max(...ends)
  return known(unit, { value, low, high, level, method, how, source })
}
