import { RightsizeError } from '../error/error.ts'
import type { EstimateMethod, Known, Unit } from './estimate.ts'

/** What a known estimate is made from; low and high default to the value (an exact figure). */
export interface KnownParts {
  readonly value: number
  readonly low?: number
  readonly high?: number
  /** Nominal coverage of [low, high]; 0.9 unless said, 1 where low and high are the value. */
  readonly level?: number
  readonly method: EstimateMethod
  readonly how: string
  readonly source: string
}

/**
 * Makes a known estimate and checks it once, here: finite numbers, low <= value <= high, level in (0, 1].
 * Everything downstream relies on it.
 */
export function known<U extends Unit>(unit: U, parts: KnownParts): Known<U> {
  const { value, low = value, high = value, method, how, source } = parts
  const level = parts.level ?? (low === high ? 1 : 0.9)
  if (![value, low, high].every(Number.isFinite))
    throw new RightsizeError('ESTIMATE_INVALID', `${how}: ${value} [${low}, ${high}] is not finite`)
  if (!(low <= value && value <= high))
    throw new RightsizeError(
      'ESTIMATE_INVALID',
      `${how}: the value ${value} is outside its own interval [${low}, ${high}]`,
    )
  if (!(level > 0 && level <= 1))
    throw new RightsizeError('ESTIMATE_INVALID', `${how}: level ${level} is not in (0, 1]`)
  return { kind: 'known', unit, value, low, high, level, method, how, source }
}

/** A figure without uncertainty: a count, a definition, a chosen setting. */
export function exact<U extends Unit>(unit: U, value: number, source: string): Known<U> {
  return known(unit, { value, method: 'sourced', how: 'exact', source })
}

/** A value with a multiplicative interval, [value x low, value x high]; value must not be negative. */
export function within<U extends Unit>(
  unit: U,
  value: number,
  ratio: readonly [number, number],
  about: Pick<KnownParts, 'method' | 'how' | 'source' | 'level'>,
): Known<U> {
  return known(unit, { value, low: value * ratio[0], high: value * ratio[1], ...about })
}
