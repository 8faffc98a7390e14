import { EProcess } from './e-process.ts'

/**
 * Lower bound, at one-sided level 1 - alpha, of the mean of values in 0..1 (Waudby-Smith and Ramdas 2023): the
 * smallest mean against which the betting capital has never reached 1/alpha. Valid for any stopping rule and any
 * distribution; the values must stand in random order. `size`: the set they are drawn from without replacement, or null.
 */
export function bettingLowerBound(
  values: ArrayLike<number>,
  alpha: number,
  size: number | null = null,
): number {
  const rejects = (mean: number) => rejectsMean(values, mean, alpha, size)
  let low = 0
  let high = 1
  while (high - low > 1e-5) {
    const middle = (low + high) / 2
    if (rejects(middle)) low = middle
    else high = middle
  }
  return low
}

function rejectsMean(
  values: ArrayLike<number>,
  mean: number,
  alpha: number,
  size: number | null,
): boolean {
  const process = new EProcess({ nullMean: mean, size, threshold: 1 / alpha })
  for (let i = 0; i < values.length && !process.rejected; i += 1)
    process.update(values[i] as number)
  return process.rejected
}

/** Upper bound of the same mean. */
export function bettingUpperBound(
  values: ArrayLike<number>,
  alpha: number,
  size: number | null = null,
): number {
  return (
    1 -
    bettingLowerBound(
      Float64Array.from(values, (value) => 1 - value),
      alpha,
      size,
    )
  )
}
