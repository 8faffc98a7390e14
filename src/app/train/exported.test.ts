import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { decodeModel } from '../../core/onnx/decode.ts'
import { classifierOn, textEncoder } from '../../core/train/classifier-on.ts'
import { fineTune } from './fine-tune.ts'

const folder = new URL('../../../test/fixtures/exports/', import.meta.url)

/** Texts of four tokens; the label is whether token 5 is among them. */
const ids = Array.from({ length: 64 }, (_, row) => {
  const others = [7, 11, 13].map((step, at) => 6 + ((row * step + at) % 30))
  return [2, ...others, row % 2 ? 5 : 6 + (row % 30), 3]
})
const labels = ids.map((row) => (row.includes(5) ? 1 : 0))

test.each([
  'bert-script-14',
  'bert-eager-17',
  'distilbert-script-16',
  'roberta-dynamo-18',
  'bert-dynamo-18',
])('what torch.onnx wrote is trained further: %s', async (name) => {
  const encoder = textEncoder(decodeModel(readFileSync(new URL(`${name}.onnx`, folder))))
  expect(encoder.head?.bias).toHaveLength(3)
  const head = { weights: new Float32Array(16 * 2), bias: new Float32Array(2) }
  const { result, model, metrics } = await fineTune({
    ...{ engine: await openEngine(), encoder, head, labels: ['no', 'yes'] },
    ...{ epochs: 8, batch: 16, peak: 5e-3, examples: { labels } },
    inputs: { ids, maxLength: 24, padId: 0 },
  })
  const [first, last] = [result.history[0]!, result.history.at(-1)!]
  expect(last.trainLoss).toBeLessThan(0.5 * first.trainLoss)
  expect(metrics.parameterCount).toBeGreaterThan(4000)
  expect(model.graph.outputs).toEqual(classifierOn(encoder, head).model.graph.outputs)
})
