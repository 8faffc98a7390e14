import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import * as build from './build.ts'
import { encodeModel } from './encode.ts'
import { bfloat16Value, float16Value, halfBits, halfValues } from './half-float.ts'
import type { Dtype } from './model.ts'
import { unpackIntegers } from './packed-integers.ts'

const allCodes = Uint16Array.from({ length: 65_536 }, (_, code) => code)

/** A model that casts x to float32 (from bits) or from float32. bfloat16 passes as raw bits in an initializer, since JavaScript cannot feed it. */
async function castByRuntime(from: Dtype, to: Dtype, data: Uint16Array | Float32Array) {
  const code = { float32: 1, float16: 10, bfloat16: 16 }[to as 'float32'] ?? 0
  const graph = build.graph({
    nodes: [build.node('Cast', ['x'], ['y'], { attributes: [build.intAttribute('to', code)] })],
    initializers: [build.tensor('x', { dtype: from, dims: [data.length], data })],
    inputs: [],
    outputs: [build.valueInfo('y', to, [data.length])],
  })
  const engine = await openEngine()
  const session = await engine.open(encodeModel(build.model(graph)), { optimization: 'disabled' })
  const { y } = await session.run({})
  await session.close()
  return y?.data
}

function sameFloats(left: Float32Array, right: Float32Array): boolean {
  return left.every((value, index) => Object.is(value, right[index]))
}

test('all 65,536 float16 codes have the value that onnxruntime gives them', async () => {
  const theirs = (await castByRuntime('float16', 'float32', allCodes)) as Float32Array
  expect(theirs).toHaveLength(65_536)
  expect(sameFloats(halfValues('float16', allCodes), theirs)).toBe(true)
})

test('all 65,536 bfloat16 codes have the value that onnxruntime gives them', async () => {
  const theirs = (await castByRuntime('bfloat16', 'float32', allCodes)) as Float32Array
  expect(sameFloats(halfValues('bfloat16', allCodes), theirs)).toBe(true)
})

test.each([
  ['float16', float16Value],
  ['bfloat16', bfloat16Value],
] as const)('every %s code comes back from its value, and NaN as some NaN', (type, toValue) => {
  const back = halfBits(type, halfValues(type, allCodes))
  for (const code of allCodes) {
    if (Number.isNaN(toValue(code))) expect(toValue(back[code]!)).toBeNaN()
    else if (back[code] !== code) expect(back[code]).toBe(code)
  }
})

/** For each code: its value, the middle to the next value, and the floats on both sides of the middle. */
function midpoints(type: 'float16' | 'bfloat16'): Float32Array {
  const values = halfValues(type, allCodes)
  const out: number[] = []
  const step = new Int32Array(1)
  const float = new Float32Array(step.buffer)
  for (let code = 0; code < 65_535; code += 1) {
    const [here, next] = [values[code]!, values[code + 1]!]
    if (!Number.isFinite(here) || !Number.isFinite(next)) continue
    float[0] = here / 2 + next / 2
    out.push(here, float[0]!)
    step[0]! += 1
    out.push(float[0]!)
    step[0]! -= 2
    out.push(float[0]!)
  }
  return Float32Array.from([...out, 65_519, 65_520, 65_536, -70_000, 3.4e38, 1e-40])
}

test('rounding to float16 is that of onnxruntime, at every middle and beside it', async () => {
  const floats = midpoints('float16')
  const theirs = (await castByRuntime('float32', 'float16', floats)) as Uint16Array
  const ours = halfBits('float16', floats)
  expect(ours.findIndex((bits, index) => bits !== theirs[index])).toBe(-1)
})

test('rounding to bfloat16 goes to the nearest, at a middle to the even one', () => {
  fc.assert(
    fc.property(
      fc.float({ noNaN: true, max: Math.fround(3e38), min: -Math.fround(3e38) }),
      (value) => {
        const [bits] = halfBits('bfloat16', [value])
        const apart = Math.abs(bfloat16Value(bits!) - value)
        for (const other of [bits! - 1, bits! + 1]) {
          const further = Math.abs(bfloat16Value(other & 0xffff) - value)
          if (Number.isFinite(further)) expect(further).toBeGreaterThanOrEqual(apart)
          if (further === apart) expect(bits! % 2).toBe(0)
        }
      },
    ),
  )
})

test('the low bits come first, as the examples of onnx.proto say', () => {
  expect([...unpackIntegers('uint4', Uint8Array.of(0x21, 0x03), 3)]).toEqual([1, 2, 3])
  expect([...unpackIntegers('int4', Uint8Array.of(0x8f), 2)]).toEqual([-1, -8])
  expect([...unpackIntegers('uint2', Uint8Array.of(0b00_11_10_01, 1), 5)]).toEqual([1, 2, 3, 0, 1])
  expect([...unpackIntegers('int2', Uint8Array.of(0b00_11_10_01), 4)]).toEqual([1, -2, -1, 0])
})

test('every byte of int4 unpacks to the two values that onnxruntime reads', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  const graph = build.graph({
    nodes: [build.node('DequantizeLinear', ['q', 'one'], ['y'])],
    initializers: [
      { name: 'q', dtype: 'int4', dims: [512], byteLength: 256, bytes: () => bytes },
      build.float32Tensor('one', [], [1]),
    ],
    inputs: [],
    outputs: [build.valueInfo('y', 'float32', [512])],
  })
  const engine = await openEngine()
  const session = await engine.open(
    encodeModel(build.model(graph, { opsets: { '': 21 }, irVersion: 10 })),
  )
  const { y } = await session.run({})
  await session.close()
  expect(Array.from(y?.data as Float32Array)).toEqual(
    Array.from(unpackIntegers('int4', bytes, 512)),
  )
})
