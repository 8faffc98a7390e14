import { RightsizeError } from '../error/error.ts'

/** Ridge relative to the mean of the diagonal; from compression study 3.5. */
export const ridgeShare = 1e-3
/** Columns handled together, so that a panel stays in the first cache. */
const blockSize = 48

/**
 * Cholesky factor L (lower, row-major n x n, in place of `a`) of a symmetric positive definite matrix, right-looking and
 * by blocks. Source: Golub and Van Loan, Matrix Computations, 4th ed., algorithm 4.2.
 * Throws SHRINK_PASS where a pivot is not positive.
 */
export function cholesky(a: Float64Array, n: number): Float64Array {
  for (let start = 0; start < n; start += blockSize) {
    const end = Math.min(n, start + blockSize)
    factorPanel(a, n, start, end)
    updateTrailing(a, n, start, end)
  }
  return a
}

function factorPanel(a: Float64Array, n: number, start: number, end: number): void {
  for (let j = start; j < end; j += 1) {
    const pivot = (a[j * n + j] as number) - squares(a, j * n, start, j)
    if (!(pivot > 0))
      throw new RightsizeError('SHRINK_PASS', `the Gram matrix is singular at column ${j}`)
    const root = Math.sqrt(pivot)
    a[j * n + j] = root
    for (let i = j + 1; i < n; i += 1) {
      let sum = a[i * n + j] as number
      for (let k = start; k < j; k += 1) sum -= (a[i * n + k] as number) * (a[j * n + k] as number)
      a[i * n + j] = sum / root
    }
  }
}

function squares(a: Float64Array, row: number, from: number, to: number): number {
  let sum = 0
  for (let k = from; k < to; k += 1) sum += (a[row + k] as number) ** 2
  return sum
}

/** a[i][j] -= panel row i . panel row j for all that follows; four rows at once share the loads of row j. */
function updateTrailing(a: Float64Array, n: number, start: number, end: number): void {
  for (let j = end; j < n; j += 1) {
    const rowJ = j * n
    let i = j
    for (; i + 3 < n; i += 4) {
      const [r0, r1, r2, r3] = [i * n, (i + 1) * n, (i + 2) * n, (i + 3) * n]
      let [s0, s1, s2, s3] = [0, 0, 0, 0]
      for (let k = start; k < end; k += 1) {
        const x = a[rowJ + k] as number
        s0 += (a[r0 + k] as number) * x
        s1 += (a[r1 + k] as number) * x
        s2 += (a[r2 + k] as number) * x
        s3 += (a[r3 + k] as number) * x
      }
      a[r0 + j] = (a[r0 + j] as number) - s0
      a[r1 + j] = (a[r1 + j] as number) - s1
      a[r2 + j] = (a[r2 + j] as number) - s2
      a[r3 + j] = (a[r3 + j] as number) - s3
    }
    for (; i < n; i += 1) {
      let sum = 0
      for (let k = start; k < end; k += 1) sum += (a[i * n + k] as number) * (a[rowJ + k] as number)
      a[i * n + j] = (a[i * n + j] as number) - sum
    }
  }
}

/** Solves L L^T X = B in place of B (n x m, row-major). */
export function choleskySolve(l: Float64Array, n: number, b: Float64Array, m: number): void {
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < i; k += 1) subtractRow(b, i * m, k * m, l[i * n + k] as number, m)
    scaleRow(b, i * m, 1 / (l[i * n + i] as number), m)
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < n; k += 1) subtractRow(b, i * m, k * m, l[k * n + i] as number, m)
    scaleRow(b, i * m, 1 / (l[i * n + i] as number), m)
  }
}

function subtractRow(b: Float64Array, to: number, from: number, factor: number, m: number): void {
  if (factor === 0) return
  for (let c = 0; c < m; c += 1)
    b[to + c] = (b[to + c] as number) - factor * (b[from + c] as number)
}

function scaleRow(b: Float64Array, row: number, factor: number, m: number): void {
  for (let c = 0; c < m; c += 1) b[row + c] = (b[row + c] as number) * factor
}

/**
 * The weights [kept, out] that reproduce a dense layer [in, out] best on the calibration set when only the inputs `kept` remain:
 * W' = W_k + (G_kk + lambda I)^-1 G_kr W_r, with G = E[x x^T] (in x in) and lambda = `ridgeShare` x mean diagonal. Shrinks towards the
 * plain cut, so removing inputs that are always 0 changes nothing.
 */
export function leastSquares(
  gram: Float64Array,
  weights: Float64Array,
  size: { readonly inWidth: number; readonly outWidth: number },
  kept: readonly number[],
  removed: readonly number[],
): Float64Array {
  const { inWidth, outWidth } = size
  const n = kept.length
  const system = new Float64Array(n * n)
  let trace = 0
  for (const [i, row] of kept.entries()) {
    for (const [j, column] of kept.entries())
      system[i * n + j] = gram[row * inWidth + column] as number
    trace += system[i * n + i] as number
  }
  const ridge = Math.max((ridgeShare * trace) / Math.max(1, n), 1e-12)
  for (let i = 0; i < n; i += 1) system[i * n + i] = (system[i * n + i] as number) + ridge
  const change = new Float64Array(n * outWidth)
  for (const [i, row] of kept.entries())
    for (const column of removed)
      subtractFrom(change, i, weights, column, -(gram[row * inWidth + column] as number), outWidth)
  choleskySolve(cholesky(system, n), n, change, outWidth)
  for (const [i, row] of kept.entries()) subtractFrom(change, i, weights, row, -1, outWidth)
  return change
}

function subtractFrom(
  to: Float64Array,
  toRow: number,
  from: Float64Array,
  fromRow: number,
  factor: number,
  width: number,
): void {
  const [a, b] = [toRow * width, fromRow * width]
  for (let c = 0; c < width; c += 1)
    to[a + c] = (to[a + c] as number) - factor * (from[b + c] as number)
}

/** What the removed inputs contributed on average, per output: sum over removed of E[x_i] W_i. Source: FLAP, arXiv 2312.11983, 4.2. */
export function meanContribution(
  mean: Float64Array,
  weights: Float64Array,
  outWidth: number,
  removed: readonly number[],
): Float64Array {
  const out = new Float64Array(outWidth)
  for (const row of removed)
    for (let o = 0; o < outWidth; o += 1)
      out[o] = (out[o] as number) + (mean[row] as number) * (weights[row * outWidth + o] as number)
  return out
}
