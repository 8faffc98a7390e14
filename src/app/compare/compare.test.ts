import { existsSync, readFileSync } from 'node:fs'
import { env } from 'node:process'
import { describe, expect, test } from 'vitest'
import { readRows } from '../../adapters/dataset/table.ts'
import { modelFiles } from '../../adapters/tensors/model-file.ts'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { TENSOR_COLUMN } from '../../core/data/items.ts'
import * as build from '../../core/onnx/build.ts'
import { halfBits } from '../../core/onnx/half-float.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Model } from '../../core/onnx/model.ts'
import { seededRandom } from '../../core/random/random.ts'
import { compareModels } from './compare.ts'
import { feedsOfRows, randomPairs } from './feeds.ts'

const cpuS = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
const wallS = () => performance.now() / 1000
const own = { binding: {}, meter: null, cpuS, wallS, machine: { threads: null } }
const quick = { rounds: 3, windowS: 0.002, own }

/** logits = x W with two classes; W differs in the second column. */
function model(second: number): Model {
  const nodes = [build.node('MatMul', ['x', 'w'], ['logits'])]
  const initializers = [build.float32Tensor('w', [2, 2], [1, 0, 0, second])]
  const inputs = [build.valueInfo('x', 'float32', ['batch', 2])]
  const outputs = [build.valueInfo('logits', 'float32', ['batch', 2])]
  return build.model(build.graph({ nodes, initializers, inputs, outputs }))
}
const setting = { set: {}, carried: [], tokenizer: null, maxLength: 64 }
const side = (name: string, one: Model, feeds: readonly Feeds[]) => ({
  name,
  model: one,
  bytes: 100,
  feeds,
})

describe('compareModels', () => {
  test('counts same answers with an interval, and the largest difference', async () => {
    const engine = await openEngine()
    const rows = [
      [1, 0.9],
      [1, 3],
      [2, 0.5],
      [0, 1],
    ]
    const [a, b] = [model(1), model(2)]
    const result = await compareModels(
      side('a', a, feedsOfRows(a.graph, rows, setting)),
      side('b', b, feedsOfRows(b.graph, rows, setting)),
      { ...quick, engine },
    )
    // Only the first row changes sides: 1 against 0.9 and 1.8.
    expect(result.agreement).toMatchObject({ same: 3, value: 0.75 })
    // Wilson 1927 for 3 of 4, by hand: centre 1.23019 / 1.96036, half width 0.32689.
    expect(result.agreement?.low).toBeCloseTo(0.3006, 4)
    expect(result.agreement?.high).toBeCloseTo(0.9544, 4)
    expect(result.difference).toEqual({ logits: 3 })
    expect(result.a.parameters).toBe(4)
  })

  test('a model against itself on random inputs: the same everywhere', async () => {
    const engine = await openEngine()
    const source = seededRandom(4)
    const one = model(1)
    const pair = [one.graph, one.graph] as const
    const [left, right] = randomPairs(pair, 20, () => source.next(), setting)
    const result = await compareModels(side('a', one, left), side('b', one, right), {
      ...quick,
      engine,
      vectors: true,
    })
    expect(result).toMatchObject({ items: 20, agreement: null, difference: { logits: 0 } })
    expect(result.cosine?.least).toBeCloseTo(1, 6)
  })

  test('an input that nothing is known of is named', () => {
    const graph = { ...model(1).graph }
    const inputs = [...graph.inputs, build.valueInfo('rate', 'int64', [])]
    expect(() => feedsOfRows({ ...graph, inputs }, [[1, 2]], setting)).toThrow("input 'rate'")
    const known = feedsOfRows({ ...graph, inputs }, [[1, 2]], { ...setting, set: { rate: 8 } })
    expect(known[0]?.['rate']?.data).toEqual(BigInt64Array.of(8n))
    expect(() => feedsOfRows(graph, ['text'], setting)).toThrow('no tokenizer.json')
  })
})

