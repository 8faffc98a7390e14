import type { TensorEngine } from '../../contract/tensors.ts'
import { compressionCard, compressionMarkdown } from '../../core/compress/compression-text.ts'
import { alphaOfLook, fewestItems } from '../../core/compress/gate.ts'
import { movesOf, type Offer } from '../../core/compress/moves.ts'
import type { Artefact, Pass, Target } from '../../core/compress/pass.ts'
import { groupedBySaving } from '../../core/compress/plan.ts'
import type { Compression } from '../../core/compress/trial.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Item } from '../../core/spec/item.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { LoadedData } from '../evaluate/load.ts'
import { classesOf, logitsOf, scoresOf } from './answers.ts'
import { type Bench, type HealSteps, type Keep, type State, statRows } from './bench.ts'
import { languageTrouble } from './calibration-language.ts'
import { type Contender, contenderOf } from './contender.ts'
import { drive, type Goal } from './drive.ts'
import type { Looks } from './finals.ts'
import type { Lessons } from './heal.ts'
import { numberedInputs, opened, type Part } from './inputs.ts'
import { linearStudent } from './linear-student.ts'
import {
  type OpenEffects,
  type Original,
  openOriginal,
  targetOf,
  wantedPasses,
} from './open-original.ts'
import { type Profile, profileOf } from './profile.ts'
import { replay } from './replay.ts'
import { healBatch } from './search.ts'
import { moreTexts } from './text-rows.ts'

/** What the outside gives to the search. */
export interface ShrinkEffects extends OpenEffects {
  readonly engine: TensorEngine
  /** The engine of the target runtime, where costs are measured. */
  readonly costEngine: TensorEngine
  readonly targetRuntime: Target['runtime']
  readonly digest: (bytes: Uint8Array) => string
  readonly cpuS: () => number
  readonly wallS: () => number
  readonly pause: (ms: number) => Promise<void>
  readonly keep: Keep
  /** Looks at a hold-out, by its digest. */
  readonly looks: (holdout: string) => Looks
  readonly passes: () => Promise<readonly Pass[]>
  readonly processor: Compression['processor']
  readonly machineThreads: number | null
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
  readonly goal: Goal
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
}

