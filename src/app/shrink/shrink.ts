import type { Artefact } from '../../core/compress/pass.ts'
import { passFor } from '../../core/compress/table.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import { runtimeFor } from '../../core/part/runtimes.ts'
import { groupsOf } from '../../core/proof/item-evidence.ts'
import { sliceBar } from '../../core/proof/slice.ts'
import { compressionPage } from '../../core/report/shrink/page.ts'
import { compressionCard, compressionMarkdown } from '../../core/report/shrink/text.ts'
import type { Compression } from '../../core/result/compression.ts'
import { itemOrder } from '../../core/select/item-order.ts'
import { trafficOf } from '../../core/stats/traffic.ts'
import { itemKey } from '../evaluate/look.ts'
import { startSpending } from '../measure/spent.ts'
import { classesOf, logitsOf, scoresOf } from './answers.ts'
import type { Bench, State } from './bench.ts'
import { languageTrouble } from './calibration-language.ts'
import { type Contender, contenderOf } from './contender.ts'
import { drive } from './drive.ts'
import type { Holdout } from './holdout.ts'
import { opened, type Part } from './inputs.ts'
import { linearStudent } from './linear-student.ts'
import { identityOf, jsonFile, modelFilesOf } from './model-folder.ts'
import { type Original, openOriginal, targetOf, wantedPasses } from './open-original.ts'
import { requireFinite, requireUseful } from './original-answers.ts'
import { type Parts, partsOf, requireLabels } from './parts.ts'
import { keptProfile, type Profile, profileOf } from './profile.ts'
import { replay } from './replay.ts'
import type { ShrinkEffects, ShrinkRequest } from './request.ts'
import { type Amount, amountOf, trainingDataOnce } from './training-data.ts'

