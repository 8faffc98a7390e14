/** Fractions of the largest bet, log-spaced; more points move stopping times by less than 3 % (selection study 2.2). */
const BET_FRACTIONS: readonly number[] = Array.from(
  { length: 8 },
  (_, g) => 0.02 * (0.9 / 0.02) ** (g / 7),
)

export interface EProcessOptions {
  /** The null says: the mean is at most this. 0..1. */
  readonly nullMean: number
  /** Items in the set, drawn without replacement (set scope); null: future items (population scope). */
  readonly size: number | null
  /** Reject when the capital reaches this (1/alpha, K/alpha). */
  readonly threshold: number
  readonly fractions?: readonly number[]
}

/** Updates between two renormalisations; keeps 0.1^64 and 1e4^64 inside a double. */
const BLOCK = 64

/**
 * Betting e-process against "the mean is at most q", for observations in 0..1 in random order (Waudby-Smith and
 * Ramdas 2020, 2023): a nonnegative martingale of mean 1 under the null, so that it ever reaches T with probability
 * at most 1/T (Ville). Capital = mean over fractions f of the product of 1 + f (y - m_t) / m_t, where m_t is q, or in
 * set scope the mean that the null leaves for the rest, (N q - S) / (N - t + 1).
 *
 * m_t = 0 is still possible under the null (all the rest may be 0), so it contributes no factor; only a sum above
 * N q proves the null impossible. m_t >= 1: no bet can win, no factor.
 */
export class EProcess {
  /** Observations so far. */
  count = 0
  /** Sum of the observations so far. */
  sum = 0
  /** Whether the capital has reached the threshold, or the null became impossible. */
  rejected = false
  private readonly nullMean: number
  private readonly size: number | null
  private readonly logThreshold: number
  private readonly fractions: Float64Array
  private readonly logBase: Float64Array
  private readonly base: Float64Array
  private readonly product: Float64Array
  private logOffset = 0
  private inBlock = 0
  private peak = 1
  private logPeak = 0
  private impossible = false

  constructor({ nullMean, size, threshold, fractions = BET_FRACTIONS }: EProcessOptions) {
    this.nullMean = nullMean
    this.size = size
    this.logThreshold = Math.log(threshold)
    this.fractions = Float64Array.from(fractions)
    this.logBase = new Float64Array(fractions.length).fill(-Math.log(fractions.length))
    this.base = new Float64Array(fractions.length).fill(1 / fractions.length)
    this.product = new Float64Array(fractions.length).fill(1)
  }

  /** Natural log of the capital now. */
  get logCapital(): number {
    return this.impossible ? Number.POSITIVE_INFINITY : Math.log(this.scaled()) + this.logOffset
  }

  /** Natural log of the largest capital so far; Infinity once the null is impossible. */
  get logMax(): number {
    if (this.impossible) return Number.POSITIVE_INFINITY
    return Math.max(this.logPeak, Math.log(this.peak) + this.logOffset)
  }

  /** Takes the next observation, 0..1. */
  update(y: number): void {
    const m = this.mean()
    this.count += 1
    this.sum += y
    if (this.size !== null && this.sum > this.size * this.nullMean + this.slack()) this.prove()
    if (m > 0 && m < 1) this.bet(y, m)
  }

  private bet(y: number, m: number): void {
    const { fractions, product, base } = this
    const gain = (y - m) / m
    let capital = 0
    for (let g = 0; g < fractions.length; g += 1) {
      const next = (product[g] as number) * (1 + (fractions[g] as number) * gain)
      product[g] = next
      capital += (base[g] as number) * next
    }
    if (capital > this.peak) this.peak = capital
    this.inBlock += 1
    if (this.inBlock >= BLOCK || gain > 1e4) this.renormalise()
    else if (capital > 1 && Math.log(capital) + this.logOffset >= this.logThreshold)
      this.rejected = true
  }

  /** The null's mean for the next observation; sums that equal N q up to rounding leave exactly 0. */
  private mean(): number {
    if (this.size === null) return this.nullMean
    const rest = this.size * this.nullMean - this.sum
    return rest <= this.slack() ? 0 : rest / (this.size - this.count)
  }

  private slack(): number {
    return 1e-9 * (1 + (this.size ?? 0))
  }

  private prove(): void {
    this.impossible = true
    this.rejected = true
  }

  private scaled(): number {
    let capital = 0
    for (let g = 0; g < this.base.length; g += 1) {
      capital += (this.base[g] as number) * (this.product[g] as number)
    }
    return capital
  }

  private renormalise(): void {
    this.logPeak = this.logMax
    let top = Number.NEGATIVE_INFINITY
    for (let g = 0; g < this.base.length; g += 1) {
      const log = (this.logBase[g] as number) + Math.log(this.product[g] as number)
      this.logBase[g] = log
      this.product[g] = 1
      top = Math.max(top, log)
    }
    this.logOffset = top
    for (let g = 0; g < this.base.length; g += 1) {
      this.base[g] = Math.exp((this.logBase[g] as number) - top)
    }
    this.inBlock = 0
    this.peak = this.scaled()
    if (this.logMax >= this.logThreshold) this.rejected = true
  }
}
