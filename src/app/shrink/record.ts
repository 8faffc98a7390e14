import { chosenSetting } from '../../core/compress/runtime-setting.ts'
import { passPart } from '../../core/compress/table.ts'
import { payBackCalls } from '../../core/energy/pay-back-calls.ts'
import { runtimeFor } from '../../core/part/runtimes.ts'
import { fewestItems } from '../../core/proof/forecast.ts'
import { uncorrected } from '../../core/proof/grade.ts'
import { settlingSteps } from '../../core/proof/settling.ts'
import { bytes as bytesText } from '../../core/report/kit/number.ts'
import type { ClaimKind } from '../../core/result/claim.ts'
import type { Compression, MeasuredCost, RuntimeSetting } from '../../core/result/compression.ts'
import { schemaId } from '../../core/result/schema-id.ts'
import { type Estimate, infinite, unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'
import type { Spent } from '../measure/spent.ts'
import { type Run, type State, shareOf } from './bench.ts'
import type { Contender } from './contender.ts'
import type { DriveOptions, Goal } from './drive.ts'
import { slicesOf } from './finals.ts'
import type { Judged, OnHoldout } from './holdout.ts'
import { vocabularyNote } from './vocabulary-note.ts'

/** Everything that a search found, as it came. */
export interface Found {
  readonly run: Run
  readonly first: State
  readonly notApplicable: Compression['notApplicable']
  readonly holdout: OnHoldout
  /** What is handed over; null where nothing smaller holds. */
  readonly best: Judged | null
  readonly cost: readonly MeasuredCost[]
  readonly runtime: readonly RuntimeSetting[]
  readonly path: Compression['path']
  readonly spent: Spent
  /** Why the search ended with more to try; null where it did not. */
  readonly early: string | null
}

/** The record of a search: compression.json. */
export function recordOf(options: DriveOptions, found: Found): Compression {
  const { bench, holdout } = options
  const { run, first, best, cost, runtime, spent } = found
  const { judged, look, key } = found.holdout
  const contender = best?.contender ?? null
  const reached = contender === null ? null : goalReached(contender, runtime, options.goal)
  const { margin, sealed } = holdout
  return {
    schema: schemaId.compression,
    ...options.about,
    ...outcomeOf(found, reached),
    ...{ margin, risk: holdout.risk, seed: bench.seed },
    goal: { ...options.goal, reached },
    incumbent: {
      ...{ identity: holdout.incumbent, model: first.id, bytes: first.bytes },
      accuracy: shareOf(bench.original),
    },
    result: best && resultOf(best.contender, runtime, options.goal, best.identity),
    recipe: contender?.recipe ?? [],
    ...{ path: found.path, trials: run.log.trials, notApplicable: found.notApplicable },
    finalists: judged.map(finalist),
    holdout: {
      items: sealed.items.length,
      fewest: fewestItems(margin, look.alpha),
      ...{ look: look.number, alpha: look.alpha, key },
    },
    next: nextSteps(found, holdout),
    ...{ cost, runtime, profile: options.profile },
    vocabulary: contender?.state
      ? vocabularyNote(first.artefact, contender.state.artefact, bench)
      : null,
    slices: contender === null ? [] : slicesOf(contender, bench, options.floors),
    search: { ...searchOf(spent), resumedTrials: run.log.resumed },
    payBackCalls: payBack(contender, cost, spent),
  }
}

function outcomeOf(
  { early: stop, best, holdout: { judged } }: Found,
  reached: boolean | null,
): { readonly outcome: ClaimKind; readonly why: string } {
  const early = stop === null ? '' : `; the search ended early because ${stop}`
  const goal = reached === false ? '; the requested size or latency was not reached' : ''
  const outcome = outcomeWord(best, judged)
  return { outcome, why: `${reasons[outcome](judged.length)}${goal}${early}` }
}

/** `none` where nothing smaller passed the search, or every model that did failed on the hold-out. */
function outcomeWord(best: Judged | null, judged: readonly Judged[]): ClaimKind {
  if (best?.verdict === 'certified' || best?.verdict === 'supported') return best.verdict
  return judged.some(({ verdict }) => verdict !== 'none') ? 'undecided' : 'none'
}

const reasons: Readonly<Record<ClaimKind, (finalists: number) => string>> = {
  certified: () => 'the hold-out certifies the loss within the margin',
  supported: () => 'the hold-out supports the loss within the margin and does not certify it',
  undecided: () => 'smaller models passed the search, and the hold-out supports none of them',
  none: (finalists) =>
    finalists === 0
      ? 'no smaller model passed the search'
      : 'smaller models passed the search and failed on the hold-out',
}

const finalist = ({ contender, ...judged }: Judged): Compression['finalists'][number] => ({
  ...{ model: contender.id, identity: judged.identity, bytes: contender.bytes },
  ...{ text: contender.text, verdict: judged.verdict, claim: judged.claim },
  constraints: judged.constraints,
})

/** What would settle the model that is handed over, where it is not certified. */
function nextSteps(
  { best, holdout: { look } }: Found,
  { margin, risk }: DriveOptions['holdout'],
): Compression['next'] {
  if (best === null || best.loss === null || best.verdict === 'certified') return []
  const id = `the ${bytesText(best.contender.bytes)} model`
  const terms = { limit: margin, risk, look, correction: uncorrected }
  return settlingSteps({ id, incumbent: 'the incumbent' }, best.loss, terms)
}

export function goalReached(
  { bytes }: Contender,
  runtime: readonly RuntimeSetting[],
  goal: Goal,
): boolean | null {
  if (goal.bytes === null && goal.latencyMs === null) return null
  const small = goal.bytes === null || bytes <= goal.bytes
  const setting = chosenSetting(runtime, goal.latencyMs)
  const fast = goal.latencyMs === null || (setting !== null && setting.p95Ms <= goal.latencyMs)
  return small && fast
}

/** File names of transformers.js by the last number format, and how the onnx runtime is told. Source: huggingface.co/docs/transformers.js/guides/dtypes. */
export function fileOf(contender: Contender): {
  readonly file: string
  readonly settings: Readonly<Record<string, boolean>>
} {
  const passes = contender.recipe.map(({ pass }) => pass)
  if (passes.some((pass) => passPart(pass).quantizes))
    return { file: 'onnx/model_quantized.onnx', settings: { int8: true } }
  return { file: 'onnx/model.onnx', settings: {} }
}

function resultOf(
  contender: Contender,
  runtime: readonly RuntimeSetting[],
  { latencyMs }: Goal,
  identity: string,
): NonNullable<Compression['result']> {
  const { id, bytes, scores, state } = contender
  const base = { identity, model: id, bytes, accuracy: shareOf(scores) }
  if (state === null)
    return { ...base, runtime: runtimeFor.baseline, file: 'model.safetensors', settings: {} }
  const { file, settings: named } = fileOf(contender)
  const chosen = chosenSetting(runtime, latencyMs)
  const { maxLength } = state.artefact
  const cut = state.recipe.some(({ pass }) => passPart(pass).shortens)
  return {
    ...base,
    ...{ runtime: runtimeFor.graph, file },
    settings: {
      threads: chosen?.threads ?? 1,
      spinning: chosen?.spinning ?? false,
      ...named,
      ...(cut && maxLength !== undefined ? { maxLength } : {}),
    },
  }
}

const searchOf = ({ wallS, cpuS, energy }: Spent) => ({ wallS, cpuS, energy })

/** By the cost of single items: in joules where a sensor measured the search and both models, else in CPU time. */
function payBack(
  best: Contender | null,
  cost: readonly MeasuredCost[],
  spent: Spent,
): Estimate<'count'> {
  if (best === null) return infinite('no smaller model was found')
  const single = cost.find(({ batch }) => batch === 1)
  if (single === undefined) return unknown('the CPU time of single items could not be measured')
  const { incumbent, times } = single.energy
  const sensor = times.kind === 'known' && times.method === 'measured' && spent.withChildren
  if (sensor) return payBackCalls(spent.energy, incumbent, times)
  const about = { method: 'measured', how: 'CPU time', source: 'this search' } as const
  const { times: value, low, high } = single
  return payBackCalls(
    known('s', { value: spent.cpuS, ...about }),
    known('sPerItem', { value: single.incumbentCpuS, ...about }),
    known('ratio', { value, low, high, level: 0.95, ...about }),
  )
}
