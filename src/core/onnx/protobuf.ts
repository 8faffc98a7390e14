import { RightsizeError } from '../error/error.ts'

/** Protobuf wire types that ONNX uses. Groups (3, 4) do not occur. Source: protobuf.dev/programming-guides/encoding. */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** What decoding an untrusted file may cost. */
export interface DecodeLimits {
  /** Estimated JavaScript heap of the decoded structure, in bytes. Tensor data is not counted: it stays a view. */
  readonly heapBytes: number
  /** Messages inside messages (graphs in attributes of nodes of graphs ...). */
  readonly depth: number
}

/**
 * The bounds for a file of this many bytes: 64 MiB of structure plus 32 bytes for each byte of the file, and 64 messages deep. Measured
 * on ONNX's own 1,072 test models: at most 28 bytes a byte, and 4 for files above 30 kB; silero_vad, with four graphs inside each other,
 * is 13 messages deep.
 */
export function limitsFor(byteLength: number): DecodeLimits {
  return { heapBytes: 2 ** 26 + 32 * byteLength, depth: 64 }
}

/**
 * A cursor over protobuf bytes that knows where it is (`at()` = byte and field path), never reads past the message it is in,
 * and charges what it makes to one budget.
 */
export class WireReader {
  readonly bytes: Uint8Array
  readonly limits: DecodeLimits
  /** Where the next read starts. */
  pos = 0
  /** End of the message being read. */
  end: number
  private readonly steps: string[] = []
  private readonly indexes: number[] = []
  private readonly view: DataView
  /** Estimated heap of what was made so far, in bytes. */
  charged = 0

  constructor(bytes: Uint8Array, limits: DecodeLimits = limitsFor(bytes.length)) {
    this.bytes = bytes
    this.limits = limits
    this.end = bytes.length
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** True while the current message has bytes left. */
  more(): boolean {
    return this.pos < this.end
  }

  at(): string {
    const step = (name: string, at: number) => {
      const index = this.indexes[at] ?? -1
      return index < 0 ? name : `${name}[${index}]`
    }
    const path = this.steps.map(step).join('.')
    return path === '' ? `byte ${this.pos}` : `byte ${this.pos}, ${path}`
  }

  fail(what: string): never {
    throw new RightsizeError('ONNX_INVALID', what, { at: this.at() })
  }

  /** Adds an estimate of heap use; refuses the file when the sum is above the limit. */
  charge(bytes: number): void {
    this.charged += bytes
    if (this.charged <= this.limits.heapBytes) return
    const limit = `${this.limits.heapBytes} bytes (limits.heapBytes)`
    throw new RightsizeError(
      'ONNX_TOO_LARGE',
      `the decoded structure would need more than ${limit}`,
      {
        at: this.at(),
      },
    )
  }

  /** A tag: field number times 8 plus wire type. */
  tag(): number {
    const tag = this.uint()
    if (tag < 8 || tag > 0xffffffff) this.fail(`${tag} is not a field tag`)
    return tag
  }

  /** An unsigned varint up to 2^53 - 1. */
  uint(): number {
    const first = this.byte()
    if (first < 0x80) return first
    let value = first & 0x7f
    let scale = 0x80
    for (let index = 1; index < 8; index += 1) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return Number.isSafeInteger(value) ? value : this.fail('number above 2^53')
      scale *= 0x80
    }
    return this.fail('number above 2^53')
  }

  /** A signed 64-bit varint (two's complement, ten bytes when negative). */
  int64(): bigint {
    const first = this.bytes[this.pos]
    if (first !== undefined && first < 0x80 && this.pos < this.end) {
      this.pos += 1
      return BigInt(first)
    }
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte()
      const bits = byte & 0x7f
      if (shift < 28) low += bits * 2 ** shift
      else if (shift === 28) {
        low += (bits & 0x0f) * 2 ** 28
        high += bits >> 4
      } else if (shift < 63) high += bits * 2 ** (shift - 32)
      else high += (bits & 1) * 2 ** 31
      if (byte < 0x80) return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low))
    }
    return this.fail('a number of more than ten bytes')
  }

  /** A signed 64-bit varint as a number; refused outside +-(2^53 - 1). */
  int(): number {
    const first = this.bytes[this.pos]
    if (first !== undefined && first < 0x80 && this.pos < this.end) {
      this.pos += 1
      return first
    }
    const value = Number(this.int64())
    return Number.isSafeInteger(value) ? value : this.fail(`${value} is outside +-(2^53 - 1)`)
  }

  float(): number {
    this.need(4)
    const value = this.view.getFloat32(this.pos, true)
    this.pos += 4
    return value
  }

  /** Four bytes as an unsigned integer. */
  fixed32(): number {
    this.need(4)
    this.pos += 4
    return this.view.getUint32(this.pos - 4, true)
  }

  /** Eight bytes as an unsigned integer. */
  fixed64(): bigint {
    this.need(8)
    this.pos += 8
    return this.view.getBigUint64(this.pos - 8, true)
  }

  /** A length-delimited field as a view, not a copy. */
  slice(): Uint8Array {
    const length = this.uint()
    this.need(length)
    const start = this.pos
    this.pos += length
    return this.bytes.subarray(start, this.pos)
  }

  /** A string; bytes that are not UTF-8 are refused. */
  text(): string {
    const start = this.pos
    const bytes = this.slice()
    this.charge(48 + 2 * bytes.length)
    try {
      return utf8.decode(bytes)
    } catch {
      this.pos = start
      return this.fail('a name that is not UTF-8')
    }
  }

  /** Steps into a length-delimited message; `name` and `index` (-1 outside a list) say where in errors. Returns what `leave` needs. */
  enter(name: string, index: number): number {
    const length = this.uint()
    this.need(length)
    if (this.steps.length >= this.limits.depth) {
      const what = `messages are nested more than ${this.limits.depth} deep (limits.depth)`
      throw new RightsizeError('ONNX_TOO_LARGE', what, { at: this.at() })
    }
    const outerEnd = this.end
    this.end = this.pos + length
    this.steps.push(name)
    this.indexes.push(index)
    return outerEnd
  }

  leave(outerEnd: number): void {
    this.steps.pop()
    this.indexes.pop()
    this.end = outerEnd
  }

  /** Moves past the value of a field of this tag. */
  skip(tag: number): void {
    const type = tag & 7
    if (type === wire.varint) {
      let length = 1
      while (this.byte() >= 0x80) {
        length += 1
        if (length > 10) this.fail('a number of more than ten bytes')
      }
    } else if (type === wire.bytes) this.slice()
    else if (type === wire.fixed32 || type === wire.fixed64) {
      const width = type === wire.fixed32 ? 4 : 8
      this.need(width)
      this.pos += width
    } else this.fail(`wire type ${type}, which ONNX does not use`)
  }

  private need(length: number): void {
    if (this.pos + length > this.end) {
      this.fail(`${length} bytes announced, ${this.end - this.pos} left (truncated?)`)
    }
  }

  private byte(): number {
    const value = this.bytes[this.pos]
    if (value === undefined || this.pos >= this.end)
      return this.fail('ends inside a number (truncated?)')
    this.pos += 1
    return value
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The parts one after the other, in a new array. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}
