// Compares what our codec read with what onnx-proto (protobufjs, generated from onnx.proto 1.10) read: for tests and bench/codec.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Whether onnx-proto is there: `npm ci --prefix bench` installs it. */
export const protoInstalled = installed('onnx-proto')

function installed(name) {
  try {
    return require.resolve(name) !== ''
  } catch {
    return false
  }
}

/** Plain tree of a ModelProto as onnx-proto reads it, with storage choices taken out: tensor data as raw bytes, types of attributes filled in. */
export function protoTree(bytes) {
  const { onnx } = require('onnx-proto')
  const message = onnx.ModelProto.decode(bytes)
  const options = { longs: String, defaults: true, arrays: true, objects: true, bytes: Uint8Array }
  return normalModel(onnx.ModelProto.toObject(message, options))
}

function normalModel(model) {
  return {
    ...model,
    graph: normalGraph(model.graph),
    opsetImport: model.opsetImport.map((one) => ({ ...one, domain: plainDomain(one.domain) })),
  }
}

function normalGraph(graph) {
  return {
    ...graph,
    node: graph.node.map((node) => ({
      ...node,
      domain: plainDomain(node.domain),
      attribute: node.attribute.map(normalAttribute),
    })),
    initializer: graph.initializer.map(normalTensor),
  }
}

function normalAttribute(attribute) {
  const t = attribute.t ? normalTensor(attribute.t) : attribute.t
  const g = attribute.g ? normalGraph(attribute.g) : attribute.g
  const tensors = attribute.tensors.map(normalTensor)
  const graphs = attribute.graphs.map(normalGraph)
  const rest = { ...attribute, t, g, tensors, graphs }
  return { ...rest, type: attribute.type === 0 ? inferredType(rest) : attribute.type }
}

function inferredType({ f, i, s, t, g, floats, ints, strings, tensors, graphs }) {
  const present = [
    f !== 0,
    i !== '0',
    s.length > 0,
    t,
    g,
    ...[floats, ints, strings, tensors, graphs].map((list) => list.length > 0),
  ]
  return present.findIndex(Boolean) + 1
}

function plainDomain(domain) {
  return domain === 'ai.onnx' ? '' : domain
}

/** Bytes of one element by TensorProto.DataType. Source: onnx.proto. */
const widths = {
  1: 4,
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
  11: 8,
  12: 4,
  13: 8,
  14: 8,
  15: 16,
  16: 2,
}

function normalTensor(tensor) {
  const {
    floatData,
    int32Data,
    int64Data,
    doubleData,
    uint64Data,
    rawData,
    externalData,
    ...rest
  } = tensor
  const values = [floatData, int32Data, int64Data, doubleData, uint64Data].flat()
  if (values.length === 0) return { ...rest, data: rawData, externalData }
  return { ...rest, data: packed(tensor, values), externalData }
}

function packed({ dataType, floatData, doubleData }, values) {
  const width = widths[dataType] ?? 1
  if (floatData.length > 0) return new Uint8Array(Float32Array.from(values).buffer)
  if (doubleData.length > 0) return new Uint8Array(Float64Array.from(values).buffer)
  const bytes = new Uint8Array(values.length * width)
  for (const [index, value] of values.entries()) {
    let rest = BigInt.asUintN(8 * width, BigInt(value))
    for (let at = 0; at < width; at += 1) {
      bytes[index * width + at] = Number(rest & 0xffn)
      rest >>= 8n
    }
  }
  return bytes
}

/** The same tree from our decoded model, for the fields that the model names; `pick` cuts a protoTree down to those. */
export function modelTree(model) {
  return {
    irVersion: String(model.irVersion),
    producerName: model.producerName,
    producerVersion: model.producerVersion,
    opsets: Object.entries(model.opsets).map(([domain, version]) => ({
      domain,
      version: String(version),
    })),
    metadata: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
    graph: graphTree(model.graph),
  }
}

function graphTree(graph) {
  return {
    name: graph.name,
    nodes: graph.nodes.map(({ name, opType, domain, inputs, outputs, attributes }) => ({
      ...{ name, opType, domain, inputs, outputs },
      attributes: attributes.map(attributeTree),
    })),
    initializers: graph.initializers.map(tensorTree),
    inputs: graph.inputs.map(valueTree),
    outputs: graph.outputs.map(valueTree),
    valueInfo: graph.valueInfo.map(valueTree),
  }
}

