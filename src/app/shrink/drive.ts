import { holdoutVerdict, sliceBreaches } from '../../core/compress/gate.ts'
import type { Artefact, Pass, Proposal, Target } from '../../core/compress/pass.ts'
import { type Budget, boldestFirst, paretoFront } from '../../core/compress/plan.ts'
import { polish } from '../../core/compress/polish.ts'
import type { Compression, MeasuredCost } from '../../core/compress/trial.ts'
import { wattsPerBusyThread } from '../../core/energy/cpu-model.ts'
import { classesOf, logitsOf, scoresOf } from './answers.ts'
import { healingRate } from './heal.ts'
import { type Climb, climb, type HealSteps, stopped, tryPass } from './ladder.ts'
import { measureCost } from './measure-cost.ts'
import { attempt, type Bench, healingOf, type Log, type State, stateOf } from './search.ts'
import type { TextRows } from './text-rows.ts'

export interface DriveOptions {
  readonly bench: Bench
  readonly artefact: Artefact
  readonly target: Target
  /** In the order of trial. */
  readonly passes: readonly Pass[]
  readonly budget: Budget
  readonly healSteps: HealSteps
  readonly wallS: () => number
  /** Bytes below which no further cut is tried; null: as small as holds. */
  readonly targetBytes: number | null
  /** The sealed part: opened once, at the end. */
  readonly holdout: () => TextRows
  /** Loss allowed in any slice; sliced by the spec. */
  readonly sliceFloor: number
  readonly about: Pick<Compression, 'task' | 'data' | 'processor' | 'engine'>
}

export interface Driven {
  readonly compression: Compression
  /** The model that is handed over; null where nothing smaller holds. */
  readonly state: State | null
}

/** Models that may be shown to the hold-out; alpha is shared between them. */
const mostFinalists = 2
/** Share of the time in which floats are cut; the rest is for polishing, number formats and the proof. */
const cutShare = 0.65
/** Times the size of the smallest model that the second one must have to be worth a share of alpha. */
const apart = 1.3

/** The whole search, from the original to the proof. Deterministic for model, data, engine and seed while the budget lasts. */
export async function drive(options: DriveOptions): Promise<Driven> {
  const { bench, passes, wallS } = options
  const log: Log = { trials: [], resumed: 0 }
  const start = { wallS: wallS(), cpuS: bench.cpuS() }
  const run: Climb = {
    bench,
    log,
    target: options.target,
    healSteps: options.healSteps,
    budget: options.budget,
    spent: () => ({
      seconds: wallS() - start.wallS,
      energyJ: wattsPerBusyThread * (bench.cpuS() - start.cpuS),
    }),
  }
  const first = stateOf(options.artefact, bench)
  const notApplicable = whatDoesNotApply(first.artefact, options)
  await probeNumbers(first, numericOf(passes), run)
  const cuts = { ...run.budget, seconds: cutShare * run.budget.seconds }
  const reached = await searchFloats(first, { ...run, budget: cuts }, options)
  const finals = await withNumbers(await polished(reached, run), numericOf(passes), run)
  const finalists = finalistsOf(first, finals, options)
  const judged = await judgeFinalists(finalists, options)
  const chosen = judged.find(({ proven }) => proven)?.state ?? null
  const best = chosen ?? finalists[0] ?? null
  const cost = best === null ? [] : await costs(first, best, options)
  return {
    state: chosen ?? best,
    compression: {
      schema: 'rightsize/compression@1',
      ...options.about,
      ...outcomeOf(chosen, finalists, run),
      margin: bench.gate.margin,
      alpha: bench.gate.alpha,
      seed: bench.seed,
      original: { model: first.id, bytes: first.bytes, accuracy: shareOf(bench.original) },
      result: best === null ? null : resultOf(best),
      recipe: best?.recipe ?? [],
      trials: log.trials,
      notApplicable,
      finalists: judged.map(({ state, verdict }) => ({
        model: state.id,
        bytes: state.bytes,
        holdout: verdict,
      })),
      cost,
      slices: best === null ? [] : slicesOf(best, options),
      search: { ...searchCost(run, start, options), resumedTrials: log.resumed },
      breakEvenCalls: breakEven(cost, bench.cpuS() - start.cpuS),
    },
  }
}

const numericOf = (passes: readonly Pass[]) => passes.filter(({ family }) => family === 'numeric')

