import fc from 'fast-check'
import { expect, test } from 'vitest'
import { float32Tensor } from '../onnx/build.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import { largestMagnitude } from './float-blocks.ts'
import { type CodeLimit, symmetricWeight } from './symmetric.ts'

const names = { codes: 'codes', scales: 'scales' }

const matrices = fc.record({
  rows: fc.integer({ min: 1, max: 9 }),
  columns: fc.integer({ min: 1, max: 9 }),
  seed: fc.array(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 81, maxLength: 81 }),
  limit: fc.constantFrom<CodeLimit>(63, 127),
  axis: fc.constantFrom<'rows' | 'columns'>('rows', 'columns'),
  turned: fc.boolean(),
})

test('every code lies within the limit and every weight within half a scale of its code', () => {
  fc.assert(
    fc.property(matrices, ({ rows, columns, seed, limit, axis, turned }) => {
      const weight = float32Tensor('w', [rows, columns], seed.slice(0, rows * columns))
      const scaleDims = [axis === 'rows' ? rows : columns]
      const made = symmetricWeight(weight, { names, limit, axis, turned, scaleDims })
      const codes = new Int8Array(made.codes.bytes())
      const scales = float32Of(made.scales)
      expect(made.codes.dims).toEqual(turned ? [columns, rows] : [rows, columns])
      for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1) {
          const value = Math.fround(seed[row * columns + column] ?? 0)
          const code = codes[turned ? column * rows + row : row * columns + column] ?? 0
          const scale = scales[axis === 'rows' ? row : column] ?? 0
          expect(Math.abs(code)).toBeLessThanOrEqual(limit)
          expect(Math.abs(value - code * scale)).toBeLessThanOrEqual((scale / 2) * (1 + 1e-5))
        }
      }
    }),
  )
})

test('7-bit codes cannot saturate: two products with a byte stay below 2^15 whatever the activations are', () => {
  fc.assert(
    fc.property(matrices, ({ rows, columns, seed, axis, turned }) => {
      const weight = float32Tensor('w', [rows, columns], seed.slice(0, rows * columns))
      const scaleDims = [axis === 'rows' ? rows : columns]
      const made = symmetricWeight(weight, { names, limit: 63, axis, turned, scaleDims })
      const most = Math.max(...new Int8Array(made.codes.bytes()).map(Math.abs))
      expect(2 * 255 * most).toBeLessThan(2 ** 15)
    }),
  )
  expect(2 * 255 * 64).toBeLessThan(2 ** 15)
  expect(2 * 255 * 127).toBeGreaterThan(2 ** 15)
})

test('a weight larger than a block gives the codes of the plain rule, in both directions', () => {
  const [rows, columns] = [700, 301]
  const data = Float32Array.from({ length: rows * columns }, (_, at) => Math.sin(at * 1.7) * 3)
  const weight = float32Tensor('w', [rows, columns], data)
  const scaleDims = [columns]
  const flat = symmetricWeight(weight, { names, limit: 127, axis: 'columns', scaleDims })
  const turned = symmetricWeight(weight, {
    names,
    limit: 127,
    axis: 'columns',
    turned: true,
    scaleDims,
  })
  const scales = float32Of(flat.scales)
  const [plain, other] = [new Int8Array(flat.codes.bytes()), new Int8Array(turned.codes.bytes())]
  for (let at = 0; at < data.length; at += 97) {
    const [row, column] = [Math.floor(at / columns), at % columns]
    const expected = Math.round((data[at] ?? 0) / (scales[column] ?? 1)) + 0
    expect(plain[at]).toBe(expected)
    expect(other[column * rows + row]).toBe(expected)
  }
})

test('zeros stay zeros, and what is not finite is named when its bytes are asked for', () => {
  const zeros = symmetricWeight(float32Tensor('w', [2, 2], [0, 1.1, 0, -2]), {
    ...{ names, limit: 63, axis: 'columns', scaleDims: [2] },
  })
  expect([...new Int8Array(zeros.codes.bytes())]).toEqual([0, 35, 0, -63])
  expect(float32Of(zeros.scales)[0]).toBe(1)
  const broken = symmetricWeight(float32Tensor('bad', [1, 2], [1, Number.NaN]), {
    ...{ names, limit: 63, axis: 'columns', scaleDims: [2] },
  })
  expect(() => broken.codes.bytes()).toThrow(/'bad' holds values that are not finite/)
  expect(largestMagnitude(float32Tensor('n', [2], [1, Number.NaN]))).toBe(Number.POSITIVE_INFINITY)
  expect(largestMagnitude(float32Tensor('n', [2], [1, -3]))).toBe(3)
})