export interface Shrunk {
  readonly compression: Compression
  /** Files of the model folder by path; without a model where nothing smaller holds. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** Items by what they are for: judged in the search, learned from, sealed. */
interface Parts {
  readonly test: readonly Item[]
  readonly calibration: readonly Item[]
  readonly train: readonly Item[] | null
  readonly digests: Readonly<Record<string, string>>
}

/** Share of the train part that judges trials where the spec names no calibration part, and the most items. */
const calibrationShare = 0.2
const mostCalibration = 2000

function partsOf({ data }: ShrinkRequest, digest: ShrinkEffects['digest']): Parts {
  const { train, calibration, test } = data
  const digests = { test: test.digest, ...(train ? { train: train.digest } : {}) }
  if (calibration !== null)
    return {
      ...{ test: test.items, calibration: calibration.items, train: train?.items ?? null },
      digests: { ...digests, calibration: calibration.digest },
    }
  if (train === null)
    throw new RightsizeError(
      'SHRINK_TASK',
      'the spec has one part alone: what steers the search cannot prove its end',
      {
        next: 'Add `train:` (rows to learn from; a fifth of them will judge trials) or `calibration:` to the dataset. `test:` stays sealed until the end.',
      },
    )
  const mixed = inRandomOrder(train.items, train.digest, digest)
  const size = Math.min(mostCalibration, Math.floor(calibrationShare * mixed.length))
  return {
    test: test.items,
    calibration: mixed.slice(0, size),
    train: mixed.slice(size),
    digests: { ...digests, calibration: `${size} rows of train` },
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

/** Throws SHRINK_TASK, with the number that would do, where even a candidate without a single loss could not be proven. */
function requireLabels({ margin, alpha, spec }: ShrinkRequest, { test }: Parts): void {
  const fewest = fewestItems(margin, alphaOfLook(alpha, 1), trafficOf(spec))
  if (test.length >= fewest) return
  throw new RightsizeError(
    'SHRINK_LABELS',
    `${test.length} test items cannot prove a loss of at most ${+(100 * margin).toFixed(3)} points: not even a model that answers all of them like the original`,
    {
      next: `Label at least ${fewest} test items (more where answers differ), or allow a larger --margin.`,
    },
  )
}

function trafficOf({ account }: Spec): number | null {
  return account.volumePerMonth === null ? null : account.volumePerMonth * account.horizonMonths
}

async function originalOf(
  request: ShrinkRequest,
  parts: Parts,
  effects: ShrinkEffects,
): Promise<Original> {
  const learned = parts.train ?? parts.calibration
  const labels = [...new Set(learned.map(({ expected }) => String(expected)))].sort()
  return openOriginal({ model: request.model, train: learned, labels }, effects)
}

/** What the search would try on the original, in its order: cuts and students best first, number formats after them. */
export async function planShrink(
  request: ShrinkRequest,
  effects: ShrinkEffects,
): Promise<{
  readonly bytes: number
  /** Whether n-grams are tried before all this. */
  readonly simple: boolean
  readonly lines: readonly ShrinkPlanLine[]
  readonly notApplicable: readonly { readonly pass: string; readonly why: string }[]
}> {
  const passes = await wantedPasses(effects.passes, request)
  const parts = partsOf(request, effects.digest)
  const original = await originalOf(request, parts, effects)
  const { artefact } = original
  const items = original.part(parts.calibration)
  const profile = await profiled(artefact, items, effects)
  const target = targetOf(effects, profile.byNode)
  const bytes = encodeModel(artefact.model).byteLength
  const offers: Offer[] = []
  const notApplicable: { pass: string; why: string }[] = []
  for (const pass of passes) {
    const offered = pass.propose(artefact, target)
    if ('why' in offered) notApplicable.push({ pass: offered.pass, why: offered.why })
    else offers.push(...groupedBySaving(pass, offered))
  }
  const isNumber = ({ pass }: Offer) => pass.family === 'numeric'
  const healing = parts.train === null ? null : { ...request.healSteps, batch: healBatch }
  const moves = movesOf(
    offers.filter((offer) => !isNumber(offer)),
    {
      ...{ refusals: [], depth: 0, margin: request.margin, bytes, healing },
      ...{
        items: items.size,
        statRows: Math.min(statRows, (parts.train ?? parts.calibration).length),
      },
    },
  )
  const lines = [...moves, ...offers.filter(isNumber)].map(({ pass, group: [first] }) => ({
    ...{ pass: pass.id, text: first.text, ...first.saves },
  }))
  const simple = items.texts !== null && parts.train !== null && wantsLinear(request)
  return { bytes, simple, lines, notApplicable }
}

function profiled(
  artefact: Artefact,
  items: Part,
  { engine }: Pick<ShrinkEffects, 'engine'>,
): Promise<Profile> {
  return profileOf(artefact.model, items.inputs(artefact), engine)
}

async function benchOf(
  request: ShrinkRequest,
  parts: Parts,
  original: Original,
  effects: ShrinkEffects,
): Promise<Bench> {
  const { engine, digest, cpuS, keep, say, signal, openTokenizer } = effects
  const { artefact, labels } = original
  const ordered = inRandomOrder(parts.calibration, parts.digests['calibration'] ?? '', digest)
  const items = original.part(ordered)
  const classes = labels.length
  const started = cpuS()
  const logits = await logitsOf(artefact.model, items.inputs(artefact), classes, { engine, signal })
  const itemCpuS = (cpuS() - started) / Math.max(1, items.size)
  const bytes = encodeModel(artefact.model)
  const corpus = parts.train === null ? items : original.part(parts.train)
  const { margin, alpha, lean, seed } = request
  const facts = [digest(bytes), parts.digests, seed, request.copies, engine.name, engine.version]
  return {
    ...{
      engine,
      costEngine: effects.costEngine,
      digest,
      cpuS,
      keep,
      say,
      signal,
      classes,
      items,
      seed,
      itemCpuS,
      corpus,
    },
    originalLogits: logits,
    originalBytes: bytes.byteLength,
    gate: { margin, alpha, lean },
    original: scoresOf(classesOf(logits, classes), items.labels),
    open: artefact.tokenizer === null ? null : (one) => opened(one, openTokenizer),
    lessons: parts.train === null ? null : lessonsOnce(request, original, corpus, effects),
    fingerprint: JSON.stringify(facts),
  }
}

/** Train rows, and changed copies where they are texts, with the original's logits: asked for when first needed and kept on disk. The corpus comes first. */
function lessonsOnce(
  request: ShrinkRequest,
  original: Original,
  corpus: Part,
  effects: ShrinkEffects,
): () => Promise<Lessons> {
  let lessons: Promise<Lessons> | null = null
  const make = async (): Promise<Lessons> => {
    const { engine, digest, keep, signal, say } = effects
    const { artefact, labels } = original
    const { inputs, size, facts } = lessonRows(request, original, corpus, effects)
    const classes = labels.length
    const key = [digest(encodeModel(artefact.model)), facts, engine.name, engine.version]
    const name = `answers-${digest(new TextEncoder().encode(JSON.stringify(key)))}.f32`
    const stored = await keep.load(name)
    if (stored !== null && stored.byteLength === 4 * size * classes)
      return { size, inputs, logits: new Float32Array(stored.slice().buffer), classes }
    say(`asking the original about ${size} rows`)
    const logits = await logitsOf(artefact.model, inputs(artefact), classes, { engine, signal })
    await keep.save(name, new Uint8Array(logits.buffer))
    return { size, inputs, logits, classes }
  }
  return () => {
    lessons ??= make()
    return lessons
  }
}

function lessonRows(
  { seed, copies, data }: ShrinkRequest,
  { artefact }: Original,
  corpus: Part,
  { openTokenizer }: ShrinkEffects,
) {
  if (corpus.texts === null)
    return { inputs: corpus.inputs, size: corpus.size, facts: data.train?.digest ?? '' }
  const tokenizer = opened(artefact, openTokenizer)
  const own = corpus.texts.map((text) => tokenizer.encode(text).ids)
  const ids = [...own, ...moreTexts(own, replacementId(artefact), seed, copies)]
  const padOf = new Map<string, number>()
  const padId = (one: Artefact): number => {
    const key = one.idsKept?.join(' ') ?? ''
    const known = padOf.get(key) ?? opened(one, openTokenizer).padId
    padOf.set(key, known)
    return known
  }
  return { inputs: numberedInputs(ids, padId), size: ids.length, facts: ids }
}

/** What a replaced token becomes: the mask token, else the unknown token, else padding. */
function replacementId({ tokenizer }: Artefact): number {
  const vocabulary =
    (tokenizer as { model?: { vocab?: Record<string, number> } }).model?.vocab ?? {}
  return (
    vocabulary['[MASK]'] ?? vocabulary['<mask>'] ?? vocabulary['[UNK]'] ?? vocabulary['<unk>'] ?? 0
  )
}

/** The search and the files that it leaves. Throws SHRINK_TASK where the task cannot judge the model, SHRINK_LABELS where there are too few labels. */
export async function shrink(request: ShrinkRequest, effects: ShrinkEffects): Promise<Shrunk> {
  const passes = await wantedPasses(effects.passes, request)
  const parts = partsOf(request, effects.digest)
  requireLabels(request, parts)
  const original = await originalOf(request, parts, effects)
  const bench = await benchOf(request, parts, original, effects)
  warnOfLanguage(original, bench, effects)
  const profile = await profiled(original.artefact, bench.items, effects)
  const { engine, processor, wallS, pause, machineThreads, signal } = effects
  const driven = await drive({
    ...{ bench, passes, wallS, goal: request.goal, healSteps: request.healSteps },
    artefact: original.artefact,
    target: targetOf(effects, profile.byNode),
    budget: { seconds: request.seconds, energyJ: request.energyJ },
    holdout: () => original.part(parts.test),
    holdoutDigest: parts.digests['test'] ?? '',
    looks: effects.looks(parts.digests['test'] ?? ''),
    traffic: trafficOf(request.spec),
    floors: floorsOf(request, bench),
    simple: wantsLinear(request)
      ? (run, first) => linearStudent(first, original.labels, bench, run.log)
      : null,
    sweep: sweepable(effects)
      ? { engine, cpuS: effects.cpuS, wallS, pause, machineThreads, signal }
      : null,
    profile: profile.byOperator,
    about: {
      task: request.spec.task,
      data: parts.digests,
      processor,
      engine: `${engine.name}@${engine.version}`,
      costEngine: `${effects.costEngine.name}@${effects.costEngine.version}`,
    },
  })
  return filesOf(driven.compression, driven.contender, original)
}

/** Threads and spinning are settings of the native engine. */
const sweepable = ({ targetRuntime }: ShrinkEffects): boolean =>
  targetRuntime === 'onnxruntime-node'

/** Says it where the tokenizer knows little of the texts: their language is probably not the model's. */
function warnOfLanguage({ artefact }: Original, bench: Bench, { say }: ShrinkEffects): void {
  const trouble = languageTrouble(artefact, bench)
  if (trouble !== null) say(`warning: ${trouble}`)
}

function wantsLinear({ only, without }: ShrinkRequest): boolean {
  const named = (names: readonly string[]) =>
    names.includes('student-linear') || names.includes('distil')
  return (only.length === 0 || named(only)) && !named(without)
}

/** What each slice may lose: its own margin or floor from the spec, else twice the margin. */
function floorsOf({ spec, margin }: ShrinkRequest, bench: Bench): ReadonlyMap<string, number> {
  const { items, original } = bench
  return new Map(
    [...items.slices].map(([slice, rows]) => {
      const column = slice.slice(0, slice.indexOf('='))
      const { margin: own, floor } = spec.constraints.slices?.[column] ?? {}
      const right = rows.reduce((sum, row) => sum + (original[row] ?? 0), 0)
      const byFloor = floor === undefined ? null : right / Math.max(1, rows.length) - floor
      return [slice, own ?? byFloor ?? 2 * margin]
    }),
  )
}

const encoder = new TextEncoder()
const jsonFile = (value: unknown): Uint8Array =>
  encoder.encode(`${JSON.stringify(value, null, 1)}\n`)

function filesOf(
  compression: Compression,
  contender: Contender | null,
  { artefact: before, sidecars }: Original,
): Shrunk {
  const files = new Map<string, Uint8Array>([
    ['compression.json', jsonFile(compression)],
    ['compression.md', encoder.encode(compressionMarkdown(compression))],
  ])
  const { result } = compression
  if (contender === null || result === null) return { compression, files }
  files.set('README.md', encoder.encode(compressionCard(compression, compression.task)))
  for (const [name, bytes] of contender.files) files.set(name, bytes)
  if (contender.state === null) return { compression, files }
  const { artefact } = contender.state
  for (const [name, text] of sidecars) files.set(name, encoder.encode(text))
  files.set(result.file, encodeModel(artefact.model))
  if (artefact.config !== before.config) files.set('config.json', jsonFile(artefact.config))
  if (artefact.tokenizer !== before.tokenizer)
    files.set('tokenizer.json', jsonFile(artefact.tokenizer))
  if (artefact.tokenizerConfig !== before.tokenizerConfig)
    files.set('tokenizer_config.json', jsonFile(artefact.tokenizerConfig))
  return { compression, files }
}

/** The model of a recorded recipe, made again from the original and the same data. Throws SHRINK_REPLAY where they are others. */
export async function replayShrink(
  request: ShrinkRequest,
  recorded: Compression,
  effects: ShrinkEffects,
): Promise<Shrunk> {
  if (recorded.result?.runtime !== 'onnx')
    throw new RightsizeError('SHRINK_REPLAY', 'the record holds no model that a recipe made')
  const passes = await effects.passes()
  const parts = partsOf(request, effects.digest)
  const original = await originalOf(request, parts, effects)
  const bench = await benchOf(request, parts, original, effects)
  const target = targetOf(effects, new Map())
  const { artefact } = original
  const state: State = await replay(recorded, { artefact, passes, target }, bench)
  return filesOf(recorded, contenderOf(state, bench), original)
}
