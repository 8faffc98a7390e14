import { binomialCdf } from './binomial.ts'
import { logChoose, logFactorial, normalCdf, normalQuantile } from './special-functions.ts'

/** Pairs on the same items. Win: candidate right, incumbent wrong. The loss is (lose - win) / n, positive is worse. */
export interface PairedCounts {
  readonly win: number
  readonly tie: number
  readonly lose: number
}

/** Above this many items the score test takes the place of the exact one: they agree there to the third digit. */
export const EXACT_UP_TO = 2000

const sizeOf = (counts: PairedCounts): number => counts.win + counts.tie + counts.lose

/**
 * Tango's score statistic of H0: p_lose - p_win = margin (Tango 1998, Stat. Med. 17, eq. 2-5).
 * Very negative: the loss is smaller than the margin.
 */
export function scoreStatistic(counts: PairedCounts, margin: number): number {
  return score(counts.win, counts.lose, sizeOf(counts), margin)
}

/** Variance of one pair's difference if the loss were the margin: what the score test divides by. */
export const varianceAt = ({ win, tie, lose }: PairedCounts, margin: number): number =>
  nullVariance(win, lose, win + tie + lose, margin)

function nullVariance(win: number, lose: number, n: number, margin: number): number {
  const linear = -lose - win + (2 * n - lose + win) * margin
  const constant = -win * margin * (1 - margin)
  const root = Math.sqrt(Math.max(0, linear * linear - 8 * n * constant))
  const nuisance = Math.max(0, (root - linear) / (4 * n), -margin)
  return 2 * nuisance + margin * (1 - margin)
}

function score(win: number, lose: number, n: number, margin: number): number {
  const variance = n * nullVariance(win, lose, n, margin)
  const surplus = lose - win - n * margin
  if (variance <= 0) return surplus === 0 ? 0 : surplus * Number.POSITIVE_INFINITY
  return surplus / Math.sqrt(variance)
}

/**
 * p-value of H0: loss >= margin against loss < margin, exact and unconditional: the largest probability, over the
 * unknown share of discordant pairs, of a table at least as favourable by the score statistic. Above EXACT_UP_TO
 * items: the score test.
 */
export function nonInferiorityP(counts: PairedCounts, margin: number): number {
  const n = sizeOf(counts)
  if (n === 0) return 1
  if (n > EXACT_UP_TO) return normalCdf(scoreStatistic(counts, margin))
  return worstTail(rejectionRegion(counts, n, margin), n, margin)
}

/**
 * Upper bound of the loss at one-sided level 1 - alpha: the largest margin that the exact test does not reject.
 * Rounded up by at most 1e-5.
 */
export function lossUpperBound(counts: PairedCounts, alpha: number): number {
  const n = sizeOf(counts)
  if (n === 0 || counts.lose === n) return 1
  const start = scoreUpperBound(counts, alpha)
  if (n > EXACT_UP_TO) return start
  const miss = (margin: number) =>
    Math.log(Math.max(1e-300, nonInferiorityP(counts, margin)) / alpha)
  const step = Math.max(0.1 * (start - (counts.lose - counts.win) / n), 1e-3)
  let [low, high] = [start, start]
  while (high < 1 && miss(high) > 0) [low, high] = [high, Math.min(1, high + step)]
  while (low > -1 && miss(low) <= 0) [low, high] = [Math.max(-1, low - step), low]
  return crossing(miss, low, high)
}

/** Lower bound of the loss at one-sided level 1 - alpha. */
export function lossLowerBound(counts: PairedCounts, alpha: number): number {
  return -lossUpperBound({ win: counts.lose, tie: counts.tie, lose: counts.win }, alpha)
}

/** p-value of H0: loss <= margin against loss > margin; exact as above. */
export function inferiorityP(counts: PairedCounts, margin: number): number {
  return nonInferiorityP({ win: counts.lose, tie: counts.tie, lose: counts.win }, -margin)
}

/** Tango's upper bound: the margin at which the score statistic is the alpha quantile. */
export function scoreUpperBound(counts: PairedCounts, alpha: number): number {
  const z = normalQuantile(alpha)
  let low = (counts.lose - counts.win) / sizeOf(counts)
  let high = 1
  for (let i = 0; i < 50; i += 1) {
    const middle = (low + high) / 2
    if (scoreStatistic(counts, middle) > z) low = middle
    else high = middle
  }
  return high
}

/** Illinois regula falsi on a falling function, then the side where it is not above zero, at most 1e-5 beyond the root. */
function crossing(miss: (margin: number) => number, from: number, to: number): number {
  let [low, high] = [from, to]
  let [atLow, atHigh] = [miss(low), miss(high)]
  for (let i = 0; i < 60 && high - low > 1e-5; i += 1) {
    const linear = (low * atHigh - high * atLow) / (atHigh - atLow)
    const inside = Math.min(high - 4e-6, Math.max(low + 4e-6, linear))
    const value = miss(inside)
    if (value > 0) [low, atLow, atHigh] = [inside, value, atHigh / 2]
    else [high, atHigh, atLow] = [inside, value, atLow / 2]
  }
  return high
}

