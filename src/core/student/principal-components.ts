import type { DenseRows } from './dense-rows.ts'

/** Directions of greatest variance of centred rows. */
export interface PrincipalComponents {
  /** Column means that were taken off, `width` numbers. */
  readonly mean: Float32Array
  /** width x dims, row-major; columns of length 1, by falling variance. */
  readonly directions: Float32Array
  /** Variance along each direction. */
  readonly variances: Float64Array
}

/**
 * Principal components through the covariance matrix and its eigenvectors. Each direction's largest entry is
 * positive, so that the sign is always the same. `dims` is cut to the width.
 */
export function principalComponents(rows: DenseRows, dims: number): PrincipalComponents {
  const { width } = rows
  const mean = columnMeans(rows)
  const { values, vectors } = symmetricEigen(covariance(rows, mean), width)
  const kept = Math.min(dims, width)
  const directions = new Float32Array(width * kept)
  for (let d = 0; d < kept; d++) {
    // Eigenvalues rise; the last column is the first direction.
    const column = width - 1 - d
    const sign = signOf(vectors, width, column)
    for (let i = 0; i < width; i++) {
      directions[i * kept + d] = sign * (vectors[i * width + column] as number)
    }
  }
  const variances = values.slice(width - kept).reverse()
  return { mean, directions, variances }
}

/** Rows in the new directions: (x - mean) directions, rows x dims. */
export function project({ data, width }: DenseRows, components: PrincipalComponents): DenseRows {
  const { mean, directions } = components
  const dims = directions.length / width
  const rows = data.length / width
  const out = new Float32Array(rows * dims)
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      const v = (data[row * width + i] as number) - (mean[i] as number)
      for (let d = 0; d < dims; d++) {
        out[row * dims + d] =
          (out[row * dims + d] as number) + v * (directions[i * dims + d] as number)
      }
    }
  }
  return { data: out, width: dims }
}

function columnMeans({ data, width }: DenseRows): Float32Array {
  const sums = new Float64Array(width)
  for (let at = 0; at < data.length; at++) {
    sums[at % width] = (sums[at % width] as number) + (data[at] as number)
  }
  return Float32Array.from(sums, (sum) => sum / (data.length / width))
}

/** width x width, divided by the number of rows; the upper half is computed and mirrored. */
function covariance({ data, width }: DenseRows, mean: Float32Array): Float64Array {
  const rows = data.length / width
  const out = new Float64Array(width * width)
  const row = new Float64Array(width)
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) row[i] = (data[r * width + i] as number) - (mean[i] as number)
    for (let i = 0; i < width; i++) {
      const v = row[i] as number
      const base = i * width
      for (let j = i; j < width; j++)
        out[base + j] = (out[base + j] as number) + v * (row[j] as number)
    }
  }
  for (let i = 0; i < width; i++) {
    for (let j = i; j < width; j++) {
      const value = (out[i * width + j] as number) / rows
      out[i * width + j] = value
      out[j * width + i] = value
    }
  }
  return out
}

function signOf(vectors: Float64Array, n: number, column: number): number {
  let top = 0
  for (let i = 0; i < n; i++) {
    const value = vectors[i * n + column] as number
    if (Math.abs(value) > Math.abs(top)) top = value
  }
  return top < 0 ? -1 : 1
}

/** Sweeps that Jacobi's method may take; it converges quadratically, 6 to 10 are usual. */
const SWEEPS = 30

/**
 * Eigenvalues (rising) and eigenvectors (columns) of a symmetric n x n matrix by cyclic Jacobi rotations (Golub and
 * Van Loan, Matrix Computations, 4th ed., 8.5). Slower than tridiagonal methods, simple, and accurate to rounding.
 */
export function symmetricEigen(
  matrix: Float64Array,
  n: number,
): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const a = Float64Array.from(matrix)
  // Rows are eigenvectors while rotating, so that both updates walk along memory.
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  const small = 1e-24 * squaredSum(a)
  for (let sweep = 0; sweep < SWEEPS && offDiagonal(a, n) > small; sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q)
  }
  const order = Array.from({ length: n }, (_, i) => i)
  order.sort((i, j) => (a[i * n + i] as number) - (a[j * n + j] as number))
  const vectors = new Float64Array(n * n)
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) vectors[i * n + to] = v[from * n + i] as number
  })
  return { values: Float64Array.from(order, (i) => a[i * n + i] as number), vectors }
}

function squaredSum(a: Float64Array): number {
  return a.reduce((sum, value) => sum + value * value, 0)
}

function offDiagonal(a: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) sum += 2 * (a[i * n + j] as number) ** 2
  }
  return sum
}

/** Zeroes a[p][q]. Only rows p and q are turned, then mirrored into the columns. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q] as number
  if (apq === 0) return
  const app = a[p * n + p] as number
  const aqq = a[q * n + q] as number
  const theta = (aqq - app) / (2 * apq)
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  turn(a, n, p, q, c, s)
  turn(v, n, p, q, c, s)
  for (let i = 0; i < n; i++) {
    a[i * n + p] = a[p * n + i] as number
    a[i * n + q] = a[q * n + i] as number
  }
  a[p * n + p] = app - t * apq
  a[q * n + q] = aqq + t * apq
  a[p * n + q] = 0
  a[q * n + p] = 0
}

function turn(m: Float64Array, n: number, p: number, q: number, c: number, s: number): void {
  for (let i = 0; i < n; i++) {
    const x = m[p * n + i] as number
    const y = m[q * n + i] as number
    m[p * n + i] = c * x - s * y
    m[q * n + i] = s * x + c * y
  }
}
