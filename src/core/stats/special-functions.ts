const HALF_LOG_TWO_PI = 0.9189385332046727

/** ln Gamma(x), x > 0, about 1e-15 relative: Stirling's series above 12, recurrence below (Abramowitz and Stegun 6.1.41). */
export function logGamma(x: number): number {
  if (x < 12) {
    let product = 1
    let shifted = x
    for (; shifted < 12; shifted += 1) product *= shifted
    return logGamma(shifted) - Math.log(product)
  }
  const r = 1 / (x * x)
  const series =
    1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - (r * 691) / 360360))))
  return (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI + series / x
}

export const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b)

/** ln n!, n a whole number. */
export const logFactorial = (n: number): number => logGamma(n + 1)

export const logChoose = (n: number, k: number): number =>
  logFactorial(n) - logFactorial(k) - logFactorial(n - k)

/** Continued fraction of the incomplete beta by Lentz's method (Abramowitz and Stegun 26.5.8; Lentz 1976). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny)
  let value = d
  for (let m = 1; m <= 20000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d, tiny)
    c = nonZero(1 + even / c, tiny)
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d, tiny)
    c = nonZero(1 + odd / c, tiny)
    value *= d * c
    if (Math.abs(d * c - 1) < 1e-16) break
  }
  return value
}

const nonZero = (value: number, tiny: number): number => (Math.abs(value) < tiny ? tiny : value)

/** Regularised incomplete beta I_x(a, b), a and b > 0: the Beta(a, b) distribution function at x. */
export function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b))
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a
  return 1 - (front * betaFraction(1 - x, b, a)) / b
}

/** 1 - I_x(a, b) without the loss of digits when it is small. */
export const upperBeta = (x: number, a: number, b: number): number => regularizedBeta(1 - x, b, a)

/** The x with I_x(a, b) = p: bisection with Newton steps where they stay inside the bracket. */
export function inverseBeta(p: number, a: number, b: number): number {
  if (p <= 0) return 0
  if (p >= 1) return 1
  let low = 0
  let high = 1
  let x = a / (a + b)
  const logNorm = logBeta(a, b)
  for (let i = 0; i < 200 && high - low > 1e-16 * x; i += 1) {
    const miss = regularizedBeta(x, a, b) - p
    if (miss > 0) high = x
    else low = x
    const density = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logNorm)
    const newton = x - miss / density
    const next = newton > low && newton < high ? newton : (low + high) / 2
    if (Math.abs(next - x) <= 1e-16 * x) return next
    x = next
  }
  return x
}

/** Standard normal distribution function: series near 0, continued fraction in the tails (Abramowitz and Stegun 26.2.10, 26.2.14). */
export function normalCdf(z: number): number {
  if (Math.abs(z) > 4) return z > 0 ? 1 - normalTail(z) : normalTail(-z)
  let term = z
  let sum = z
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k += 1) {
    term *= (z * z) / (2 * k + 1)
    sum += term
  }
  return 0.5 + sum * Math.exp(-0.5 * z * z - HALF_LOG_TWO_PI)
}

function normalTail(z: number): number {
  let fraction = z
  for (let k = 60; k >= 1; k -= 1) fraction = z + k / fraction
  return Math.exp(-0.5 * z * z - HALF_LOG_TWO_PI) / fraction
}

/** The z with normalCdf(z) = p, 0 < p < 1, by Newton from a logistic start. */
export function normalQuantile(p: number): number {
  if (p === 0.5) return 0
  if (p > 0.5) return -normalQuantile(1 - p)
  let z = p < 0.02 ? -Math.sqrt(-2 * Math.log(p)) + 0.5 : Math.log(p / (1 - p)) / 1.702
  for (let i = 0; i < 60; i += 1) {
    const cdf = z < -4 ? normalTail(-z) : normalCdf(z)
    const density = Math.exp(-0.5 * z * z - HALF_LOG_TWO_PI)
    const miss = (cdf - p) / density
    const step = miss / (1 + 0.5 * z * miss)
    z -= step
    if (Math.abs(step) < 1e-15 * Math.abs(z)) break
  }
  return z
}
