import { visitShuffled } from './row-split.ts'

/** Rows of a sparse matrix (CSR): row i holds `columns` and `values` from offsets[i] to offsets[i + 1]. */
export interface SparseRows {
  readonly offsets: Int32Array
  readonly columns: Int32Array
  readonly values: Float32Array
  readonly width: number
}

/**
 * Multinomial logistic regression with L2, solved in the dual, one row at a time:
 *   minimise 1/2 |W|^2 + sum_i c_i KL(t_i, softmax(W x_i)),  W = sum_i c_i (t_i - p_i) x_i.
 * Each step solves its row's subproblem p = softmax(s - q (p - p_old)), q = c_i |x_i|^2, exactly, so
 * there is no learning rate. Stochastic dual coordinate ascent: Shalev-Shwartz and Zhang, JMLR 14
 * (2013); the entropy-regularised subproblem: Yu, Huang and Lin, Machine Learning 85 (2011).
 */
export class SoftmaxDual {
  /** width x classes, row-major. */
  readonly weights: Float32Array
  readonly bias: Float32Array
  private readonly rows: SparseRows
  private readonly targets: Float32Array
  private readonly classes: number
  private readonly costs: Float32Array
  /** rows x classes: the dual variables, each row a probability vector. */
  private readonly dual: Float32Array
  private readonly squares: Float32Array
  private readonly scores: Float64Array
  private readonly steps: Float64Array
  private readonly moved: Int32Array

  /** `targets` is rows x classes (one-hot or soft); `costs` holds c_i; starts at W = 0 with p = t. */
  constructor(rows: SparseRows, targets: Float32Array, classes: number, costs: Float32Array) {
    this.rows = rows
    this.targets = targets
    this.classes = classes
    this.costs = Float32Array.from(costs)
    this.dual = Float32Array.from(targets)
    this.weights = new Float32Array(rows.width * classes)
    this.bias = new Float32Array(classes)
    this.squares = squaredNorms(rows)
    this.scores = new Float64Array(classes)
    this.steps = new Float64Array(classes)
    this.moved = new Int32Array(classes)
  }

  /** Multiplies every c_i: a warm start for the next strength of L2. */
  scaleCosts(factor: number): void {
    for (let i = 0; i < this.costs.length; i++) this.costs[i] = (this.costs[i] as number) * factor
    for (let i = 0; i < this.weights.length; i++)
      this.weights[i] = (this.weights[i] as number) * factor
    for (let i = 0; i < this.bias.length; i++) this.bias[i] = (this.bias[i] as number) * factor
  }

  /** One pass over the rows named, in random order. Returns the mean loss seen on the way, nats. */
  epoch(rows: Int32Array, random: () => number): number {
    return visitShuffled(rows, random, (row) => this.step(row))
  }

  /** Class scores of the rows named, rows x classes. */
  scoresOf(rows: Int32Array): Float32Array {
    const out = new Float32Array(rows.length * this.classes)
    rows.forEach((row, i) => {
      this.score(row)
      out.set(this.scores, i * this.classes)
    })
    return out
  }

  private step(row: number): number {
    this.score(row)
    const q = (this.costs[row] as number) * (this.squares[row] as number)
    const loss = this.propose(row, q)
    this.apply(row, this.select(row))
    return loss
  }

  private score(row: number): void {
    const { scores, classes, weights, bias, rows } = this
    for (let k = 0; k < classes; k++) scores[k] = bias[k] as number
    const end = rows.offsets[row + 1] as number
    for (let j = rows.offsets[row] as number; j < end; j++) {
      const v = rows.values[j] as number
      const base = (rows.columns[j] as number) * classes
      for (let k = 0; k < classes; k++) {
        scores[k] = (scores[k] as number) + v * (weights[base + k] as number)
      }
    }
  }

