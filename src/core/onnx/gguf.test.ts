import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { realDataFolder } from '../../../test/onnx/model-corpus.ts'
import { RightsizeError } from '../error/error.ts'
import { decodeGguf } from './gguf.ts'
import { joinBytes } from './protobuf.ts'

const u32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer)
const u64 = (value: number) => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)
const text = (value: string) => joinBytes([u64(value.length), new TextEncoder().encode(value)])
const magic = new TextEncoder().encode('GGUF')

interface Parts {
  readonly version?: number
  readonly tensors?: number
  readonly entries?: readonly Uint8Array[]
  readonly infos?: readonly Uint8Array[]
  readonly data?: number
}

function fileOf({
  version = 3,
  entries = [],
  infos = [],
  tensors = infos.length,
  data = 0,
}: Parts): Uint8Array {
  const head = joinBytes([
    magic,
    u32(version),
    u64(tensors),
    u64(entries.length),
    ...entries,
    ...infos,
  ])
  const padding = infos.length === 0 ? 0 : Math.ceil(head.length / 32) * 32 - head.length
  return joinBytes([head, new Uint8Array(padding + data)])
}

const info = (name: string, dims: readonly number[], type: number, offset: number) =>
  joinBytes([text(name), u32(dims.length), ...dims.map(u64), u32(type), u64(offset)])
const number = (key: string, value: number) => joinBytes([text(key), u32(4), u32(value)])

test('scalars, texts and lists are read; of a long list the first values and the length', () => {
  const list = joinBytes([
    text('tokens'),
    u32(9),
    u32(8),
    u64(300),
    ...Array.from({ length: 300 }, (_, at) => text(`t${at}`)),
  ])
  const file = decodeGguf(
    fileOf({
      entries: [
        number('llama.block_count', 5),
        joinBytes([text('name'), u32(8), text('ä'.repeat(1)).with(0, 2)]),
        joinBytes([text('flag'), u32(7), Uint8Array.of(1)]),
        joinBytes([text('big'), u32(10), u64(2 ** 40)]),
        joinBytes([text('rate'), u32(6), new Uint8Array(Float32Array.of(0.5).buffer)]),
        list,
      ],
    }),
  )
  expect(file.metadata.get('llama.block_count')).toBe(5)
  expect(file.metadata.get('name')).toBe('ä')
  expect(file.metadata.get('flag')).toBe(true)
  expect(file.metadata.get('big')).toBe(2n ** 40n)
  expect(file.metadata.get('rate')).toBe(0.5)
  expect(file.metadata.get('tokens')).toMatchObject({ length: 300 })
  expect(
    (file.metadata.get('tokens') as { readonly first: readonly unknown[] }).first,
  ).toHaveLength(256)
})

test('a quantised tensor takes its blocks, with dims slowest first', () => {
  const file = decodeGguf(fileOf({ infos: [info('w', [64, 3], 2, 0)], data: 108 }))
  expect(file.tensors[0]).toMatchObject({
    name: 'w',
    dims: [3, 64],
    byteLength: 108,
    type: { name: 'Q4_0' },
  })
  expect(file.parameters).toBe(192)
  expect(file.tensors[0]?.bytes()).toHaveLength(108)
})

const folder = join(realDataFolder, 'llm-tiny')

// Skipped where the folder RIGHTSIZE_DATA is absent. stories260K.bin holds the same weights in llama2.c's format: seven int32, then the embeddings.
test.skipIf(!existsSync(folder))('the tiny Llama holds the weights of its llama2.c file', () => {
  const file = decodeGguf(new Uint8Array(readFileSync(join(folder, 'tinyllm.gguf'))))
  const other = readFileSync(join(folder, 'stories260K.bin'))
  const [width, , layers] = [other.readInt32LE(0), 0, other.readInt32LE(8)]
  expect(file.metadata.get('general.architecture')).toBe('llama')
  expect(file.metadata.get('llama.embedding_length')).toBe(width)
  expect(file.metadata.get('llama.block_count')).toBe(layers)
  expect(file.metadata.get('tokenizer.ggml.tokens')).toMatchObject({ length: 512 })
  expect(file.tensors).toHaveLength(48)
  const embeddings = file.tensors.find(({ name }) => name === 'token_embd.weight')
  expect(embeddings?.dims).toEqual([512, width])
  expect(Buffer.compare(embeddings!.bytes(), other.subarray(28, 28 + 4 * 512 * width))).toBe(0)
  // 260,032 weights; the file repeats the embeddings as output, 512 x 64.
  expect(file.parameters).toBe(260_032 + 512 * width)
})

