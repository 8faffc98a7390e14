import { joinBytes, type WireReader, wire } from './wire.ts'

/** How one field of a message is read: the wire type it must have ('any' for repeated numbers, packed or not), its name, what to do. */
export type FieldReader = readonly [type: number | 'any', name: string, read: (tag: number) => void]

/** Field number to reader. */
export type FieldReaders = Readonly<Record<number, FieldReader>>

/**
 * Reads the fields of the current message through the table. Fields that are not in it come back joined, in the order they
 * came, under `unknown`; the key is absent when there are none.
 */
export function readMessage(reader: WireReader, fields: FieldReaders): { unknown?: Uint8Array } {
  const unknown: Uint8Array[] = []
  while (reader.more()) {
    const start = reader.pos
    const tag = reader.tag()
    const field = fields[Math.floor(tag / 8)]
    if (field === undefined) {
      reader.skip(tag)
      reader.charge(32)
      unknown.push(reader.bytes.subarray(start, reader.pos))
    } else {
      const [type, name, read] = field
      if (type !== 'any' && (tag & 7) !== type) {
        reader.fail(`field ${name} has wire type ${tag & 7} instead of ${type}`)
      }
      read(tag)
    }
  }
  return unknown.length === 0 ? {} : { unknown: joinBytes(unknown) }
}

/** A repeated message field, read into `into`; errors name it with its index. */
export function repeatedMessage<T>(
  reader: WireReader,
  name: string,
  into: T[],
  read: () => T,
): FieldReader {
  const readOne = () => {
    reader.charge(32)
    into.push(reader.message(`${name}[${into.length}]`, read))
  }
  return [wire.bytes, name, readOne]
}

/** A message field that may occur once. Protobuf would merge two; no exporter writes two, so two are refused. */
export function onlyMessage<T>(
  reader: WireReader,
  name: string,
  read: () => T,
  keep: (value: T) => void,
): FieldReader {
  let seen = false
  const readOne = () => {
    if (seen) reader.fail(`a second ${name}`)
    seen = true
    keep(reader.message(name, read))
  }
  return [wire.bytes, name, readOne]
}

/** A repeated string field. */
export function repeatedText(reader: WireReader, name: string, into: string[]): FieldReader {
  return [wire.bytes, name, () => into.push(reader.text())]
}

/** Reads a StringStringEntryProto from the current message. */
export function readPair(reader: WireReader): readonly [string, string] {
  let key = ''
  let value = ''
  readMessage(reader, {
    1: [wire.bytes, 'key', () => (key = reader.text())],
    2: [wire.bytes, 'value', () => (value = reader.text())],
  })
  return [key, value]
}

/** Calls `readOne` for each number of a repeated field, packed (one bytes field) or not. */
export function readNumbers(
  reader: WireReader,
  tag: number,
  type: number,
  readOne: () => void,
): void {
  if ((tag & 7) === type) readOne()
  else if ((tag & 7) === wire.bytes) {
    reader.message('packed', () => {
      while (reader.more()) readOne()
    })
  } else reader.fail(`a repeated number has wire type ${tag & 7}`)
}
