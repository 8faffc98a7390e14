import { RightsizeError } from '../error/error.ts'
import { exact } from '../unit/known.ts'
import type { ModelFacts } from './model-facts.ts'

/** What a weight file says about itself. */
export interface HeaderFacts {
  readonly parameters: number
  /** Average bits per weight. */
  readonly bits: number
}

const headerLimit = 100 * 1024 * 1024 // the limit of the safetensors format itself
const countLimit = 1_000_000

/** Bits of a safetensors dtype. Source: safetensors README, list of dtypes. */
const safetensorsBits: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E4M3: 8,
  F8_E5M2: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  I64: 64,
  U64: 64,
  F64: 64,
}

/** Parameters and precision from the first bytes of a safetensors file (8 bytes length, then JSON). */
export function safetensorsFacts(bytes: Uint8Array): HeaderFacts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength < 8) throw broken('safetensors', 'shorter than its length field')
  const length = Number(view.getBigUint64(0, true))
  if (length > headerLimit || length + 8 > bytes.byteLength)
    throw broken('safetensors', `the header claims ${length} bytes`)
  return tensorFacts(parseHeader(bytes.subarray(8, 8 + length)))
}

interface TensorRow {
  readonly count: number
  readonly bits: number
}

function parseHeader(bytes: Uint8Array): readonly TensorRow[] {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw broken('safetensors', 'the header is not JSON', cause)
  }
  if (typeof header !== 'object' || header === null) throw broken('safetensors', 'no tensors')
  return Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, tensor]) => tensorRow(name, tensor))
}

function tensorRow(name: string, tensor: unknown): TensorRow {
  const { dtype, shape } = (tensor ?? {}) as { dtype?: unknown; shape?: unknown }
  const bits = safetensorsBits[String(dtype)]
  if (
    bits === undefined ||
    !Array.isArray(shape) ||
    !shape.every((n) => Number.isSafeInteger(n) && n >= 0)
  )
    throw broken('safetensors', `the tensor "${name}" has no dtype and shape that are known`)
  return { bits, count: shape.reduce((product: number, n: number) => product * n, 1) }
}

function tensorFacts(rows: readonly TensorRow[]): HeaderFacts {
  const parameters = rows.reduce((sum, { count }) => sum + count, 0)
  if (!(parameters > 0)) throw broken('weights', 'no parameters')
  return {
    parameters,
    bits: rows.reduce((sum, { count, bits }) => sum + count * bits, 0) / parameters,
  }
}

/** Bits per weight of a ggml type: block bytes x 8 / block size. Source: ggml/src/ggml-common.h, gguf specification. */
const ggmlBits: Readonly<Record<number, number>> = {
  0: 32,
  1: 16,
  2: 4.5,
  3: 5,
  6: 5.5,
  7: 6,
  8: 8.5,
  9: 9,
  10: 2.625,
  11: 3.4375,
  12: 4.5,
  13: 5.5,
  14: 6.5625,
  15: 9.125,
  24: 8,
  25: 16,
  26: 32,
  27: 64,
  28: 64,
  30: 16,
}

/** Parameters and precision from the first bytes of a GGUF file (version 2 or 3, little endian). */
export function ggufFacts(bytes: Uint8Array): HeaderFacts {
  const reader = ggufReader(bytes)
  if (reader.u32() !== 0x46554747) throw broken('GGUF', 'another magic number')
  const version = reader.u32()
  if (version !== 2 && version !== 3) throw broken('GGUF', `version ${version}`)
  const tensors = reader.count()
  const pairs = reader.count()
  for (let i = 0; i < pairs; i++) {
    reader.skipString()
    reader.skipValue(reader.u32(), 0)
  }
  return tensorFacts(Array.from({ length: tensors }, () => ggufTensor(reader)))
}

function ggufTensor(reader: GgufReader): TensorRow {
  reader.skipString()
  const dimensions = reader.u32()
  if (dimensions > 8) throw broken('GGUF', `a tensor of ${dimensions} dimensions`)
  let count = 1
  for (let i = 0; i < dimensions; i++) count *= reader.u64()
  const type = reader.u32()
  reader.u64() // offset
  const bits = ggmlBits[type]
  if (bits === undefined) throw broken('GGUF', `tensor type ${type}`)
  return { count, bits }
}

function sizeOf(type: number): number {
  const size = valueBytes[type]
  if (size === undefined) throw broken('GGUF', `value type ${type}`)
  return size
}

interface GgufReader {
  u32(): number
  u64(): number
  count(): number
  skipString(): void
  skipValue(type: number, depth: number): void
}

const valueBytes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
}

function ggufReader(bytes: Uint8Array): GgufReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const take = (size: number) => {
    const from = at
    if (!(size >= 0) || from + size > bytes.byteLength)
      throw broken('GGUF', 'the header is cut off')
    at += size
    return from
  }
  const u32 = () => view.getUint32(take(4), true)
  const u64 = () => Number(view.getBigUint64(take(8), true))
  const count = () => {
    const n = u64()
    if (n > countLimit) throw broken('GGUF', `it claims ${n} entries`)
    return n
  }
  const skipString = () => {
    take(u64())
  }
  const skipArray = (depth: number) => {
    const inner = u32()
    for (let left = u64(); left > 0; left--) skipValue(inner, depth + 1)
  }
  const skipValue = (type: number, depth: number): void => {
    if (type === 8) skipString()
    else if (type === 9 && depth < 4) skipArray(depth)
    else take(sizeOf(type))
  }
  return { u32, u64, count, skipString, skipValue }
}

/** Header facts as model facts; a dense model is assumed unless active parameters are given. */
export function factsFromHeader(
  model: string,
  facts: HeaderFacts,
  activeParameters?: number,
): ModelFacts {
  const source = 'header of the weight file'
  return {
    model,
    totalBillions: exact('count', facts.parameters / 1e9, source),
    activeBillions: exact('count', (activeParameters ?? facts.parameters) / 1e9, source),
    bits: facts.bits,
    source,
  }
}

function broken(format: string, what: string, cause?: unknown): RightsizeError {
  return new RightsizeError('IMPORT_INVALID', `${format}: ${what}`, { cause })
}
