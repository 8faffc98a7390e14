import { createHash } from 'node:crypto'
import { openTokenizer } from '../src/adapters/tokenizer/huggingface.ts'
import type { Keep } from '../src/app/shrink/bench.ts'
import type { ShrinkEffects, ShrinkRequest } from '../src/app/shrink/request.ts'
import { trainEncoder } from '../src/app/train/train-encoder.ts'
import type { TensorEngine } from '../src/contract/tensors.ts'
import { loadPasses } from '../src/core/compress/table.ts'
import { buildDataset } from '../src/core/data/dataset.ts'
import { decodeModel } from '../src/core/onnx/decode.ts'
import type { Model } from '../src/core/onnx/model.ts'
import { seededRandom } from '../src/core/random/random.ts'
import { parseSpecValue } from '../src/core/spec/parse.ts'
import { trainWordPiece } from '../src/core/text/train-wordpiece.ts'
import type { EncoderShape } from '../src/core/train/build-encoder.ts'
import { memoryLedger } from './memory-ledger.ts'

export interface Row {
  readonly text: string
  readonly label: string
}

/** Words of two syllables; the task uses the first `used` of them, the tokenizer knows all. */
const syllables = ['ba', 'ko', 'ri', 'tu', 'me', 'so', 'ni', 'ga', 'lu', 'pe', 'do', 'vi']
const words = syllables.flatMap((one) => syllables.map((two) => one + two))
const classNames = ['billing', 'login', 'parcel'] as const
const filler = words.slice(0, 20)
const telling = classNames.map((_, at) => words.slice(20 + 5 * at, 25 + 5 * at))

const pick = <T>(list: readonly T[], draw: number): T => list[draw % list.length] as T

/** Single words tell the class. */
export function topicRows(count: number, seed: number): readonly Row[] {
  const source = seededRandom(seed, 1)
  return Array.from({ length: count }, () => {
    const kind = source.bits() % classNames.length
    const text = Array.from({ length: 5 + (source.bits() % 5) }, () => pick(filler, source.bits()))
    text[source.bits() % text.length] = pick(telling[kind] ?? [], source.bits())
    return { text: text.join(' '), label: pick(classNames, kind) }
  })
}

/** Two marked words among noise: the class says which comes first, which no bag of words can tell. */
export function orderRows(count: number, seed: number): readonly Row[] {
  const source = seededRandom(seed, 2)
  const [a = '', b = ''] = [words[20], words[21]]
  return Array.from({ length: count }, () => {
    const text = Array.from({ length: 4 + (source.bits() % 5) }, () => pick(filler, source.bits()))
    const first = source.bits() % (text.length - 1)
    const second = first + 1 + (source.bits() % (text.length - 1 - first))
    const label = source.bits() % 2
    text[first] = label === 0 ? a : b
    text[second] = label === 0 ? b : a
    return { text: text.join(' '), label: label === 0 ? 'ab' : 'ba' }
  })
}

/** A tokenizer that knows every word, most of which the tasks never use. */
export const tokenizerJson = (): unknown =>
  trainWordPiece(
    words.flatMap((word) => [word, word, `${word} ${word}`]),
    { vocabSize: 400 },
  )

export interface TextModel {
  readonly model: Model
  readonly sidecars: Readonly<Record<string, string>>
}

/** A small encoder that has learned the rows. */
export async function textModel(
  rows: readonly Row[],
  engine: TensorEngine,
  more: Partial<EncoderShape> & { readonly epochs?: number } = {},
): Promise<TextModel> {
  const { epochs = 6, ...given } = more
  const tokenizer = tokenizerJson()
  const open = openTokenizer(tokenizer)
  const labels = [...new Set(rows.map(({ label }) => label))].sort()
  const sizes = { vocabulary: open.vocabSize, maxLength: 24, width: 16, depth: 2, heads: 2 }
  const trained = await trainEncoder({
    ...{ engine, seed: 5, epochs, batch: 16, schedule: { peak: 5e-3 } },
    shape: { ...sizes, classes: labels.length, ...given },
    examples: {
      ids: rows.map(({ text }) => open.encode(text).ids),
      labels: rows.map(({ label }) => labels.indexOf(label)),
    },
  })
  const config = {
    id2label: Object.fromEntries(labels.entries()),
    max_position_embeddings: 24,
    pad_token_id: 0,
    vocab_size: open.vocabSize,
  }
  const sidecars = {
    'config.json': JSON.stringify(config),
    'tokenizer.json': JSON.stringify(tokenizer),
  }
  return { model: trained.model, sidecars }
}

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

