import { type DecodeContext, decodeTensor } from './decode-tensor.ts'
import {
  type FieldReaders,
  onlyMessage,
  readMessage,
  readNumbers,
  repeatedMessage,
} from './message.ts'
import type { Attribute, Graph, Tensor } from './model.ts'
import { type WireReader, wire } from './wire.ts'

/** AttributeType codes of the kinds that are read, with the field that holds the value. Source: onnx.proto, AttributeProto. */
export const attributeKinds = {
  float: { code: 1, field: 2 },
  int: { code: 2, field: 3 },
  string: { code: 3, field: 4 },
  tensor: { code: 4, field: 5 },
  graph: { code: 5, field: 6 },
  floats: { code: 6, field: 7 },
  ints: { code: 7, field: 8 },
  strings: { code: 8, field: 9 },
  tensors: { code: 9, field: 10 },
  graphs: { code: 10, field: 11 },
} as const

type Kind = keyof typeof attributeKinds
const kinds = Object.keys(attributeKinds) as Kind[]

/**
 * Reads an AttributeProto from the current message. References to function attributes, sparse tensors and type attributes come
 * back as `other` with their bytes; a type of 0 (old files) is inferred from the field that is there.
 */
export function decodeAttribute(context: DecodeContext, graph: () => Graph): Attribute {
  const { reader } = context
  reader.charge(200)
  const start = reader.pos
  const { name, kind } = scanAttribute(reader)
  if (kind === null) {
    reader.pos = reader.end
    return { name, kind: 'other', raw: reader.bytes.subarray(start, reader.end) }
  }
  reader.pos = start
  return readKind(context, name, kind, graph)
}

/** First look: the name, and which kind of value follows; null when it is one that is kept as bytes. */
function scanAttribute(reader: WireReader): { name: string; kind: Kind | null } {
  let name = ''
  let code = 0
  let present: Kind | null = null
  let reference = false
  while (reader.more()) {
    const tag = reader.tag()
    const field = Math.floor(tag / 8)
    const type = tag & 7
    if (field === 1 && type === wire.bytes) name = reader.text()
    else if (field === 20 && type === wire.varint) code = reader.int()
    else if (field === 1 || field === 20) {
      reader.fail(`field ${field === 1 ? 'name' : 'type'} has wire type ${type}`)
    } else {
      reference ||= field === 21
      present ??= kinds.find((kind) => attributeKinds[kind].field === field) ?? null
      reader.skip(tag)
    }
  }
  const kind =
    code === 0 ? present : (kinds.find((key) => attributeKinds[key].code === code) ?? null)
  return { name, kind: reference ? null : kind }
}

function readKind(context: DecodeContext, name: string, kind: Kind, graph: () => Graph): Attribute {
  const { reader } = context
  const names: FieldReaders = {
    1: [wire.bytes, 'name', () => reader.slice()],
    20: [wire.varint, 'type', () => reader.int()],
  }
  const { field } = attributeKinds[kind]
  const { readers, value } = valueReader(context, kind, graph)
  const rest = readMessage(reader, { ...names, [field]: readers })
  return { name, kind, value: value(), ...rest } as Attribute
}

/** The reader of the value's field, and the value after reading. A single value that is absent is protobuf's default. */
function valueReader(context: DecodeContext, kind: Kind, graph: () => Graph) {
  const { reader } = context
  if (kind === 'float') return single(wire.fixed32, kind, 0, () => reader.float())
  if (kind === 'int') return single(wire.varint, kind, 0n, () => reader.int64())
  if (kind === 'string') return single(wire.bytes, kind, new Uint8Array(0), () => reader.slice())
  if (kind === 'tensor') return singleMessage<Tensor>(reader, 't', () => decodeTensor(context))
  if (kind === 'graph') return singleMessage<Graph>(reader, 'g', graph)
  if (kind === 'tensors') return many(reader, kind, () => decodeTensor(context))
  if (kind === 'graphs') return many(reader, kind, graph)
  if (kind === 'strings') {
    const list: Uint8Array[] = []
    const read = () => {
      reader.charge(100)
      list.push(reader.slice())
    }
    return { readers: [wire.bytes, kind, read] as const, value: () => list }
  }
  return kind === 'floats'
    ? numbers(reader, wire.fixed32, kind, 8, () => reader.float())
    : numbers(reader, wire.varint, kind, 32, () => reader.int64())
}

function single<T>(type: number, name: string, absent: T, read: () => T) {
  let value = absent
  const readOne = () => {
    value = read()
  }
  return { readers: [type, name, readOne] as const, value: () => value }
}

function singleMessage<T>(reader: WireReader, name: string, read: () => T) {
  let value: T | undefined
  const keep = (read: T) => {
    value = read
  }
  const required = () =>
    value ?? reader.fail(`the attribute's type asks for ${name}, which is missing`)
  return { readers: onlyMessage(reader, name, read, keep), value: required }
}

function many<T>(reader: WireReader, name: string, read: () => T) {
  const list: T[] = []
  return { readers: repeatedMessage(reader, name, list, read), value: () => list }
}

function numbers<T>(reader: WireReader, type: number, name: string, cost: number, read: () => T) {
  const list: T[] = []
  const readOne = () => {
    reader.charge(cost)
    list.push(read())
  }
  const readAll = (tag: number) => readNumbers(reader, tag, type, readOne)
  return { readers: ['any', name, readAll] as const, value: () => list }
}
