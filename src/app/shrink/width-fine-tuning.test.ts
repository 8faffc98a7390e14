import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { width } from '../../core/compress/structural-width.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Model } from '../../core/onnx/model.ts'
import { seededRandom } from '../../core/random/random.ts'
import { encoderArchitecture } from '../../core/train/build-encoder.ts'
import { initialParameters, parameterTensors } from '../../core/train/parameters.ts'
import { softened } from '../../core/train/soft-targets.ts'
import { targetFeeds, tokenFeeds } from '../../core/train/token-batch.ts'
import { trainableGraph } from '../../core/train/trainable.ts'
import { trainModel } from '../train/train-model.ts'
import { collectStats } from './collect-stats.ts'

const shape = { vocabulary: 30, maxLength: 12, width: 32, depth: 1, heads: 2, ffn: 32, classes: 3 }

function teacher(): Model {
  const architecture = encoderArchitecture(shape)
  const start = initialParameters(architecture.parameters, 3)
  // Answers with some contrast, so that there is something to learn.
  start.get('classifier.weight')?.forEach((value, at, all) => {
    all[at] = 4 * value
  })
  return architecture.model(start)
}

const source = seededRandom(5)
const texts = Array.from({ length: 448 }, () =>
  Array.from({ length: 3 + Math.floor(9 * source.next()) }, () => Math.floor(30 * source.next())),
)
const [learned, seen] = [384, texts.length]

async function answers(model: Model, rows: readonly number[]): Promise<readonly Float32Array[]> {
  const session = await (await openEngine()).open(encodeModel(model))
  const { logits } = await session.run(tokenFeeds(texts, rows, 12, 0))
  await session.close()
  const data = logits?.data as Float32Array
  return rows.map((_, line) => softened(data.subarray(3 * line, 3 * line + 3), 1))
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)

/** Mean Kullback-Leibler divergence on texts that nothing learned from. */
async function divergence(model: Model, original: Model): Promise<number> {
  const rows = range(learned, seen)
  const [p, q] = [await answers(original, rows), await answers(model, rows)]
  const of = (row: number) =>
    p[row]!.reduce((sum, one, c) => sum + one * Math.log(one / q[row]![c]!), 0)
  return rows.reduce((sum, _, line) => sum + of(line), 0) / rows.length
}

test('a narrowed encoder comes nearer to the original by training on its answers', async () => {
  const original = teacher()
  const engine = await openEngine()
  const artefact = { model: original, tokenizer: null, config: {} }
  const offers = width.propose(artefact, { runtime: 'onnxruntime-node', features: [], threads: 1 })
  if ('why' in offers) throw new Error(offers.why)
  const offer = offers.find(({ params }) => params['keep'] === 0.5)!
  const rows = range(0, learned)
  const batches = [tokenFeeds(texts, rows.slice(0, 64), 12, 0)]
  const stats = await collectStats(original, width.needs(artefact, offer), { batches, engine })
  const narrow = width.apply(artefact, offer, stats).artefact.model
  const names = narrow.graph.initializers
    .filter(({ dtype, byteLength }) => dtype === 'float32' && byteLength > 4)
    .map(({ name }) => name)
  const trainable = trainableGraph(narrow.graph, names, 'logits', narrow.opsets[''])
  const targets = await answers(original, rows)
  const { parameters } = await trainModel({
    engine,
    trainable,
    data: {
      lengths: rows.map((row) => texts[row]!.length),
      feeds: (lines) => ({
        ...tokenFeeds(texts, lines, 12, 0),
        ...targetFeeds({ targets }, lines),
      }),
    },
    loss: { kind: 'soft' },
    schedule: { peak: 3e-3, warmup: 0.1, shape: 'cosine' },
    epochs: 8,
    batch: 32,
    seed: 1,
  })
  const { graph } = narrow
  const learnt = parameterTensors(trainable.specs, parameters)
  const byName = new Map(learnt.map((tensor) => [tensor.name, tensor]))
  const initializers = graph.initializers.map((tensor) => byName.get(tensor.name) ?? tensor)
  const fineTuned = { ...narrow, graph: { ...graph, initializers } }
  const before = await divergence(narrow, original)
  expect(before).toBeGreaterThan(0.01)
  expect(await divergence(fineTuned, original)).toBeLessThan(0.5 * before)
})
