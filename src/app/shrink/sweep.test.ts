import { expect, test } from 'vitest'
import type { EngineOptions, TensorEngine } from '../../contract/tensors.ts'
import { chosenSetting } from '../../core/compress/runtime-setting.ts'
import { float32Tensor, graph, model, node } from '../../core/onnx/build.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Dim } from '../../core/onnx/model.ts'
import type { Inputs } from './inputs.ts'
import { latencyOf, type SweepOptions, sweep } from './sweep.ts'

const identity = (batch: Dim) =>
  model(
    graph({
      name: 'g',
      nodes: [node('Add', ['x', 'zero'], ['logits'])],
      inputs: [{ name: 'x', dtype: 'float32', dims: [batch, 1] }],
      outputs: [{ name: 'logits', dtype: 'float32', dims: [batch, 1] }],
      initializers: [float32Tensor('zero', [1], [0])],
    }),
  )

/** Rows whose lengths alternate between short and long; a feed remembers which rows it is of. */
function rowsOf(size: number, most: number | null): Inputs {
  return {
    size,
    lengths: Array.from({ length: size }, (_, at) => (at % 2 === 0 ? 4 : 64)),
    most: () => most,
    feeds: (_, rows): Feeds => ({
      x: { dtype: 'float32', dims: [rows.length, 1], data: Float32Array.from(rows) },
    }),
  }
}

/** An engine without a graph: a run takes 8 ms with one thread, 2 ms with more, twice their CPU time when they spin. */
function pretended() {
  const clock = { cpu: 0, wall: 0, paused: 0 }
  const opened: EngineOptions[] = []
  const runs: (readonly number[])[] = []
  const open: TensorEngine['open'] = async (_, options = {}) => {
    opened.push(options)
    return {
      inputs: ['x'],
      outputs: ['logits'],
      run: async (feeds) => {
        const threads = options.intraThreads ?? 1
        clock.wall += threads > 1 ? 0.002 : 0.008
        clock.cpu += 0.008 * (options.spinning ? 2 : 1)
        runs.push(Array.from((feeds['x']?.data ?? []) as Float32Array))
        return {}
      },
      profile: async () => [],
      close: async () => undefined,
    }
  }
  const options: SweepOptions = {
    engine: { name: 'pretended', version: '1', open },
    own: {
      ...{ binding: {}, meter: null, machine: { threads: 2 } },
      cpuS: () => clock.cpu,
      wallS: () => clock.wall,
    },
    pause: async (ms) => {
      clock.paused += ms
    },
    choosesThreads: true,
  }
  return { clock, opened, runs, options }
}

test('threads, spinning and batches are measured, and what was asked for chooses among them', async () => {
  const { options, opened, clock } = pretended()
  const rows = await sweep(
    'result',
    { model: identity('batch'), inputs: rowsOf(40, null) },
    options,
  )
  expect(
    rows.map(({ threads, spinning, batch, buckets }) => [threads, spinning, batch, buckets]),
  ).toEqual([
    [1, false, 1, false],
    [2, false, 1, false],
    [2, true, 1, false],
    [1, false, 32, false],
    [1, false, 32, true],
  ])
  expect(opened.map(({ intraThreads, spinning }) => [intraThreads, spinning]).slice(0, 3)).toEqual([
    [1, false],
    [2, false],
    [2, true],
  ])
  expect(rows.slice(0, 3).map(({ p95Ms }) => Math.round(p95Ms))).toEqual([8, 2, 2])
  expect(rows.slice(0, 3).map(({ cpuS }) => Math.round(1e3 * cpuS))).toEqual([8, 8, 16])
  expect(chosenSetting(rows, 5)).toMatchObject({ threads: 2, spinning: false })
  // Single requests wait for the next one; batches do not.
  expect(clock.paused).toBe(3 * 24 * 20)
})

test('buckets put texts of like length together, and every text is answered once', async () => {
  const { options, runs } = pretended()
  await sweep('result', { model: identity('batch'), inputs: rowsOf(64, null) }, options)
  const measured = runs.slice(-2)
  expect(measured.flat().toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 64 }, (_, at) => at),
  )
  for (const batch of measured) expect(new Set(batch.map((row) => row % 2)).size).toBe(1)
})

test('a graph that takes one item a run is asked one by one, and where threads cannot be chosen there is one', async () => {
  const { options, runs, opened } = pretended()
  const one = { model: identity(1), inputs: rowsOf(10, 1) }
  const rows = await sweep('result', one, {
    ...options,
    choosesThreads: false,
    own: { ...options.own, machine: { threads: 8 } },
  })
  expect(rows.map(({ threads, batch }) => [threads, batch])).toEqual([
    [1, 1],
    [1, 1],
    [1, 1],
  ])
  expect(opened.every(({ intraThreads }) => intraThreads === 1)).toBe(true)
  expect(runs.every((rows_) => rows_.length === 1)).toBe(true)
})

test('latency is that of one thread without spinning', async () => {
  const { options } = pretended()
  expect(
    await latencyOf({ model: identity('batch'), inputs: rowsOf(5, null) }, options),
  ).toBeCloseTo(8, 6)
})

test('a signal stops a sweep between two runs', async () => {
  const { options } = pretended()
  const signal = AbortSignal.abort()
  await expect(
    latencyOf({ model: identity('batch'), inputs: rowsOf(5, null) }, { ...options, signal }),
  ).rejects.toThrow()
})
