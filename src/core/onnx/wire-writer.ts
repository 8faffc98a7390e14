import { RightsizeError } from '../error/error.ts'
import { WireReader, wire } from './wire.ts'

/** Bytes that are fetched only when they are written out: tensor data. */
export interface LateBytes {
  readonly byteLength: number
  bytes(): Uint8Array
}

/**
 * Builds a protobuf message: small fields go into one growing buffer, tensor data stays a reference,
 * so that a model of 90 MB is written without a second copy. Fields are written in ascending order of their number;
 * unknown fields given at the start are slotted in where their numbers belong.
 */
export class WireWriter {
  private buffer = new Uint8Array(256)
  private view = new DataView(this.buffer.buffer)
  private used = 0
  private late: { readonly at: number; readonly data: LateBytes }[] = []
  private lateBytes = 0
  private unknown: readonly UnknownField[]

  constructor(unknown?: Uint8Array) {
    this.unknown = unknown === undefined ? [] : splitFields(unknown)
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
    this.bytes(field, encoder.encode(text))
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

  /** A message that was written elsewhere. */
  message(field: number, inner: WireWriter): void {
    inner.finish()
    this.tag(field, wire.bytes)
    this.varint(inner.byteLength)
    const base = this.used
    this.raw(inner.buffer.subarray(0, inner.used))
    for (const { at, data } of inner.late) this.late.push({ at: base + at, data })
    this.lateBytes += inner.lateBytes
  }

  /** Writes the unknown fields that are left; nothing may be written after it. */
  finish(): this {
    this.slotIn(Number.POSITIVE_INFINITY)
    return this
  }

  private raw(bytes: Uint8Array): void {
    this.room(bytes.length)
    this.buffer.set(bytes, this.used)
    this.used += bytes.length
  }

  /** The message in pieces, in order; tensor data is read when its piece is asked for. */
  *chunks(): Generator<Uint8Array> {
    let from = 0
    for (const { at, data } of this.late) {
      if (at > from) yield this.buffer.subarray(from, at)
      from = at
      const bytes = data.bytes()
      if (bytes.length !== data.byteLength) {
        const what = `a tensor announced ${data.byteLength} bytes and gave ${bytes.length}`
        throw new RightsizeError('ONNX_INVALID', what)
      }
      yield bytes
    }
    if (this.used > from) yield this.buffer.subarray(from, this.used)
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

/** The fields of a message, whole with their tags, by ascending number; fields of one number keep their order. */
export function splitFields(message: Uint8Array): UnknownField[] {
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

const encoder = new TextEncoder()