function attributeTree(attribute) {
  const { name, kind, value } = attribute
  if (kind === 'other') return { name, kind }
  if (kind === 'int') return { name, kind, value: String(value) }
  if (kind === 'ints') return { name, kind, value: value.map(String) }
  if (kind === 'tensor') return { name, kind, value: tensorTree(value) }
  if (kind === 'tensors') return { name, kind, value: value.map(tensorTree) }
  if (kind === 'graph') return { name, kind, value: graphTree(value) }
  if (kind === 'graphs') return { name, kind, value: value.map(graphTree) }
  return { name, kind, value }
}

const dtypeNames = [
  ...[
    '',
    'float32',
    'uint8',
    'int8',
    'uint16',
    'int16',
    'int32',
    'int64',
    'string',
    'bool',
    'float16',
  ],
  ...['float64', 'uint32', 'uint64', 'complex64', 'complex128', 'bfloat16'],
]

function tensorTree({ name, dtype, dims, strings, bytes }) {
  return { name, dtype, dims: dims.map(String), data: bytes(), strings: strings ?? [] }
}

function valueTree({ name, dtype, dims, raw }) {
  return raw === undefined
    ? {
        name,
        dtype,
        dims: dims === null ? null : dims.map((dim) => (dim === null ? null : String(dim))),
      }
    : { name }
}

/** What `modelTree` holds, taken from onnx-proto's tree. */
export function pick(tree) {
  return {
    irVersion: tree.irVersion,
    producerName: tree.producerName,
    producerVersion: tree.producerVersion,
    opsets: tree.opsetImport,
    metadata: tree.metadataProps,
    graph: pickGraph(tree.graph),
  }
}

function pickGraph(graph) {
  return {
    name: graph.name,
    nodes: graph.node.map(({ name, opType, domain, input, output, attribute }) => ({
      ...{ name, opType, domain, inputs: input, outputs: output },
      attributes: attribute.map(pickAttribute),
    })),
    initializers: graph.initializer.map(pickTensor),
    inputs: graph.input.map(pickValue),
    outputs: graph.output.map(pickValue),
    valueInfo: graph.valueInfo.map(pickValue),
  }
}

const kinds = [
  null,
  'float',
  'int',
  'string',
  'tensor',
  'graph',
  'floats',
  'ints',
  'strings',
  'tensors',
  'graphs',
]

function pickAttribute(attribute) {
  const { name, type, f, i, s, t, g, floats, ints, strings, tensors, graphs, refAttrName } =
    attribute
  const kind = kinds[type]
  if (refAttrName !== '' || !kind) return { name, kind: 'other' }
  const tensor = kind === 'tensor' ? pickTensor(t) : null
  const graph = kind === 'graph' ? pickGraph(g) : null
  const lists = [floats, ints, strings, tensors.map(pickTensor), graphs.map(pickGraph)]
  return { name, kind, value: [null, f, i, s, tensor, graph, ...lists][type] }
}

function pickTensor({ name, dataType, dims, data, stringData }) {
  return { name, dtype: dtypeNames[dataType], dims, data, strings: stringData }
}

function pickValue({ name, type }) {
  const tensor = type?.tensorType
  if (!type) return { name, dtype: null, dims: null }
  if (!tensor) return { name }
  const dims = tensor.shape
    ? tensor.shape.dim.map((dim) => dim.dimValue ?? dim.dimParam ?? null)
    : null
  return { name, dtype: dtypeNames[tensor.elemType] || null, dims }
}

/** Where two trees differ first, as a path with both values, or null. NaN equals NaN; bytes are compared by content. */
export function firstDifference(left, right, path = '') {
  if (Object.is(left, right)) return null
  const both =
    typeof left === 'object' && typeof right === 'object' && left !== null && right !== null
  if (!both) return `${path}: ${String(left)} and ${String(right)}`
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    return Buffer.compare(left, right) === 0
      ? null
      : `${path}: bytes differ (${left.length} and ${right.length})`
  }
  const keys = new Set([...Object.keys(left), ...Object.keys(right)])
  for (const key of keys) {
    const difference = firstDifference(left[key], right[key], path === '' ? key : `${path}.${key}`)
    if (difference !== null) return difference
  }
  return null
}
