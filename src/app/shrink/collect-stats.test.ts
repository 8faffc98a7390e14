import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import * as build from '../../core/onnx/build.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import { seededRandom } from '../../core/stats/random.ts'
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
      { value: 'v', kind: 'moments' },
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
      expect(got?.min[channel]).toBe(Math.min(...values))
      expect(got?.max[channel]).toBe(Math.max(...values))
      const cross = rows.map((row) => (row[channel] ?? 0) * (row[0] ?? 0))
      expect(got?.gram?.[channel * 3]).toBeCloseTo(mean(cross), 5)
    }
  },
)

test('extremes without padding are those of all rows', async () => {
  const [{ x }] = [batch(7, 3, 5)]
  const attention_mask = {
    dtype: 'int64',
    dims: [3, 5],
    data: new BigInt64Array(15).fill(1n),
  } as const
  const data = x!.data as Float32Array
  for (const opset of [13, 18]) {
    const options = { batches: [{ x: x!, attention_mask }], engine: await openEngine() }
    const stats = await collectStats(model(opset), [{ value: 'v', kind: 'moments' }], options)
    for (const channel of [0, 1, 2]) {
      const values = data.filter((_, at) => at % 3 === channel)
      expect(stats.get('v')?.min[channel]).toBe(Math.min(...values))
      expect(stats.get('v')?.max[channel]).toBe(Math.max(...values))
    }
  }
})

test('a Gram matrix comes without extremes unless somebody else asks for them', async () => {
  const options = { batches: [batch(6, 2, 5)], engine: await openEngine() }
  const alone = (await collectStats(model(18), [{ value: 'v', kind: 'gram' }], options)).get('v')
  expect([alone?.min.length, alone?.max.length, alone?.gram?.length]).toEqual([0, 0, 9])
})

test('energy comes without extremes, and a stronger request for the same value wins', async () => {
  const options = { batches: [batch(6, 2, 5)], engine: await openEngine() }
  const energy = { value: 'v', kind: 'energy' } as const
  const alone = (await collectStats(model(18), [energy], options)).get('v')
  expect([alone?.min.length, alone?.mean.length]).toEqual([0, 3])
  const both = [energy, { value: 'v', kind: 'moments' } as const, energy]
  const joined = (await collectStats(model(18), both, options)).get('v')
  expect(joined?.min).toHaveLength(3)
  expect(joined?.secondMoment).toEqual(alone?.secondMoment)
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
  const ask = (value: string) => collectStats(model(13), [{ value, kind: 'moments' }], options)
  await expect(ask('nothing')).rejects.toThrow(/no value 'nothing'/)
  await expect(ask('attention_mask')).rejects.toThrow(/is int64/)
})
