import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryTensor } from '../../../test/onnx/arbitrary-model.ts'
import { realDataFolder } from '../../../test/onnx/model-corpus.ts'
import { RightsizeError } from '../error/error.ts'
import * as build from './build.ts'
import { halfValues } from './half-float.ts'
import type { Tensor } from './model.ts'
import { joinBytes } from './protobuf.ts'
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts'
import { float32Of, numbersOf, tensorOf } from './tensor-values.ts'

function written(
  tensors: readonly Tensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  return joinBytes([...encodeSafetensors({ metadata, tensors }).chunks()])
}

/** A file with any header text and any data. */
function fileOf(header: string, data = new Uint8Array(0), length = header.length): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(new TextEncoder().encode(header), 8)
  bytes.set(data, 8 + header.length)
  return bytes
}

const known = arbitraryTensor.filter(({ dtype }) => dtype !== 'string' && dtype !== 'complex128')

test('what was written is read, with the same bytes', () => {
  const tensors = fc.uniqueArray(known, { selector: ({ name }) => name, maxLength: 5 })
  fc.assert(
    fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (list, metadata) => {
      const renamed = list.filter(({ name }) => name !== '__metadata__')
      const read = decodeSafetensors(written(renamed, metadata))
      const plain = (one: Tensor) => ({
        name: one.name,
        dtype: one.dtype,
        dims: one.dims,
        data: one.bytes(),
      })
      const byName = (left: { name: string }, right: { name: string }) =>
        left.name < right.name ? -1 : 1
      expect(read.tensors.map(plain).sort(byName)).toEqual(renamed.map(plain).sort(byName))
      expect(read.metadata).toEqual(metadata)
      expect(written(read.tensors, metadata)).toEqual(written(renamed, metadata))
    }),
  )
})

test('the data begin at a multiple of eight, wide types first, so that every tensor is aligned', () => {
  const small = tensorOf('a', { dtype: 'uint8', dims: [3], data: Uint8Array.of(1, 2, 3) })
  const bytes = written([
    small,
    build.int64Tensor('c', [1], [5]),
    build.float32Tensor('b', [1], [1]),
  ])
  const read = decodeSafetensors(bytes)
  expect(read.tensors.map(({ name }) => name)).toEqual(['c', 'b', 'a'])
  expect(read.tensors[0]!.bytes().byteOffset % 8).toBe(0)
})

const data = realDataFolder
const table = (kind: string) =>
  decodeSafetensors(
    new Uint8Array(readFileSync(join(data, `safetensors/test-model-${kind}/model.safetensors`))),
  )

// Skipped where the folder RIGHTSIZE_DATA is absent: the three files are model2vec-rs's own fixtures.
test.skipIf(!existsSync(data))(
  'the fixtures of model2vec hold one table at three precisions',
  () => {
    const [full, half, small] = ['float32', 'float16', 'int8'].map(
      (kind) => table(kind).tensors[0]!,
    )
    expect([full!.dtype, half!.dtype, small!.dtype]).toEqual(['float32', 'float16', 'int8'])
    expect(full!.dims).toEqual([29528, 2])
    const values = float32Of(full!)
    const bits = new Uint16Array(half!.bytes().slice().buffer)
    const apart = halfValues('float16', bits).map(
      (value, at) => Math.abs(value - values[at]!) / (Math.abs(values[at]!) + 1e-4),
    )
    expect(Math.max(...apart.subarray(0, 20_000))).toBeLessThan(2 ** -10)
    const scaled = numbersOf(small!)
    const scale = values[0]! / scaled[0]!
    expect(Math.abs(scaled[5]! * scale - values[5]!)).toBeLessThan(2 * Math.abs(scale))
  },
)

test.skipIf(!existsSync(data))('a real file is written again with the same header and data', () => {
  const bytes = new Uint8Array(
    readFileSync(join(data, 'safetensors/test-model-int8/model.safetensors')),
  )
  const again = decodeSafetensors(written(decodeSafetensors(bytes).tensors))
  expect(again.tensors[0]!.bytes()).toEqual(decodeSafetensors(bytes).tensors[0]!.bytes())
})

const f32 = (begin: number, end: number) =>
  `{"dtype":"F32","shape":[1],"data_offsets":[${begin},${end}]}`
const eight = new Uint8Array(8)

test.each<[string, Uint8Array, RegExp]>([
  ['nothing', new Uint8Array(3), /at least 8 bytes/],
  [
    'a header longer than the file',
    fileOf('{}', undefined, 500),
    /the header has 500 bytes, the file 10/,
  ],
  ['a header longer than the limit', fileOf('{}', undefined, 25_000_001), /the limit is 25000000/],
  ['no JSON', fileOf('{"a":'), /the header is not JSON/],
  ['a list', fileOf('[]'), /not a JSON object/],
  [
    'an unknown type',
    fileOf('{"w":{"dtype":"F6_E2M3","shape":[1],"data_offsets":[0,1]}}'),
    /type "F6_E2M3" is unknown/,
  ],
  [
    'a type that is a property of objects',
    fileOf('{"w":{"dtype":"toString","shape":[1],"data_offsets":[0,1]}}'),
    /is unknown/,
  ],
  [
    'a negative size',
    fileOf('{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}'),
    /shape is not/,
  ],
  [
    'a size of 2^32',
    fileOf('{"w":{"dtype":"F32","shape":[4294967296],"data_offsets":[0,4]}}'),
    /shape is not/,
  ],
  [
    'offsets that are no numbers',
    fileOf('{"w":{"dtype":"F32","shape":[1],"data_offsets":["0","4"]}}'),
    /data_offsets is not/,
  ],
  [
    'too few bytes for the shape',
    fileOf('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}'),
    /takes 8 bytes, data_offsets give 4/,
  ],
  ['a hole', fileOf(`{"a":${f32(4, 8)}}`, eight), /data begin at 4, the data before end at 0/],
  [
    'an overlap',
    fileOf(`{"a":${f32(0, 4)},"b":${f32(0, 4)}}`, eight),
    /data begin at 0, the data before end at 4/,
  ],
  ['a rest', fileOf(`{"a":${f32(0, 4)}}`, eight), /end at 4, the data have 8 bytes/],
  ['missing data', fileOf(`{"a":${f32(0, 4)}}`), /end at 4, the data have 0 bytes \(truncated\?\)/],
  ['metadata that are no text', fileOf('{"__metadata__":{"a":1}}'), /maps text to text/],
])('%s is refused', (_what, bytes, message) => {
  expect(() => decodeSafetensors(bytes)).toThrow(RightsizeError)
  expect(() => decodeSafetensors(bytes)).toThrow(message)
})

test('types that the format does not have, and equal names, are not written', () => {
  const text = tensorOf('t', { dtype: 'string', dims: [1], data: ['a'] })
  expect(() => written([text])).toThrow('safetensors has no type for string')
  const twice = build.float32Tensor('w', [1], [1])
  expect(() => written([twice, twice])).toThrow('two tensors have the same name')
})
