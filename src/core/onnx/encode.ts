import { RightsizeError } from '../error/error.ts'
import { attributeKinds } from './attribute-kinds.ts'
import { dtypeFacts } from './dtype.ts'
import type { Attribute, Dim, Graph, Model, Node, Tensor, ValueInfo } from './model.ts'
import { joinBytes } from './protobuf.ts'
import { WireWriter } from './protobuf-writer.ts'

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

/** Serialised protobuf messages end below 2 GiB. Source: protobuf.dev/programming-guides/proto-limits. */
export const protobufLimit = 2 ** 31 - 1

/**
 * The model as one array of protobuf bytes; needs room for a copy of every tensor. Throws ONNX_TOO_LARGE from 2 GiB on: such models go
 * into files, with their tensors beside them (`encodeFiles`).
 */
export function encodeModel(model: Model): Uint8Array<ArrayBuffer> {
  const encoded = encodeChunks(model)
  if (encoded.byteLength > protobufLimit) {
    const what = `the model takes ${encoded.byteLength} bytes in one piece, protobuf ends at 2 GiB`
    throw new RightsizeError('ONNX_TOO_LARGE', what, {
      next: 'Write it to files, with its tensors in a separate one.',
    })
  }
  return joinBytes([...encoded.chunks()])
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
  writeGraph(writer, 7, model.graph, place)
  for (const [domain, version] of Object.entries(model.opsets)) writeOpset(writer, domain, version)
  for (const [key, value] of Object.entries(model.metadata)) writePair(writer, 14, key, value)
  for (const bytes of model.functions) writer.bytes(25, bytes)
  writer.finish()
  return { byteLength: writer.byteLength, chunks: () => writer.chunks() }
}

function writeOpset(writer: WireWriter, domain: string, version: number): void {
  writer.begin(8)
  writer.text(1, domain)
  writer.int(2, version)
  writer.end()
}

function writePair(writer: WireWriter, field: number, key: string, value: string): void {
  writer.begin(field)
  writer.text(1, key)
  writer.text(2, value)
  writer.end()
}

function writeGraph(writer: WireWriter, field: number, graph: Graph, place: PlaceTensor): void {
  writer.begin(field, graph.unknown)
  for (const node of graph.nodes) writeNode(writer, node, place)
  writer.text(2, graph.name)
  for (const tensor of graph.initializers) writeTensor(writer, 5, tensor, place(tensor))
  for (const value of graph.inputs) writeValueInfo(writer, 11, value)
  for (const value of graph.outputs) writeValueInfo(writer, 12, value)
  for (const value of graph.valueInfo) writeValueInfo(writer, 13, value)
  writer.end()
}

function writeNode(writer: WireWriter, node: Node, place: PlaceTensor): void {
  writer.begin(1, node.unknown)
  for (const input of node.inputs) writer.text(1, input)
  for (const output of node.outputs) writer.text(2, output)
  if (node.name !== '') writer.text(3, node.name)
  writer.text(4, node.opType)
  for (const attribute of node.attributes) writeAttribute(writer, attribute, place)
  if (node.domain !== '') writer.text(7, node.domain)
  writer.end()
}

function writeAttribute(writer: WireWriter, attribute: Attribute, place: PlaceTensor): void {
  if (attribute.kind === 'other') {
    // All of it is unknown fields: they come out in ascending order like everything else.
    writer.begin(5, attribute.raw)
    writer.end()
    return
  }
  writer.begin(5, attribute.unknown)
  const { code, field } = attributeKinds[attribute.kind]
  writer.text(1, attribute.name)
  writeValue(writer, field, attribute, place)
  writer.int(20, code)
  writer.end()
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
  else if (kind === 'tensor') writeTensor(writer, field, value)
  else if (kind === 'graph') writeGraph(writer, field, value, place)
  else if (kind === 'floats') for (const one of value) writer.float(field, one)
  else if (kind === 'ints') for (const one of value) writer.int(field, one)
  else if (kind === 'strings') for (const one of value) writer.bytes(field, one)
  else if (kind === 'tensors') for (const one of value) writeTensor(writer, field, one)
  else for (const one of value) writeGraph(writer, field, one, place)
}

/** A TensorProto; data outside the model when a place is given. */
function writeTensor(
  writer: WireWriter,
  field: number,
  tensor: Tensor,
  place?: ExternalPlace,
): void {
  writer.begin(field, tensor.unknown)
  for (const dim of tensor.dims) writer.int(1, dim)
  writer.int(2, dtypeFacts[tensor.dtype].code)
  for (const text of tensor.strings ?? []) writer.bytes(6, text)
  if (tensor.name !== '') writer.text(8, tensor.name)
  if (place !== undefined) writePlace(writer, tensor, place)
  else if (tensor.dtype !== 'string') writer.lateField(9, tensor)
  writer.end()
}

function writePlace(writer: WireWriter, tensor: Tensor, place: ExternalPlace): void {
  writePair(writer, 13, 'location', place.path)
  writePair(writer, 13, 'offset', String(place.offset))
  writePair(writer, 13, 'length', String(tensor.byteLength))
  writer.int(14, 1)
}

function writeValueInfo(writer: WireWriter, field: number, value: ValueInfo): void {
  writer.begin(field, value.unknown)
  writer.text(1, value.name)
  if (value.raw !== undefined) writer.bytes(2, value.raw)
  else if (value.dtype !== null || value.dims !== null) writeTensorType(writer, value)
  writer.end()
}

/** TypeProto with its tensor type. */
function writeTensorType(writer: WireWriter, { dtype, dims, typeUnknown }: ValueInfo): void {
  writer.begin(2, typeUnknown?.type)
  writer.begin(1, typeUnknown?.tensor)
  if (dtype !== null) writer.int(1, dtypeFacts[dtype].code)
  if (dims !== null) writeShape(writer, dims, typeUnknown)
  writer.end()
  writer.end()
}

function writeShape(
  writer: WireWriter,
  dims: readonly Dim[],
  unknown: ValueInfo['typeUnknown'],
): void {
  // Notes on dimensions belong to the rank they came with.
  const notes = unknown?.dims?.length === dims.length ? unknown.dims : undefined
  writer.begin(2, unknown?.shape)
  for (const [index, dim] of dims.entries()) {
    writer.begin(1, notes?.[index])
    if (typeof dim === 'number') writer.int(1, dim)
    else if (dim !== null) writer.text(2, dim)
    writer.end()
  }
  writer.end()
}
