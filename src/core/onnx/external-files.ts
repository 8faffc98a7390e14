import type { ByteSource } from './model.ts'

/** Messages on the way to a tensor, by field number. Source of the numbers: onnx.proto of onnx/onnx. */
const within = {
  model: { 7: 'graph', 25: 'function' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
} as const satisfies Readonly<Record<string, Readonly<Record<number, string>>>>
type Message = keyof typeof within
/** Fields of a TensorProto, the value of data_location that means another file, and fields of a StringStringEntryProto. */
const tensor = { externalData: 13, dataLocation: 14, external: 1 } as const
const entry = { key: 1, value: 2 } as const

/** Graphs within graphs, at most; engines stop far earlier. */
const deepest = 200

/**
 * The files that the tensors of an ONNX model name for their data, as written in the graph, sorted. Weights inside the
 * model are passed over without reading them. What is no ONNX model names none: whoever loads it refuses it.
 */
export function externalFiles(source: ByteSource): readonly string[] {
  const found = new Set<string>()
  const bytes = windowOn(source)
  try {
    walk({ bytes, found }, 'model', { at: 0, end: source.size, depth: 0 })
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
  }
  return [...found].sort()
}

interface Walk {
  readonly bytes: Window
  readonly found: Set<string>
}

interface Span {
  readonly at: number
  readonly end: number
  readonly depth: number
}

function walk(way: Walk, message: Message, { at, end, depth }: Span): void {
  if (depth > deepest) throw new RangeError('nested too deep')
  const inside: Readonly<Record<number, Message | 'tensor'>> = within[message]
  for (const field of fields(way.bytes, at, end)) {
    const inner = field.isBytes ? inside[field.number] : undefined
    if (inner === 'tensor') note(way, field)
    else if (inner !== undefined)
      walk(way, inner, { at: field.start, end: field.end, depth: depth + 1 })
  }
}

/** The file of a tensor whose data lie in one. */
function note({ bytes, found }: Walk, { start, end }: Field): void {
  const names: string[] = []
  let isExternal = false
  for (const field of fields(bytes, start, end)) {
    if (field.number === tensor.externalData && field.isBytes) names.push(fileIn(bytes, field))
    if (field.number === tensor.dataLocation) isExternal = field.value === tensor.external
  }
  if (isExternal) for (const name of names) if (name !== '') found.add(name)
}

/** The value of an entry whose key is `location`; empty for others. */
function fileIn(bytes: Window, { start, end }: Field): string {
  const pair = { key: '', value: '' }
  for (const field of fields(bytes, start, end)) {
    const name = field.number === entry.key ? 'key' : 'value'
    if (field.isBytes && field.number <= entry.value)
      pair[name] = new TextDecoder().decode(bytes.slice(field.start, field.end))
  }
  return pair.key === 'location' ? pair.value : ''
}

interface Field {
  readonly number: number
  /** Bytes with their length before them: a message, a text, packed numbers. */
  readonly isBytes: boolean
  /** Of a number. */
  readonly value: number
  readonly start: number
  readonly end: number
}

/** Widths of the wire types that have one. */
const fixed: Readonly<Record<number, number>> = { 1: 8, 5: 4 }

function* fields(bytes: Window, from: number, limit: number): Generator<Field> {
  for (let at = from; at < limit; ) {
    const tag = varintAt(bytes, at)
    const [number, type] = [Math.floor(tag.value / 8), tag.value % 8]
    const { value, end: start } =
      type === 0 || type === 2 ? varintAt(bytes, tag.end) : { value: 0, end: tag.end }
    const width = type === 2 ? value : type === 0 ? 0 : fixed[type]
    if (width === undefined || start + width > limit) throw new RangeError('not protobuf')
    at = start + width
    yield { number, isBytes: type === 2, value, start, end: at }
  }
}

function varintAt(bytes: Window, at: number): { readonly value: number; readonly end: number } {
  let value = 0
  for (let i = 0; i < 10; i++) {
    const byte = bytes.at(at + i)
    // Beyond 2^53 the value is rounded; only numbers are that large, and their values are not read.
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return { value, end: at + i + 1 }
  }
  throw new RangeError('not protobuf')
}

interface Window {
  at(offset: number): number
  slice(start: number, end: number): Uint8Array
}

/** Bytes read at once: tags of neighboring nodes come together. */
const windowBytes = 65_536

function windowOn({ size, read }: ByteSource): Window {
  let first = 0
  let held = new Uint8Array(0)
  return {
    at(offset) {
      if (offset >= size) throw new RangeError('ends early')
      if (offset < first || offset >= first + held.length) {
        first = offset
        held = new Uint8Array(read(offset, Math.min(windowBytes, size - offset)))
      }
      return held[offset - first] as number
    },
    slice: (start, end) => read(start, end - start),
  }
}