export interface Shrunk {
  readonly compression: Compression
  /** Files of the model folder by path; without a model where nothing smaller holds. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

export async function originalOf(
  request: ShrinkRequest,
  parts: Parts,
  effects: ShrinkEffects,
): Promise<Original> {
  const learned = parts.train ?? parts.calibration
  const labels = [...new Set(learned.map(({ expected }) => String(expected)))].sort(byName)
  return openOriginal({ model: request.model, train: learned, labels }, effects)
}

/** Class numbers by value, names by letter. */
const byName = (a: string, b: string): number =>
  /^\d+$/.test(a) && /^\d+$/.test(b) ? Number(a) - Number(b) : a < b ? -1 : Number(a > b)

export function profiled(
  artefact: Artefact,
  items: Part,
  { engine }: Pick<ShrinkEffects, 'engine'>,
): Promise<Profile> {
  return profileOf(artefact.model, items.inputs(artefact), engine)
}

/** Answers of the incumbent to the items of the search, and the seconds of one: of CPU time, and as long as they last here. */
async function answered(part: Part, { artefact, labels }: Original, effects: ShrinkEffects) {
  const { engine, signal, own } = effects
  const classes = labels.length
  const [startedCpuS, startedS] = [own.cpuS(), own.wallS()]
  const logits = await logitsOf(artefact.model, part.inputs(artefact), classes, { engine, signal })
  const itemCpuS = (own.cpuS() - startedCpuS) / Math.max(1, part.size)
  const itemS = Math.max(itemCpuS, (own.wallS() - startedS) / Math.max(1, part.size))
  requireFinite(logits, classes, 'calibration')
  return { logits, item: { itemCpuS, itemS } }
}

/** Names everything that a trial depends on beside model and step, without what was settled when the search began. */
function fingerprintOf(
  { artefact, labels }: Original,
  parts: Parts,
  seed: number,
  { digest, engine }: ShrinkEffects,
): readonly unknown[] {
  const { tokenizer, tokenizerConfig = null, maxLength = null } = artefact
  const sidecars = JSON.stringify([labels, tokenizer, tokenizerConfig, maxLength])
  const read = digest(new TextEncoder().encode(sidecars))
  return [
    digest(encodeModel(artefact.model)),
    read,
    parts.digests,
    seed,
    engine.name,
    engine.version,
  ]
}

async function benchOf(
  request: ShrinkRequest,
  parts: Parts,
  original: Original,
  effects: ShrinkEffects,
  recorded?: Amount,
): Promise<Bench & { readonly amount: Amount }> {
  const { digest, openTokenizer } = effects
  const { artefact, labels } = original
  const { margin, alpha, lean, seed } = request
  const items = original.part(
    itemOrder(parts.calibration, parts.digests['calibration'] ?? '', digest),
  )
  const { logits, item } = await answered(items, original, effects)
  const corpus = parts.train === null ? items : original.part(parts.train)
  const base = fingerprintOf(original, parts, seed, effects)
  const rows = parts.train?.length ?? 0
  const amount = recorded ?? (await amountOf(JSON.stringify(base), rows, item, request, effects))
  const training =
    parts.train === null ? null : trainingDataOnce(request, original, corpus, amount, effects)
  const { engine, costEngine, own, keep, say, signal } = effects
  return {
    ...{ engine, costEngine, digest, own, keep, say, signal, items, seed, corpus, training },
    ...{ classes: labels.length, itemCpuS: amount.itemCpuS, originalLogits: logits },
    originalBytes: encodeModel(artefact.model).byteLength,
    gate: { margin, alpha, lean },
    original: scoresOf(classesOf(logits, labels.length), items.labels),
    open: artefact.tokenizer === null ? null : (one) => opened(one, openTokenizer),
    fingerprint: JSON.stringify([...base, amount]),
    amount,
  }
}

/** The search and the files that it leaves. Throws SHRINK_TASK where the task cannot judge the model, SHRINK_LABELS where there are too few labels. */
export async function shrink(request: ShrinkRequest, effects: ShrinkEffects): Promise<Shrunk> {
  const spending = await startSpending(effects.own)
  const passes = await wantedPasses(effects.passes, request)
  const parts = partsOf(request, effects.digest)
  requireLabels(request, parts)
  const original = await originalOf(request, parts, effects)
  const bench = await benchOf(request, parts, original, effects)
  requireUseful(parts.calibration, original.labels, bench.original)
  warnOfLanguage(original, bench, effects)
  const named = effects.digest(new TextEncoder().encode(bench.fingerprint))
  const measure = () => profiled(original.artefact, bench.items, effects)
  const profile = await keptProfile(`profile-${named}.json`, effects.keep, measure)
  const { engine, processor, own, pause, signal } = effects
  const driven = await drive({
    ...{ bench, spending, passes, goal: request.goal, repairSteps: request.repairSteps },
    artefact: original.artefact,
    target: targetOf(effects, profile.byNode),
    budget: { seconds: request.seconds, energyJ: request.energyJ },
    holdout: await holdoutOf(request, parts, original, effects),
    floors: floorsOf(request, bench),
    simple: wantsLinear(request)
      ? (run, first) => linearStudent(first, original.labels, run.bench, run.log)
      : null,
    sweep: {
      ...{ own, pause, signal },
      engine: effects.costEngine,
      choosesThreads: effects.targetRuntime === 'onnxruntime-node',
    },
    profile: profile.byOperator,
    about: {
      task: request.spec.task,
      synthetic: request.spec.dataset.synthetic === true,
      data: parts.digests,
      ...(request.data.leftOut.length === 0 ? {} : { leftOut: request.data.leftOut }),
      training: bench.amount,
      processor,
      engine: `${engine.name}@${engine.version}`,
      costEngine: `${effects.costEngine.name}@${effects.costEngine.version}`,
    },
  })
  return filesOf(driven.compression, driven.contender, original)
}

/** Says it where the tokenizer knows little of the texts: their language is probably not the model's. */
function warnOfLanguage({ artefact }: Original, bench: Bench, { say }: ShrinkEffects): void {
  const trouble = languageTrouble(artefact, bench)
  if (trouble !== null) say(`warning: ${trouble}`)
}

export function wantsLinear({ only, without }: ShrinkRequest): boolean {
  const named = (names: readonly string[]) =>
    names.includes(passFor.baseline) || names.includes('distil')
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

/** The sealed part in the order of items, and on what terms it is judged: those of `run`. */
async function holdoutOf(
  { spec, margin, alpha, model }: ShrinkRequest,
  { test, digests }: Parts,
  original: Original,
  { digest, ledger, now, identify }: ShrinkEffects,
): Promise<Holdout> {
  const part = digests['test'] ?? ''
  const items = itemOrder(test, part, digest)
  const bar = { kind: 'relative', margin, tolerance: 0 } as const
  return {
    sealed: {
      ...groupsOf(items, spec.dataset.slices ?? []),
      ...{ items: items.map(itemKey), digest: part, open: () => original.part(items) },
    },
    margin,
    risk: { ...spec.risk, alpha },
    traffic: trafficOf(spec.account),
    barOf: (column) => sliceBar(bar, spec.constraints.slices?.[column]),
    ...{ ledger, now, task: spec.task },
    digest: (text) => digest(encoder.encode(text)),
    incumbent: await identify(model),
    identityOf: (contender) => identityOf(contender, original, digest),
  }
}

const encoder = new TextEncoder()

function filesOf(
  compression: Compression,
  contender: Contender | null,
  original: Original,
): Shrunk {
  const files = new Map<string, Uint8Array>([
    ['compression.json', jsonFile(compression)],
    ['compression.md', encoder.encode(compressionMarkdown(compression))],
    ['report.html', encoder.encode(compressionPage(compression))],
  ])
  const { result } = compression
  if (contender === null || result === null) return { compression, files }
  files.set('README.md', encoder.encode(compressionCard(compression, compression.task)))
  for (const [name, bytes] of modelFilesOf(contender, result.file, original)) files.set(name, bytes)
  return { compression, files }
}

/** The model of a recorded recipe, made again from the original and the same data. Throws SHRINK_REPLAY where they are others. */
export async function replayShrink(
  request: ShrinkRequest,
  recorded: Compression,
  effects: ShrinkEffects,
): Promise<Shrunk> {
  if (recorded.result?.runtime !== runtimeFor.graph)
    throw new RightsizeError('SHRINK_REPLAY', 'the record holds no model that a recipe made')
  const passes = await effects.passes()
  const parts = partsOf(request, effects.digest)
  const original = await originalOf(request, parts, effects)
  const same = { ...request, seed: recorded.seed }
  const bench = await benchOf(same, parts, original, effects, recorded.training)
  const target = targetOf(effects, new Map())
  const { artefact } = original
  const state: State = await replay(recorded, { artefact, passes, target }, bench)
  return filesOf(recorded, contenderOf(state, bench), original)
}
