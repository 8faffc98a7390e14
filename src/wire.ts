import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { setTimeout as sleepMs } from 'node:timers/promises'
import { textOrNull, writeWhole } from './adapters/files/whole-file.ts'
import { hardwareThreads, thisMachine } from './adapters/machine/this-machine.ts'
import { openProcesses } from './adapters/processes/table.ts'
import type { Effects } from './app/evaluate/effects.ts'
import type { PublishEffects } from './app/keep/publish.ts'
import type { CompareRequest, ModelComparison } from './app/shrink/compare-paths.ts'
import type { GgufPlan, GgufVariants } from './app/shrink/gguf-variants.ts'
import type { ImportedFolder } from './app/shrink/import-folder.ts'
import type { TrainedFolder } from './app/train/train-folder.ts'
import type { GridSource } from './contract/grid.ts'
import type { Availability } from './contract/meter.ts'
import type { Store } from './contract/store.ts'
import type { SciExplanation } from './core/carbon/explain-sci.ts'
import type { Inspection } from './core/compress/inspection.ts'
import type { Compression } from './core/compress/trial.ts'
import { RightsizeError } from './core/error/error.ts'
import type { CheckFinding } from './core/keep/check.ts'
import { type Lock, looksBefore } from './core/keep/lock.ts'
import type { Finding } from './core/lint/rules.ts'
import type { PlanReport } from './core/plan/plan-types.ts'
import type { SpecFlags } from './core/spec/flags.ts'
import type { RunResult } from './core/spec/run-result.ts'
import { explainScore, lintFile, type SciFlags } from './wire/account.ts'
import {
  compareOnnx,
  type GgufFlags,
  type ImportRequest,
  importCheckpoint,
  inspectModel,
  placedGguf,
  quantiseGguf,
} from './wire/models.ts'
import type { DecideOptions, WireOptions } from './wire/options.ts'
import {
  type ShrinkFlags,
  type ShrinkHow,
  shrinkEffects,
  shrinkModel,
  shrinkRequest,
} from './wire/shrink.ts'
import {
  type PredictionFlags,
  type Source,
  type SpecFileFlags,
  sourceFromFile,
  sourceFromFlags,
  sourceFromPredictions,
  specOnly,
} from './wire/spec-source.ts'
import { makeStudent, type StudentRequest, teachEffects } from './wire/students.ts'
import {
  generator,
  monotonicS,
  ownCpuS,
  packageDir,
  readResult,
  readText,
  sha256,
  workerPath,
} from './wire/world.ts'

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

const lockName = 'rightsize.lock'

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

async function openStore(dir: string): Promise<Store> {
  const { storeTable } = await import('./adapters/store/table.ts')
  return storeTable.libsql(join(dir, '.rightsize', 'store.db'))
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