/** For each number of discordant pairs k, the most losses that still count as at least as favourable; -1: none. */
function rejectionRegion(counts: PairedCounts, n: number, margin: number): Int32Array {
  const observed = scoreStatistic(counts, margin) + 1e-9
  const most = new Int32Array(n + 1)
  let lose = -1
  for (let k = 0; k <= n; k += 1) {
    while (lose < k && score(k - lose - 1, lose + 1, n, margin) <= observed) lose += 1
    while (lose >= 0 && score(k - lose, lose, n, margin) > observed) lose -= 1
    most[k] = lose
  }
  return most
}

/** Grid points over the nuisance share; the maxima among them are refined. Denser grids change no p-value by 1 %. */
const NUISANCE_POINTS = 40

function worstTail(most: Int32Array, n: number, margin: number): number {
  const least = Math.abs(margin)
  const shareAt = (u: number) => least + (1 - least) * Math.sin((Math.PI / 2) * u) ** 2
  const ln = logChooseRow(n)
  const tail = (u: number) => regionProbability(most, n, margin, shareAt(u), ln)
  const values: number[] = []
  for (let i = 0; i <= NUISANCE_POINTS; i += 1) values.push(tail(i / NUISANCE_POINTS))
  const top = Math.max(...values)
  let worst = top
  values.forEach((value, i) => {
    const peak = value >= (values[i - 1] ?? -1) && value >= (values[i + 1] ?? -1)
    // A grid maximum that is far below the top cannot hide a larger one between its neighbours.
    if (peak && value > 0.7 * top) worst = Math.max(worst, refinedMaximum(tail, i, value))
  })
  return Math.min(1, worst)
}

/** Golden section between the neighbours of grid point i. */
function refinedMaximum(tail: (u: number) => number, i: number, start: number): number {
  const golden = 0.6180339887498949
  let low = Math.max(0, (i - 1) / NUISANCE_POINTS)
  let high = Math.min(1, (i + 1) / NUISANCE_POINTS)
  let best = start
  for (let step = 0; step < 6; step += 1) {
    const left = high - golden * (high - low)
    const right = low + golden * (high - low)
    const [atLeft, atRight] = [tail(left), tail(right)]
    best = Math.max(best, atLeft, atRight)
    if (atLeft > atRight) high = right
    else low = left
  }
  return best
}

function logChooseRow(n: number): Float64Array {
  const row = new Float64Array(n + 1)
  const whole = logFactorial(n)
  for (let k = 0; k <= n; k += 1) row[k] = whole - logFactorial(k) - logFactorial(n - k)
  return row
}

/**
 * P((win, lose) in the region) for n pairs, discordant share d and loss = margin: sum over k of
 * Binomial(n, d)(k) x P(Binomial(k, pi) <= most[k]), the inner probability carried from k to k + 1 by recurrence.
 */
function regionProbability(
  most: Int32Array,
  n: number,
  margin: number,
  share: number,
  logChooses: Float64Array,
): number {
  const d = Math.min(Math.max(share, 1e-12), 1 - 1e-12)
  const pi = Math.min(1 - 1e-12, Math.max(1e-12, (d + margin) / (2 * d)))
  const spread = 6.5 * Math.sqrt(n * d * (1 - d)) + 12
  const first = Math.max(0, Math.floor(n * d - spread))
  const last = Math.min(n, Math.ceil(n * d + spread))
  const inner = new InnerTail(pi, first, most[first] as number)
  const [logD, logRest] = [Math.log(d), Math.log1p(-d)]
  let sum = 0
  for (let k = first; k <= last; k += 1) {
    if (k > first) inner.moveTo(k, most[k] as number)
    if (inner.cdf <= 0) continue
    sum += Math.exp((logChooses[k] as number) + k * logD + (n - k) * logRest) * inner.cdf
  }
  return sum
}

/** P(Binomial(k, pi) <= c) as k and c move by small steps; its mass at c is carried in logs so that it cannot underflow. */
class InnerTail {
  cdf: number
  private readonly logPi: number
  private readonly logRest: number
  private readonly pi: number
  private k: number
  private c: number
  private logMass: number
  constructor(pi: number, k: number, c: number) {
    this.pi = pi
    this.logPi = Math.log(pi)
    this.logRest = Math.log1p(-pi)
    this.k = k
    this.c = c
    this.cdf = binomialCdf(c, k, pi)
    this.logMass = c < 0 ? Number.NEGATIVE_INFINITY : this.massAt(c)
  }

  moveTo(k: number, c: number): void {
    this.addPair()
    if (c < this.c || k !== this.k) this.restart(k, c)
    while (this.c < c) this.addLoss()
  }

  private addPair(): void {
    if (this.c >= 0) {
      this.cdf = Math.max(0, this.cdf - this.pi * Math.exp(this.logMass))
      this.logMass += Math.log((this.k + 1) / (this.k + 1 - this.c)) + this.logRest
    }
    this.k += 1
  }

  private addLoss(): void {
    this.c += 1
    this.logMass =
      this.c === 0
        ? this.k * this.logRest
        : this.logMass + Math.log((this.k - this.c + 1) / this.c) + this.logPi - this.logRest
    this.cdf += Math.exp(this.logMass)
  }

  private restart(k: number, c: number): void {
    this.k = k
    this.c = c
    this.cdf = binomialCdf(c, k, this.pi)
    this.logMass = c < 0 ? Number.NEGATIVE_INFINITY : this.massAt(c)
  }

  private massAt(c: number): number {
    return logChoose(this.k, c) + c * this.logPi + (this.k - c) * this.logRest
  }
}
