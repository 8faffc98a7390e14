import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import * as build from '../../core/onnx/build.ts'
import type { Graph, Model, Node } from '../../core/onnx/model.ts'
import { randomFeeds } from '../../core/onnx/random-feeds.ts'
import { seededRandom } from '../../core/random/random.ts'
import { verifyModels } from './verify.ts'

const uniform = (seed: number) => {
  const source = seededRandom(seed)
  return () => source.next()
}

/** A lookup, a matrix product and an activation, over ids of any batch and length. */
function model(tail: readonly Node[], weight = 0.5): Model {
  const graph: Graph = build.graph({
    nodes: [
      build.node('Gather', ['table', 'input_ids'], ['e']),
      build.node('MatMul', ['e', 'w'], ['h']),
      ...tail,
    ],
    initializers: [
      build.float32Tensor(
        'table',
        [7, 3],
        Float32Array.from({ length: 21 }, (_, at) => Math.sin(at)),
      ),
      build.float32Tensor('w', [3, 3], new Float32Array(9).fill(weight)),
      build.float32Tensor('one', [], [1]),
    ],
    inputs: [build.valueInfo('input_ids', 'int64', ['batch', 'length'])],
    outputs: [build.valueInfo('y', 'float32', ['batch', 'length', 3])],
  })
  return build.model(graph)
}

const tanh = [build.node('Tanh', ['h'], ['y'])]
const tanhAgain = [build.node('Mul', ['h', 'one'], ['m']), build.node('Tanh', ['m'], ['y'])]

test('a rewrite that changes nothing passes at three shapes', async () => {
  const result = await verifyModels(model(tanh), model(tanhAgain), await openEngine(), {
    random: uniform(1),
  })
  expect(result.ok).toBe(true)
  expect(result.comparisons.map(({ distance }) => distance?.ulp)).toEqual([0, 0, 0])
})

test('a rewrite that changes the result fails, with place and values', async () => {
  const result = await verifyModels(
    model(tanh),
    model([build.node('Relu', ['h'], ['y'])]),
    await openEngine(),
    {
      random: uniform(2),
    },
  )
  expect(result.ok).toBe(false)
  expect(result.comparisons[2]?.failure).toMatch(/^element \d+ was .* and is .* ulp/)
})

test('a small change passes a relative limit and fails four ulp', async () => {
  const engine = await openEngine()
  const [before, after] = [model(tanh), model(tanh, 0.5001)]
  const strict = await verifyModels(before, after, engine, { random: uniform(3) })
  const loose = await verifyModels(before, after, engine, { random: uniform(3), maxRelative: 1e-3 })
  expect([strict.ok, loose.ok]).toEqual([false, true])
})

test('an output of another type fails with the types, outputs of other names are an error', async () => {
  const engine = await openEngine()
  const cast = build.node('Cast', ['h'], ['y'], { attributes: [build.intAttribute('to', 11)] })
  const other = model([cast])
  const typed = {
    ...other,
    graph: { ...other.graph, outputs: [build.valueInfo('y', 'float64', null)] },
  }
  const result = await verifyModels(model(tanh), typed, engine, { random: uniform(4) })
  expect(result.comparisons[0]?.failure).toBe('float32[1,2,3] became float64[1,2,3]')
  const renamed = {
    ...other,
    graph: { ...other.graph, outputs: [build.valueInfo('z', 'float32', null)] },
  }
  await expect(verifyModels(model(tanh), renamed, engine, { random: uniform(5) })).rejects.toThrow(
    'the outputs were y and are z',
  )
})

test('random feeds keep ids inside the table, masks at 0 and 1, and repeat for a seed', () => {
  const graph: Graph = {
    ...model(tanh).graph,
    inputs: [
      build.valueInfo('input_ids', 'int64', ['batch', 'length']),
      build.valueInfo('attention_mask', 'int64', ['batch', 'length']),
      build.valueInfo('pixels', 'uint8', [1, 300]),
      build.valueInfo('x', 'float16', [200]),
    ],
  }
  const shape = { symbols: { batch: 4 }, other: 50 }
  const feeds = randomFeeds(graph, { shape, random: uniform(6) })
  const ids = Array.from(feeds.input_ids?.data as BigInt64Array, Number)
  expect(feeds.input_ids?.dims).toEqual([4, 50])
  expect([Math.min(...ids), Math.max(...ids)]).toEqual([0, 6])
  expect(new Set<unknown>(feeds.attention_mask?.data)).toEqual(new Set<unknown>([0n, 1n]))
  expect(Math.max(...Array.from(feeds.pixels?.data ?? [], Number))).toBeGreaterThan(200)
  expect(randomFeeds(graph, { shape, random: uniform(6) })).toEqual(feeds)
  const ranges = { input_ids: { low: 2, high: 3 } }
  expect(
    new Set<unknown>(randomFeeds(graph, { shape, random: uniform(6), ranges }).input_ids?.data),
  ).toEqual(new Set<unknown>([2n]))
})

test('an input that is no tensor is named', () => {
  const graph = { ...model(tanh).graph, inputs: [{ name: 's', dtype: null, dims: null }] }
  expect(() => randomFeeds(graph, { shape: { other: 1 }, random: uniform(7) })).toThrow(/input 's'/)
})
