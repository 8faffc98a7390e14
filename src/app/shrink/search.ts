import {
  isStudent,
  type Move,
  movesOf,
  type Offer,
  type Refusal,
  type Rung,
  stepKey,
  type Weighing,
} from '../../core/compress/moves.ts'
import type { Pass, Proposal, Target } from '../../core/compress/pass.ts'
import { bisected, boldestFirst, groupedBySaving } from '../../core/compress/plan.ts'
import { passPart } from '../../core/compress/table.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { FineTuning, RecipeStep } from '../../core/result/compression.ts'
import { applyStep } from './apply-step.ts'
import { type Attempted, attempt } from './attempt.ts'
import { type Bench, type Run, type State, statRows, stopped } from './bench.ts'
import { divergence } from './divergence.ts'
import { fineTuningRate } from './fine-tune.ts'
import { ended, fineTuningFor, textsLeft, tooLong, trainingBatch } from './time-left.ts'

export interface SearchOptions {
  readonly run: Run
  /** Passes that change floats; number formats come later. */
  readonly passes: readonly Pass[]
  /** Whether a state is small and fast enough for what was asked; false where as small as holds was asked. */
  readonly enough: (state: State) => Promise<boolean>
}

/** What a search came to. */
export interface Searched {
  /** Every state that was kept, the incumbent first. */
  readonly reached: readonly State[]
  /** Why it ended with more to try; null where it did not. */
  readonly early: string | null
}

/** What the search knows at a state. */
interface Position {
  readonly state: State
  readonly refusals: readonly Refusal[]
  /** Proposals refused on this very state, for the bisection. */
  readonly refusedHere: readonly Proposal[]
  readonly depth: number
}

/**
 * Best first: of everything that the passes offer on the model as it is, what is expected to save most per work of trying it is tried next.
 * A refused step comes back with its next repair, a kept one makes a new model with new offers. Ends when nothing that is left is worth a
 * trial, when it is enough, or when the budget is spent.
 */
export async function searchFloats(first: State, options: SearchOptions): Promise<Searched> {
  const { run } = options
  const reached = [await exactFirst(first, options)]
  if (reached[0] !== first) reached.unshift(first)
  let position: Position = {
    state: reached.at(-1) ?? first,
    refusals: [],
    refusedHere: [],
    depth: 0,
  }
  while (ended(position.state, run) === null && !(await options.enough(position.state))) {
    const offers = offersAt(position.state, options)
    const weighed = weighing(position, run)
    const [move] = movesOf(offers, weighed)
    if (move === undefined) {
      const more = movesOf(offers, { ...weighed, left: Number.POSITIVE_INFINITY }).length > 0
      return { reached, early: more ? tooLong(run) : null }
    }
    position = await take(move, position, reached, run)
    if (reached.at(-1) !== position.state) reached.push(position.state)
  }
  return { reached, early: ended(position.state, run) }
}

/** What is exact costs no quality: everything that it offers, one after the other. */
async function exactFirst(first: State, { run, passes }: SearchOptions): Promise<State> {
  let now = first
  for (const pass of passes.filter(({ family }) => family === 'tidy' || family === 'inactive')) {
    const offers = pass.propose(now.artefact, run.target)
    if ('why' in offers) continue
    for (const proposal of boldestFirst(offers)) {
      if (stopped(run) !== null) return now
      const step = { pass: pass.id, params: proposal.params, fineTuning: null }
      const { kept } = await attempt(now, pass, step, proposal, run.bench, run.log)
      now = kept ?? now
    }
  }
  return now
}

function offersAt(state: State, { passes, run }: SearchOptions): readonly Offer[] {
  const target = targetAt(state, run)
  return passes.flatMap((pass) => {
    if (pass.family === 'tidy' || pass.family === 'inactive') return []
    const offers = pass.propose(state.artefact, target)
    return 'why' in offers ? [] : groupedBySaving(pass, offers)
  })
}

/** The original's profile says nothing of a student, though its nodes may have the same names. */
function targetAt({ recipe }: State, { target }: Run): Target {
  if (!recipe.some(({ pass }) => passPart(pass).replaces)) return target
  const { time: _, ...rest } = target
  return rest
}

function weighing({ state, refusals, depth }: Position, run: Run): Weighing {
  const { bench } = run
  return {
    ...{ refusals, depth, margin: bench.gate.margin, bytes: state.bytes },
    items: bench.items.size,
    statRows: Math.min(statRows, bench.corpus.size),
    left: textsLeft(state, run),
    fineTuning: fineTuningFor(state, run),
  }
}

