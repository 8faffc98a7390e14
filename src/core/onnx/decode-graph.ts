import { type AttributeKind, attributeKinds } from './attribute-kinds.ts'
import { decodeTensor } from './decode-tensor.ts'
import { decodeValueInfo } from './decode-value.ts'
import {
  type DecodeContext,
  type Field,
  type FieldTable,
  fieldTable,
  list,
  numbers,
  type ReadField,
  type ReadMessage,
  readMessage,
  repeated,
  scalar,
  single,
  text,
} from './message.ts'
import type { Attribute, Graph, Node, Tensor, ValueInfo } from './model.ts'
import { type WireReader, wire } from './protobuf.ts'

interface GraphState {
  name: string
  readonly nodes: Node[]
  readonly initializers: Tensor[]
  readonly inputs: ValueInfo[]
  readonly outputs: ValueInfo[]
  readonly valueInfo: ValueInfo[]
}

const graphFields = fieldTable<GraphState>({
  1: repeated('node', 'nodes', decodeNode),
  2: text('name', 'name'),
  5: repeated('initializer', 'initializers', decodeTensor),
  11: repeated('input', 'inputs', decodeValueInfo),
  12: repeated('output', 'outputs', decodeValueInfo),
  13: repeated('value_info', 'valueInfo', decodeValueInfo),
})

/** Reads a GraphProto from the current message. Sparse initializers, quantisation notes and docs stay in `unknown`. */
export function decodeGraph(context: DecodeContext): Graph {
  context.reader.charge(400)
  const lists = { nodes: [], initializers: [], inputs: [], outputs: [], valueInfo: [] }
  return readMessage<GraphState>(context, graphFields, { name: '', ...lists })
}

interface NodeState {
  name: string
  opType: string
  domain: string
  readonly inputs: string[]
  readonly outputs: string[]
  readonly attributes: Attribute[]
}

const nodeFields = fieldTable<NodeState>({
  1: list('input', 'inputs', 0, (reader) => reader.text()),
  2: list('output', 'outputs', 0, (reader) => reader.text()),
  3: text('name', 'name'),
  4: text('op_type', 'opType'),
  5: repeated('attribute', 'attributes', decodeAttribute),
  7: scalar<NodeState, string>('domain', 'domain', wire.bytes, (reader) =>
    plainDomain(reader.text()),
  ),
})

/** Reads a NodeProto from the current message. */
function decodeNode(context: DecodeContext): Node {
  context.reader.charge(400)
  const node = { name: '', opType: '', domain: '', inputs: [], outputs: [], attributes: [] }
  return readMessage<NodeState>(context, nodeFields, node)
}

/** 'ai.onnx' is the long name of the default domain ''. Source: onnx/docs/IR.md, Operator Sets. */
export function plainDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain
}

interface AttributeState {
  name: string
  kind: AttributeKind
  value: unknown
}

/**
 * Reads an AttributeProto from the current message. References to function attributes, sparse tensors and type attributes come
 * back as `other` with their bytes; a type of 0 (old files) is inferred from the field that is there.
 */
function decodeAttribute(context: DecodeContext): Attribute {
  const { reader } = context
  reader.charge(200)
  const start = reader.pos
  const { name, kind } = scanAttribute(reader)
  if (kind === null) return { name, kind: 'other', raw: reader.bytes.subarray(start, reader.end) }
  reader.pos = start
  const { fields, absent } = attributeTables[kind]
  const state: AttributeState = { name, kind, value: absent() }
  readMessage(context, fields, state)
  if (state.value === undefined) reader.fail(`attribute '${name}' has no ${kind}, as its type asks`)
  return state as Attribute
}

const kindNames = Object.keys(attributeKinds) as AttributeKind[]
const kindByCode = new Map(kindNames.map((kind) => [attributeKinds[kind].code as number, kind]))
const kindByField = new Map(kindNames.map((kind) => [attributeKinds[kind].field as number, kind]))

/** First look: the name, and which kind of value follows; null when it is one that is kept as bytes. */
function scanAttribute(reader: WireReader): { name: string; kind: AttributeKind | null } {
  let name = ''
  let code = 0
  let present: AttributeKind | undefined
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
      present ??= kindByField.get(field)
      reader.skip(tag)
    }
  }
  const kind = code === 0 ? present : kindByCode.get(code)
  return { name, kind: reference ? null : (kind ?? null) }
}

/** The fields of an attribute of one kind, and its value before any is read: protobuf's default, or undefined where there must be one. */
interface AttributeTable {
  readonly fields: FieldTable<AttributeState>
  readonly absent: () => unknown
}

function attributeTable(
  kind: AttributeKind,
  field: Field<AttributeState>,
  absent: () => unknown,
): AttributeTable {
  const seen: FieldTable<AttributeState> = fieldTable({
    1: [wire.bytes, 'name', (_state, { reader }) => reader.slice()],
    [attributeKinds[kind].field]: field,
    20: [wire.varint, 'type', (_state, { reader }) => reader.int()],
  })
  return { fields: seen, absent }
}

const one = (
  kind: AttributeKind,
  type: number,
  absent: unknown,
  read: (reader: WireReader) => unknown,
) => attributeTable(kind, scalar(kind, 'value', type, read), () => absent)

const message = (kind: AttributeKind, name: string, read: ReadMessage<unknown>) =>
  attributeTable(kind, single(name, 'value', read), () => undefined)

/** A list of numbers; `cost` is the heap that one takes, in bytes. */
function many(
  kind: AttributeKind,
  type: number,
  cost: number,
  read: (reader: WireReader) => unknown,
): AttributeTable {
  const readOne: ReadField<AttributeState> = ({ value }, { reader }) => {
    reader.charge(cost)
    ;(value as unknown[]).push(read(reader))
  }
  const field = type === wire.bytes ? [type, kind, readOne] : numbers(kind, type, readOne)
  return attributeTable(kind, field as Field<AttributeState>, () => [])
}

const messages = (kind: AttributeKind, read: ReadMessage<unknown>) =>
  attributeTable(kind, repeated<AttributeState, unknown>(kind, 'value' as never, read), () => [])

const attributeTables: Readonly<Record<AttributeKind, AttributeTable>> = {
  float: one('float', wire.fixed32, 0, (reader) => reader.float()),
  int: one('int', wire.varint, 0n, (reader) => reader.int64()),
  string: one('string', wire.bytes, new Uint8Array(0), (reader) => reader.slice()),
  tensor: message('tensor', 't', decodeTensor),
  graph: message('graph', 'g', decodeGraph),
  floats: many('floats', wire.fixed32, 8, (reader) => reader.float()),
  ints: many('ints', wire.varint, 32, (reader) => reader.int64()),
  strings: many('strings', wire.bytes, 100, (reader) => reader.slice()),
  tensors: messages('tensors', decodeTensor),
  graphs: messages('graphs', decodeGraph),
}
