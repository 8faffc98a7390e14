import type { CompareRequest, ModelComparison } from './app/compare/paths.ts'
import type { Effects } from './app/evaluate/effects.ts'
import type { RunEvent } from './app/evaluate/events.ts'
import type { SciExplanation } from './core/carbon/explain-sci.ts'
import type { CheckFinding } from './core/keep/check.ts'
import type { PlanReport } from './core/plan/plan-types.ts'
import type { Compression } from './core/result/compression.ts'
import type { RunResult } from './core/result/run-result.ts'
import type { CandidateDefinition, Definition } from './core/spec/definition.ts'
import { inWorld, opened } from './wire/library.ts'
import type { SciFlags } from './wire/sci.ts'
import type { ShrinkFlags } from './wire/shrink.ts'

export type { ModelComparison } from './app/compare/paths.ts'
export type { Effects } from './app/evaluate/effects.ts'
export type { RunEvent } from './app/evaluate/events.ts'
export type { Meter, MeterBinding, MeterWindow, WindowReading } from './contract/meter.ts'
export type {
  ModelIdentity,
  Runtime,
  RuntimeContext,
  RuntimeItem,
  RuntimeSession,
} from './contract/runtime.ts'
export type { Store } from './contract/store.ts'
export type { SciExplanation } from './core/carbon/explain-sci.ts'
export type { Answer, Output } from './core/data/answer.ts'
export type { Item } from './core/data/item.ts'
export type { ErrorCode } from './core/error/catalogue.ts'
export { RightsizeError, renderError } from './core/error/error.ts'
export type { CheckFinding } from './core/keep/check.ts'
export type { RuntimeKind } from './core/part/runtimes.ts'
export type { ScorerName } from './core/part/scorer-name.ts'
export type { PlanReport } from './core/plan/plan-types.ts'
export type { Account } from './core/result/account.ts'
export type { Compression } from './core/result/compression.ts'
export type { RunResult } from './core/result/run-result.ts'
export type { Score, Scorer } from './core/score/scorer.ts'
export type { CandidateInput, SpecInput } from './core/spec/define.ts'
export type {
  AnswerValue,
  AskedItem,
  CandidateDefinition,
  Definition,
  FunctionCandidate,
  FunctionScore,
  FunctionScorer,
  ScoreFunction,
} from './core/spec/definition.ts'
export { defineSpec } from './core/spec/definition.ts'
export type { CandidateSpec, Spec } from './core/spec/spec.ts'
export type { Estimate } from './core/unit/estimate.ts'

/** What every call takes beside its subject. */
export interface Options {
  /** Folder that relative paths start from, and in which `.rightsize/` is kept; the working folder unless given. */
  readonly baseDir?: string | undefined
  /** Hears what is being done: stages, progress, notes. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined
  /** Aborting ends the work in hand. */
  readonly signal?: AbortSignal | undefined
  /** Refuses everything that runs code of the spec (modules, commands, adapters); functions of yours run. */
  readonly noExec?: boolean | undefined
  /** Replaces single effects: a clock, a fetch, a store. */
  readonly effects?: Partial<Effects> | undefined
}

export interface RunOptions extends Options {
  /** Answers everything anew, in memory, instead of using and filling the store. */
  readonly fresh?: boolean | undefined
  /** Asks OpenAI and Anthropic by batch: half the price, answers in hours. Aborting leaves batches running; the next run collects them. */
  readonly batch?: boolean | undefined
  /** Folder for result.json and the reports. Without it nothing is written but the store, and the look in rightsize.lock. */
  readonly out?: string | undefined
}

/** A definition, or the path of a spec file. */
export type Task<C extends readonly CandidateDefinition[] = readonly CandidateDefinition[]> =
  | Definition<C>
  | string

/**
 * Judges every candidate on the task's data: the decision with its evidence, quality and cost of every candidate, and what
 * the evaluation has cost. An aborted run returns what is known, with `provenance.interrupted`.
 * Throws RightsizeError when the task or its data must be changed.
 *
 * ```ts
 * import { run } from 'rightsize'
 *
 * const result = await run({
 *   task: 'tickets',
 *   dataset: { test: 'tickets.csv', input: 'text', expected: 'label' },
 *   candidates: [
 *     'linear',
 *     { id: 'service', answer: async ({ input }) => `about ${String(input).length}`, version: '3' },
 *   ],
 *   scorer: (output, item) => output.kind === 'text' && output.text === item.expected,
 *   bar: { floor: 0.9 },
 * })
 * console.log(result.decision.headline)
 * ```
 */
export function run<const C extends readonly CandidateDefinition[]>(
  task: Task<C>,
  options: RunOptions = {},
): Promise<RunResult> {
  return inWorld(options, async (at, watch) => {
    const [source, world] = await opened(task, at)
    const { decide, run } = await import('./wire/run.ts')
    const how = { ...watch, fresh: options.fresh ?? false, batch: options.batch ?? false }
    if (options.out === undefined) return run(source, how, world)
    return (await decide(source, { ...how, out: options.out }, world)).result
  })
}

/** The same as `run`. */
export { run as rightsize }

/**
 * Before anything runs: what a run will take, and what this many labels can and cannot show. Calls no model.
 *
 * ```ts
 * import { plan } from 'rightsize'
 *
 * const { sentences, labels } = await plan('rightsize.yaml')
 * console.log(sentences.join('\n'), labels.certifiableMargin)
 * ```
 */