/** Tries a move; the position after it. */
async function take(
  move: Move,
  position: Position,
  reached: readonly State[],
  run: Run,
): Promise<Position> {
  const parent = parentOf(move, position.state, reached)
  const proposal = await nearest(parent, move, run.bench)
  const { kept, trial } = await tryRung(parent, move, proposal, run)
  if (kept === null) {
    const failed = trial?.verdict === 'failed'
    const loss = trial?.gate?.loss ?? 1
    const { depth } = position
    // Where the pass itself broke no repair helps; nor where the same model was refused before.
    const rung = failed || trial === null ? 'long' : move.rung
    const key = stepKey(move.group[0])
    const refusal: Refusal = { key, rung, loss, depth, ...(failed ? { broken: true } : {}) }
    return {
      ...position,
      refusals: [...position.refusals, refusal],
      refusedHere: [...position.refusedHere, proposal],
    }
  }
  const between = await halfWay(parent, move, proposal, position.refusedHere, run)
  const refusals = carriedOver(move, position.refusals)
  return { state: between ?? kept, refusals, refusedHere: [], depth: position.depth + 1 }
}

/** What was refused tells something of what a cut model will bear, and nothing of a student: that is another model. */
function carriedOver({ group }: Move, refusals: readonly Refusal[]): readonly Refusal[] {
  if (!isStudent(group[0])) return refusals
  return refusals.filter(({ key, broken }) => broken === true || key.startsWith('student-'))
}

/** A student takes nothing of the model but its tokens: it stands on the first state that has the same ones. */
function parentOf({ group }: Move, state: State, reached: readonly State[]): State {
  if (!isStudent(group[0])) return state
  const kept = JSON.stringify(state.artefact.idsKept ?? null)
  const same = (one: State) =>
    JSON.stringify(one.artefact.idsKept ?? null) === kept &&
    one.artefact.maxLength === state.artefact.maxLength
  return reached.find(same) ?? state
}

async function tryRung(
  parent: State,
  { pass, steps }: Move,
  proposal: Proposal,
  { bench, log }: Run,
): Promise<Attempted> {
  const { params } = proposal
  const rate = proposal.training?.rate ?? fineTuningRate(parent.artefact.model)
  const fineTuning = steps === null ? null : fineTuningOf(bench, steps, rate)
  const step: RecipeStep = { pass: pass.id, params, fineTuning }
  return attempt(parent, pass, step, proposal, bench, log)
}

/** After a step that held, once half way back to the bolder one that was refused. */
async function halfWay(
  parent: State,
  move: Move,
  held: Proposal,
  refused: readonly Proposal[],
  run: Run,
): Promise<State | null> {
  const keep = Number(held.params['keep'])
  const bolder = refused
    .filter(({ pass, params }) => pass === held.pass && Number(params['keep']) < keep)
    .toSorted((a, b) => Number(b.params['keep']) - Number(a.params['keep']))[0]
  const from = bolder === undefined ? null : bisected(bolder, keep)
  const { repair } = held.params
  const between = from === null || repair === undefined ? from : withRepair(from, repair as Rung)
  if (between === null || stopped(run) !== null) return null
  return (await tryRung(parent, move, between, run)).kept
}

/**
 * The member of a group of equal savings whose answers stay nearest to the original's, before any training. Training may begin from the cut
 * as it is or from what least squares made of it: the second was worse for attention heads of one encoder, better for its neurons.
 */
async function nearest(
  parent: State,
  { pass, group, rung }: Move,
  bench: Bench,
): Promise<Proposal> {
  const variants = group.flatMap((proposal) =>
    repairsFor(proposal, rung).map((repair) => withRepair(proposal, repair)),
  )
  const [first = group[0]] = variants
  if (variants.length <= 1) return first
  let [chosen, least] = [first, Number.POSITIVE_INFINITY]
  for (const proposal of variants) {
    const step: RecipeStep = { pass: pass.id, params: proposal.params, fineTuning: null }
    const far = await farness(parent, pass, step, proposal, bench)
    if (far < least) [chosen, least] = [proposal, far]
  }
  return chosen
}

/** Infinite for a cut that cannot be made: the trial of it will say why. */
async function farness(
  { artefact }: State,
  pass: Pass,
  step: RecipeStep,
  proposal: Proposal,
  bench: Bench,
): Promise<number> {
  try {
    return await divergence(
      (await applyStep(artefact, pass, step, proposal, bench)).artefact,
      bench,
    )
  } catch (error) {
    if (error instanceof RightsizeError) return Number.POSITIVE_INFINITY
    throw error
  }
}

/** Repairs from statistics that a rung may begin with; one that says nothing where the pass has none. */
function repairsFor({ params, repairs }: Proposal, rung: Rung): readonly (Rung | null)[] {
  if (!('repair' in params)) return [null]
  if (rung !== 'short' && rung !== 'long') return [rung]
  return repairs.includes('least-squares') ? ['none', 'least-squares'] : ['none']
}

const withRepair = (proposal: Proposal, repair: Rung | null): Proposal =>
  repair === null ? proposal : { ...proposal, params: { ...proposal.params, repair } }

export const fineTuningOf = (bench: Bench, steps: number, rate: number): FineTuning => ({
  steps,
  batch: trainingBatch,
  rate,
  temperature: 2,
  seed: bench.seed,
})
