import type { Effects } from './app/evaluate/effects.ts'
import type { RunEvent } from './app/evaluate/events.ts'
import type { RunResult } from './core/result/run-result.ts'
import type { SpecInput } from './core/spec/define.ts'

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
export type { Answer, Output } from './core/data/answer.ts'
export type { Item } from './core/data/item.ts'
export type { ErrorCode } from './core/error/catalogue.ts'
export { RightsizeError, renderError } from './core/error/error.ts'
export type { CandidateResult } from './core/result/candidate.ts'
export type { Claim, ClaimKind } from './core/result/claim.ts'
export type { Decision, DecisionKind, RunResult } from './core/result/run-result.ts'
export type { Score, Scorer } from './core/score/scorer.ts'
export type { SpecInput } from './core/spec/define.ts'
export { defineSpec } from './core/spec/define.ts'
export type { CandidateSpec, Spec } from './core/spec/spec.ts'
export type { Estimate } from './core/unit/estimate.ts'

/** What a library user may say beside the spec. */
export interface RightsizeOptions {
  /** Folder that the spec's paths are relative to, and in which `.rightsize/` is kept; the working folder unless said. */
  readonly baseDir?: string
  readonly onEvent?: (event: RunEvent) => void
  /** Aborting ends the batch in flight and returns what is known, with `provenance.interrupted`. */
  readonly signal?: AbortSignal
  /** Answers everything anew in memory instead of using and filling the store. */
  readonly fresh?: boolean
  /** Refuses everything that runs code of the spec. */
  readonly noExec?: boolean
  /** Replaces single effects: a clock, a fetch, a store. Tests and embedders use it. */
  readonly effects?: Partial<Effects>
}

/**
 * Judges every candidate of the spec on its data and returns the run result: the decision with its evidence, quality
 * and cost of every candidate, and what finding out has cost. Writes nothing but the store below `baseDir`.
 * Throws RightsizeError when the spec or its data must be changed.
 *
 * ```ts
 * import { defineSpec, rightsize } from 'rightsize'
 *
 * const spec = defineSpec({
 *   task: 'tickets',
 *   dataset: { test: 'tickets.csv', input: 'text', expected: 'label' },
 *   candidates: [{ id: 'linear', runtime: 'linear', train: true }],
 *   bar: { floor: 0.9 },
 * })
 * const result = await rightsize(spec)
 * console.log(result.decision.headline)
 * ```
 */
export async function rightsize(
  spec: SpecInput,
  options: RightsizeOptions = {},
): Promise<RunResult> {
  const { openWorld } = await import('./wire/effects.ts')
  const { run } = await import('./wire/run.ts')
  const { parseSpecValue } = await import('./core/spec/parse.ts')
  const baseDir = options.baseDir ?? process.cwd()
  const world = openWorld({
    env: process.env,
    cwd: baseDir,
    noExec: options.noExec ?? false,
    ...(options.effects ? { effects: options.effects } : {}),
  })
  try {
    const source = { spec: parseSpecValue(spec), baseDir, written: [], notes: [] }
    const how = {
      onEvent: options.onEvent ?? (() => undefined),
      signal: options.signal ?? new AbortController().signal,
      fresh: options.fresh ?? false,
    }
    return await run(source, how, world)
  } finally {
    await world.close()
  }
}
