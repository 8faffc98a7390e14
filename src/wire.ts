import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleepMs } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { textOrNull, writeFolder, writeWhole } from './adapters/files/whole-file.ts'
import { hardwareThreads, thisMachine } from './adapters/machine/this-machine.ts'
import { openProcesses } from './adapters/processes/table.ts'
import type { Effects } from './app/evaluate/effects.ts'
import type { RunEvent } from './app/evaluate/events.ts'
import type { PublishEffects } from './app/keep/publish.ts'
import type { CompareRequest, ModelComparison } from './app/shrink/compare-paths.ts'
import type { Looks } from './app/shrink/finals.ts'
import type { GgufPlan, GgufRequest, GgufVariants } from './app/shrink/gguf-variants.ts'
import type { ImportedFolder } from './app/shrink/import-folder.ts'
import type { ShrinkEffects, ShrinkRequest } from './app/shrink/request.ts'
import type { EncoderFolder } from './app/train/lesson.ts'
import type { TeachEffects } from './app/train/teach.ts'
import type { TrainedFolder } from './app/train/train-folder.ts'
import type { GridSource } from './contract/grid.ts'
import type { Availability } from './contract/meter.ts'
import type { RuntimeContext } from './contract/runtime.ts'
import type { Store } from './contract/store.ts'
import type { TensorEngine } from './contract/tensors.ts'
import type { SciExplanation } from './core/carbon/explain-sci.ts'
import type { Finding } from './core/carbon/lint-rules.ts'
import type { Inspection } from './core/compress/inspection.ts'
import type { Compression } from './core/compress/trial.ts'
import { RightsizeError } from './core/error/error.ts'
import type { CheckFinding } from './core/keep/check.ts'
import { type Lock, looksBefore } from './core/keep/lock.ts'
import type { PlanReport } from './core/plan/plan-types.ts'
import type { SpecFlags } from './core/spec/flags.ts'
import type { RunResult } from './core/spec/run-result.ts'
import type { Spec } from './core/spec/spec.ts'

/** A spec with the folder that its paths are relative to. */
export interface Source {
  readonly spec: Spec
  readonly baseDir: string
  /** Files that were written on the way, such as the YAML made from flags. */
  readonly written: readonly string[]
  /** What was left out of a file of another tool, and why; one line each. */
  readonly notes: readonly string[]
}

/** What the command line adds to a spec file, for promptfoo files, which know neither bar nor incumbent. */
export interface SpecFileFlags {
  /** Code in the file may run: javascript assertions of promptfoo. */
  readonly trust?: boolean
  readonly incumbent?: string | undefined
  readonly margin?: number | undefined
  readonly floor?: number | undefined
}

export interface WireOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Refuses everything that runs code of the spec. */
  readonly noExec: boolean
  readonly fetch?: typeof fetch
  /** Single effects replaced, by embedders and tests. */
  readonly effects?: Partial<Effects>
}

export interface DecideOptions {
  readonly onEvent: (event: RunEvent) => void
  readonly signal: AbortSignal
  /** Answers everything anew instead of using what is stored. */
  readonly fresh: boolean
  /** Folder for the files; beside the spec unless said. */
  readonly out?: string | undefined
}

export interface PredictionFlags extends Omit<SpecFlags, 'dataset' | 'try' | 'expected'> {
  readonly predictions: readonly { readonly name: string; readonly file: string }[]
  /** File with the labels; undefined where the results bring labels or scores themselves. */
  readonly expectedFile: string | undefined
}

/** What `train` and `distill` are told. */
export interface StudentRequest {
  readonly kind: string
  readonly data: string
  readonly name: string
  readonly input: string
  /** Column of the label; undefined where a teacher gives them. */
  readonly expected: string | undefined
  /** `runtime:model`, where a teacher answers. */
  readonly teacher: string | undefined
  readonly baseUrl: string | undefined
  readonly apiKeyEnv: string | undefined
  readonly prompt: string | undefined
  readonly out: string
  readonly encoder: string | undefined
  readonly options: Readonly<Record<string, unknown>>
  readonly seed: number
  readonly grid: string | undefined
}

/** What `shrink` is told on the command line. */
export interface ShrinkFlags {
  readonly model: string
  readonly task: string
  readonly out: string
  readonly margin: number | undefined
  readonly alpha: number
  readonly lean: number
  readonly seed: number
  readonly seconds: number
  readonly maxEnergyJ: number | undefined
  readonly only: readonly string[]
  readonly without: readonly string[]
  readonly targetBytes: number | undefined
  readonly targetLatencyMs: number | undefined
  readonly runtime: 'onnxruntime-node' | 'onnxruntime-web'
  readonly healSteps: number
  readonly replay: string | undefined
}

export interface ShrinkHow {
  readonly say: (text: string) => void
  readonly signal: AbortSignal
}

/** What `shrink` is told about a GGUF file; paths may be relative, `program` also a name. */
export type GgufFlags = GgufRequest