const shareOf = (scores: Uint8Array): number =>
  scores.length === 0 ? 0 : scores.reduce((sum, one) => sum + one, 0) / scores.length

function whatDoesNotApply(artefact: Artefact, { passes, target }: DriveOptions) {
  return passes.flatMap((pass) => {
    const offers = pass.propose(artefact, target)
    return 'why' in offers ? [offers] : []
  })
}

/** Numbers are tried on the original first: a model that int8 destroys is known before any float is cut. Nothing is kept. */
async function probeNumbers(first: State, passes: readonly Pass[], run: Climb): Promise<void> {
  const { bench, log, target } = run
  for (const pass of passes) {
    const proposal = firstOffer(pass, first.artefact, target)
    if (proposal === null) continue
    const step = { pass: pass.id, params: proposal.params, heal: null }
    await attempt(first, pass, step, proposal, bench, log, true)
  }
}

function firstOffer(pass: Pass, artefact: Artefact, target: Target): Proposal | null {
  const offers = pass.propose(artefact, target)
  return 'why' in offers ? null : (offers[0] ?? null)
}

/**
 * Rounds over the float passes until a round keeps nothing: first with what statistics alone can heal, which costs a second a trial, then with
 * training. Every state that was kept, the original first.
 */
async function searchFloats(
  first: State,
  run: Climb,
  { passes, targetBytes }: DriveOptions,
): Promise<readonly State[]> {
  const floats = passes.filter(({ family }) => family !== 'numeric')
  const reached = [first]
  for (const training of [false, true])
    for (let round = 0; round < mostRounds; round += 1) {
      const before = reached.length
      for (const pass of floats) {
        const state = reached.at(-1) ?? first
        if (stopped(run) !== null || state.bytes <= (targetBytes ?? 0)) return reached
        const exact = pass.family === 'tidy' || pass.family === 'inactive'
        const next = exact
          ? await takeAll(state, pass, run)
          : await tryPass(state, pass, run, training)
        if (next !== state) reached.push(next)
      }
      if (reached.length === before) break
    }
  return reached
}

const mostRounds = 3

/** Exact passes: everything that they offer, one after the other. */
async function takeAll(state: State, pass: Pass, run: Climb): Promise<State> {
  const offers = pass.propose(state.artefact, run.target)
  if ('why' in offers) return state
  let now = state
  for (const proposal of boldestFirst(offers))
    now = (await climb(now, pass, proposal, run, false)) ?? now
  return now
}

/** The smallest float model, trained once more where something was lost, and the next one of another size. */
async function polished(reached: readonly State[], run: Climb): Promise<readonly State[]> {
  const last = reached.at(-1)
  const first = reached[0]
  if (last === undefined || first === undefined || last.bytes >= 0.9 * first.bytes) return reached
  const larger = reached.findLast(({ bytes }) => bytes >= apart * last.bytes && bytes < first.bytes)
  const rest = larger === undefined ? [] : [larger]
  if (stopped(run) !== null) return [...rest, last]
  const [proposal] = polish.propose(last.artefact, run.target) as readonly [Proposal]
  const heal = healingOf(run.bench, run.healSteps.long, healingRate(last.artefact.model))
  const step = { pass: polish.id, params: {}, heal }
  const next = await attempt(last, polish, step, proposal, run.bench, run.log)
  return [...rest, next !== null && shareOf(next.scores) >= shareOf(last.scores) ? next : last]
}

/** Float models, each with the number formats that hold on it. */
async function withNumbers(
  reached: readonly State[],
  passes: readonly Pass[],
  run: Climb,
): Promise<readonly State[]> {
  const finals: State[] = []
  for (const float of reached) {
    let now = float
    for (const pass of passes) now = await numbered(now, pass, run)
    finals.push(now)
  }
  return finals
}

async function numbered(state: State, pass: Pass, run: Climb): Promise<State> {
  const { bench, log, target } = run
  const offers = pass.propose(state.artefact, target)
  if ('why' in offers || slowerHere(pass, log)) return state
  for (const proposal of offers) {
    const step = { pass: pass.id, params: proposal.params, heal: null }
    const kept = await attempt(state, pass, step, proposal, bench, log)
    if (kept !== null) return kept
  }
  return state
}

/** Times of CPU below which a format that saves bytes is not taken: it would cost more than 5 % for sure. */
const tooSlow = 0.95

