import { createHash } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import { onThePath } from '../../core/compress/compression-text.ts'
import type { Artefact, Target } from '../../core/compress/pass.ts'
import { heads } from '../../core/compress/structural-heads.ts'
import { layers } from '../../core/compress/structural-layers.ts'
import { neurons } from '../../core/compress/structural-neurons.ts'
import type { Model } from '../../core/onnx/model.ts'
import { randomSource } from '../../core/train/random.ts'
import { trainEncoder } from '../train/train-encoder.ts'
import { classesOf, logitsOf, scoresOf } from './answers.ts'
import { type DriveOptions, drive } from './drive.ts'
import { replay } from './replay.ts'
import type { Bench, Keep } from './search.ts'

let engine: TensorEngine
let model: Model
let options: (keep: Keep, more?: Partial<DriveOptions>) => DriveOptions

/** Two marked words among noise: the class says which comes first. */
function orderTask(rows: number, seed: number) {
  const source = randomSource(seed)
  const ids: number[][] = []
  const labels: number[] = []
  for (let row = 0; row < rows; row += 1) {
    const text = Array.from({ length: 4 + (source.next() % 5) }, () => 3 + (source.next() % 8))
    const first = source.next() % (text.length - 1)
    const second = first + 1 + (source.next() % (text.length - 1 - first))
    const label = source.next() % 2
    text[first] = 1 + label
    text[second] = 2 - label
    ids.push(text)
    labels.push(label)
  }
  return { ids, labels, slices: new Map<string, number[]>() }
}

function inMemory(): Keep & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>()
  return {
    files,
    load: async (name) => files.get(name) ?? null,
    save: async (name, bytes) => void files.set(name, bytes),
  }
}

const target: Target = { runtime: 'onnxruntime-node', features: [], threads: 1 }
const passes = [neurons, heads, layers]

beforeAll(async () => {
  engine = await openEngine()
  const train = orderTask(800, 1)
  const shape = { vocabulary: 12, maxLength: 10, width: 16, depth: 2, heads: 2, classes: 2 }
  const trained = await trainEncoder({
    ...{ engine, shape, seed: 5, epochs: 8, batch: 16, schedule: { peak: 5e-3 } },
    examples: { ids: train.ids, labels: train.labels },
  })
  model = trained.model
  const ask = { engine, padId: 0 }
  const rows = orderTask(300, 2)
  const originalLogits = await logitsOf(model, rows.ids, 2, ask)
  const logits = await logitsOf(model, train.ids, 2, ask)
  let time = 0
  const benchOf = (keep: Keep): Bench => ({
    ...{ engine, keep, padId: 0, classes: 2, seed: 3, rows, originalLogits, fingerprint: 'test' },
    digest: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    cpuS: () => {
      time += 1
      return time
    },
    say: () => undefined,
    gate: { margin: 0.05, alpha: 0.05, lean: 0.7 },
    original: scoresOf(classesOf(originalLogits, 2), rows.labels),
    lessons: async () => ({ ids: train.ids, logits, classes: 2 }),
  })
  options = (keep, more = {}) => ({
    ...{ passes, target, targetBytes: null, sliceFloor: 0.1, wallS: () => 0 },
    bench: benchOf(keep),
    artefact: { model, tokenizer: null, config: {} } satisfies Artefact,
    budget: { seconds: 60, energyJ: null },
    healSteps: { short: 40, long: 120 },
    holdout: () => orderTask(600, 9),
    about: { task: 't', data: {}, processor: { name: null, features: [] }, engine: 'e' },
    ...more,
  })
})

test('a search finds a smaller model, the hold-out proves it, and its recipe makes the same bytes again', async () => {
  const keep = inMemory()
  const { compression, state } = await drive(options(keep))
  expect(compression.outcome).toBe('proven')
  expect(compression.result?.bytes).toBeLessThan(0.7 * compression.original.bytes)
  expect(onThePath(compression).map(({ step }) => step)).toEqual(compression.recipe)
  const { bench, artefact } = options(inMemory())
  const again = await replay(compression, { artefact, passes, target }, bench)
  expect(again.id).toBe(state?.id)
  const resumed = await drive(options(keep))
  expect(resumed.compression.search.resumedTrials).toBe(compression.trials.length)
  expect(resumed.state?.id).toBe(state?.id)
})

test('without time nothing is tried and nothing is claimed', async () => {
  const { compression, state } = await drive(
    options(inMemory(), { budget: { seconds: 0, energyJ: null } }),
  )
  expect([compression.outcome, state]).toEqual(['nothing', null])
  expect(compression.why).toContain('the 0 seconds are spent')
})

test('the hold-out is opened once, and not at all where nothing was found', async () => {
  let opened = 0
  const holdout = () => {
    opened += 1
    return orderTask(600, 9)
  }
  await drive(options(inMemory(), { holdout, passes: [] }))
  expect(opened).toBe(0)
  await drive(options(inMemory(), { holdout, passes: [neurons] }))
  expect(opened).toBe(1)
})

test('a recipe for another original is refused', async () => {
  const { compression } = await drive(options(inMemory(), { passes: [neurons] }))
  const { bench, artefact } = options(inMemory())
  const other = { ...compression, original: { ...compression.original, model: 'other' } }
  await expect(replay(other, { artefact, passes, target }, bench)).rejects.toMatchObject({
    code: 'SHRINK_REPLAY',
  })
})
