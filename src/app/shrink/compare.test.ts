import { existsSync, readFileSync } from 'node:fs'
import { env } from 'node:process'
import { describe, expect, test } from 'vitest'
import { modelFiles } from '../../adapters/tensors/model-file.ts'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import * as build from '../../core/onnx/build.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Model } from '../../core/onnx/model.ts'
import { seededRandom } from '../../core/stats/random.ts'
import { compareModels } from './compare.ts'
import { feedsOfRows, randomPairs } from './compare-feeds.ts'

const cpuS = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
const quick = { rounds: 3, windowS: 0.002, cpuS }

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
    expect(result.cpuRatio.kind).toBe('known')
  })

  test('the one in 16 bits does not: about 2 of 100 frames change', async () => {
    const result = await compare(['silero_vad', 'silero_vad_half'])
    // Measured with onnxruntime 1.30: 589 of 600 frames alike.
    expect(result.agreement?.value).toBeGreaterThan(0.97)
    expect(result.agreement?.value).toBeLessThan(1)
  })
})