/** What `import` is told: a checkpoint folder, where the model goes, and a file with outputs that it must give. */
export interface ImportRequest {
  readonly folder: string
  readonly out: string
  readonly logits: string | undefined
}

/** What `sci` is told on the command line. */
export interface SciFlags {
  readonly candidates: readonly string[]
  readonly energyKwh: number | undefined
  readonly energyJ: number | undefined
  readonly requests: number | undefined
  readonly accepted: number | undefined
  readonly durationS: number | undefined
  readonly device: string | undefined
  readonly share: number | undefined
  readonly lifetimeYears: number | undefined
  readonly embodiedG: number | undefined
  readonly pue: number | undefined
  readonly grid: string | undefined
}

/** rightsize with its adapters in place: what the commands and the library call. */
export interface Wire {
  readonly effects: Effects
  sourceFromFile(path: string, flags?: SpecFileFlags): Promise<Source>
  sourceFromFlags(flags: SpecFlags): Promise<Source>
  sourceFromPredictions(flags: PredictionFlags): Promise<Source>
  run(source: Source, options: DecideOptions): Promise<RunResult>
  decide(
    source: Source,
    options: DecideOptions,
  ): Promise<{ readonly result: RunResult; readonly files: readonly string[] }>
  /** Writes rightsize.yaml from flags; refuses to replace one unless `force`. */
  writeSpec(flags: SpecFlags, force: boolean): Promise<readonly string[]>
  plan(source: Source): Promise<PlanReport>
  readResult(path: string): Promise<RunResult>
  writeReports(result: RunResult, dir: string): Promise<readonly string[]>
  folderOf(path: string): string
  check(
    specPath: string,
    lockPath?: string,
  ): Promise<{ readonly task: string; readonly findings: readonly CheckFinding[] }>
  makeStudent(
    request: StudentRequest,
    options: Pick<DecideOptions, 'onEvent' | 'signal'>,
  ): Promise<TrainedFolder>
  /** Searches a smaller model for a task; `files` are written below `request.out`. */
  shrink(request: ShrinkFlags, how: ShrinkHow): Promise<Compression>
  planShrink(
    request: ShrinkFlags,
    how: ShrinkHow,
  ): ReturnType<typeof import('./app/shrink/plan-shrink.ts').planShrink>
  /** Variants of a GGUF file, made with the user's llama-quantize. */
  ggufVariants(request: GgufFlags, how: ShrinkHow): Promise<GgufVariants>
  planGguf(request: GgufFlags): Promise<GgufPlan>
  /** What a model is made of: a path, or the http(s) address of one. */
  inspect(model: string): Promise<Inspection>
  exportAccount(resultPath: string, form: string): Promise<string>
  explainSci(
    source: string | undefined,
    figures: SciFlags,
  ): Promise<{
    readonly explanations: readonly SciExplanation[]
    readonly notes: readonly string[]
  }>
  lintReport(path: string, whole: boolean): Promise<readonly Finding[]>
  /** Two ONNX models on the same data, or on random inputs. */
  compareModels(request: CompareRequest, signal: AbortSignal): Promise<ModelComparison>
  /** A checkpoint folder of BERT's family into an ONNX model folder. */
  importModel(request: ImportRequest): Promise<ImportedFolder>
  doctor(): Promise<Readonly<Record<string, readonly Availability[]>>>
  openStore(dir: string): Promise<Store>
  close(): Promise<void>
}

const packageDir = join(dirname(fileURLToPath(import.meta.url)), '..')
const workerPath = join(packageDir, 'dist/worker.js')
const lockName = 'rightsize.lock'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const monotonicS = (): number => performance.now() / 1000

