import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import * as build from '../../core/onnx/build.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import { seededRandom } from '../../core/random/random.ts'
import { collectStats } from './collect-stats.ts'

/** y = x + 0, with the rows that the mask leaves out set to a large number. */
const model = (opset: number) =>
  build.model(
    build.graph({
      nodes: [build.node('Add', ['x', 'zero'], ['v']), build.node('Relu', ['v'], ['y'])],
      initializers: [build.float32Tensor('zero', [], [0])],
      inputs: [
        build.valueInfo('x', 'float32', ['batch', 'sequence', 3]),
        build.valueInfo('attention_mask', 'int64', ['batch', 'sequence']),
      ],
      outputs: [build.valueInfo('y', 'float32', ['batch', 'sequence', 3])],
    }),
    { opsets: { '': opset } },
  )

function batch(seed: number, rows: number, length: number): Feeds {
  const random = seededRandom(seed)
  const mask = BigInt64Array.from({ length: rows * length }, (_, at) => (at % 3 === 2 ? 0n : 1n))
  const data = Float32Array.from({ length: rows * length * 3 }, (_, at) =>
    mask[Math.floor(at / 3)] === 0n ? 1e6 : random.next() * 4 - 2,
  )
  return {
    x: { dtype: 'float32', dims: [rows, length, 3], data },
    attention_mask: { dtype: 'int64', dims: [rows, length], data: mask },
  }
}

