import { expect, test } from 'vitest'
import { tensorDistance } from './compare-tensors.ts'
import type { HostTensor } from './host-tensor.ts'

const floats = (...values: number[]): HostTensor => ({
  dtype: 'float32',
  dims: [values.length],
  data: Float32Array.from(values),
})

test('equal tensors are at distance zero, NaN and both zeros included', () => {
  const tensor = floats(1, Number.NaN, 0, Number.POSITIVE_INFINITY)
  const same = floats(1, Number.NaN, -0, Number.POSITIVE_INFINITY)
  expect(tensorDistance(tensor, same)).toMatchObject({ absolute: 0, relative: 0, ulp: 0 })
})

test('one step of a float is one ulp, also across zero', () => {
  expect(tensorDistance(floats(1), floats(1 + 2 ** -23))).toMatchObject({
    ulp: 1,
    absolute: 2 ** -23,
  })
  expect(tensorDistance(floats(-1), floats(-1 - 2 ** -23))).toMatchObject({ ulp: 1 })
  expect(tensorDistance(floats(2 ** -149), floats(-(2 ** -149)))).toMatchObject({ ulp: 2 })
  const double = (value: number): HostTensor => ({
    dtype: 'float64',
    dims: [1],
    data: Float64Array.of(value),
  })
  expect(tensorDistance(double(1), double(1 + 2 ** -52))).toMatchObject({ ulp: 1 })
  const half = (bits: number): HostTensor => ({
    dtype: 'float16',
    dims: [1],
    data: Uint16Array.of(bits),
  })
  expect(tensorDistance(half(0x3c00), half(0x3c02))).toMatchObject({ ulp: 2, absolute: 2 ** -9 })
})

test('the relative distance is a share of the largest magnitude, with place and values', () => {
  expect(tensorDistance(floats(10, 0, -100), floats(10, 1, -100))).toMatchObject({
    absolute: 1,
    relative: 0.01,
    index: 1,
    values: ['0', '1'],
  })
})

test.each([
  ['NaN for a number', floats(1), floats(Number.NaN)],
  ['an infinity for a number', floats(1), floats(Number.POSITIVE_INFINITY)],
  [
    'another text',
    { dtype: 'string', dims: [1], data: ['a'] },
    { dtype: 'string', dims: [1], data: ['b'] },
  ],
] as const)('%s is infinitely far', (_what, before, after) => {
  expect(tensorDistance(before, after)).toMatchObject({
    absolute: Number.POSITIVE_INFINITY,
    ulp: Number.POSITIVE_INFINITY,
  })
})

test('large whole numbers that differ are never at distance zero', () => {
  const int = (value: bigint): HostTensor => ({
    dtype: 'int64',
    dims: [1],
    data: BigInt64Array.of(value),
  })
  expect(tensorDistance(int(2n ** 62n), int(2n ** 62n + 1n))).toMatchObject({ index: 0 })
  expect(tensorDistance(int(2n ** 62n), int(2n ** 62n + 1n))).not.toMatchObject({ absolute: 0 })
})

test('another type or shape is a mismatch, not a distance', () => {
  expect(tensorDistance(floats(1), floats(1, 2))).toEqual({ what: 'float32[1] became float32[2]' })
})
