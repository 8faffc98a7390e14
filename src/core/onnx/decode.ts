import { RightsizeError } from '../error/error.ts'
import { decodeGraph, plainDomain } from './decode-graph.ts'
import { type DecodeContext, decodeTensor } from './decode-tensor.ts'
import { onlyMessage, readMessage, readPair, repeatedMessage } from './message.ts'
import type { ByteSource, Graph, Model, Tensor } from './model.ts'
import { recogniseOther } from './other-format.ts'
import { type DecodeLimits, limitsFor, WireReader, wire } from './wire.ts'

export interface DecodeOptions {
  /** Opens the file at a checked relative path when tensor data lies beside the model. Without it such tensors decode, and throw when their bytes are asked for. */
  readonly external?: (path: string) => ByteSource
  readonly limits?: Partial<DecodeLimits>
}

/**
 * The model in `bytes` (a serialised onnx.ModelProto). Tensor data are views into `bytes`, so leave those unchanged.
 * Throws ONNX_NOT_A_MODEL, ONNX_INVALID (byte and field path), ONNX_TOO_LARGE, ONNX_EXTERNAL_DATA.
 * Field numbers, here and in the files beside: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function decodeModel(bytes: Uint8Array, options: DecodeOptions = {}): Model {
  const other = recogniseOther(bytes)
  if (other !== null) throw new RightsizeError('ONNX_NOT_A_MODEL', other.what, other.detail)
  const reader = new WireReader(bytes, { ...limitsFor(bytes.length), ...options.limits })
  return readModel({ reader, external: options.external })
}

/** One tensor in `bytes` (a serialised onnx.TensorProto): the form of the input and output files of ONNX's own test cases. */
export function decodeTensorFile(bytes: Uint8Array): Tensor {
  return decodeTensor({ reader: new WireReader(bytes), external: undefined })
}

function readModel(context: DecodeContext): Model {
  const { reader } = context
  const opsets: (readonly [string, number])[] = []
  const metadata: (readonly [string, string])[] = []
  const functions: Uint8Array[] = []
  const head = { irVersion: 0, producerName: '', producerVersion: '' }
  let graph: Graph | undefined
  const keepGraph = (value: Graph) => {
    graph = value
  }
  const rest = readMessage(reader, {
    1: [wire.varint, 'ir_version', () => (head.irVersion = reader.int())],
    2: [wire.bytes, 'producer_name', () => (head.producerName = reader.text())],
    3: [wire.bytes, 'producer_version', () => (head.producerVersion = reader.text())],
    7: onlyMessage(reader, 'graph', () => decodeGraph(context), keepGraph),
    8: repeatedMessage(reader, 'opset_import', opsets, () => readOpset(reader)),
    14: repeatedMessage(reader, 'metadata_props', metadata, () => readPair(reader)),
    25: [wire.bytes, 'functions', () => functions.push(reader.slice())],
  })
  if (graph === undefined) return reader.fail('the file holds no graph')
  const tables = { opsets: Object.fromEntries(opsets), metadata: Object.fromEntries(metadata) }
  return { ...head, ...tables, graph, functions, ...rest }
}

/** OperatorSetIdProto: domain and version; 'ai.onnx' is the long name of ''. */
function readOpset(reader: WireReader): readonly [string, number] {
  let domain = ''
  let version = 0
  readMessage(reader, {
    1: [wire.bytes, 'domain', () => (domain = plainDomain(reader.text()))],
    2: [wire.varint, 'version', () => (version = reader.int())],
  })
  return [domain, version]
}