/** Composes adapters and app. Nothing heavy is loaded before it is used. */
export async function openWire(options: WireOptions): Promise<Wire> {
  const effects: Effects = { ...createEffects(options), ...options.effects }
  const at = (path: string): string => resolve(options.cwd, path)
  return {
    effects,
    sourceFromFile: (path, flags) => sourceFromFile(at(path), options.cwd, flags),
    sourceFromFlags: (flags) => sourceFromFlags(flags, options.cwd),
    sourceFromPredictions: (flags) => sourceFromPredictions(flags, options.cwd),
    run: (source, how) => run(source, how, effects),
    decide: (source, how) => decide(source, how, { effects, cwd: options.cwd }),
    plan: (source) => plan(source, effects),
    writeSpec: (flags, force) => specOnly(flags, options.cwd, force),
    readResult: (path) => readResult(at(path)),
    writeReports: (result, dir) => writeReports(result, at(dir), options.cwd),
    folderOf: (path) => dirname(at(path)),
    check: (specPath, lockPath) =>
      check(at(specPath), lockPath === undefined ? undefined : at(lockPath), effects),
    makeStudent: (request, how) => makeStudent(request, how, { effects, cwd: options.cwd }),
    shrink: (request, how) => shrinkModel(request, how, { effects, cwd: options.cwd }),
    planShrink: async (request, how) => {
      const { planShrink } = await import('./app/shrink/plan-shrink.ts')
      const at = { effects, cwd: options.cwd }
      return planShrink(await shrinkRequest(request, at), await shrinkEffects(request, how, at))
    },
    ggufVariants: (request, how) => quantiseGguf(placedGguf(request, at), how),
    planGguf: async (request) => {
      const { planGguf } = await import('./app/shrink/gguf-variants.ts')
      const { tensorFile } = await import('./adapters/tensors/model-file.ts')
      return planGguf(placedGguf(request, at), { source: tensorFile })
    },
    inspect: (model) => inspectModel(model, options),
    exportAccount: async (path, form) => {
      const { exportAccount } = await import('./app/account/exports.ts')
      return exportAccount(await readResult(at(path)), form)
    },
    explainSci: (source, figures) =>
      explainScore(source === undefined ? undefined : at(source), figures, effects),
    lintReport: (path, whole) => lintFile(at(path), whole, effects),
    compareModels: (request, signal) => compareOnnx(request, { effects, at, signal }),
    importModel: ({ folder, out, logits }) =>
      importCheckpoint({
        folder: at(folder),
        out: at(out),
        logits: logits === undefined ? logits : at(logits),
      }),
    doctor: () => doctor(options),
    openStore: (dir) => openStore(at(dir)),
    close: async () => undefined,
  }
}

async function inspectModel(model: string, options: WireOptions): Promise<Inspection> {
  const { inspect } = await import('./app/shrink/inspect.ts')
  const { modelFiles, tensorFile } = await import('./adapters/tensors/model-file.ts')
  const { processorFeatures } = await import('./adapters/machine/this-machine.ts')
  const remote = /^https?:\/\//.test(model)
  const features = processorFeatures()
  return inspect(
    remote ? model : resolve(options.cwd, model),
    { runtime: 'onnxruntime-node', features, threads: 1 },
    { files: modelFiles, source: tensorFile, fetch: options.fetch ?? fetch },
  )
}

function createEffects(options: WireOptions): Effects {
  const processes = openProcesses(process.platform)
  const machineThreads = hardwareThreads()
  const exec = !options.noExec
  let grids: GridSource | null = null
  const openLocal: Effects['openRuntime'] = async (candidate, context) => {
    const { openRuntime } = await import('./adapters/runtime/table.ts')
    return openRuntime(candidate, context, { workerPath, processes, exec })
  }
  return {
    clock: {
      now: () => new Date().toISOString(),
      monotonicS,
      sleep: async (seconds, signal) => {
        await sleepMs(seconds * 1000, undefined, signal ? { signal } : {})
      },
    },
    digest: sha256,
    fetch: options.fetch ?? fetch,
    env: options.env,
    machineThreads,
    ownCpuS,
    readText: readText,
    resolve: (baseDir, path) => (isAbsolute(path) ? path : join(baseDir, path)),
    readRows: async (path, dataset) =>
      (await import('./adapters/dataset/table.ts')).readRows(path, dataset),
    openStore,
    openRuntime: openLocal,
    openScorer: async (scorer, baseDir) => {
      const { openScorer } = await import('./adapters/scorer/table.ts')
      const { openRuntime } = await import('./adapters/runtime/table.ts')
      const world = { baseDir, env: options.env, fetch: options.fetch ?? fetch }
      return openScorer(scorer, {
        ...world,
        noExec: options.noExec,
        openRuntime: (candidate) => openRuntime(candidate, world, { workerPath, processes, exec }),
      })
    },
    openMeters: async (candidate, binding) => {
      const { openMeters } = await import('./adapters/meter/table.ts')
      return openMeters(candidate, binding, {
        processes,
        nowS: monotonicS,
        machineThreads,
        idle: 'reserved',
        exec,
        env: options.env,
        fetch: options.fetch ?? fetch,
      })
    },
    trainStudent: async (candidate, rows, context, onEvent) => {
      const { teach } = await import('./app/train/teach.ts')
      return teach(candidate, rows, teachEffects(context, openLocal), onEvent)
    },
    environment: async () => {
      const { meters = [] } = await doctor(options)
      const seen = meters.map(({ name, works, detail }) => ({ name, works, detail }))
      return thisMachine(seen, sha256)
    },
    apiFacts: async () => {
      const { openGridTables } = await import('./adapters/grid/annual.ts')
      const { annualFactor } = await import('./core/carbon/grid-zone.ts')
      const models = JSON.parse((await textOrNull(join(packageDir, 'data/models.json'))) ?? '{}')
      const tables = openGridTables()
      return { models, gridOf: (zone) => annualFactor(tables, zone) }
    },
    gridFactor: async (place) => {
      const { createGrids } = await import('./adapters/grid/table.ts')
      grids ??= createGrids({
        fetch: options.fetch ?? fetch,
        now: () => new Date().toISOString(),
      })
      return grids.factor(place)
    },
  }
}

