import { joinBytes } from '../../src/core/onnx/protobuf.ts'

const u32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer)
const u64 = (value: number) => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)
const text = (value: string) => {
  const bytes = new TextEncoder().encode(value)
  return joinBytes([u64(bytes.length), bytes])
}

export interface TensorPlan {
  readonly name: string
  /** Slowest first. */
  readonly dims: readonly number[]
  /** Code of the type, and bytes and elements of its blocks: ggml.h. */
  readonly type: readonly [code: number, elements: number, bytes: number]
}

export const f32 = [0, 1, 4] as const
export const f16 = [1, 1, 2] as const
export const q4k = [12, 256, 144] as const
export const q80 = [8, 32, 34] as const

/** A GGUF file, version 3, with zeros for weights. Format: ggml docs/gguf.md. `numbers` are entries of type uint32. */
export function ggufBytes(
  tensors: readonly TensorPlan[],
  numbers: Readonly<Record<string, number>> = {},
): Uint8Array {
  let offset = 0
  const infos = tensors.map(({ name, dims, type: [code, elements, bytes] }) => {
    const info = [text(name), u32(dims.length), ...[...dims].reverse().map(u64), u32(code)]
    const at = offset
    const count = dims.reduce((product, dim) => product * dim, 1)
    offset += Math.ceil(((count / elements) * bytes) / 32) * 32
    return joinBytes([...info, u64(at)])
  })
  const entries = Object.entries(numbers).map(([key, value]) =>
    joinBytes([text(key), u32(4), u32(value)]),
  )
  const magic = new TextEncoder().encode('GGUF')
  const counts = [magic, u32(3), u64(tensors.length), u64(entries.length)]
  const head = joinBytes([...counts, ...entries, ...infos])
  const start = Math.ceil(head.length / 32) * 32
  return joinBytes([head, new Uint8Array(start - head.length + offset)])
}
