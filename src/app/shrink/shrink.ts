import type { ModelFiles } from '../../contract/model-files.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import type { OpenTokenizer } from '../../contract/tokenizer.ts'
import { compressionCard, compressionMarkdown } from '../../core/compress/compression-text.ts'
import type { Artefact, Pass, Target } from '../../core/compress/pass.ts'
import { orderedPasses, worth } from '../../core/compress/plan.ts'
import type { Compression } from '../../core/compress/trial.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Item } from '../../core/spec/item.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { LoadedData } from '../evaluate/load.ts'
import { classesOf, logitsOf, scoresOf } from './answers.ts'
import { type Driven, drive } from './drive.ts'
import type { Lessons } from './heal.ts'
import type { HealSteps } from './ladder.ts'
import { replay } from './replay.ts'
import type { Bench, Keep, State } from './search.ts'
import { moreTexts, type TextRows, type TextSetting, textRows } from './text-rows.ts'

/** What the outside gives to the search. */
export interface ShrinkEffects {
  readonly engine: TensorEngine
  readonly files: ModelFiles
  readonly openTokenizer: OpenTokenizer
  readonly digest: (bytes: Uint8Array) => string
  readonly cpuS: () => number
  readonly wallS: () => number
  /** Text of a file, or null. */
  readonly text: (path: string) => Promise<string | null>
  readonly keep: Keep
  readonly passes: () => Promise<readonly Pass[]>
  readonly processor: Compression['processor']
  readonly say: (text: string) => void
  readonly signal?: AbortSignal | undefined
}

export interface ShrinkRequest {
  /** Folder of the original. */
  readonly model: string
  readonly spec: Spec
  readonly data: LoadedData
  readonly margin: number
  readonly alpha: number
  readonly lean: number
  readonly seed: number
  readonly seconds: number
  readonly energyJ: number | null
  readonly only: readonly string[]
  readonly without: readonly string[]
  readonly targetBytes: number | null
  readonly healSteps: HealSteps
  /** Copies of the train texts, changed, that the original is asked about. */
  readonly copies: number
}

/** What could be done, before anything is. */
export interface ShrinkPlanLine {
  readonly pass: string
  readonly text: string
  readonly bytes: number
  readonly cpuShare: number
  readonly worth: number
}

export interface Shrunk {
  readonly compression: Compression
  /** Files of the model folder by path; empty where nothing smaller holds. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

interface Opened {
  readonly artefact: Artefact
  readonly setting: TextSetting
  readonly sidecars: ReadonlyMap<string, string>
  readonly passes: readonly Pass[]
  readonly target: Target
}

const sidecarNames = ['config.json', 'tokenizer.json', 'tokenizer_config.json'] as const

async function openOriginal(request: ShrinkRequest, effects: ShrinkEffects): Promise<Opened> {
  const sidecars = new Map<string, string>()
  for (const name of sidecarNames) {
    const text = await effects.text(`${request.model}/${name}`)
    if (text !== null) sidecars.set(name, text)
  }
  const json = (name: string) => {
    const text = sidecars.get(name)
    return text === undefined ? null : (JSON.parse(text) as Record<string, unknown>)
  }
  const config = json('config.json') ?? {}
  const tokenizerJson = json('tokenizer.json')
  if (tokenizerJson === null)
    throw new RightsizeError('TOKENIZER_MISSING', `no tokenizer.json in ${request.model}`)
  const tokenizer = effects.openTokenizer(tokenizerJson, json('tokenizer_config.json') ?? undefined)
  const model = await effects.files.read(request.model)
  const { only, without } = request
  const { passes, unknown } = orderedPasses(await effects.passes(), { only, without })
  if (unknown.length > 0)
    throw new RightsizeError('SHRINK_TASK', `there is no pass '${unknown.join("', '")}'`)
  return {
    artefact: { model, tokenizer: tokenizerJson, config },
    setting: { tokenizer, labels: labelsOf(config), maxLength: maxLengthOf(config) },
    sidecars,
    passes,
    target: { runtime: 'onnxruntime-node', features: effects.processor.features, threads: 1 },
  }
}

function labelsOf(config: Readonly<Record<string, unknown>>): readonly string[] {
  const table = config['id2label']
  if (typeof table !== 'object' || table === null)
    throw new RightsizeError('SHRINK_TASK', 'config.json has no id2label')
  return Object.entries(table)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, label]) => String(label))
}

function maxLengthOf(config: Readonly<Record<string, unknown>>): number {
  const stated = config['max_position_embeddings']
  return typeof stated === 'number' && stated > 0 && stated < 1e6 ? stated : 512
}

function partsOf({ data }: ShrinkRequest) {
  const { train, calibration, test } = data
  if (calibration === null || train === null)
    throw new RightsizeError('SHRINK_TASK', 'the spec names no calibration or no train part')
  return { train, calibration, test }
}

/** Steps and passes with what they are predicted to save on the original. */
export async function planShrink(
  request: ShrinkRequest,
  effects: ShrinkEffects,
): Promise<{
  readonly lines: readonly ShrinkPlanLine[]
  readonly notApplicable: readonly { readonly pass: string; readonly why: string }[]
}> {
  const { artefact, passes, target } = await openOriginal(request, effects)
  const size = encodeModel(artefact.model).byteLength
  const lines: ShrinkPlanLine[] = []
  const notApplicable: { pass: string; why: string }[] = []
  for (const pass of passes) {
    const offers = pass.propose(artefact, target)
    if ('why' in offers) notApplicable.push(offers)
    else
      for (const offer of offers)
        lines.push({ pass: pass.id, text: offer.text, ...offer.saves, worth: worth(offer, size) })
  }
  return { lines: lines.toSorted((a, b) => b.worth - a.worth), notApplicable }
}

async function benchOf(
  request: ShrinkRequest,
  opened: Opened,
  effects: ShrinkEffects,
): Promise<Bench> {
  const { engine, digest, cpuS, keep, say, signal } = effects
  const { artefact, setting } = opened
  const { train, calibration } = partsOf(request)
  const padId = setting.tokenizer.padId
  const classes = setting.labels.length
  const rows = textRows(inRandomOrder(calibration.items, calibration.digest, digest), setting)
  const ask = { engine, padId, signal }
  const originalLogits = await logitsOf(artefact.model, rows.ids, classes, ask)
  const modelId = digest(encodeModel(artefact.model))
  const { margin, alpha, lean, seed } = request
  const facts = [modelId, train.digest, calibration.digest, seed, request.copies, engine.version]
  return {
    ...{ engine, digest, cpuS, keep, say, signal, padId, classes, rows, originalLogits, seed },
    gate: { margin, alpha, lean },
    original: scoresOf(classesOf(originalLogits, classes), rows.labels),
    lessons: lessonsOnce(request, opened, effects),
    fingerprint: JSON.stringify(facts),
  }
}

/** Ascending digest of data and item: nobody can choose which items come first. */
function inRandomOrder(
  items: readonly Item[],
  part: string,
  digest: ShrinkEffects['digest'],
): readonly Item[] {
  const encoder = new TextEncoder()
  const keyed = items.map((item) => ({ item, key: digest(encoder.encode(part + item.digest)) }))
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item)
}