  /** Writes the wanted change of p into `steps`; returns the cross-entropy before it. */
  private propose(row: number, q: number): number {
    const { scores, steps, classes, dual, targets } = this
    const base = row * classes
    let top = -Infinity
    for (let k = 0; k < classes; k++) top = Math.max(top, scores[k] as number)
    let z = 0
    let dot = 0
    for (let k = 0; k < classes; k++) {
      const s = (scores[k] as number) - top
      z += Math.exp(s)
      dot += (targets[base + k] as number) * s
    }
    for (let k = 0; k < classes; k++) {
      steps[k] = (scores[k] as number) + q * (dual[base + k] as number)
    }
    entropicProx(steps, q)
    for (let k = 0; k < classes; k++) {
      steps[k] = (steps[k] as number) - (dual[base + k] as number)
    }
    return Math.log(z) - dot
  }

  /** Keeps the classes that move at all; late epochs touch few of them. */
  private select(row: number): number {
    const { steps, moved, classes, dual } = this
    let count = 0
    for (let k = 0; k < classes; k++) {
      const step = steps[k] as number
      if (step < 1e-4 && step > -1e-4) continue
      moved[count++] = k
      dual[row * classes + k] = (dual[row * classes + k] as number) + step
    }
    return count
  }

  private apply(row: number, count: number): void {
    if (count === 0) return
    const { steps, moved, classes, weights, bias, rows } = this
    const cost = this.costs[row] as number
    for (let m = 0; m < count; m++) {
      const k = moved[m] as number
      bias[k] = (bias[k] as number) - cost * (steps[k] as number)
    }
    const end = rows.offsets[row + 1] as number
    for (let j = rows.offsets[row] as number; j < end; j++) {
      const v = cost * (rows.values[j] as number)
      const base = (rows.columns[j] as number) * classes
      for (let m = 0; m < count; m++) {
        const k = moved[m] as number
        weights[base + k] = (weights[base + k] as number) - v * (steps[k] as number)
      }
    }
  }
}

/** |x_i|^2 plus 1 for the bias, which is a feature of constant value 1. */
function squaredNorms(rows: SparseRows): Float32Array {
  const out = new Float32Array(rows.offsets.length - 1)
  for (let i = 0; i < out.length; i++) {
    let sum = 1
    const end = rows.offsets[i + 1] as number
    for (let j = rows.offsets[i] as number; j < end; j++) sum += (rows.values[j] as number) ** 2
    out[i] = sum
  }
  return out
}

/**
 * Overwrites `a` by the probability vector p with p_k proportional to exp(a_k - q p_k).
 * With w = q p this is w_k + ln w_k = a_k - z; Newton on z until sum w = q.
 */
export function entropicProx(a: Float64Array, q: number): void {
  let top = -Infinity
  for (let k = 0; k < a.length; k++) top = Math.max(top, a[k] as number)
  let shift = q + Math.log(q) - top
  // Classes below 1e-7 count as 0.
  const least = Math.log(q) - 16
  let sum = 0
  for (let round = 0; round < 20; round++) {
    sum = 0
    let slope = 0
    for (let k = 0; k < a.length; k++) {
      const y = (a[k] as number) + shift
      if (y < least) continue
      const w = wrightOmega(y)
      sum += w
      slope += w / (1 + w)
    }
    const move = (q - sum) / slope
    if (move > -1e-3 && move < 1e-3) break
    shift += move
  }
  for (let k = 0; k < a.length; k++) {
    const y = (a[k] as number) + shift
    a[k] = y < least ? 0 : wrightOmega(y) / sum
  }
}

/** Solves w + ln w = y for w > 0 (the Wright omega function; Corless and Jeffrey, 2002) to about 1e-6 relative. */
export function wrightOmega(y: number): number {
  if (y < -7) {
    const e = Math.exp(y)
    return e * (1 - e)
  }
  let w = y > 1 ? y - Math.log(y) : Math.exp(y) / (1 + 0.6 * Math.exp(y * 0.8))
  for (let i = 0; i < 2; i++) w = (w * (1 + y - Math.log(w))) / (1 + w)
  return w
}