function kept(batches: readonly Feeds[]): number[][] {
  return batches.flatMap(({ x, attention_mask }) => {
    const data = x?.data as Float32Array
    const mask = attention_mask?.data as BigInt64Array
    return [...mask.keys()]
      .filter((row) => mask[row] === 1n)
      .map((row) => [...data.subarray(3 * row, 3 * row + 3)])
  })
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

test.each([11, 13, 17, 18])(
  'figures inside the graph are those of plain sums over the rows that are no padding: opset %i',
  async (opset) => {
    const batches = [batch(1, 2, 5), batch(2, 3, 4)]
    const requests = [
      { value: 'v', kind: 'gram' },
      { value: 'v', kind: 'still' },
    ] as const
    const stats = await collectStats(model(opset), requests, {
      batches,
      engine: await openEngine(),
    })
    const rows = kept(batches)
    const got = stats.get('v')
    expect(got?.count).toBe(rows.length)
    for (const channel of [0, 1, 2]) {
      const values = rows.map((row) => row[channel] ?? 0)
      expect(got?.mean[channel]).toBeCloseTo(mean(values), 5)
      expect(got?.secondMoment[channel]).toBeCloseTo(mean(values.map((v) => v * v)), 5)
      const first = values[0] ?? 0
      expect(got?.still?.reference[channel]).toBe(first)
      const farthest = Math.max(...values.map((v) => Math.abs(v - first)))
      expect(got?.still?.deviation[channel]).toBeGreaterThanOrEqual(farthest)
      const cross = rows.map((row) => (row[channel] ?? 0) * (row[0] ?? 0))
      expect(got?.gram?.[channel * 3]).toBeCloseTo(mean(cross), 5)
    }
  },
)

test('of one batch the deviation is the distance from the first row, and mean and second moment are those of plain sums', async () => {
  const batches = [batch(7, 3, 5)]
  const rows = kept(batches)
  for (const opset of [9, 11, 18]) {
    const options = { batches, engine: await openEngine() }
    const got = (await collectStats(model(opset), [{ value: 'v', kind: 'still' }], options)).get(
      'v',
    )
    expect([got?.count, got?.min.length, got?.max.length]).toEqual([rows.length, 0, 0])
    for (const channel of [0, 1, 2]) {
      const values = rows.map((row) => row[channel] ?? 0)
      const distance = Math.hypot(...values.map((v) => v - (values[0] ?? 0)))
      expect(got?.still?.deviation[channel]).toBeCloseTo(distance, 5)
      expect(got?.mean[channel]).toBeCloseTo(mean(values), 5)
      expect(got?.secondMoment[channel]).toBeCloseTo(mean(values.map((v) => v * v)), 5)
    }
  }
})

/** One channel of numbers without padding, as a batch of one text. */
function column(values: readonly number[]): Feeds {
  const dims = [1, values.length] as const
  const data = Float32Array.from(values.flatMap((value) => [value, value, value]))
  const mask = new BigInt64Array(values.length).fill(1n)
  return {
    x: { dtype: 'float32', dims: [...dims, 3], data },
    attention_mask: { dtype: 'int64', dims: [...dims], data: mask },
  }
}

const deviationOf = async (batches: readonly Feeds[]) => {
  const options = { batches, engine: await openEngine() }
  const stats = await collectStats(model(18), [{ value: 'v', kind: 'still' }], options)
  return stats.get('v')?.still?.deviation[0]
}

test('a channel that never changes deviates by exactly 0, however large it is and over however many batches', async () => {
  const still = Array.from({ length: 3000 }, () => 1234.5678)
  expect(await deviationOf([column(still), column(still.slice(7))])).toBe(0)
})

test('a change of the last bit is seen beside a large constant', async () => {
  const large = 1000
  const bit = 2 ** -14
  const rows = Array.from({ length: 500 }, (_, at) => (at === 400 ? large + bit : large))
  expect(await deviationOf([column(rows)])).toBe(bit)
})

test('a channel that is still within each batch and differs between them deviates', async () => {
  const [one, other] = [column([2, 2, 2, 2]), column([5, 5, 5, 5])]
  expect(await deviationOf([one, other])).toBe(3)
  expect(await deviationOf([one, other, one])).toBe(3)
})

test('where both move, the deviation is the largest bound of a batch, which does not grow with more of the same', async () => {
  const [one, other] = [column([0, 1, 2]), column([3, 1, 4])]
  const bound = Math.hypot(0, 2, 1) + 3
  expect(await deviationOf([one, other])).toBeCloseTo(bound, 5)
  expect(await deviationOf([one, other, other, other, one])).toBeCloseTo(bound, 5)
})

test('only what is asked for is calculated, and requests for the same value join', async () => {
  const options = { batches: [batch(6, 2, 5)], engine: await openEngine() }
  const ask = async (...kinds: ('energy' | 'gram' | 'still')[]) => {
    const requests = kinds.map((kind) => ({ value: 'v', kind }))
    return (await collectStats(model(18), requests, options)).get('v')
  }
  const [energy, gram, both] = [
    await ask('energy'),
    await ask('gram'),
    await ask('energy', 'still', 'energy'),
  ]
  for (const one of [energy, gram]) expect([one?.min.length, one?.still]).toEqual([0, undefined])
  expect([energy?.gram, gram?.gram?.length, energy?.mean.length]).toEqual([null, 9, 3])
  expect(both?.still?.deviation).toHaveLength(3)
  expect(both?.secondMoment).toEqual(energy?.secondMoment)
})

test('a histogram counts every magnitude once, in the bins of plain arithmetic', async () => {
  const batches = [batch(3, 2, 5), batch(4, 3, 4)]
  const requests = [{ value: 'v', kind: 'histogram' } as const]
  const stats = await collectStats(model(13), requests, { batches, engine: await openEngine() })
  const histogram = stats.get('whole:v')?.histogram
  expect(histogram?.limit).toBe(1e6)
  const all = batches.flatMap(({ x }) => Array.from(x?.data as Float32Array))
  expect(histogram?.counts.reduce((a, b) => a + b, 0)).toBe(all.length)
  expect(histogram?.counts[2047]).toBe(all.filter((value) => value === 1e6).length)
  expect(histogram?.counts[0]).toBe(all.filter((value) => value < 1e6).length)
})

test('a value that the graph does not make, or no float, is named', async () => {
  const options = { batches: [batch(5, 1, 3)], engine: await openEngine() }
  const ask = (value: string) => collectStats(model(13), [{ value, kind: 'still' }], options)
  await expect(ask('nothing')).rejects.toThrow(/no value 'nothing'/)
  await expect(ask('attention_mask')).rejects.toThrow(/is int64/)
})