/** Train texts and changed copies with the original's logits, asked for when first needed and kept on disk. */
function lessonsOnce(
  request: ShrinkRequest,
  { artefact, setting }: Opened,
  effects: ShrinkEffects,
): () => Promise<Lessons> {
  let lessons: Promise<Lessons> | null = null
  const make = async (): Promise<Lessons> => {
    const { engine, digest, keep, signal, say } = effects
    const { train } = partsOf(request)
    const own = textRows(train.items, setting).ids
    const unknown = unknownId(artefact)
    const ids = [...own, ...moreTexts(own, unknown, request.seed, request.copies)]
    const classes = setting.labels.length
    const facts = [digest(encodeModel(artefact.model)), ids, engine.version]
    const name = `answers-${digest(new TextEncoder().encode(JSON.stringify(facts)))}.f32`
    const stored = await keep.load(name)
    if (stored !== null && stored.byteLength === 4 * ids.length * classes)
      return { ids, logits: new Float32Array(stored.slice().buffer), classes }
    say(`asking the original about ${ids.length} texts`)
    const ask = { engine, padId: setting.tokenizer.padId, signal }
    const logits = await logitsOf(artefact.model, ids, classes, ask)
    await keep.save(name, new Uint8Array(logits.buffer))
    return { ids, logits, classes }
  }
  return () => {
    lessons ??= make()
    return lessons
  }
}

/** What a replaced token becomes: the mask token, else the unknown token, else padding. */
function unknownId({ tokenizer }: Artefact): number {
  const vocabulary =
    (tokenizer as { model?: { vocab?: Record<string, number> } }).model?.vocab ?? {}
  return (
    vocabulary['[MASK]'] ?? vocabulary['<mask>'] ?? vocabulary['[UNK]'] ?? vocabulary['<unk>'] ?? 0
  )
}

/** The search and the files that it leaves. Throws SHRINK_TASK where the task cannot judge the model. */
export async function shrink(request: ShrinkRequest, effects: ShrinkEffects): Promise<Shrunk> {
  const opened = await openOriginal(request, effects)
  const bench = await benchOf(request, opened, effects)
  const { test, train, calibration } = partsOf(request)
  const driven = await drive({
    bench,
    artefact: opened.artefact,
    target: opened.target,
    passes: opened.passes,
    budget: { seconds: request.seconds, energyJ: request.energyJ },
    healSteps: request.healSteps,
    wallS: effects.wallS,
    targetBytes: request.targetBytes,
    holdout: (): TextRows => textRows(test.items, opened.setting),
    sliceFloor: 2 * request.margin,
    about: {
      task: request.spec.task,
      data: { test: test.digest, train: train.digest, calibration: calibration.digest },
      processor: effects.processor,
      engine: `${effects.engine.name}@${effects.engine.version}`,
    },
  })
  return { compression: driven.compression, files: filesOf(driven, opened.sidecars) }
}

function filesOf(
  { compression, state }: Pick<Driven, 'compression' | 'state'>,
  sidecars: ReadonlyMap<string, string>,
): ReadonlyMap<string, Uint8Array> {
  const encoder = new TextEncoder()
  const files = new Map<string, Uint8Array>([
    ['compression.json', encoder.encode(`${JSON.stringify(compression, null, 1)}\n`)],
    ['compression.md', encoder.encode(compressionMarkdown(compression))],
  ])
  if (state === null || compression.result === null) return files
  for (const [name, text] of sidecars) files.set(name, encoder.encode(text))
  files.set(compression.result.file, encodeModel(state.artefact.model))
  files.set('README.md', encoder.encode(compressionCard(compression, compression.task)))
  return files
}

/** The model of a recorded recipe, made again from the original and the same data. Throws SHRINK_REPLAY where they are others. */
export async function replayShrink(
  request: ShrinkRequest,
  recorded: Compression,
  effects: ShrinkEffects,
): Promise<Shrunk> {
  const opened = await openOriginal(request, effects)
  const bench = await benchOf(request, opened, effects)
  const state: State = await replay(recorded, opened, bench)
  return {
    compression: recorded,
    files: filesOf({ compression: recorded, state }, opened.sidecars),
  }
}
