import type { ByteSource } from './model.ts'
import { joinBytes, type WireReader, wire } from './protobuf.ts'

/** What every part of the decoder is handed. */
export interface DecodeContext {
  readonly reader: WireReader
  readonly external?: ((path: string) => ByteSource) | undefined
}

/** Reads one message, which the reader stands in. */
export type ReadMessage<T> = (context: DecodeContext) => T

/** Reads one field into the state of its message. */
export type ReadField<S> = (state: S, context: DecodeContext, tag: number) => void

/** How one field is read: the wire type it must have ('any' for repeated numbers, packed or not), its name, what to do. */
export type Field<S> = readonly [type: number | 'any', name: string, read: ReadField<S>]

/** Field number to field. Tables are made once, so that reading a message allocates nothing but its result. */
export type FieldTable<S> = readonly (Field<S> | undefined)[]

export function fieldTable<S>(fields: Readonly<Record<number, Field<S>>>): FieldTable<S> {
  const table: (Field<S> | undefined)[] = []
  for (const [number, field] of Object.entries(fields)) table[Number(number)] = field
  return table
}

/** A state that may take up unknown fields. */
interface KeepsUnknown {
  unknown?: Uint8Array
}

/** Reads the fields of the current message into the state and returns it. Fields that are not in the table go to `unknown`, joined, in the order they came. */
export function readMessage<S extends object>(
  context: DecodeContext,
  table: FieldTable<S>,
  state: S,
): S {
  const { reader } = context
  let unknown: Uint8Array[] | undefined
  while (reader.more()) {
    const start = reader.pos
    const tag = reader.tag()
    const field = table[Math.floor(tag / 8)]
    if (field === undefined) {
      reader.skip(tag)
      reader.charge(32)
      unknown ??= []
      unknown.push(reader.bytes.subarray(start, reader.pos))
    } else {
      const [type, name, read] = field
      if (type !== 'any' && (tag & 7) !== type) {
        reader.fail(`field ${name} has wire type ${tag & 7} instead of ${type}`)
      }
      read(state, context, tag)
    }
  }
  if (unknown !== undefined) (state as KeepsUnknown).unknown = joinBytes(unknown)
  return state
}

/** The keys of a state under which such values stand. */
type KeyOf<S, T> = { [K in keyof S]: [T] extends [S[K]] ? K : never }[keyof S]
/** The keys of a state under which lists of such values stand. */
type ListKeyOf<S, T> = { [K in keyof S]: S[K] extends T[] ? K : never }[keyof S]

/** Keeps a value under a key whose type was checked where the table was made. */
function keep<S>(state: S, key: keyof S, value: unknown): void {
  state[key] = value as S[keyof S]
}

/** A repeated message field; errors name it with its index. */
export function repeated<S, T>(name: string, key: ListKeyOf<S, T>, read: ReadMessage<T>): Field<S> {
  const readOne: ReadField<S> = (state, context) => {
    const into = state[key] as T[]
    context.reader.charge(32)
    into.push(readNested(context, name, into.length, read))
  }
  return [wire.bytes, name, readOne]
}

/** A message field that may occur once. Protobuf would merge two; no exporter writes two, so two are refused. */
export function single<S, T>(name: string, key: KeyOf<S, T>, read: ReadMessage<T>): Field<S> {
  const readOne: ReadField<S> = (state, context) => {
    if (state[key] !== undefined) context.reader.fail(`a second ${name}`)
    keep(state, key, readNested(context, name, -1, read))
  }
  return [wire.bytes, name, readOne]
}

/** A message inside the current one; `index` is -1 where there is no list. */
function readNested<T>(
  context: DecodeContext,
  name: string,
  index: number,
  read: ReadMessage<T>,
): T {
  const { reader } = context
  const outerEnd = reader.enter(name, index)
  const value = read(context)
  reader.leave(outerEnd)
  return value
}

/** A field of one value of this wire type. */
export function scalar<S, T>(
  name: string,
  key: KeyOf<S, T>,
  type: number,
  read: (reader: WireReader) => T,
): Field<S> {
  return [type, name, (state, { reader }) => keep(state, key, read(reader))]
}

/** A string field. */
export const text = <S>(name: string, key: KeyOf<S, string>): Field<S> =>
  scalar<S, string>(name, key, wire.bytes, (reader) => reader.text())

/** An integer field, as a number. */
export const integer = <S>(name: string, key: KeyOf<S, number>): Field<S> =>
  scalar<S, number>(name, key, wire.varint, (reader) => reader.int())

/** A repeated field of bytes or text; `cost` is the heap that one takes beside its content. */
export function list<S, T>(
  name: string,
  key: ListKeyOf<S, T>,
  cost: number,
  read: (reader: WireReader) => T,
): Field<S> {
  const readOne: ReadField<S> = (state, { reader }) => {
    reader.charge(cost)
    ;(state[key] as T[]).push(read(reader))
  }
  return [wire.bytes, name, readOne]
}

/** A repeated number field, packed (one bytes field) or not; `type` is the wire type of one number. */
export function numbers<S>(name: string, type: number, readOne: ReadField<S>): Field<S> {
  const read: ReadField<S> = (state, context, tag) => {
    const { reader } = context
    if ((tag & 7) === type) readOne(state, context, tag)
    else if ((tag & 7) === wire.bytes) {
      const outerEnd = reader.enter(name, -1)
      while (reader.more()) readOne(state, context, tag)
      reader.leave(outerEnd)
    } else reader.fail(`field ${name} has wire type ${tag & 7}`)
  }
  return ['any', name, read]
}

interface Pair {
  key: string
  value: string
}

const pairFields = fieldTable<Pair>({ 1: text('key', 'key'), 2: text('value', 'value') })

/** Reads a StringStringEntryProto from the current message. */
export function readPair(context: DecodeContext): readonly [string, string] {
  const { key, value } = readMessage(context, pairFields, { key: '', value: '' })
  return [key, value]
}