test.each<[string, Uint8Array, RegExp]>([
  ['another format', Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 0), /begins with the letters GGUF/],
  ['version 1', fileOf({ version: 1 }), /version 1; versions 2 and 3 are read/],
  ['big-endian', fileOf({ version: 0x03000000 }), /big-endian/],
  ['too many tensors', fileOf({ tensors: 1e9 }), /1000000000 tensors, the limit is 100000/],
  ['tensors that are not there', fileOf({ tensors: 5 }), /8 bytes announced, 0 left/],
  [
    'a text without end',
    joinBytes([magic, u32(3), u64(0), u64(1), u64(10_000_000)]),
    /10000000 bytes announced/,
  ],
  [
    'a text above the limit',
    joinBytes([magic, u32(3), u64(0), u64(1), u64(2 ** 40)]),
    /bytes of text, the limit is/,
  ],
  [
    'an unknown value',
    fileOf({ entries: [joinBytes([text('a'), u32(77)])] }),
    /value type 77 is unknown/,
  ],
  [
    'a list of lists',
    fileOf({ entries: [joinBytes([text('a'), u32(9), u32(9), u64(1)])] }),
    /lists of lists/,
  ],
  [
    'a list that is not there',
    fileOf({ entries: [joinBytes([text('a'), u32(9), u32(0), u64(9_999_999)])] }),
    /announced, 0 left/,
  ],
  ['five dimensions', fileOf({ infos: [info('w', [1, 1, 1, 1, 1], 0, 0)] }), /has 5 dimensions/],
  [
    'an overflowing size',
    fileOf({ infos: [info('w', [2 ** 40, 2 ** 40], 0, 0)] }),
    /more than 2\^49/,
  ],
  ['an unknown type', fileOf({ infos: [info('w', [32], 5, 0)] }), /type 5, which is unknown/],
  [
    'rows that do not fill blocks',
    fileOf({ infos: [info('w', [33], 2, 0)] }),
    /not a multiple of 32, the block of Q4_0/,
  ],
  [
    'data beyond the end',
    fileOf({ infos: [info('w', [32], 0, 0)], data: 100 }),
    /it needs 128 bytes from 64, the file has 164/,
  ],
  [
    'an offset between alignments',
    fileOf({ infos: [info('w', [1], 0, 4)], data: 64 }),
    /4 is not a multiple of 32/,
  ],
  ['a bad alignment', fileOf({ entries: [number('general.alignment', 33)] }), /power of two/],
])('%s is refused', (_what, bytes, message) => {
  expect(() => decodeGguf(bytes)).toThrow(RightsizeError)
  expect(() => decodeGguf(bytes)).toThrow(message)
})

test('changed bytes of a header are refused in words or read, never a crash', () => {
  const bytes = fileOf({
    entries: [number('general.alignment', 32)],
    infos: [info('w', [64, 3], 2, 0)],
    data: 108,
  })
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255))
  fc.assert(
    fc.property(fc.array(change, { maxLength: 4 }), fc.nat(bytes.length), (changes, cut) => {
      const copy = bytes.slice(0, cut)
      for (const [at, value] of changes) copy[at] = value
      try {
        for (const tensor of decodeGguf(copy).tensors) tensor.bytes()
      } catch (error) {
        expect(error).toBeInstanceOf(RightsizeError)
      }
    }),
    { numRuns: 500 },
  )
})
