import { expect, test } from 'vitest'
import * as build from './build.ts'
import type { Tensor } from './model.ts'
import { float32Of, integersOf, numbersOf, tensorOf } from './tensor-values.ts'

/** The tensor with its bytes at an odd offset, as raw_data in a file usually are. */
function misaligned(tensor: Tensor): Tensor {
  const shifted = new Uint8Array(tensor.byteLength + 1)
  shifted.set(tensor.bytes(), 1)
  return { ...tensor, bytes: () => shifted.subarray(1) }
}

test('values are read wherever the bytes lie', () => {
  const tensor = build.float32Tensor('w', [3], [1, -2, 0.5])
  expect(float32Of(misaligned(tensor))).toEqual(Float32Array.of(1, -2, 0.5))
  expect(integersOf(misaligned(build.int64Tensor('i', [2], [1, -1])))).toEqual([1, -1])
})

test('every real type becomes numbers', () => {
  const cases: readonly [Tensor, number[]][] = [
    [build.float32Tensor('w', [2], [1, -2]), [1, -2]],
    [tensorOf('d', { dtype: 'float64', dims: [1], data: Float64Array.of(0.1) }), [0.1]],
    [tensorOf('h', { dtype: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 0xc000) }), [1, -2]],
    [tensorOf('b', { dtype: 'bfloat16', dims: [1], data: Uint16Array.of(0x3f80) }), [1]],
    [build.int64Tensor('l', [2], [5, -5]), [5, -5]],
    [tensorOf('u', { dtype: 'uint8', dims: [1], data: Uint8Array.of(255) }), [255]],
    [tensorOf('t', { dtype: 'bool', dims: [2], data: Uint8Array.of(0, 1) }), [0, 1]],
    [tensorOf('q', { dtype: 'int4', dims: [3], data: Uint8Array.of(0x8f, 0x07) }), [-1, -8, 7]],
  ]
  for (const [tensor, numbers] of cases) expect(Array.from(numbersOf(tensor))).toEqual(numbers)
})

test('wrong types are named with the tensor', () => {
  const text = tensorOf('t', { dtype: 'string', dims: [1], data: ['a'] })
  expect(() => numbersOf(text)).toThrow("tensor 't' is string[1], wanted a real number type")
  expect(() => float32Of(build.int64Tensor('i', [1], [1]))).toThrow(
    "tensor 'i' is int64[1], wanted float32",
  )
  expect(() => integersOf(build.float32Tensor('w', [1], [1]))).toThrow(/wanted int64 or int32/)
})

test('data that do not fill the dims are refused', () => {
  expect(() => build.float32Tensor('w', [2, 2], [1, 2, 3])).toThrow(
    "tensor 'w' of float32[2,2] was given 12 bytes",
  )
  expect(() => tensorOf('t', { dtype: 'string', dims: [2], data: ['a'] })).toThrow(
    /was given 1 texts/,
  )
})

test('text is stored as UTF-8', () => {
  const tensor = tensorOf('t', { dtype: 'string', dims: [2], data: ['ä', ''] })
  expect(tensor.strings?.map((text) => [...text])).toEqual([[0xc3, 0xa4], []])
})
