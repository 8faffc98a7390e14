import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { modelFiles } from '../../src/adapters/tensors/model-file.ts'
import { openEngine } from '../../src/adapters/tensors/onnxruntime.ts'
import { verifyModels } from '../../src/app/shrink/verify.ts'
import * as build from '../../src/core/onnx/build.ts'
import { seededRandom } from '../../src/core/random/random.ts'
import { foldConstants } from './fold.ts'

const random = (seed: number) => {
  const source = seededRandom(seed)
  return () => source.next()
}

test('what depends on constants alone becomes a constant, and the model keeps its head', async () => {
  const graph = build.graph({
    name: 'tiny',
    nodes: [
      build.node('Add', ['a', 'a'], ['twice']),
      build.node('Transpose', ['twice'], ['flipped']),
      build.node('Identity', ['x'], ['same']),
      build.node('MatMul', ['same', 'flipped'], ['y']),
    ],
    initializers: [build.float32Tensor('a', [2, 3], [1, 2, 3, 4, 5, 6])],
    inputs: [build.valueInfo('x', 'float32', ['n', 3])],
    outputs: [build.valueInfo('y', 'float32', ['n', 2])],
  })
  const model = build.model(graph, { metadata: { made: 'here' } })
  const engine = await openEngine()
  const folded = await foldConstants(model, engine, modelFiles)
  expect(folded.graph.nodes.map(({ opType }) => opType)).toEqual(['MatMul'])
  expect(folded).toMatchObject({
    metadata: { made: 'here' },
    opsets: { '': 18 },
    producerName: 'rightsize',
  })
  expect(Object.keys(folded.opsets)).toEqual([''])
  expect((await verifyModels(model, folded, engine, { random: random(1) })).ok).toBe(true)
})

const data = process.env.RIGHTSIZE_DATA ?? '../shared/data'

// Skipped where the folder RIGHTSIZE_DATA is absent.
test
  .skipIf(!existsSync(data))
  .each(['kws/kws_ref_model.onnx', 'face/yunet_s_320_320.onnx', 'mnist/pytorch_cnn_mnist.onnx'])(
  'a real model gives the same results after folding: %s',
  async (file) => {
    const engine = await openEngine()
    const model = await modelFiles.read(join(data, file))
    const folded = await foldConstants(model, engine, modelFiles)
    // Convolutions take in their scales: sums change in the last digits.
    const result = await verifyModels(model, folded, engine, {
      random: random(2),
      maxRelative: 1e-5,
    })
    expect(result.comparisons.filter(({ failure }) => failure !== null)).toEqual([])
  },
)