/** Whether the probe showed the format to be slower on this machine, with 95 % confidence. */
function slowerHere(pass: Pass, { trials }: Log): boolean {
  const probe = trials.find(({ verdict, step }) => verdict === 'probed' && step.pass === pass.id)
  return probe?.cost !== undefined && probe.cost.high < tooSlow
}

/** Smaller than the original, on the front of size and loss, slices intact; smallest first. */
function finalistsOf(
  first: State,
  finals: readonly State[],
  { bench, sliceFloor }: DriveOptions,
): readonly State[] {
  const smaller = finals.filter(
    ({ bytes, scores }) =>
      bytes < first.bytes &&
      sliceBreaches(bench.rows.slices, scores, bench.original, sliceFloor).length === 0,
  )
  const points = smaller.map((state) => ({
    id: state.id,
    bytes: state.bytes,
    loss: shareOf(bench.original) - shareOf(state.scores),
    state,
  }))
  return paretoFront(points)
    .slice(0, mostFinalists)
    .map(({ state }) => state)
}

/** The sealed part is opened here, once. Alpha is shared between the finalists (Bonferroni). */
async function judgeFinalists(finalists: readonly State[], options: DriveOptions) {
  if (finalists.length === 0) return []
  const { bench, artefact, holdout } = options
  const rows = holdout()
  const right = async (model: Artefact['model']) =>
    scoresOf(
      classesOf(await logitsOf(model, rows.ids, bench.classes, bench), bench.classes),
      rows.labels,
    )
  const original = await right(artefact.model)
  const alpha = bench.gate.alpha / finalists.length
  const out = []
  for (const state of finalists) {
    const scores = await right(state.artefact.model)
    const verdict = holdoutVerdict(scores, original, bench.gate.margin, alpha)
    out.push({ state, verdict, proven: verdict.proven })
  }
  return out
}

function outcomeOf(chosen: State | null, finalists: readonly State[], run: Climb) {
  const stop = stopped(run)
  const early = stop === null ? '' : `; the search ended early because ${stop}`
  if (chosen !== null)
    return {
      outcome: 'proven',
      why: `the hold-out proves the loss within the margin${early}`,
    } as const
  if (finalists.length === 0)
    return { outcome: 'nothing', why: `no smaller model passed the gate${early}` } as const
  const why = `smaller models passed the gate of the search, the hold-out proves none of them${early}`
  return { outcome: 'undecided', why } as const
}

function resultOf(state: State) {
  const quantised = state.recipe.some(({ pass }) => pass.startsWith('int8'))
  return {
    model: state.id,
    bytes: state.bytes,
    accuracy: shareOf(state.scores),
    file: quantised ? 'onnx/model_quantized.onnx' : 'onnx/model.onnx',
    // One thread without spinning: measured, not swept (compression study 1.8 says why spinning is off).
    settings: { threads: 1, spinning: false, ...(quantised ? { int8: true } : {}) },
  }
}

async function costs(
  first: State,
  best: State,
  { bench }: DriveOptions,
): Promise<readonly MeasuredCost[]> {
  const { engine, padId, cpuS, rows } = bench
  const out: MeasuredCost[] = []
  for (const batch of [1, 32]) {
    const options = { engine, padId, cpuS, batch }
    out.push(await measureCost(first.artefact.model, best.artefact.model, rows.ids, options))
  }
  return out
}

function slicesOf({ scores }: State, { bench }: DriveOptions) {
  return [...bench.rows.slices].map(([slice, rows]) => {
    const lost = rows.reduce((sum, row) => sum + (bench.original[row] ?? 0) - (scores[row] ?? 0), 0)
    return { slice, items: rows.length, loss: lost / Math.max(1, rows.length) }
  })
}

function searchCost(run: Climb, start: { wallS: number; cpuS: number }, options: DriveOptions) {
  const cpuS = run.bench.cpuS() - start.cpuS
  return { wallS: options.wallS() - start.wallS, cpuS, energyJ: wattsPerBusyThread * cpuS }
}

function breakEven(cost: readonly MeasuredCost[], searchCpuS: number): number | null {
  const single = cost.find(({ batch }) => batch === 1)
  const saved = single === undefined ? 0 : single.originalCpuS - single.cpuS
  return saved > 0 ? Math.ceil(searchCpuS / saved) : null
}
