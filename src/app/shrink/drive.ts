import type { Artefact, Pass, Target } from '../../core/compress/pass.ts'
import { type Budget, fallbacks, whyStop } from '../../core/compress/plan.ts'
import { polish } from '../../core/compress/polish.ts'
import { chosenSetting } from '../../core/compress/runtime-setting.ts'
import { passPart } from '../../core/compress/table.ts'
import { wattsPerBusyThread } from '../../core/energy/cpu-model.ts'
import { payBackCalls } from '../../core/energy/pay-back-calls.ts'
import { runtimeFor } from '../../core/part/runtimes.ts'
import { chanceOfCertificate, type ProofSetting } from '../../core/proof/forecast.ts'
import { alphaOfLook } from '../../core/proof/look-alpha.ts'
import type {
  Compression,
  MeasuredCost,
  ProfileShare,
  RuntimeSetting,
} from '../../core/result/compression.ts'
import { schemaId } from '../../core/result/schema-id.ts'
import { type Estimate, infinite, unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'
import { type Spending, type Spent, startSpending } from '../measure/spent.ts'
import { attempt } from './attempt.ts'
import {
  type Bench,
  emptyLog,
  type HealSteps,
  type Run,
  type State,
  shareOf,
  stateOf,
  stopped,
} from './bench.ts'
import { type Contender, contenderOf } from './contender.ts'
import {
  costsOf,
  finalistsOf,
  type Judged,
  judgeFinalists,
  type Looks,
  lookAhead,
  pathOf,
  runnable,
  slicesOf,
  startOf,
  thatSave,
} from './finals.ts'
import { healingRate } from './heal.ts'
import type { Part } from './inputs.ts'
import { numbersToCome, probeNumbers, withNumbers } from './numbers.ts'
import { healingOf, polishSteps, searchFloats } from './search.ts'
import { latencyOf, type SweepOptions, sweep } from './sweep.ts'
import { vocabularyNote } from './vocabulary-note.ts'

/** What is asked for beside "as small as holds". */
export interface Goal {
  /** Bytes of the model file at which the search stops; null: as small as holds. */
  readonly bytes: number | null
  /** p95 of one text in ms at which it stops. */
  readonly latencyMs: number | null
}

export interface DriveOptions {
  readonly bench: Bench
  readonly artefact: Artefact
  readonly target: Target
  readonly passes: readonly Pass[]
  readonly budget: Budget
  readonly healSteps: HealSteps
  readonly goal: Goal
  /** The sealed part: opened once, at the end. */
  readonly holdout: () => Part
  readonly holdoutDigest: string
  /** Its number of items. */
  readonly holdoutItems: number
  readonly looks: Looks
  /** Answers that the choice will serve; null where no volume is declared. */
  readonly traffic: number | null
  /** Loss allowed in each slice. */
  readonly floors: ReadonlyMap<string, number>
  /** The simple alternative; null where it does not apply. */
  readonly simple: ((run: Run, first: State) => Promise<Contender | null>) | null
  /** How settings of the runtime are measured; null leaves them out. */
  readonly sweep: SweepOptions | null
  readonly profile: readonly ProfileShare[]
  readonly about: Pick<
    Compression,
    'task' | 'synthetic' | 'data' | 'lessons' | 'processor' | 'engine' | 'costEngine'
  >
}

export interface Driven {
  readonly compression: Compression
  /** What is handed over; null where nothing smaller holds. */
  readonly contender: Contender | null
}

/** Share of the time in which floats are cut; the rest is for polishing, number formats and the proof. */
const cutShare = 0.7

/** The whole search, from the original to the proof. What is tried depends on model, data, engine and seed, and on the time only near the end of the budget. */
export async function drive(options: DriveOptions): Promise<Driven> {
  const { bench, passes } = options
  const spending = await startSpending(bench.own)
  const run = runOf(options, spending)
  const first = stateOf(options.artefact, bench)
  const notApplicable = whatDoesNotApply(first.artefact, options)
  const numeric = passes.filter(({ family }) => family === 'numeric')
  await probeNumbers(first, numeric, run)
  const simple = stopped(run) === null ? ((await options.simple?.(run, first)) ?? null) : null
  const cuts = { ...run, budget: { ...run.budget, seconds: cutShare * run.budget.seconds } }
  const floats = passes.filter(({ family }) => family !== 'numeric')
  const enough = enoughFor(options, run)
  const reached = await searchFloats(first, { run: cuts, passes: floats, enough })
  const ahead = await lookAhead({ ...options, digest: options.holdoutDigest })
  const proof = proofOf(options, ahead)
  const ends = await endsOf(reached, run, proof)
  const finals: State[] = []
  for (const state of ends) finals.push(await withNumbers(state, numeric, run))
  const contenders = [
    ...(simple === null ? [] : [simple]),
    ...finals.map((state) => contenderOf(state, bench)),
  ]
  const saving = await thatSave(first, contenders, bench)
  const finalists = finalistsOf(saving, bench, options.floors, proof)
  const { judged, looks } = await judgeFinalists(finalists, {
    ...options,
    digest: options.holdoutDigest,
    original: contenderOf(first, bench),
  })
  const proven = judged.findLast(({ verdict }) => verdict?.proven === true)?.contender ?? null
  const best = proven ?? finalists[0] ?? null
  const cost = best === null ? [] : await costsOf(first, best, bench)
  const runtime = best?.state ? await settings(first, best.state, options) : []
  const reachedGoal = best === null ? null : goalReached(best, runtime, options.goal)
  const path = best === null ? [startOf(first, bench)] : await pathOf(first, best, bench, run.log)
  const spent = await spending.stop(run.log.earlierCpuS)
  return {
    contender: best,
    compression: {
      schema: schemaId.compression,
      ...options.about,
      ...outcomeOf(proven, finalists, run, reachedGoal),
      ...{ margin: bench.gate.margin, alpha: bench.gate.alpha, seed: bench.seed },
      goal: { ...options.goal, reached: reachedGoal },
      original: { model: first.id, bytes: first.bytes, accuracy: shareOf(bench.original) },
      result: best === null ? null : resultOf(best, runtime, options.goal),
      recipe: best?.recipe ?? [],
      path,
      trials: run.log.trials,
      notApplicable,
      finalists: judged.map(finalist),
      ...{ cost, runtime, profile: options.profile, holdoutLooks: looks },
      vocabulary: best?.state ? vocabularyNote(first.artefact, best.state.artefact, bench) : null,
      slices: best === null ? [] : slicesOf(best, bench, options.floors),
      search: { ...searchOf(spent), resumedTrials: run.log.resumed },
      payBackCalls: payBack(best, cost, spent),
    },
  }
}

function runOf({ bench, target, healSteps, budget }: DriveOptions, spending: Spending): Run {
  const spent = () => {
    const { wallS, cpuS } = spending.sofar()
    return { seconds: wallS, energyJ: wattsPerBusyThread * cpuS }
  }
  const expired = () => whyStop(budget, spent()) !== null
  return {
    bench: { ...bench, expired },
    log: emptyLog(),
    target,
    healSteps,
    budget,
    seconds: budget.seconds,
    spent,
  }
}

function whatDoesNotApply(artefact: Artefact, { passes, target }: DriveOptions) {
  return passes.flatMap((pass) => {
    const offers = pass.propose(artefact, target)
    return 'why' in offers ? [{ pass: offers.pass, why: offers.why }] : []
  })
}

/** Small and fast enough for what was asked, with the number formats that are still to come reckoned in. */
function enoughFor({ goal, sweep: how }: DriveOptions, run: Run) {
  return async (state: State): Promise<boolean> => {
    if (goal.bytes === null && goal.latencyMs === null) return false
    if (goal.bytes !== null && state.bytes > goal.bytes * numbersToCome(run.log)) return false
    if (goal.latencyMs === null || how === null) return true
    return (await latencyOf(runnable(state, run.bench), how)) <= goal.latencyMs
  }
}

/** What the proof will need, as far as it is known before the hold-out is opened. */
const proofOf = ({ bench, traffic, holdoutItems }: DriveOptions, look: number): ProofSetting => ({
  ...{ margin: bench.gate.margin, traffic, items: holdoutItems },
  alpha: alphaOfLook(bench.gate.alpha, look),
})

/** The smallest float model, trained once more, and larger ones that are likelier to be proven: cuts are kept as long as they may hold, a proof needs more. */
async function endsOf(
  reached: readonly State[],
  run: Run,
  proof: ProofSetting,
): Promise<readonly State[]> {
  const [first, ...cut] = reached
  const last = cut.at(-1)
  if (first === undefined) return []
  if (last === undefined) return [first]
  const { original } = run.bench
  const models = reached.map((state) => ({
    bytes: state.bytes,
    chance: chanceOfCertificate(state.scores, original, proof),
    state,
  }))
  const back = fallbacks(models).map(({ state }) => state)
  return [...new Set([...back, await polished(last, first, run)])]
}

/** A model trained once more, where that helps. */
async function polished(last: State, first: State, run: Run): Promise<State> {
  const { bench, log } = run
  if (last.bytes >= 0.9 * first.bytes || bench.lessons === null || stopped(run) !== null)
    return last
  const offers = polish.propose(last.artefact, run.target)
  const proposal = 'why' in offers ? undefined : offers[0]
  if (proposal === undefined) return last
  const steps = polishSteps(last, proposal, run)
  const heal = healingOf(bench, steps, healingRate(last.artefact.model))
  const step = { pass: polish.id, params: {}, heal }
  const { kept } = await attempt(last, polish, step, proposal, bench, log)
  return kept !== null && shareOf(kept.scores) >= shareOf(last.scores) ? kept : last
}

/** Settings of the runtime on the result and, for comparison, on the original. */
async function settings(
  first: State,
  best: State,
  { bench, sweep: how }: DriveOptions,
): Promise<readonly RuntimeSetting[]> {
  if (how === null) return []
  const before = await sweep('original', runnable(first, bench), how)
  return [...before, ...(await sweep('result', runnable(best, bench), how))]
}

function goalReached(
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

function outcomeOf(
  chosen: Contender | null,
  finalists: readonly Contender[],
  run: Run,
  reached: boolean | null,
) {
  const stop = stopped(run)
  const early = stop === null ? '' : `; the search ended early because ${stop}`
  const goal = reached === false ? '; what was asked for in size or latency was not reached' : ''
  if (chosen !== null)
    return {
      outcome: 'proven',
      why: `the hold-out proves the loss within the margin${goal}${early}`,
    } as const
  if (finalists.length === 0)
    return { outcome: 'nothing', why: `no smaller model passed the gate${early}` } as const
  const why = `smaller models passed the gate of the search, the hold-out proves none of them${goal}${early}`
  return { outcome: 'undecided', why } as const
}

const finalist = ({ contender, verdict }: Judged) => ({
  model: contender.id,
  bytes: contender.bytes,
  text: contender.text,
  holdout: verdict,
})

/** File names of transformers.js by the last number format, and how the onnx runtime is told. Source: huggingface.co/docs/transformers.js/guides/dtypes. */
function fileOf(contender: Contender): {
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
): NonNullable<Compression['result']> {
  const { id, bytes, scores, state } = contender
  const base = { model: id, bytes, accuracy: shareOf(scores) }
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
  const { original, times } = single.energy
  const sensor = times.kind === 'known' && times.method === 'measured' && spent.withChildren
  if (sensor) return payBackCalls(spent.energy, original, times)
  const about = { method: 'measured', how: 'CPU time', source: 'this search' } as const
  const { times: value, low, high } = single
  return payBackCalls(
    known('s', { value: spent.cpuS, ...about }),
    known('sPerItem', { value: single.originalCpuS, ...about }),
    known('ratio', { value, low, high, level: 0.95, ...about }),
  )
}
