import { beforeAll, expect, test } from 'vitest'
import { memoryLedger } from '../../../test/memory-ledger.ts'
import { sha256 as sha256Of } from '../../../test/shrink-world.ts'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import type { Artefact, Target } from '../../core/compress/pass.ts'
import { heads } from '../../core/compress/structural-heads.ts'
import { layers } from '../../core/compress/structural-layers.ts'
import { neurons } from '../../core/compress/structural-neurons.ts'
import { energyOfCpuTime } from '../../core/energy/cpu-model.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Model } from '../../core/onnx/model.ts'
import { seededRandom } from '../../core/random/random.ts'
import { onThePath } from '../../core/report/shrink/text.ts'
import { trainEncoder } from '../train/train-encoder.ts'
import { classesOf, logitsOf, scoresOf } from './answers.ts'
import type { Bench, Keep } from './bench.ts'
import { type DriveOptions, drive } from './drive.ts'
import { numberedInputs, type Part } from './inputs.ts'
import { replay } from './replay.ts'

let engine: TensorEngine
let model: Model
let options: (keep: Keep, more?: Partial<DriveOptions>) => DriveOptions

/** Two marked words among noise: the class says which comes first. */
function orderTask(rows: number, seed: number) {
  const source = seededRandom(seed)
  const ids: number[][] = []
  const labels: number[] = []
  for (let row = 0; row < rows; row += 1) {
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

/** Rows of ids as a part, whatever the tokenizer. */
function partOfIds({ ids, labels }: ReturnType<typeof orderTask>): Part {
  const inputs = numberedInputs(ids, () => ({ padId: 0, trailing: 1 }))
  const rows = ids.map((_, row) => row)
  return { size: ids.length, inputs, labels, slices: new Map(), texts: null, batches: () => [rows] }
}

const sha256 = (text: string): string => sha256Of(new TextEncoder().encode(text))

/** A sealed part, judged at a margin of five points. */
const sealed = (open: () => Part): DriveOptions['holdout'] => ({
  sealed: {
    ...{ clusters: undefined, slices: {}, digest: 'h', open },
    items: Array.from({ length: 600 }, (_, row) => sha256(String(row))),
  },
  margin: 0.05,
  risk: { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 },
  ...{ traffic: null, barOf: () => null, ledger: memoryLedger(), task: 't', incumbent: 'large' },
  now: () => '2026-01-01T00:00:00.000Z',
  digest: sha256,
  identityOf: ({ id }) => id,
})

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
  const ask = { engine }
  const items = partOfIds(orderTask(300, 2))
  const learned = partOfIds(train)
  const artefact: Artefact = { model, tokenizer: null, config: {}, classes: 2, maxLength: 10 }
  const originalLogits = await logitsOf(model, items.inputs(artefact), 2, ask)
  const logits = await logitsOf(model, learned.inputs(artefact), 2, ask)
  let time = 0
  const cpuS = () => ++time
  const benchOf = (keep: Keep): Bench => ({
    ...{
      engine,
      costEngine: engine,
      keep,
      classes: 2,
      seed: 3,
      items,
      originalLogits,
      fingerprint: 'test',
    },
    ...{ itemCpuS: 1e-5, originalBytes: encodeModel(model).byteLength, open: null },
    corpus: learned,
    digest: sha256Of,
    own: { binding: {}, meter: null, cpuS, wallS: () => 0, machine: { threads: 1 } },
    say: () => undefined,
    gate: { margin: 0.05, alpha: 0.05, lean: 0.7 },
    original: scoresOf(classesOf(originalLogits, 2), items.labels),
    training: async () => ({
      ...{ size: learned.size, own: learned.size, inputs: learned.inputs },
      logits,
      classes: 2,
    }),
  })
  options = (keep, more = {}) => ({
    ...{ passes, target, goal: { bytes: null, latencyMs: null } },
    ...{
      simple: null,
      sweep: null,
      profile: [],
    },
    floors: new Map(),
    bench: benchOf(keep),
    spending: {
      sofar: () => ({ wallS: 0, cpuS: 0 }),
      stop: async () => ({
        wallS: 0,
        cpuS: 1,
        energy: energyOfCpuTime(1, { threads: 1 }),
        withChildren: false,
      }),
    },
    artefact,
    budget: { seconds: 60, energyJ: null },
    repairSteps: { short: 40, long: 120 },
    holdout: sealed(() => partOfIds(orderTask(600, 9))),
    about: {
      task: 't',
      synthetic: false,
      training: { rows: 0, copies: 0, itemCpuS: 1e-3 },
      data: {},
      processor: { name: null, features: [] },
      engine: 'e',
      costEngine: 'e',
    },
    ...more,
  })
})

test('a search finds a smaller model, the hold-out certifies it, and its recipe makes the same bytes again', async () => {
  const keep = inMemory()
  const { compression, contender } = await drive(options(keep))
  expect(compression.outcome).toBe('certified')
  expect(compression.result?.bytes).toBeLessThan(0.7 * compression.incumbent.bytes)
  expect(onThePath(compression).map(({ step }) => step)).toEqual(compression.recipe)
  // What the result costs is measured once.
  expect(compression.path.at(-1)?.cost).toEqual(compression.cost.find(({ batch }) => batch === 1))
  const { bench, artefact } = options(inMemory())
  const again = await replay(compression, { artefact, passes, target }, bench)
  expect(again.id).toBe(contender?.id)
  const resumed = await drive(options(keep))
  expect(resumed.compression.search.resumedTrials).toBe(compression.trials.length)
  expect(resumed.contender?.id).toBe(contender?.id)
})

test('without time nothing is tried and nothing is claimed', async () => {
  const { compression, contender } = await drive(
    options(inMemory(), { budget: { seconds: 0, energyJ: null } }),
  )
  expect([compression.outcome, contender]).toEqual(['none', null])
  expect(compression.why).toContain('the 0 seconds are spent')
})

test('the hold-out is opened once, and not at all where nothing was found', async () => {
  let opened = 0
  const holdout = () => {
    opened += 1
    return partOfIds(orderTask(600, 9))
  }
  await drive(options(inMemory(), { holdout: sealed(holdout), passes: [] }))
  expect(opened).toBe(0)
  await drive(options(inMemory(), { holdout: sealed(holdout), passes: [neurons] }))
  expect(opened).toBe(1)
})

test('a recipe for another original is refused', async () => {
  const { compression } = await drive(options(inMemory(), { passes: [neurons] }))
  const { bench, artefact } = options(inMemory())
  const other = { ...compression, incumbent: { ...compression.incumbent, model: 'other' } }
  await expect(replay(other, { artefact, passes, target }, bench)).rejects.toMatchObject({
    code: 'SHRINK_REPLAY',
  })
})
