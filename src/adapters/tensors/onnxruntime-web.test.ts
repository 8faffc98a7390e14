import { describe, expect, test } from 'vitest'
import { benchPackage } from '../../../test/bench-package.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import { int8 } from '../../core/compress/int8.ts'
import type { Target } from '../../core/compress/pass.ts'
import * as build from '../../core/onnx/build.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { HostTensor } from '../../core/onnx/host-tensor.ts'
import type { Dtype, Model } from '../../core/onnx/model.ts'
import { randomFeeds } from '../../core/onnx/random-feeds.ts'
import { seededRandom } from '../../core/random/random.ts'
import { encoderArchitecture } from '../../core/train/build-encoder.ts'
import { initialParameters } from '../../core/train/parameters.ts'
import { openWebEngine } from './onnxruntime/web.ts'
import { openEngine } from './onnxruntime.ts'

const web = benchPackage('onnxruntime-web')
const openWeb = () => openWebEngine(async () => web.load('onnxruntime-web') as never)

const target: Target = { runtime: 'onnxruntime-web', features: [], threads: 1 }

function encoder(): Model {
  const shape = { width: 64, depth: 2, heads: 4, vocabulary: 300, classes: 7, maxLength: 32 }
  const architecture = encoderArchitecture(shape)
  return architecture.model(initialParameters(architecture.parameters, 5))
}

function inInt8(model: Model): Model {
  const artefact = { model, tokenizer: null, config: {} }
  const proposals = int8.propose(artefact, target)
  const first = 'why' in proposals ? undefined : proposals[0]
  if (first === undefined) throw new Error('nothing to quantise')
  return int8.apply(artefact, first, new Map()).artefact.model
}

async function outputOf(engine: TensorEngine, model: Model): Promise<Float32Array> {
  const session = await engine.open(encodeModel(model))
  const source = seededRandom(3)
  const feeds = randomFeeds(encoder().graph, { shape: { other: 9 }, random: () => source.next() })
  const [output] = Object.values(await session.run(feeds))
  await session.close()
  return output?.data as Float32Array
}

function apart(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length)
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? Number.NaN))), 0)
}

function identity(dtype: Dtype): Uint8Array {
  const graph = build.graph({
    nodes: [build.node('Identity', ['x'], ['y'])],
    inputs: [build.valueInfo('x', dtype, [2])],
    outputs: [build.valueInfo('y', dtype, [2])],
  })
  return encodeModel(build.model(graph))
}

const samples: readonly HostTensor[] = [
  { dtype: 'float32', dims: [2], data: Float32Array.of(1.5, -2) },
  { dtype: 'int64', dims: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
  { dtype: 'int8', dims: [2], data: Int8Array.of(-128, 127) },
  { dtype: 'bool', dims: [2], data: Uint8Array.of(0, 1) },
  { dtype: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 0xc000) },
]

describe.skipIf(web.absent !== '')(`onnxruntime-web${web.absent}`, () => {
  test.each(['fp32', 'int8'])('answers an encoder in %s as the native runtime does', async (as) => {
    const model = as === 'int8' ? inInt8(encoder()) : encoder()
    const [native, inWeb] = [await openEngine(), await openWeb()]
    const [left, right] = [await outputOf(native, model), await outputOf(inWeb, model)]
    expect(left.length).toBeGreaterThan(0)
    expect(apart(left, right)).toBeLessThan(1e-4)
  })

  test.each(samples)('$dtype goes in and comes out unchanged', async (sample) => {
    const session = await (await openWeb()).open(identity(sample.dtype))
    expect(session.inputInfo).toEqual([{ name: 'x', dtype: sample.dtype, dims: [2] }])
    expect((await session.run({ x: sample }))['y']).toEqual(sample)
    await session.close()
    await session.close()
  })

  test('a broken model and a missing file are errors of the catalogue', async () => {
    const engine = await openWeb()
    await expect(engine.open(new Uint8Array(40))).rejects.toMatchObject({
      code: 'TENSOR_ENGINE_FAILED',
    })
    await expect(engine.open('/no/such/model.onnx')).rejects.toMatchObject({
      code: 'ONNX_NOT_FOUND',
    })
  })
})

test('a missing package is one error with the command that installs it', async () => {
  const missing = () => Promise.reject(new Error("Cannot find package 'onnxruntime-web'"))
  await expect(openWebEngine(missing)).rejects.toMatchObject({
    code: 'TENSOR_ENGINE_WEB_MISSING',
    next: 'npm i onnxruntime-web',
  })
})
