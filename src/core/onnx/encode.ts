import { attributeKinds } from './decode-attribute.ts'
import { dtypeFacts } from './dtype.ts'
import type { Attribute, Dim, Graph, Model, Node, Tensor, ValueInfo } from './model.ts'
import { joinBytes } from './wire.ts'
import { WireWriter } from './wire-writer.ts'

/** Where a tensor's data go when not into the model itself. */
export interface ExternalPlace {
  readonly path: string
  readonly offset: number
}

/** Decides for each initializer whether its data lie outside; undefined keeps them inside. */
export type PlaceTensor = (tensor: Tensor) => ExternalPlace | undefined

/** The model as pieces in file order, with their total length. Tensor data are read one at a time as the pieces are taken. */
export interface EncodedModel {
  readonly byteLength: number
  chunks(): Iterable<Uint8Array>
}

/** The model as one array of protobuf bytes; needs room for a copy of every tensor. Large models: `encodeChunks`. */
export function encodeModel(model: Model): Uint8Array<ArrayBuffer> {
  return joinBytes([...encodeChunks(model).chunks()])
}

/**
 * The model as protobuf, in pieces that can be written one after the other. Fields come in ascending order of their number, numbers
 * unpacked, tensors as raw_data: the form that onnx's own Python library writes.
 */
export function encodeChunks(model: Model, place: PlaceTensor = () => undefined): EncodedModel {
  const writer = new WireWriter(model.unknown)
  writer.int(1, model.irVersion)
  if (model.producerName !== '') writer.text(2, model.producerName)
  if (model.producerVersion !== '') writer.text(3, model.producerVersion)
  writer.message(7, encodeGraph(model.graph, place))
  for (const [domain, version] of Object.entries(model.opsets)) {
    writer.message(8, encodeOpset(domain, version))
  }
  for (const [key, value] of Object.entries(model.metadata))
    writer.message(14, encodePair(key, value))
  for (const bytes of model.functions) writer.bytes(25, bytes)
  writer.finish()
  return { byteLength: writer.byteLength, chunks: () => writer.chunks() }
}

function encodeOpset(domain: string, version: number): WireWriter {
  const writer = new WireWriter()
  writer.text(1, domain)
  writer.int(2, version)
  return writer
}

function encodePair(key: string, value: string): WireWriter {
  const writer = new WireWriter()
  writer.text(1, key)
  writer.text(2, value)
  return writer
}

function encodeGraph(graph: Graph, place: PlaceTensor): WireWriter {
  const writer = new WireWriter(graph.unknown)
  for (const node of graph.nodes) writer.message(1, encodeNode(node, place))
  writer.text(2, graph.name)
  for (const tensor of graph.initializers) writer.message(5, encodeTensor(tensor, place(tensor)))
  for (const value of graph.inputs) writer.message(11, encodeValueInfo(value))
  for (const value of graph.outputs) writer.message(12, encodeValueInfo(value))
  for (const value of graph.valueInfo) writer.message(13, encodeValueInfo(value))
  return writer
}

function encodeNode(node: Node, place: PlaceTensor): WireWriter {
  const writer = new WireWriter(node.unknown)
  for (const input of node.inputs) writer.text(1, input)
  for (const output of node.outputs) writer.text(2, output)
  if (node.name !== '') writer.text(3, node.name)
  writer.text(4, node.opType)
  for (const attribute of node.attributes) writer.message(5, encodeAttribute(attribute, place))
  if (node.domain !== '') writer.text(7, node.domain)
  return writer
}

function encodeAttribute(attribute: Attribute, place: PlaceTensor): WireWriter {
  if (attribute.kind === 'other') return new WireWriter(attribute.raw)
  const writer = new WireWriter(attribute.unknown)
  const { code, field } = attributeKinds[attribute.kind]
  writer.text(1, attribute.name)
  writeValue(writer, field, attribute, place)
  writer.int(20, code)
  return writer
}

function writeValue(
  writer: WireWriter,
  field: number,
  attribute: Exclude<Attribute, { readonly kind: 'other' }>,
  place: PlaceTensor,
): void {
  const { kind, value } = attribute
  if (kind === 'float') writer.float(field, value)
  else if (kind === 'int') writer.int(field, value)
  else if (kind === 'string') writer.bytes(field, value)
  else if (kind === 'tensor') writer.message(field, encodeTensor(value))
  else if (kind === 'graph') writer.message(field, encodeGraph(value, place))
  else if (kind === 'floats') for (const one of value) writer.float(field, one)
  else if (kind === 'ints') for (const one of value) writer.int(field, one)
  else if (kind === 'strings') for (const one of value) writer.bytes(field, one)
  else if (kind === 'tensors') for (const one of value) writer.message(field, encodeTensor(one))
  else for (const one of value) writer.message(field, encodeGraph(one, place))
}

/** A TensorProto; data outside the model when a place is given. */
function encodeTensor(tensor: Tensor, place?: ExternalPlace): WireWriter {
  const writer = new WireWriter(tensor.unknown)
  for (const dim of tensor.dims) writer.int(1, dim)
  writer.int(2, dtypeFacts[tensor.dtype].code)
  for (const text of tensor.strings ?? []) writer.bytes(6, text)
  if (tensor.name !== '') writer.text(8, tensor.name)
  if (place !== undefined) writePlace(writer, tensor, place)
  else if (tensor.dtype !== 'string') writer.lateField(9, tensor)
  return writer
}

function writePlace(writer: WireWriter, tensor: Tensor, place: ExternalPlace): void {
  writer.message(13, encodePair('location', place.path))
  writer.message(13, encodePair('offset', String(place.offset)))
  writer.message(13, encodePair('length', String(tensor.byteLength)))
  writer.int(14, 1)
}

function encodeValueInfo(value: ValueInfo): WireWriter {
  const writer = new WireWriter(value.unknown)
  writer.text(1, value.name)
  if (value.raw !== undefined) writer.bytes(2, value.raw)
  else if (value.dtype !== null || value.dims !== null) writer.message(2, encodeTensorType(value))
  return writer
}

/** TypeProto with its tensor type. */
function encodeTensorType(value: ValueInfo): WireWriter {
  const { dtype, dims, typeUnknown } = value
  const tensor = new WireWriter(typeUnknown?.tensor)
  if (dtype !== null) tensor.int(1, dtypeFacts[dtype].code)
  if (dims !== null) tensor.message(2, encodeShape(dims, typeUnknown))
  const type = new WireWriter(typeUnknown?.type)
  type.message(1, tensor)
  return type
}

function encodeShape(dims: readonly Dim[], unknown: ValueInfo['typeUnknown']): WireWriter {
  const shape = new WireWriter(unknown?.shape)
  for (const [index, dim] of dims.entries()) {
    // Notes on dimensions belong to the rank they came with.
    const writer = new WireWriter(
      unknown?.dims?.length === dims.length ? unknown.dims[index] : undefined,
    )
    if (typeof dim === 'number') writer.int(1, dim)
    else if (dim !== null) writer.text(2, dim)
    shape.message(1, writer)
  }
  return shape
}
