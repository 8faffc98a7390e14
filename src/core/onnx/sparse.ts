import { decodeTensor } from './decode-tensor.ts'
import { onlyMessage, readMessage, repeatedMessage } from './message.ts'
import type { Graph } from './model.ts'
import { WireReader } from './wire.ts'

/**
 * Names of the graph's sparse initializers, which the codec keeps as bytes. The name of a sparse tensor is the name of its values.
 * Source: onnx.proto, SparseTensorProto and GraphProto.sparse_initializer (15).
 */
export function sparseNames(graph: Graph): readonly string[] {
  if (graph.unknown === undefined) return []
  const reader = new WireReader(graph.unknown)
  const names: string[] = []
  const readSparse = () => {
    let name = ''
    const readValues = () => decodeTensor({ reader, external: undefined }).name
    const keep = (value: string) => {
      name = value
    }
    readMessage(reader, { 1: onlyMessage(reader, 'values', readValues, keep) })
    return name
  }
  readMessage(reader, { 15: repeatedMessage(reader, 'sparse_initializer', names, readSparse) })
  return names
}