describe('inputs', () => {
  const graphOf = (dtype: 'float32' | 'float16' | 'int64', dims: readonly (number | string)[]) =>
    build.graph({
      nodes: [build.node('Identity', ['x'], ['y'])],
      inputs: [build.valueInfo('x', dtype, dims)],
      outputs: [build.valueInfo('y', dtype, dims)],
    })

  test('numbers take the type and shape of the input, flat, nested or as a tensor', () => {
    const flat = [1, 2, 3, 4, 5, 6]
    const nested = [
      [1, 2, 3],
      [4, 5, 6],
    ]
    const tensor = { dtype: 'int8', dims: [2, 3], data: Int8Array.from(flat) }
    for (const row of [flat, nested, tensor]) {
      const [fixed] = feedsOfRows(graphOf('float32', [1, 2, 3, 1]), [row], setting)
      expect(fixed?.['x']).toEqual({
        ...{ dtype: 'float32', dims: [1, 2, 3, 1] },
        data: Float32Array.from(flat),
      })
      const [open] = feedsOfRows(graphOf('int64', ['batch', 'length']), [row], setting)
      expect(open?.['x']?.dims).toEqual(row === flat ? [1, 6] : [2, 3])
      expect(open?.['x']?.data).toEqual(BigInt64Array.from(flat.map(BigInt)))
    }
    const [image] = feedsOfRows(graphOf('float16', ['n', 1, 'h', 'w']), [tensor], setting)
    expect(image?.['x']?.dims).toEqual([1, 1, 2, 3])
    // 1 and 2 as IEEE 754 binary16.
    expect(Array.from(image?.['x']?.data.slice(0, 2) as Uint16Array)).toEqual([0x3c00, 0x4000])
  })

  test('numbers that do not fit are refused in words', () => {
    const graph = graphOf('float32', [1, 490])
    expect(() => feedsOfRows(graph, [[1, 2, 3]], setting)).toThrow(
      "the input 'x' takes [1, 490], an item has 3 numbers",
    )
    expect(() => feedsOfRows(graph, [[[1, 2], [3]]], setting)).toThrow('rows of one length')
    expect(() => feedsOfRows(graph, [{ no: 1 }], setting)).toThrow('neither a text nor a list')
  })

  test('random inputs are the same for an input of another name, shape or float type', () => {
    const left = graphOf('float32', [1, 6])
    const { nodes, outputs } = left
    const other = build.graph({
      ...{ nodes, outputs },
      inputs: [build.valueInfo('image', 'float16', [1, 2, 3])],
    })
    const [[a], [b]] = randomPairs([left, other], 1, () => 0.3, setting)
    expect(b?.['image']?.dims).toEqual([1, 2, 3])
    const values = Array.from(a?.['x']?.data as Float32Array)
    expect(values).toHaveLength(6)
    expect(b?.['image']?.data).toEqual(halfBits('float16', values))
  })
})

// Skipped where the folder RIGHTSIZE_DATA is absent.
test.skipIf(!existsSync(`${env['RIGHTSIZE_DATA'] ?? '../shared/data'}/kws`))(
  'two keyword spotters on raw tensors: the smaller agrees on 92 of 100 sounds',
  async () => {
    const engine = await openEngine()
    const kws = `${env['RIGHTSIZE_DATA'] ?? '../shared/data'}/kws`
    const input = {
      column: 'file',
      dtype: 'int8',
      shape: [49, 10],
      scale: 0.5847029,
      zeroPoint: 83,
    }
    const rows = await readRows(`${kws}/kws01`, { test: `${kws}/kws01`, input })
    const tensors = rows.map((row) => row[TENSOR_COLUMN])
    const sides = await Promise.all(
      ['kws_ref_model', 'model_kws'].map(async (name) => {
        const one = await modelFiles.read(`${kws}/${name}.onnx`)
        return side(name, one, feedsOfRows(one.graph, tensors, setting))
      }),
    )
    const result = await compareModels(sides[0]!, sides[1]!, { ...quick, engine })
    expect(result.items).toBe(1000)
    // Measured with onnxruntime 1.30: 920. Their accuracies are 90.8 % and 90.2 % (README of the data).
    expect(Math.abs((result.agreement?.same ?? 0) - 920)).toBeLessThanOrEqual(3)
  },
)

const folder = `${env['RIGHTSIZE_DATA'] ?? '../shared/data'}/vad`

/** The recording in frames of 512 samples, each after the last 64 of the one before, as the detector is used (snakers4/silero-vad, utils_vad.py). */
function frames(count: number): readonly (readonly number[])[] {
  const bytes = readFileSync(`${folder}/test.wav`)
  const sample = (at: number) => (at < 0 ? 0 : bytes.readInt16LE(44 + 2 * at) / 32768)
  return Array.from({ length: count }, (_, frame) =>
    Array.from({ length: 576 }, (_, at) => sample(512 * frame - 64 + at)),
  )
}

// Skipped where the folder RIGHTSIZE_DATA is absent.
describe.skipIf(!existsSync(folder))('builds of a voice detector on 60 s of sound', () => {
  const compare = async (names: readonly [string, string]) => {
    const engine = await openEngine()
    const rows = frames(600)
    const sides = await Promise.all(
      names.map(async (name) => {
        const path = `${folder}/${name}.onnx`
        const one = await modelFiles.read(path)
        const known = { ...setting, set: { sr: 16000 }, carried: ['state'] }
        const feeds = feedsOfRows(one.graph, rows, known)
        return { name, model: one, bytes: readFileSync(path).length, feeds }
      }),
    )
    return compareModels(sides[0]!, sides[1]!, { ...quick, engine, carry: { state: 'stateN' } })
  }

  test('the one of 1.29 MB decides like the one of 2.33 MB, frame by frame', async () => {
    const result = await compare(['silero_vad', 'silero_vad_16k_op15'])
    expect(result.agreement).toMatchObject({ same: 600, value: 1 })
    expect(result.difference['output']).toBeLessThan(1e-4)
    expect([result.a.bytes, result.b.bytes]).toEqual([2327524, 1289603])
    expect(result.cpu.ratio.kind).toBe('known')
    expect(result.energy.ratio).toMatchObject({ kind: 'known', method: 'modeled' })
  })

  test('the one in 16 bits does not: about 2 of 100 frames change', async () => {
    const result = await compare(['silero_vad', 'silero_vad_half'])
    // Measured with onnxruntime 1.30: 589 of 600 frames alike.
    expect(result.agreement?.value).toBeGreaterThan(0.97)
    expect(result.agreement?.value).toBeLessThan(1)
  })
})