/** Files in memory in the place of `.search`. */
export class MemoryKeep implements Keep {
  readonly files = new Map<string, Uint8Array>()
  readonly saved: string[] = []
  load = async (name: string): Promise<Uint8Array | null> => this.files.get(name) ?? null
  save = async (name: string, bytes: Uint8Array): Promise<void> => {
    this.files.set(name, bytes.slice())
    this.saved.push(name)
  }
}

/** The parts of a task, as rows of a file would give them. */
export interface TaskRows {
  readonly test: readonly object[]
  readonly calibration?: readonly object[]
  readonly train?: readonly object[]
}

/** A request with what tests seldom change filled in: no time limit, few steps of fine-tuning. */
export function request(
  { test, calibration, train }: TaskRows,
  more: Partial<ShrinkRequest> & { readonly dataset?: object } = {},
): ShrinkRequest {
  const { dataset = {}, ...rest } = more
  const parts = {
    test: 'test.jsonl',
    ...(calibration ? { calibration: 'calibration.jsonl' } : {}),
    ...(train ? { train: 'train.jsonl' } : {}),
  }
  const spec = parseSpecValue({
    task: 'planted',
    dataset: { ...parts, input: 'text', expected: 'label', ...dataset },
    scorer: 'exact',
    candidates: [{ id: 'large', runtime: 'onnx', model: 'large' }],
    incumbent: 'large',
    bar: { margin: 0.05 },
  })
  const rows = { test, ...(calibration ? { calibration } : {}), ...(train ? { train } : {}) }
  const options = { spec: spec.dataset, strictSplits: false, digest: sha256 }
  return {
    model: 'large',
    spec,
    data: { ...buildDataset(rows as never, options), paths: {} },
    ...{ margin: 0.05, alpha: 0.05, lean: 0.7, seed: 1, seconds: 1e9, energyJ: null },
    ...{ only: [], without: [], goal: { bytes: null, latencyMs: null }, copies: 1 },
    repairSteps: { short: 40, long: 120 },
    ...rest,
  }
}

/** A world in memory: the folder `large`, a clock that counts its own calls, and what was said. */
export function world(
  { model, sidecars }: TextModel,
  engine: TensorEngine,
  more: Partial<ShrinkEffects> = {},
): ShrinkEffects & { readonly said: string[] } {
  const said: string[] = []
  const clock = { cpu: 0, wall: 0 }
  const unused = async (): Promise<never> => {
    throw new Error('not in this test')
  }
  const wallS = () => {
    clock.wall += 0.001
    return clock.wall
  }
  return {
    engine,
    costEngine: engine,
    own: { binding: {}, meter: null, cpuS: () => ++clock.cpu, wallS, machine: { threads: 1 } },
    targetRuntime: 'onnxruntime-node',
    openTokenizer,
    files: {
      read: async () => model,
      write: unused,
      locate: async (path) => path,
      withScratch: unused,
    },
    text: async (path) => sidecars[path.replace(/^large\//, '')] ?? null,
    digest: sha256,
    pause: async () => undefined,
    keep: new MemoryKeep(),
    ledger: memoryLedger(),
    now: () => '2026-01-01T00:00:00.000Z',
    identify: async (path) => sha256(new TextEncoder().encode(path)),
    passes: loadPasses,
    processor: { name: null, features: [] },
    say: (text) => void said.push(text),
    said,
    ...more,
  }
}

/** A model file of the folder that a search gave. */
export function modelIn(files: ReadonlyMap<string, Uint8Array>, name: string): Model {
  const bytes = files.get(name)
  if (bytes === undefined) throw new Error(`no ${name} among ${[...files.keys()].join(', ')}`)
  return decodeModel(bytes)
}