export function plan<const C extends readonly CandidateDefinition[]>(
  task: Task<C>,
  options: Options = {},
): Promise<PlanReport> {
  return inWorld(options, async (at) => {
    const [source, world] = await opened(task, at)
    return (await import('./wire/plan.ts')).plan(source, world)
  })
}

/**
 * Whether the lock beside a spec file still fits spec, data and models, and has not expired. Offline; nothing runs.
 *
 * ```ts
 * import { check } from 'rightsize'
 *
 * const { findings } = await check('rightsize.yaml')
 * for (const { text, next } of findings) console.error(`${text}: ${next}`)
 * ```
 */
export function check(
  spec: string,
  options: Options & { readonly lock?: string | undefined } = {},
): Promise<{ readonly task: string; readonly findings: readonly CheckFinding[] }> {
  return inWorld(options, async (at) =>
    (await import('./wire/check.ts')).check(spec, options.lock, at),
  )
}

/** How a model is made smaller; each as the flag of `rightsize shrink` of that name. */
export interface ShrinkOptions extends Options, Partial<Omit<ShrinkFlags, 'model'>> {}

/**
 * Searches the smallest form of an ONNX classifier that still does the job, proves it on sealed rows, and writes it with its
 * evidence into `out` (`<model>-small` unless given). Needs onnxruntime-node.
 *
 * ```ts
 * import { shrink } from 'rightsize'
 *
 * const found = await shrink('models/large', { task: 'rightsize.yaml', margin: 0.01, seconds: 120 })
 * console.log(found.outcome, found.result?.settings)
 * ```
 */
export function shrink(model: string, options: ShrinkOptions = {}): Promise<Compression> {
  return inWorld(options, async (at, watch) => {
    const { shrink } = await import('./wire/shrink.ts')
    const out = `${model.replace(/\/+$/, '')}-small`
    return shrink({ ...filled({ ...shrinkDefaults, out }, options), model }, watch, at)
  })
}

/** What `shrink` does where nothing else is asked. */
export const shrinkDefaults: Omit<ShrinkFlags, 'model' | 'out'> = {
  ...{ task: 'rightsize.yaml', margin: undefined, alpha: undefined, lean: 0.7, seed: 1 },
  ...{ seconds: 300, maxEnergyJ: undefined, only: [], without: [], repairSteps: 600 },
  ...{ targetBytes: undefined, targetLatencyMs: undefined, replay: undefined },
  runtime: 'onnxruntime-node',
}

/** How two models are compared; each as the flag of `rightsize compare` of that name. */
export interface CompareOptions extends Options, Partial<Omit<CompareRequest, 'a' | 'b'>> {}

/**
 * How far two ONNX models agree on the same rows (random inputs without `data`), and what an answer of each costs in
 * interleaved windows. With `expected`, a column of labels, what they state of the second in the place of the first: a
 * claim, counted as a look at these items in rightsize.lock of the base folder. Needs onnxruntime-node.
 *
 * ```ts
 * import { compare } from 'rightsize'
 *
 * const { agreement, cpu } = await compare('models/large', 'models/small', { data: 'test.jsonl' })
 * console.log(agreement?.same, cpu.ratio)
 * ```
 */
export function compare(
  a: string,
  b: string,
  options: CompareOptions = {},
): Promise<ModelComparison> {
  return inWorld(options, async (at, watch) => {
    const { compare } = await import('./wire/compare.ts')
    return compare({ ...filled(compareDefaults, options), a, b }, watch, at)
  })
}

/** What `compare` does where nothing else is asked. */
export const compareDefaults: Omit<CompareRequest, 'a' | 'b'> = {
  ...{ data: undefined, input: 'text', expected: undefined, margin: 0.01, raw: undefined },
  ...{ limit: 500, set: {}, carry: {} },
  ...{ vectors: false, rounds: undefined, seed: 1, runtime: 'onnxruntime-node' },
}

/**
 * Software Carbon Intensity with its formula: of figures, of a run result, or of a file of CodeCarbon, Impact Framework,
 * ML.ENERGY or OpenTelemetry.
 *
 * ```ts
 * import { sci } from 'rightsize'
 *
 * const { explanations } = await sci({ kwh: 1.2, embodied: 40, requests: 1000, grid: 'DEU' })
 * console.log(explanations[0]?.lines.join('\n'))
 * ```
 */
export function sci(
  of: Partial<SciFlags> & { readonly file?: string | undefined },
  options: Options = {},
): Promise<{
  readonly explanations: readonly SciExplanation[]
  readonly notes: readonly string[]
}> {
  return inWorld(options, async (at) => {
    const { explainSci } = await import('./wire/sci.ts')
    const { file, candidate = [], ...figures } = of
    return explainSci(file, { ...figures, candidate }, at)
  })
}

/** The defaults with what is given in their place. */
function filled<T extends object>(defaults: T, given: Partial<T>): T {
  const keys = Object.keys(defaults) as (keyof T)[]
  const kept = keys.filter((key) => given[key] !== undefined).map((key) => [key, given[key]])
  return { ...defaults, ...Object.fromEntries(kept) }
}

/**
 * The run result in the text of a result.json, checked against its form. Throws RESULT_INVALID, which names the place inside
 * the document.
 *
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { readResult } from 'rightsize'
 *
 * const { decision } = await readResult(await readFile('result.json', 'utf8'))
 * console.log(decision.kind)
 * ```
 */
export async function readResult(text: string, file = 'the result'): Promise<RunResult> {
  const { readDocument } = await import('./core/result/document.ts')
  return readDocument(text, 'run-result', file)
}
