import type { Artefact, Pass, Target } from '../../core/compress/pass.ts'
import { type Budget, whyStop } from '../../core/compress/plan.ts'
import { wattsPerBusyThread } from '../../core/energy/cpu-model.ts'
import type { LookTerms } from '../../core/proof/look-alpha.ts'
import type { Compression, ProfileShare, RuntimeSetting } from '../../core/result/compression.ts'
import type { Spending } from '../measure/spent.ts'
import {
  type Bench,
  emptyLog,
  type RepairSteps,
  type Run,
  type State,
  stateOf,
  stopped,
} from './bench.ts'
import { closingSeconds, keptSeconds, timesOf } from './closing.ts'
import { type Contender, contenderOf } from './contender.ts'
import { endsOf } from './ends.ts'
import { costsOf, finalistsOf, pathOf, runnable, startOf, thatSave } from './finals.ts'
import { type Holdout, type Judged, judgeFinalists, lookAhead, type OnHoldout } from './holdout.ts'
import { numbersToCome, probeNumbers, withNumbers } from './numbers.ts'
import { recordOf } from './record.ts'
import { searchFloats } from './search.ts'
import { latencyOf, type SweepOptions, sweep } from './sweep.ts'

/** What is asked for beside "as small as holds". */
export interface Goal {
  /** Bytes of the model file at which the search stops; null: as small as holds. */
  readonly bytes: number | null
  /** p95 of one text in ms at which it stops. */
  readonly latencyMs: number | null
}

export interface DriveOptions {
  readonly bench: Bench
  /** What the evaluation has taken since the command began. */
  readonly spending: Spending
  readonly artefact: Artefact
  readonly target: Target
  readonly passes: readonly Pass[]
  readonly budget: Budget
  readonly repairSteps: RepairSteps
  readonly goal: Goal
  /** The sealed part, and on what terms it is judged. */
  readonly holdout: Holdout
  /** Loss allowed in each slice of the search's items. */
  readonly floors: ReadonlyMap<string, number>
  /** The simple alternative; null where it does not apply. */
  readonly simple: ((run: Run, first: State) => Promise<Contender | null>) | null
  /** How settings of the runtime are measured; null leaves them out. */
  readonly sweep: SweepOptions | null
  readonly profile: readonly ProfileShare[]
  readonly about: Pick<
    Compression,
    'task' | 'synthetic' | 'data' | 'leftOut' | 'training' | 'processor' | 'engine' | 'costEngine'
  >
}

export interface Driven {
  readonly compression: Compression
  /** What is handed over; null where nothing smaller holds. */
  readonly contender: Contender | null
}

/** The whole search, from the incumbent to the claim. What is tried depends on model, data, engine and seed, and on the time only near the end of the budget. */
export async function drive(options: DriveOptions): Promise<Driven> {
  const { bench, spending } = options
  const run = runOf(options)
  const first = stateOf(options.artefact, bench)
  const notApplicable = whatDoesNotApply(first.artefact, options)
  const ahead = await lookAhead(options.holdout, bench.fingerprint)
  const { contenders, early } = await contendersOf(first, options, run, ahead)
  const saving = await thatSave(first, contenders, bench)
  const finalists = finalistsOf(saving, bench, options.floors, settingOf(options, ahead))
  const incumbent = contenderOf(first, bench)
  const holdout = await judgeFinalists(finalists, incumbent, options.holdout, bench.fingerprint)
  const best = chosenOf(holdout)
  const state = best?.contender.state ?? null
  const cost = best === null ? [] : await costsOf(first, best.contender, bench)
  const runtime = state === null ? [] : await settings(first, state, options)
  const path =
    best === null
      ? [startOf(first, bench)]
      : await pathOf(first, { best: best.contender, cost }, run)
  const spent = await spending.stop(run.log.earlierCpuS)
  const found = { run, first, notApplicable, holdout, best, cost, runtime, path, spent, early }
  const compression = recordOf(options, found)
  const chosen = best?.identity ?? null
  await options.holdout.ledger.claimed(holdout.key, { kind: compression.outcome, chosen })
  return { contender: best?.contender ?? null, compression }
}

/** What could take the incumbent's place: the simple alternative, and cut models with the number formats that hold on them. */
async function contendersOf(
  first: State,
  options: DriveOptions,
  run: Run,
  ahead: LookTerms,
): Promise<{ readonly contenders: readonly Contender[]; readonly early: string | null }> {
  const { bench, passes } = options
  const numeric = passes.filter(({ family }) => family === 'numeric')
  await probeNumbers(first, numeric, run)
  const simple = stopped(run) === null ? ((await options.simple?.(run, first)) ?? null) : null
  const floats = passes.filter(({ family }) => family !== 'numeric')
  const enough = enoughFor(options, run)
  const { reached, early } = await searchFloats(first, { run, passes: floats, enough })
  const contenders = simple === null ? [] : [simple]
  for (const state of await endsOf(reached, run, settingOf(options, ahead)))
    contenders.push(contenderOf(await withNumbers(state, numeric, run), bench))
  return { contenders, early: early ?? stopped(run) }
}

/** The smallest that is certified, else the first where it is supported or still open; null where it failed. */
function chosenOf({ judged }: OnHoldout): Judged | null {
  const certified = judged.findLast(({ verdict }) => verdict === 'certified')
  const [first] = judged
  return certified ?? (first === undefined || first.verdict === 'none' ? null : first)
}

function runOf(options: DriveOptions): Run {
  const { bench, target, repairSteps, spending, budget } = options
  const closingS = closingSeconds(options)
  const spent = () => {
    const { wallS, cpuS } = spending.sofar()
    const slowdown = Math.max(1, wallS / Math.max(1, cpuS))
    const seconds = wallS + keptSeconds(budget.seconds, slowdown * closingS)
    return { ...{ seconds, wallS, slowdown }, energyJ: wattsPerBusyThread * cpuS }
  }
  bench.say(timesOf(budget.seconds, spent().slowdown * closingS))
  const expired = () => whyStop(budget, { ...spent(), seconds: spent().wallS }) !== null
  return {
    bench: { ...bench, expired },
    log: emptyLog(),
    target,
    repairSteps,
    budget,
    ...{ seconds: budget.seconds, spent },
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

/** What the claim will need, as far as it is known before the hold-out is opened. */
const settingOf = ({ holdout: { margin, sealed } }: DriveOptions, ahead: LookTerms) => ({
  ...{ margin, items: sealed.items.length, alpha: ahead.alpha },
})

/** Settings of the runtime on the result and, for comparison, on the incumbent. */
async function settings(
  first: State,
  best: State,
  { bench, sweep: how }: DriveOptions,
): Promise<readonly RuntimeSetting[]> {
  if (how === null) return []
  const before = await sweep('incumbent', runnable(first, bench), how)
  return [...before, ...(await sweep('result', runnable(best, bench), how))]
}
