import { type EncodedModel, type ExternalPlace, encodeChunks } from './encode.ts'
import type { Model, Tensor } from './model.ts'
import { graphsWithin } from './walk.ts'

export interface ExternalOptions {
  /** Name of the data file, beside the model. */
  readonly dataPath: string
  /** Models that would be larger than this many bytes get a data file. Protobuf itself ends at 2^31 - 1; 1.5 GB leaves room for readers that copy. */
  readonly threshold?: number
  /** Tensors below this many bytes stay in the model: shapes and scalars that readers fold while loading. */
  readonly minTensorBytes?: number
}

/** Offsets in the data file are multiples of this, so that readers can map them into memory. Source: onnx/docs/ExternalData.md. */
const alignment = 4096

/** A model file, and the data file beside it when the model is too large for one. */
export interface EncodedFiles {
  readonly model: EncodedModel
  readonly data: EncodedModel | null
}

/** The model for writing: in one file up to the threshold, above it with its initializers in a data file. */
export function encodeFiles(model: Model, options: ExternalOptions): EncodedFiles {
  const { dataPath, threshold = 1.5e9, minTensorBytes = 1024 } = options
  const whole = encodeChunks(model)
  if (whole.byteLength <= threshold) return { model: whole, data: null }
  const places = new Map<Tensor, ExternalPlace>()
  let end = 0
  for (const graph of graphsWithin(model.graph)) {
    for (const tensor of graph.initializers) {
      if (tensor.dtype === 'string' || tensor.byteLength < minTensorBytes || places.has(tensor))
        continue
      const offset = Math.ceil(end / alignment) * alignment
      places.set(tensor, { path: dataPath, offset })
      end = offset + tensor.byteLength
    }
  }
  const encoded = encodeChunks(model, (tensor) => places.get(tensor))
  return { model: encoded, data: { byteLength: end, chunks: () => dataChunks(places) } }
}

function* dataChunks(places: ReadonlyMap<Tensor, ExternalPlace>): Generator<Uint8Array> {
  let end = 0
  for (const [tensor, { offset }] of places) {
    if (offset > end) yield new Uint8Array(offset - end)
    yield tensor.bytes()
    end = offset + tensor.byteLength
  }
}
