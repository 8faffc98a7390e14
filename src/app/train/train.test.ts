import { beforeAll, expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import { seededRandom } from '../../core/random/random.ts'
import type { TokenExamples } from '../../core/train/token-batch.ts'
import { trainableGraph } from '../../core/train/trainable.ts'
import { tokenData } from './token-data.ts'
import { type EncoderTraining, trainEncoder } from './train-encoder.ts'
import { trainModel } from './train-model.ts'
import type { TrainEvent } from './train-options.ts'

let engine: TensorEngine
beforeAll(async () => {
  engine = await openEngine()
})

/** Two marked words among noise: the class says which of them comes first. A bag of words cannot tell. */
function orderTask(rows: number, seed: number): Required<Pick<TokenExamples, 'ids' | 'labels'>> {
  const source = seededRandom(seed)
  const ids: number[][] = []
  const labels: number[] = []
  for (let row = 0; row < rows; row++) {
    const text = Array.from({ length: 4 + (source.bits() % 5) }, () => 3 + (source.bits() % 8))
    const first = source.bits() % (text.length - 1)
    const second = first + 1 + (source.bits() % (text.length - 1 - first))
    const label = source.bits() % 2
    text[first] = 1 + label
    text[second] = 2 - label
    ids.push(text)
    labels.push(label)
  }
  return { ids, labels }
}

const encoder = (more: Partial<EncoderTraining> = {}): EncoderTraining => ({
  engine,
  shape: { vocabulary: 12, maxLength: 10, width: 16, depth: 1, heads: 2, classes: 2 },
  examples: orderTask(300, 1),
  epochs: 2,
  batch: 16,
  seed: 5,
  schedule: { peak: 5e-3 },
  ...more,
})

test('an encoder learns word order', async () => {
  const task = { examples: orderTask(800, 1), held: orderTask(300, 2), epochs: 10 }
  const learned = await trainEncoder(encoder(task))
  expect(learned.metrics.heldAccuracy).toBeGreaterThan(0.97)
})

test('a share of each class is held out', async () => {
  const examples = orderTask(400, 1)
  const task = { examples, earlyStopping: { share: 0.2, patience: 1 }, epochs: 1 }
  const { result } = await trainEncoder(encoder(task))
  expect(result.rows).toEqual({ train: 320, held: 80 })
})

test('the trained model is what the training judged', async () => {
  const examples = orderTask(64, 1)
  const { model, metrics } = await trainEncoder(
    encoder({ examples, held: examples, labels: ['a', 'b'] }),
  )
  const session = await engine.open(encodeModel(model))
  const { feeds } = tokenData(examples, 10, 0)
  const { input_ids, attention_mask } = feeds(examples.ids.map((_, row) => row))
  const outputs = await session.run({ input_ids: input_ids!, attention_mask: attention_mask! })
  await session.close()
  const logits = outputs['logits']!.data as Float32Array
  const right = examples.labels.filter(
    (label, row) => Number(logits[2 * row + 1]! > logits[2 * row]!) === label,
  )
  expect(right.length / 64).toBe(metrics.heldAccuracy)
  expect(model.metadata['labels']).toBe('["a","b"]')
})

test.each([1, 2])(
  'the same seed gives the same bytes at %i threads, another seed others',
  async (threads) => {
    const options = encoder({ examples: orderTask(120, 1), threads, dropout: 0.2 })
    const bytes = async (seed: number): Promise<Uint8Array> =>
      encodeModel((await trainEncoder({ ...options, seed })).model)
    const first = await bytes(5)
    expect(await bytes(5)).toEqual(first)
    expect(await bytes(6)).not.toEqual(first)
  },
)

/** A checkpoint folder of one file that forgets everything after `keep` saves. */
function drawer(keep = Number.POSITIVE_INFINITY) {
  const saved: Uint8Array[] = []
  return {
    saved,
    everySteps: 3,
    save: async (bytes: Uint8Array) => {
      if (saved.length < keep) saved.push(bytes)
    },
    load: async () => saved.at(-1) ?? null,
  }
}

test.each([1, 2, 4, 5])(
  'killed after save %i and resumed, it ends with the same bytes',
  async (keep) => {
    const options = encoder({
      examples: orderTask(120, 1),
      dropout: 0.2,
      earlyStopping: { share: 0.2, patience: 2 },
    })
    const whole = await trainEncoder(options)
    const killed = drawer(keep)
    await trainEncoder({ ...options, checkpoint: killed })
    const events: TrainEvent[] = []
    const resumed = await trainEncoder({
      ...options,
      checkpoint: { ...killed, save: async () => {} },
      onEvent: (event) => events.push(event),
    })
    expect(events[0]?.kind).toBe('resumed')
    expect(encodeModel(resumed.model)).toEqual(encodeModel(whole.model))
    expect(resumed.result.history).toEqual(whole.result.history)
    expect(resumed.result.tokens).toBe(whole.result.tokens)
  },
)

test('a checkpoint of other settings is refused', async () => {
  const checkpoint = drawer()
  await trainEncoder(encoder({ checkpoint, epochs: 1 }))
  await expect(trainEncoder(encoder({ checkpoint, epochs: 1, seed: 6 }))).rejects.toMatchObject({
    code: 'TRAIN_CHECKPOINT',
  })
})

test('an abort keeps what was reached and a resume completes it', async () => {
  const checkpoint = drawer()
  const stop = new AbortController()
  const options = encoder({ checkpoint })
  const cut = await trainEncoder({
    ...options,
    signal: stop.signal,
    onEvent: (event) => {
      if (event.kind === 'step' && event.step === 7) stop.abort()
    },
  })
  expect([cut.result.stopped, cut.result.steps]).toEqual(['aborted', 7])
  const resumed = await trainEncoder(options)
  const whole = await trainEncoder(encoder())
  expect(resumed.result.stopped).toBe('done')
  expect(encodeModel(resumed.model)).toEqual(encodeModel(whole.model))
})

test('a loss that breaks stops with its step and leaves the last good checkpoint', async () => {
  const checkpoint = drawer()
  const options = encoder({
    checkpoint,
    examples: { ...orderTask(160, 1), weights: [Number.NaN, ...Array(159).fill(1)] },
  })
  const steps: number[] = []
  const failed = await trainEncoder({
    ...options,
    onEvent: (event) => event.kind === 'step' && steps.push(event.step),
  }).catch((error: unknown) => error)
  expect(failed).toMatchObject({ code: 'TRAIN_NAN', at: `step ${steps.length + 1}` })
  expect(checkpoint.saved.length).toBe(Math.floor(steps.length / 3))
  const repaired = { ...options, examples: orderTask(160, 1) }
  const resumed = await trainEncoder(repaired)
  expect(resumed.result.stopped).toBe('done')
  expect(resumed.parameters.get('classifier.bias')!.every(Number.isFinite)).toBe(true)
})

test('training stops when held-out loss no longer falls and returns the best epoch', async () => {
  const examples = orderTask(60, 1)
  const source = seededRandom(9)
  const labels = examples.labels.map(() => source.bits() % 2)
  const { result, metrics } = await trainEncoder(
    encoder({
      examples: { ...examples, labels },
      epochs: 40,
      earlyStopping: { share: 0.3, patience: 2 },
    }),
  )
  expect(result.stopped).toBe('early')
  expect(result.history.length).toBe(result.bestEpoch + 2)
  expect(metrics.heldLoss).toBe(Math.min(...result.history.map(({ heldLoss }) => heldLoss!)))
})

test('a CPU limit ends it after the epoch that passed it', async () => {
  let now = 0
  const cpuS = (): number => {
    now += 10
    return now
  }
  const { result } = await trainEncoder(
    encoder({ epochs: 9, limitCpuS: 50, cpuS, examples: orderTask(32, 1) }),
  )
  expect(result.stopped).toBe('limit')
  expect(result.cpuS).toBeGreaterThanOrEqual(50)
  expect(result.history.length).toBeLessThan(9)
})

test('a student of soft labels learns', async () => {
  const { ids, labels } = orderTask(600, 1)
  const targets = labels.map((label) => Float32Array.of(label ? 0.1 : 0.9, label ? 0.9 : 0.1))
  const loss = { kind: 'soft', temperature: 2 } as const
  const student = await trainEncoder(encoder({ examples: { ids, targets }, loss, epochs: 10 }))
  const test = orderTask(200, 3)
  const judged = await trainEncoder(
    encoder({ start: student.parameters, schedule: { peak: 1e-12 }, epochs: 1, held: test }),
  )
  expect(judged.metrics.heldAccuracy).toBeGreaterThan(0.95)
})

test('any graph can be trained further in the initializers that are named', async () => {
  const examples = orderTask(300, 1)
  const { model } = await trainEncoder(encoder({ examples, epochs: 1 }))
  const names = model.graph.initializers.flatMap(({ name, dtype }) =>
    dtype === 'float32' && name.startsWith('classifier') ? [name] : [],
  )
  const trained = await trainModel({
    engine,
    trainable: trainableGraph(model.graph, names, 'logits'),
    data: tokenData(examples, 10, 0),
    loss: { kind: 'cross-entropy' },
    schedule: { peak: 1e-2 },
    epochs: 2,
    batch: 32,
    seed: 1,
  })
  expect([...trained.parameters.keys()].sort()).toEqual(names.sort())
  expect(trained.history[1]!.trainLoss).toBeLessThan(trained.history[0]!.trainLoss + 0.01)
})

test.each<readonly [string, Partial<TokenExamples>, RegExp]>([
  ['a token of another tokenizer', { ids: [[1], [99]], labels: [0, 1] }, /token 99 of row 1/],
  ['texts that are all empty', { ids: [[], []], labels: [0, 1] }, /every text is empty/],
  ['one class alone', { ids: [[1], [2]], labels: [1, 1] }, /same label/],
  ['a label outside the classes', { ids: [[1], [2]], labels: [0, 2] }, /label 2 is not one of 2/],
  ['a missing label', { ids: [[1], [2]], labels: [0] }, /2 texts have 1 labels/],
  ['no labels at all', { ids: [[1], [2]] }, /neither labels nor soft labels/],
  ['soft labels of another width', { ids: [[1]], targets: [Float32Array.of(1)] }, /1 rows of 2/],
])('%s is refused', async (_, examples, message) => {
  const given = examples as TokenExamples
  await expect(async () => trainEncoder(encoder({ examples: given }))).rejects.toThrow(message)
})

test('one empty text among others is learned from without harm', async () => {
  const examples = orderTask(40, 1)
  const ids = examples.ids.map((text, row) => (row === 3 ? [] : text))
  const { parameters } = await trainEncoder(encoder({ examples: { ...examples, ids }, epochs: 1 }))
  for (const values of parameters.values()) expect(values.every(Number.isFinite)).toBe(true)
})
