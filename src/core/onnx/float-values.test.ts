import { expect, test } from 'vitest'
import { floatValues } from './float-values.ts'
import type { HostTensor } from './host-tensor.ts'
import { rawFeeds } from './raw-feeds.ts'

test('16-bit floats are read as numbers, not as their bits', () => {
  // Bits of 1, -2 and 0.5 in IEEE 754 binary16; of 1 and -2 in bfloat16.
  const half = (dtype: HostTensor['dtype'], ...bits: number[]): HostTensor => ({
    ...{ dtype, dims: [bits.length] },
    data: Uint16Array.from(bits),
  })
  expect([...floatValues(half('float16', 0x3c00, 0xc000, 0x3800))]).toEqual([1, -2, 0.5])
  expect([...floatValues(half('bfloat16', 0x3f80, 0xc000))]).toEqual([1, -2])
  expect([...floatValues(half('uint16', 0x3c00))]).toEqual([0x3c00])
})

test('whole and long numbers become float32', () => {
  const data = BigInt64Array.of(3n, -4n)
  expect([...floatValues({ dtype: 'int64', dims: [2], data })]).toEqual([3, -4])
  expect([...floatValues({ dtype: 'float64', dims: [1], data: Float64Array.of(0.1) })]).toEqual([
    Math.fround(0.1),
  ])
})

test('a graph that takes 16-bit floats is fed with them', () => {
  const input = { name: 'x', dtype: 'float16', dims: ['batch', 3] } as const
  const item: HostTensor = { dtype: 'float32', dims: [3], data: Float32Array.of(1, -2, 0.5) }
  expect(rawFeeds([input], [item])).toEqual({
    x: { dtype: 'float16', dims: [1, 3], data: Uint16Array.of(0x3c00, 0xc000, 0x3800) },
  })
})
