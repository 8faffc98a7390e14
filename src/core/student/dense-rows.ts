import { RightsizeError } from '../error/error.ts'
import type { SparseRows } from './softmax-dual.ts'

/** Rows x width, row-major. */
export interface DenseRows {
  readonly data: Float32Array
  readonly width: number
}

/** Mean and standard deviation of each column; a column that hardly changes has deviation 1, so that it stays about 0. */
export interface ColumnScale {
  readonly mean: Float32Array
  readonly deviation: Float32Array
}

/** Number of rows. Throws STUDENT_INPUT where the data is not a whole number of rows or holds NaN or Infinity. */
export function countRows({ data, width }: DenseRows): number {
  const rows = data.length / width
  if (!(width > 0) || !Number.isInteger(rows)) {
    throw new RightsizeError('STUDENT_INPUT', `${data.length} values are not rows of ${width}`)
  }
  const bad = data.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) {
    throw new RightsizeError(
      'STUDENT_INPUT',
      `the embedding of row ${Math.floor(bad / width)} holds ${data[bad]}`,
    )
  }
  return rows
}

/**
 * A deviation below this share of the largest one, or of the column's own mean, is rounding: float32 keeps seven digits. MiniLM has
 * embedding columns of about 1e-33; divided by such a deviation, weights grow to 1e32, and nothing can be stored in fewer bits.
 */
const leastShare = 1e-6

/** Column means and standard deviations (divided by n) in double precision. */
export function columnScale({ data, width }: DenseRows): ColumnScale {
  const rows = data.length / width
  const sums = new Float64Array(width)
  const squares = new Float64Array(width)
  for (let at = 0; at < data.length; at++) {
    const column = at % width
    sums[column] = (sums[column] as number) + (data[at] as number)
  }
  const mean = Float32Array.from(sums, (sum) => sum / rows)
  for (let at = 0; at < data.length; at++) {
    const column = at % width
    squares[column] =
      (squares[column] as number) + ((data[at] as number) - (mean[column] as number)) ** 2
  }
  const deviation = Float32Array.from(squares, (square) => Math.sqrt(square / rows))
  const largest = deviation.reduce((most, one) => Math.max(most, one), 0)
  const changes = (one: number, column: number): boolean =>
    one > leastShare * Math.max(largest, Math.abs(mean[column] as number))
  return { mean, deviation: deviation.map((one, column) => (changes(one, column) ? one : 1)) }
}

/** (x - mean) / deviation. */
export function standardised(rows: DenseRows, scale: ColumnScale): DenseRows {
  const { data, width } = rows
  const out = new Float32Array(data.length)
  for (let at = 0; at < data.length; at++) {
    const column = at % width
    const centred = (data[at] as number) - (scale.mean[column] as number)
    out[at] = centred / (scale.deviation[column] as number)
  }
  return { data: out, width }
}

/** The same rows in the solver's form. */
export function asSparse({ data, width }: DenseRows): SparseRows {
  const rows = data.length / width
  return {
    offsets: Int32Array.from({ length: rows + 1 }, (_, row) => row * width),
    columns: Int32Array.from(data, (_, at) => at % width),
    values: data,
    width,
  }
}