function ownCpuS(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

async function readText(path: string): Promise<string> {
  const text = await textOrNull(path)
  if (text === null) throw new RightsizeError('DATA_MISSING', `${path} does not exist`)
  return text
}

async function openStore(dir: string): Promise<Store> {
  const { storeTable } = await import('./adapters/store/table.ts')
  return storeTable.libsql(join(dir, '.rightsize', 'store.db'))
}

function teachEffects(context: RuntimeContext, openLocal: Effects['openRuntime']): TeachEffects {
  return {
    context,
    nowS: monotonicS,
    ...withChildren(openLocal),
    engine: async () => (await import('./adapters/tensors/onnxruntime.ts')).openEngine(),
    openFolder: (path) => openFolder(resolve(context.baseDir, path)),
    writeModel: (name, files) => writeModel(context.baseDir, name, files),
  }
}

async function openFolder(path: string): Promise<EncoderFolder> {
  const { openEncoderFolder } = await import('./app/train/encoder-folder.ts')
  const { modelFiles } = await import('./adapters/tensors/model-file.ts')
  const { openTokenizer } = await import('./adapters/tokenizer/huggingface.ts')
  return openEncoderFolder(path, { files: modelFiles, openTokenizer, textOrNull, join })
}

/** Models that are opened run in children, whose CPU time is not this process's: it is added when they are closed. */
function withChildren(open: Effects['openRuntime']): Pick<TeachEffects, 'openRuntime' | 'cpuS'> {
  let closedS = 0
  const openRuntime: Effects['openRuntime'] = async (candidate, context) => {
    const session = await open(candidate, context)
    const close = async () => {
      const used = await session.usage().catch(() => null)
      closedS += used?.cpuS ?? 0
      await session.close()
    }
    return { ...session, close }
  }
  return { openRuntime, cpuS: () => ownCpuS() + closedS }
}

/** A model's folder below .rightsize/models, named by what is in it. */
async function writeModel(
  baseDir: string,
  name: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<string> {
  const digest = sha256(Buffer.concat([...files.values()])).slice(0, 12)
  const safe = name.replace(/[^A-Za-z0-9._-]/g, '_')
  return writeFolder(join(baseDir, '.rightsize/models', `${safe}-${digest}`), files)
}

async function sourceFromFile(
  path: string,
  cwd: string,
  { trust = false, incumbent, margin, floor }: SpecFileFlags = {},
): Promise<Source> {
  const text = await textOrNull(path)
  const file = relative(cwd, path) || path
  if (text === null) throw new RightsizeError('SPEC_NOT_FOUND', `${file} does not exist`)
  const { parseSpecFile } = await import('./core/spec/spec-file.ts')
  const { knowsAssertion } = await import('./core/score/assertions.ts')
  const baseDir = dirname(path)
  const { spec, ignored, yaml } = parseSpecFile(text, {
    file,
    trust,
    incumbent,
    bar: margin === undefined && floor === undefined ? undefined : { margin, floor },
    knows: (type) => knowsAssertion(type) || (trust && type === 'javascript'),
    read: (name, from) => besideSpec(baseDir, name, `${file}: ${from}`),
  })
  const added = { incumbent, margin, floor }
  const unused = Object.entries(added).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  )
  if (yaml === null && unused.length > 0)
    throw new RightsizeError(
      'FLAG_UNUSED',
      `--${unused.join(', --')} would have no effect: ${file} says it`,
    )
  const notes = ignored.map((one) => `ignored ${one.path}: ${one.why}`)
  const written = yaml === null ? [] : await writeSpec(yaml, baseDir, cwd)
  return { spec, baseDir, written, notes }
}

/** A file that a promptfoo file names; read at once, because the importer is pure and asks for it in the middle. */
function besideSpec(baseDir: string, name: string, at: string): string {
  try {
    return readFileSync(resolve(baseDir, name), 'utf8')
  } catch (cause) {
    throw new RightsizeError('SPEC_MISSING_FILE', `${name} cannot be read`, { at, cause })
  }
}

/** Without YAML: the spec from flags, written beside the data. */
async function sourceFromFlags(flags: SpecFlags, cwd: string): Promise<Source> {
  const { specFromFlags } = await import('./core/spec/flags.ts')
  const { spec, yaml } = specFromFlags(flags)
  if (!existsSync(resolve(cwd, flags.dataset)))
    throw new RightsizeError('DATA_MISSING', `${flags.dataset} does not exist`)
  return { spec, baseDir: cwd, written: await writeSpec(yaml, cwd, cwd), notes: [] }
}

/** Writes rightsize.yaml. One that says something else is kept below .rightsize/former: it may be somebody's work. */
async function writeSpec(yaml: string, dir: string, cwd: string): Promise<readonly string[]> {
  const path = join(dir, 'rightsize.yaml')
  const former = await textOrNull(path)
  const kept =
    former === null || former === yaml
      ? []
      : [join(dir, `.rightsize/former/rightsize-${sha256(Buffer.from(former)).slice(0, 8)}.yaml`)]
  for (const copy of kept) await writeWhole(copy, former ?? '')
  if (former !== yaml) await writeWhole(path, yaml)
  const schema = await textOrNull(join(packageDir, 'schema/spec.schema.json'))
  if (schema !== null) await writeWhole(join(dir, '.rightsize/spec.schema.json'), schema)
  return [path, ...kept].map((file) => relative(cwd, file))
}

async function specOnly(flags: SpecFlags, cwd: string, force: boolean): Promise<readonly string[]> {
  if (!force && (await textOrNull(join(cwd, 'rightsize.yaml'))) !== null) {
    throw new RightsizeError('SPEC_EXISTS', 'rightsize.yaml is there already')
  }
  const { specFromFlags } = await import('./core/spec/flags.ts')
  return writeSpec(specFromFlags(flags).yaml, cwd, cwd)
}

/** From results that exist already: items and answers in one form below .rightsize/, and a spec that replays them. */
async function sourceFromPredictions(flags: PredictionFlags, cwd: string): Promise<Source> {
  const { importResults } = await import('./adapters/importer/table.ts')
  const { localFiles } = await import('./adapters/dataset/files.ts')
  const { importedInput } = await import('./app/evaluate/imported-input.ts')
  const files = flags.predictions.map(({ name, file }) => ({ name, path: resolve(cwd, file) }))
  const outcomes = await importResults(files, localFiles, await labelsOf(flags, cwd))
  const made = importedInput(outcomes, flags)
  for (const { path, text } of made.files) await writeWhole(join(cwd, path), text)
  const { parseSpecValue } = await import('./core/spec/parse.ts')
  const { renderSpecInput } = await import('./core/spec/render.ts')
  const spec = parseSpecValue(made.input, 'flags')
  const notes = outcomes.ignored.map((one) => `ignored ${one.path}: ${one.why}`)
  return {
    spec,
    baseDir: cwd,
    written: await writeSpec(renderSpecInput(made.input), cwd, cwd),
    notes,
  }
}

async function labelsOf(
  { expectedFile, id, input, slices, cluster }: PredictionFlags,
  cwd: string,
) {
  if (expectedFile === undefined) return undefined
  const { readRows } = await import('./adapters/dataset/table.ts')
  const { labelColumns } = await import('./core/spec/label-columns.ts')
  const rows = await readRows(resolve(cwd, expectedFile), { test: expectedFile, input: '' })
  const found = labelColumns(Object.keys(rows[0] ?? {}), { id, input }, expectedFile)
  return { rows, columns: { ...found, slices, cluster } }
}

async function plan(source: Source, effects: Effects): Promise<PlanReport> {
  const { planOf } = await import('./app/evaluate/plan.ts')
  const path = join(source.baseDir, 'result.json')
  const former = (await textOrNull(path)) === null ? null : await readResult(path).catch(() => null)
  return planOf(source.spec, { baseDir: source.baseDir, effects, former })
}

async function run(source: Source, how: DecideOptions, effects: Effects): Promise<RunResult> {
  const { evaluate } = await import('./app/evaluate/evaluate.ts')
  const { storeTable } = await import('./adapters/store/table.ts')
  const store = how.fresh ? await storeTable.memory() : await effects.openStore(source.baseDir)
  const lock = await readLock(join(source.baseDir, lockName))
  try {
    return await evaluate(source.spec, {
      baseDir: source.baseDir,
      effects,
      store,
      signal: how.signal,
      onEvent: how.onEvent,
      looksBefore: (digest) => looksBefore(lock, source.spec.task, digest),
      generator: await generator(),
    })
  } finally {
    store.close()
  }
}

async function decide(
  source: Source,
  how: DecideOptions,
  at: { readonly effects: Effects; readonly cwd: string },
): Promise<{ readonly result: RunResult; readonly files: readonly string[] }> {
  const result = await run(source, how, at.effects)
  const dir = how.out === undefined ? source.baseDir : resolve(at.cwd, how.out)
  const { publish } = await import('./app/keep/publish.ts')
  const previous = await readLock(join(dir, lockName))
  const validUntil = daysAfter(result.provenance.endedAt, source.spec.validDays)
  const { files } = await publish(result, { dir, previous, validUntil }, publishEffects)
  return { result, files: files.map((file) => relative(at.cwd, file)) }
}

const publishEffects: PublishEffects = { digest: sha256, write: writeWhole, join }

async function generator(): Promise<string> {
  const text = await textOrNull(join(packageDir, 'package.json'))
  const { name, version } = JSON.parse(text ?? '{}') as { name?: string; version?: string }
  return `${name ?? 'rightsize'}@${version ?? '0'}`
}

function daysAfter(iso: string, days: number): string {
  return new Date(Date.parse(iso) + days * 86_400_000).toISOString()
}

async function readLock(path: string): Promise<Lock | null> {
  const text = await textOrNull(path)
  if (text === null) return null
  try {
    const lock = JSON.parse(text) as Lock
    if (lock.schema === 'rightsize/lock@1') return lock
  } catch (cause) {
    throw new RightsizeError('LOCK_INVALID', `${path} is not JSON`, { cause })
  }
  throw new RightsizeError('LOCK_INVALID', `${path} is not a rightsize/lock@1`)
}

async function readResult(path: string): Promise<RunResult> {
  const text = await textOrNull(path)
  if (text === null) throw new RightsizeError('RESULT_NOT_FOUND', `${path} does not exist`)
  try {
    const result = JSON.parse(text) as RunResult
    if (result.schema === 'rightsize/run-result@1') return result
  } catch (cause) {
    throw new RightsizeError('RESULT_INVALID', `${path} is not JSON`, { cause })
  }
  throw new RightsizeError('RESULT_INVALID', `${path} is not a rightsize/run-result@1`)
}

async function writeReports(
  result: RunResult,
  dir: string,
  cwd: string,
): Promise<readonly string[]> {
  const { renderHtml } = await import('./core/report/html.ts')
  const { renderMarkdown } = await import('./core/report/markdown.ts')
  const paths = [join(dir, 'report.html'), join(dir, 'report.md')] as const
  await writeWhole(paths[0], renderHtml(result))
  await writeWhole(paths[1], renderMarkdown(result))
  return paths.map((path) => relative(cwd, path))
}

async function check(
  specPath: string,
  lockPath: string | undefined,
  effects: Effects,
): Promise<{ readonly task: string; readonly findings: readonly CheckFinding[] }> {
  const { checkFolder } = await import('./app/keep/check-folder.ts')
  const { spec, baseDir } = await sourceFromFile(specPath, process.cwd())
  const path = lockPath ?? join(baseDir, lockName)
  const lock = await readLock(path)
  if (lock === null) throw new RightsizeError('LOCK_NOT_FOUND', `${path} does not exist`)
  return { task: spec.task, findings: await checkFolder({ spec, baseDir, lock }, effects) }
}

/** A score from figures, from a run result, or from a file of another tool. */
async function explainScore(
  path: string | undefined,
  flags: SciFlags,
  effects: Effects,
): Promise<{
  readonly explanations: readonly SciExplanation[]
  readonly notes: readonly string[]
}> {
  const { explainFigures, explainImport, explainRun } = await import('./app/account/explain.ts')
  const stated = flags.energyKwh !== undefined || flags.energyJ !== undefined
  if (path === undefined && stated) {
    const grid = await effects.gridFactor(flags.grid ?? 'WORLD')
    const { candidates: _none, requests, ...rest } = flags
    if (requests === undefined) {
      throw new RightsizeError('FLAGS_MISSING', 'a score needs --requests, the answers given')
    }
    const given = Object.fromEntries(
      Object.entries(rest).filter(([, value]) => value !== undefined),
    )
    return { explanations: [explainFigures({ ...given, requests, grid })], notes: [] }
  }
  const from = path ?? resolve('result.json')
  const text = await readText(from)
  if (/"rightsize\/run-result@1"/.test(text.slice(0, 200))) {
    const result = await readResult(from)
    return { explanations: explainRun(result, flags.candidates), notes: [] }
  }
  const { importEnergy } = await import('./adapters/energy-import/table.ts')
  const imported = await importEnergy(text)
  const { placeFor } = await import('./app/evaluate/site.ts')
  const account = { ...accountOf(flags.grid), pue: flags.pue ?? null }
  const environment = await effects.environment()
  const { site } = await placeFor({ account, deployment: null }, environment, effects)
  const counts = {
    ...(flags.requests === undefined ? {} : { requests: flags.requests }),
    ...(flags.accepted === undefined ? {} : { accepted: flags.accepted }),
  }
  const notes = [...imported.leftOut, ...imported.uses.flatMap((use) => use.notes)]
  return { explanations: explainImport(imported, site, counts), notes: [...new Set(notes)] }
}

async function lintFile(
  path: string,
  whole: boolean,
  effects: Effects,
): Promise<readonly Finding[]> {
  const { lintFormatOf, lintReport } = await import('./core/carbon/lint-report.ts')
  const text = await readText(path)
  const format = lintFormatOf(text)
  const parsed = format === 'markdown' ? undefined : await parseData(text, path)
  return lintReport({ text, format, parsed, whole, today: effects.clock.now().slice(0, 10) })
}

/** JSON or YAML as data; YAML's reader runs nothing. */
async function parseData(text: string, path: string): Promise<unknown> {
  const { parse } = await import('yaml')
  try {
    return parse(text)
  } catch (cause) {
    throw new RightsizeError('IMPORT_INVALID', `${path} is neither JSON nor YAML`, { cause })
  }
}

/** Rows from the data (and a teacher, where one is named), then the student into its folder. */
async function makeStudent(
  request: StudentRequest,
  how: Pick<DecideOptions, 'onEvent' | 'signal'>,
  { effects, cwd }: { readonly effects: Effects; readonly cwd: string },
): Promise<TrainedFolder> {
  const { trainFolder } = await import('./app/train/train-folder.ts')
  const { studentRows } = await import('./app/train/student-rows.ts')
  const { placeFor } = await import('./app/evaluate/site.ts')
  const context: RuntimeContext = {
    baseDir: cwd,
    env: effects.env,
    fetch: effects.fetch,
    signal: how.signal,
  }
  const taught = await studentRows(request, { effects, context, onEvent: how.onEvent })
  const { site } = await placeFor(
    { account: accountOf(request.grid), deployment: null },
    await effects.environment(),
    effects,
  )
  const { writeModel: _unused, nowS: _now, ...world } = teachEffects(context, effects.openRuntime)
  return trainFolder(
    { ...request, ...taught, dataPath: request.data, out: resolve(cwd, request.out) },
    {
      ...world,
      site,
      digest: sha256,
      machineThreads: effects.machineThreads,
      now: effects.clock.now,
      generator,
      writeFolder,
    },
    how.onEvent,
  )
}

interface At {
  readonly effects: Effects
  readonly cwd: string
}

/** The request with the task's data in memory. */
async function shrinkRequest(flags: ShrinkFlags, { effects, cwd }: At): Promise<ShrinkRequest> {
  const { loadData } = await import('./app/evaluate/load.ts')
  const { spec, baseDir } = await sourceFromFile(resolve(cwd, flags.task), cwd)
  const margin = flags.margin ?? (spec.bar.kind === 'relative' ? spec.bar.margin : undefined)
  if (margin === undefined)
    throw new RightsizeError('FLAGS_MISSING', 'shrink needs --margin, or a bar with a margin')
  const { alpha, lean, seed, seconds, only, without, healSteps } = flags
  return {
    ...{ spec, margin, alpha, lean, seed, seconds, only, without, copies: 2 },
    data: await loadData(spec, effects, baseDir),
    model: resolve(cwd, flags.model),
    energyJ: flags.maxEnergyJ ?? null,
    goal: { bytes: flags.targetBytes ?? null, latencyMs: flags.targetLatencyMs ?? null },
    healSteps: { short: healSteps, long: 4 * healSteps },
  }
}

/** The world of a search. What trials gave is kept below `out`, so that the same command goes on after an interruption. */
async function shrinkEffects(
  flags: ShrinkFlags,
  { say, signal }: ShrinkHow,
  { effects, cwd }: At,
): Promise<ShrinkEffects> {
  const { openEngine } = await import('./adapters/tensors/onnxruntime.ts')
  const { modelFiles } = await import('./adapters/tensors/model-file.ts')
  const { openTokenizer } = await import('./adapters/tokenizer/huggingface.ts')
  const { processorFeatures } = await import('./adapters/machine/this-machine.ts')
  const engine = await openEngine()
  const folder = join(resolve(cwd, flags.out), '.search')
  const looked = join(dirname(resolve(cwd, flags.task)), '.rightsize', 'holdout-looks.json')
  return {
    ...{ say, signal, openTokenizer, files: modelFiles, digest: sha256 },
    engine,
    costEngine: flags.runtime === 'onnxruntime-web' ? await engineOf(flags.runtime) : engine,
    targetRuntime: flags.runtime,
    cpuS: ownCpuS,
    wallS: monotonicS,
    pause: (ms) => new Promise((done) => setTimeout(done, ms)),
    text: textOrNull,
    machineThreads: hardwareThreads(),
    looks: (holdout) => looksIn(looked, holdout),
    keep: {
      load: (name) => readFile(join(folder, name)).catch(() => null),
      save: (name, bytes) => writeWhole(join(folder, name), bytes),
    },
    passes: async () => (await import('./core/compress/table.ts')).loadPasses(),
    processor: { name: (await effects.environment()).cpu, features: processorFeatures() },
  }
}

async function shrinkModel(flags: ShrinkFlags, how: ShrinkHow, at: At): Promise<Compression> {
  const { shrink, replayShrink } = await import('./app/shrink/shrink.ts')
  const world = await shrinkEffects(flags, how, at)
  const out = resolve(at.cwd, flags.out)
  const request = await shrinkRequest(flags, at)
  const { compression, files } =
    flags.replay === undefined
      ? await shrink(request, world)
      : await replayShrink(request, await readCompression(resolve(at.cwd, flags.replay)), world)
  await writeFolder(out, files)
  return compression
}

function placedGguf(request: GgufFlags, at: (path: string) => string): GgufRequest {
  const { model, out, imatrix, program } = request
  return {
    ...request,
    ...{ model: at(model), out: at(out), imatrix: imatrix === undefined ? imatrix : at(imatrix) },
    // A bare name is looked for in PATH.
    program: /[\\/]/.test(program) ? at(program) : program,
  }
}

async function quantiseGguf(
  request: GgufRequest,
  { say, signal }: ShrinkHow,
): Promise<GgufVariants> {
  const { makeGgufVariants } = await import('./app/shrink/gguf-variants.ts')
  const { programRunner } = await import('./adapters/processes/program.ts')
  const { tensorFile } = await import('./adapters/tensors/model-file.ts')
  const { fileDigest, makeRoom } = await import('./adapters/files/whole-file.ts')
  const processes = openProcesses(process.platform)
  return makeGgufVariants(request, {
    ...{ say, signal, join, rename, makeRoom, digest: fileDigest, write: writeWhole },
    remove: (path) => rm(path, { force: true }),
    source: tensorFile,
    run: programRunner({ processes, nowS: monotonicS }),
    machineThreads: hardwareThreads(),
  })
}

/** Looks at hold-outs, by digest, in a file beside the spec: they are counted across runs and output folders. */
function looksIn(path: string, holdout: string): Looks {
  const read = async (): Promise<Record<string, number>> => {
    const text = await textOrNull(path)
    return text === null ? {} : (JSON.parse(text) as Record<string, number>)
  }
  return {
    count: async () => (await read())[holdout] ?? 0,
    async add() {
      const counts = await read()
      const look = (counts[holdout] ?? 0) + 1
      const text = JSON.stringify({ ...counts, [holdout]: look }, null, 1)
      await writeWhole(path, new TextEncoder().encode(`${text}\n`))
      return look
    },
  }
}

async function readCompression(path: string): Promise<Compression> {
  const found = JSON.parse(await readText(path)) as Compression
  if (found.schema === 'rightsize/compression@1') return found
  throw new RightsizeError('SHRINK_REPLAY', `${path} is not a rightsize/compression@1`)
}

async function compareOnnx(
  request: CompareRequest,
  {
    effects,
    at,
    signal,
  }: {
    readonly effects: Effects
    readonly at: (path: string) => string
    readonly signal: AbortSignal
  },
): Promise<ModelComparison> {
  const { comparePaths } = await import('./app/shrink/compare-paths.ts')
  const { modelFiles } = await import('./adapters/tensors/model-file.ts')
  const { findModel } = await import('./adapters/runtime/onnx/folder.ts')
  const { openTokenizer } = await import('./adapters/tokenizer/huggingface.ts')
  const { data, a, b } = request
  const placed = { ...request, a: at(a), b: at(b), data: data === undefined ? data : at(data) }
  return comparePaths(placed, {
    engine: await engineOf(request.runtime),
    openMeters: (binding) => effects.openMeters(inThisProcess, binding),
    binding: { pids: [process.pid], threads: 1 },
    machineThreads: effects.machineThreads,
    files: modelFiles,
    find: findModel,
    openTokenizer,
    readText,
    readRows: effects.readRows,
    cpuS: ownCpuS,
    signal,
  })
}

/** Two models that this process runs itself: nothing but its own pid is bound. */
const inThisProcess = { id: 'compare', runtime: 'onnx', settings: {}, base: 'compare' } as const

async function engineOf(runtime: CompareRequest['runtime']): Promise<TensorEngine> {
  if (runtime === 'onnxruntime-web')
    return (await import('./adapters/tensors/onnxruntime-web.ts')).openWebEngine()
  return (await import('./adapters/tensors/onnxruntime.ts')).openEngine()
}

async function importCheckpoint(request: ImportRequest): Promise<ImportedFolder> {
  const { importFolder } = await import('./app/shrink/import-folder.ts')
  const { openEngine } = await import('./adapters/tensors/onnxruntime.ts')
  const { modelFiles } = await import('./adapters/tensors/model-file.ts')
  const { fileSource } = await import('./adapters/tensors/model-file/file-source.ts')
  const { openTokenizer } = await import('./adapters/tokenizer/huggingface.ts')
  return importFolder(request, {
    engine: await openEngine(),
    files: modelFiles,
    openTokenizer,
    textOrNull,
    source: fileSource,
    write: writeWhole,
    join,
  })
}

const accountOf = (grid: string | undefined) => ({
  grid: grid ?? null,
  pue: null,
  lifetimeYears: null,
})

async function doctor(
  options: WireOptions,
): Promise<Readonly<Record<string, readonly Availability[]>>> {
  const { meterAvailability } = await import('./adapters/meter/table.ts')
  const { runtimeAvailability } = await import('./adapters/runtime/availability.ts')
  const parts = {
    processes: openProcesses(process.platform),
    nowS: monotonicS,
    machineThreads: hardwareThreads(),
    idle: 'reserved',
    env: options.env,
    fetch: options.fetch ?? fetch,
  } as const
  const meters = await meterAvailability(parts)
  return { meters, 'runtimes and packages': await runtimeAvailability() }
}
