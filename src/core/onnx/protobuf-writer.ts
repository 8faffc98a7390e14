import { RightsizeError } from '../error/error.ts'
import { WireReader, wire } from './protobuf.ts'

/** Bytes that are fetched only when they are written out: tensor data. */
export interface LateBytes {
  readonly byteLength: number
  bytes(): Uint8Array
}

/** A message that was begun and not ended. */
interface OpenMessage {
  /** Where its content begins in the buffer. */
  readonly start: number
  /** How many late pieces, and bytes of them, came before it. */
  readonly lateCount: number
  readonly lateBytes: number
  /** Unknown fields that wait for their place. */
  readonly unknown: readonly UnknownField[]
}

/**
 * Builds a protobuf message: small fields go into one growing buffer, tensor data stays a reference,
 * so that a model of 90 MB is written without a second copy. Fields are written in ascending order of their number;
 * unknown fields given at the start of a message are slotted in where their numbers belong.
 */
export class WireWriter {
  private buffer = new Uint8Array(1024)
  private view = new DataView(this.buffer.buffer)
  private used = 0
  private late: { at: number; readonly data: LateBytes }[] = []
  private lateBytes = 0
  private unknown: readonly UnknownField[]
  private readonly open: OpenMessage[] = []

  constructor(unknown?: Uint8Array) {
    this.unknown = unknown === undefined ? none : splitFields(unknown)
  }

  get byteLength(): number {
    return this.used + this.lateBytes
  }

  /** A field of 64-bit integers; negative ones take ten bytes. */
  int(field: number, value: number | bigint): void {
    this.tag(field, wire.varint)
    this.varint(value)
  }

  float(field: number, value: number): void {
    this.tag(field, wire.fixed32)
    this.room(4)
    this.view.setFloat32(this.used, value, true)
    this.used += 4
  }

  text(field: number, text: string): void {
    const plain = asciiCodes(text)
    if (!plain) return void this.bytes(field, encoder.encode(text))
    this.tag(field, wire.bytes)
    this.varint(text.length)
    this.room(text.length)
    for (let at = 0; at < text.length; at += 1) this.buffer[this.used + at] = text.charCodeAt(at)
    this.used += text.length
  }

  bytes(field: number, bytes: Uint8Array): void {
    this.tag(field, wire.bytes)
    this.varint(bytes.length)
    this.raw(bytes)
  }

  /** A bytes field whose content is fetched when the chunks are read. */
  lateField(field: number, data: LateBytes): void {
    this.tag(field, wire.bytes)
    this.varint(data.byteLength)
    this.late.push({ at: this.used, data })
    this.lateBytes += data.byteLength
  }

  /** Begins a message field; what is written until `end` belongs to it. */
  begin(field: number, unknown?: Uint8Array): void {
    this.tag(field, wire.bytes)
    const { late, lateBytes, used } = this
    this.open.push({ start: used + 1, lateCount: late.length, lateBytes, unknown: this.unknown })
    this.unknown = unknown === undefined ? none : splitFields(unknown)
    // One byte for the length: enough for most; `end` makes room for more.
    this.room(1)
    this.used += 1
  }

  /** Ends the message begun last. */
  end(): void {
    this.slotIn(Number.POSITIVE_INFINITY)
    const message = this.open.pop()
    if (message === undefined) return
    const { start, lateCount, lateBytes, unknown } = message
    const length = this.used - start + this.lateBytes - lateBytes
    const shift = varintLength(length) - 1
    if (shift > 0) {
      this.room(shift)
      this.buffer.copyWithin(start + shift, start, this.used)
      for (const piece of this.late.slice(lateCount)) piece.at += shift
    }
    const end = this.used + shift
    this.used = start - 1
    this.varint(length)
    this.used = end
    this.unknown = unknown
  }

  /** Writes the unknown fields that are left; nothing may be written after it. */
  finish(): this {
    this.slotIn(Number.POSITIVE_INFINITY)
    return this
  }

  /** The message in pieces, in order; tensor data is read when its piece is asked for. */
  *chunks(): Generator<Uint8Array> {
    let from = 0
    for (const { at, data } of this.late) {
      if (at > from) yield this.buffer.subarray(from, at)
      from = at
      const bytes = data.bytes()
      if (bytes.length !== data.byteLength) {
        const what = `a tensor announced ${data.byteLength} bytes and returned ${bytes.length}`
        throw new RightsizeError('ONNX_INVALID', what)
      }
      yield bytes
    }
    if (this.used > from) yield this.buffer.subarray(from, this.used)
  }

  private raw(bytes: Uint8Array): void {
    this.room(bytes.length)
    this.buffer.set(bytes, this.used)
    this.used += bytes.length
  }

  private tag(field: number, type: number): void {
    if (this.unknown.length > 0) this.slotIn(field)
    this.varint(field * 8 + type)
  }

  private slotIn(below: number): void {
    let count = 0
    for (const { field, bytes } of this.unknown) {
      if (field >= below) break
      this.raw(bytes)
      count += 1
    }
    if (count > 0) this.unknown = this.unknown.slice(count)
  }

  private varint(value: number | bigint): void {
    this.room(10)
    if (typeof value === 'number' && value >= 0) this.varintNumber(value)
    else this.varintBig(value)
  }

  private varintBig(value: number | bigint): void {
    let rest = BigInt.asUintN(64, BigInt(value))
    while (rest >= 0x80n) {
      this.buffer[this.used++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.buffer[this.used++] = Number(rest)
  }

  private varintNumber(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.buffer[this.used++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.buffer[this.used++] = rest
  }

  private room(length: number): void {
    if (this.used + length <= this.buffer.length) return
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.used + length))
    grown.set(this.buffer.subarray(0, this.used))
    this.buffer = grown
    this.view = new DataView(grown.buffer)
  }
}

interface UnknownField {
  readonly field: number
  readonly bytes: Uint8Array
}

const none: readonly UnknownField[] = []

/** The fields of a message, whole with their tags, by ascending number; fields of one number keep their order. */
function splitFields(message: Uint8Array): readonly UnknownField[] {
  const reader = new WireReader(message)
  const fields: UnknownField[] = []
  while (reader.more()) {
    const start = reader.pos
    const tag = reader.tag()
    reader.skip(tag)
    fields.push({ field: Math.floor(tag / 8), bytes: message.subarray(start, reader.pos) })
  }
  return fields.sort((left, right) => left.field - right.field)
}

function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length += 1
  return length
}

const encoder = new TextEncoder()

function asciiCodes(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) >= 0x80) return false
  return true
}
