import { RightsizeError } from '../error/error.ts'
import { decodeGraph, plainDomain } from './decode-graph.ts'
import {
  type DecodeContext,
  fieldTable,
  integer,
  list,
  readMessage,
  readPair,
  repeated,
  single,
  text,
} from './message.ts'
import type { ByteSource, Graph, Model } from './model.ts'
import { recogniseOther } from './other-format.ts'
import { type DecodeLimits, limitsFor, WireReader } from './protobuf.ts'

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

interface ModelState {
  irVersion: number
  producerName: string
  producerVersion: string
  graph: Graph | undefined
  readonly functions: Uint8Array[]
  readonly opsets: (readonly [string, number])[]
  readonly metadata: (readonly [string, string])[]
  unknown?: Uint8Array
}

const modelFields = fieldTable<ModelState>({
  1: integer('ir_version', 'irVersion'),
  2: text('producer_name', 'producerName'),
  3: text('producer_version', 'producerVersion'),
  7: single('graph', 'graph', decodeGraph),
  8: repeated('opset_import', 'opsets', readOpset),
  14: repeated('metadata_props', 'metadata', readPair),
  25: list('functions', 'functions', 0, (reader) => reader.slice()),
})

function readModel(context: DecodeContext): Model {
  const head = { irVersion: 0, producerName: '', producerVersion: '', graph: undefined }
  const lists = { functions: [], opsets: [], metadata: [] }
  const state: ModelState = readMessage(context, modelFields, { ...head, ...lists } as ModelState)
  const { graph, opsets, metadata, ...rest } = state
  if (graph === undefined) return context.reader.fail('the file holds no graph')
  return {
    ...rest,
    graph,
    opsets: Object.fromEntries(opsets),
    metadata: Object.fromEntries(metadata),
  }
}

interface Opset {
  domain: string
  version: number
}

const opsetFields = fieldTable<Opset>({
  1: text('domain', 'domain'),
  2: integer('version', 'version'),
})

/** OperatorSetIdProto. */
function readOpset(context: DecodeContext): readonly [string, number] {
  const { domain, version } = readMessage(context, opsetFields, { domain: '', version: 0 })
  return [plainDomain(domain), version]
}
