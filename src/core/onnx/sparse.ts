import { decodeTensor } from './decode-tensor.ts'
import { type DecodeContext, fieldTable, readMessage, repeated, single } from './message.ts'
import type { Graph, Tensor } from './model.ts'
import { WireReader } from './protobuf.ts'

interface SparseState {
  values: Tensor | undefined
}

const sparseFields = fieldTable<SparseState>({ 1: single('values', 'values', decodeTensor) })

function readSparse(context: DecodeContext): string {
  return readMessage<SparseState>(context, sparseFields, { values: undefined }).values?.name ?? ''
}

const graphFields = fieldTable<{ readonly names: string[] }>({
  15: repeated('sparse_initializer', 'names', readSparse),
})

/**
 * Names of the graph's sparse initializers, which the codec keeps as bytes. The name of a sparse tensor is the name of its values.
 * Source: onnx.proto, SparseTensorProto and GraphProto.sparse_initializer (15).
 */
export function sparseNames({ unknown }: Graph): readonly string[] {
  if (unknown === undefined) return []
  return readMessage({ reader: new WireReader(unknown) }, graphFields, { names: [] as string[] })
    .names
}
