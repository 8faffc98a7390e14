import { RightsizeError } from '../error/error.ts'
import { elementCount } from '../onnx/dtype.ts'
import type { Tensor } from '../onnx/model.ts'
import { eachBlock } from './float-blocks.ts'
import type { Rewriter } from './rewrite.ts'

/** Largest magnitude of a code. 63: two products with an unsigned byte fit into 16 bits (2 x 255 x 63 = 32,130 < 32,767), so the AVX2 instruction vpmaddubsw cannot saturate; 127: needs VNNI or a dot product. */
export type CodeLimit = 63 | 127

/** Codes and scales of a weight, one scale for each row or column; w = code x scale. Calculated when their bytes are asked for. */
export interface SymmetricWeight {
  readonly codes: Tensor
  readonly scales: Tensor
}

/** How to read a matrix and how to write it. */
export interface SymmetricLayout {
  readonly names: { readonly codes: string; readonly scales: string }
  readonly limit: CodeLimit
  /** The axis that has one scale an element. */
  readonly axis: 'rows' | 'columns'
  /** Whether the codes come out turned: columns become rows. Scales stay with their values. */
  readonly turned?: boolean
  readonly scaleDims: readonly number[]
  /** Factor on every scale; 1 unless said. */
  readonly factor?: number
  /** Dims of the codes; those of the weight unless said. */
  readonly dims?: readonly number[]
}

/**
 * A float32 matrix [rows, columns] as int8: scale = largest magnitude of its row or column / limit, zero point 0, codes rounded to the
 * nearest, ties to even, so that |w - code x scale| <= scale / 2. Tensors of more dims are read as [first, all others]. Bytes are made late and not kept,
 * one tensor at a time while a model is written. Throws SHRINK_PASS, when bytes are asked for, if a weight is not finite.
 */
export function symmetricWeight(weight: Tensor, layout: SymmetricLayout): SymmetricWeight {
  const { names, scaleDims, factor = 1 } = layout
  const rows = weight.dims[0] ?? 1
  const columns = rows === 0 ? 0 : elementCount(weight.dims) / rows
  const shape = { rows, columns }
  const scales = once(() => scalesOf(weight, shape, layout))
  const codes: Tensor = {
    name: names.codes,
    dtype: 'int8',
    dims: layout.dims ?? (layout.turned === true ? [columns, rows] : weight.dims),
    byteLength: rows * columns,
    bytes: () => codesOf(weight, shape, layout, scales()),
  }
  const scaled: Tensor = {
    name: names.scales,
    dtype: 'float32',
    dims: scaleDims,
    byteLength: 4 * elementCount(scaleDims),
    bytes: () => new Uint8Array(Float32Array.from(scales(), (one) => one * factor).buffer),
  }
  return { codes, scales: scaled }
}

/** Adds codes and scales of a weight to a model, under fresh names after the weight's. */
export function addWeight(
  rewriter: Rewriter,
  weight: Tensor,
  layout: Omit<SymmetricLayout, 'names'>,
): SymmetricWeight {
  const names = {
    codes: rewriter.fresh(`${weight.name}/codes`),
    scales: rewriter.fresh(`${weight.name}/scales`),
  }
  const stored = symmetricWeight(weight, { ...layout, names })
  rewriter.add(stored.codes)
  rewriter.add(stored.scales)
  return stored
}

interface MatrixShape {
  readonly rows: number
  readonly columns: number
}

function scalesOf(
  weight: Tensor,
  { rows, columns }: MatrixShape,
  { axis, limit }: SymmetricLayout,
): Float32Array {
  const largest = new Float32Array(axis === 'rows' ? rows : columns)
  const note = axis === 'rows' ? noteRows : noteColumns
  let finite = true
  eachBlock(weight, columns, (values, firstRow) => {
    finite = note(values, columns, largest, firstRow) && finite
  })
  if (!finite) {
    const what = `the weight '${weight.name}' holds values that are not finite`
    throw new RightsizeError('SHRINK_PASS', what)
  }
  // Rows and columns of zeros get scale 1: a scale of 0 would make some runtimes divide by it. The floor keeps 1 / scale finite.
  return largest.map((one) => (one === 0 ? 1 : Math.max(one / limit, 1.1754944e-38)))
}

function noteColumns(values: Float32Array, columns: number, largest: Float32Array): boolean {
  let spread = 0
  for (let start = 0; start < values.length; start += columns) {
    for (let column = 0; column < columns; column += 1) {
      const value = values[start + column] as number
      const size = value < 0 ? -value : value
      if (size > (largest[column] as number)) largest[column] = size
      spread += size
    }
  }
  return spread < Number.POSITIVE_INFINITY
}

function noteRows(
  values: Float32Array,
  columns: number,
  largest: Float32Array,
  firstRow: number,
): boolean {
  let spread = 0
  for (let start = 0, row = firstRow; start < values.length; start += columns, row += 1) {
    let most = 0
    for (let column = 0; column < columns; column += 1) {
      const value = values[start + column] as number
      const size = value < 0 ? -value : value
      if (size > most) most = size
      spread += size
    }
    largest[row] = most
  }
  return spread < Number.POSITIVE_INFINITY
}

/** Adding and taking away 3 x 2^51 rounds a double below 2^51 to the nearest whole number, ties to even; several times faster than Math.round. */
const rounder = 6755399441055744

function codesOf(
  weight: Tensor,
  { rows, columns }: MatrixShape,
  { axis, turned }: SymmetricLayout,
  scales: Float32Array,
): Uint8Array {
  const codes = new Int8Array(rows * columns)
  const inverse = Float64Array.from(scales, (scale) => 1 / scale)
  const [rowStep, columnStep] = turned === true ? [1, rows] : [columns, 1]
  eachBlock(weight, columns, (values, firstRow) => {
    for (let start = 0, row = firstRow; start < values.length; start += columns, row += 1) {
      if (axis === 'rows') {
        const by = inverse[row] as number
        for (let column = 0, at = row * rowStep; column < columns; column += 1, at += columnStep) {
          codes[at] = (values[start + column] as number) * by + rounder - rounder
        }
        continue
      }
      for (let column = 0, at = row * rowStep; column < columns; column += 1, at += columnStep) {
        codes[at] =
          (values[start + column] as number) * (inverse[column] as number) + rounder - rounder
      }
    }
  })
  return new Uint8Array(codes.buffer)
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
