import type { Artefact, Pass, Proposal, Target } from '../../core/compress/pass.ts'
import { type Budget, bisected, groupedBySaving, whyStop } from '../../core/compress/plan.ts'
import type { RecipeStep } from '../../core/compress/trial.ts'
import { healingRate } from './heal.ts'
import { attempt, type Bench, divergence, healingOf, type Log, type State } from './search.ts'

/** Steps of the two rungs of healing. The longer one is tried where the shorter came near the margin. */
export interface HealSteps {
  readonly short: number
  readonly long: number
}

/** The running search. */
export interface Climb {
  readonly bench: Bench
  readonly log: Log
  readonly target: Target
  readonly healSteps: HealSteps
  readonly budget: Budget
  readonly spent: () => { readonly seconds: number; readonly energyJ: number }
}

export const stopped = ({ budget, spent }: Climb): string | null => whyStop(budget, spent())

/** Loss beyond the margin, times the margin, up to which more healing is worth trying. */
const nearEnough = 6

/**
 * The repair ladder of one proposal: as it is, bias, least squares, healing by training, longer healing. The first that the gate keeps
 * wins; null when none does. `training` allows the two last rungs.
 */
export async function climb(
  state: State,
  pass: Pass,
  proposal: Proposal,
  run: Climb,
  training: boolean,
): Promise<State | null> {
  const { bench, log } = run
  const cheap = ['none', ...proposal.repairs.filter((repair) => repair !== 'distil')]
  let params = proposal.params
  for (const repair of cheap) {
    if (stopped(run) !== null) return null
    params = 'repair' in proposal.params ? { ...proposal.params, repair } : proposal.params
    const kept = await attempt(
      state,
      pass,
      { pass: pass.id, params, heal: null },
      proposal,
      bench,
      log,
    )
    if (kept !== null) return kept
    if (log.trials.at(-1)?.verdict === 'failed') return null
  }
  if (!training || !proposal.repairs.includes('distil')) return null
  return healed(state, pass, proposal, params, run)
}

async function healed(
  state: State,
  pass: Pass,
  proposal: Proposal,
  params: RecipeStep['params'],
  run: Climb,
): Promise<State | null> {
  const { bench, log, healSteps } = run
  const rate = healingRate(state.artefact.model)
  for (const steps of [healSteps.short, healSteps.long]) {
    if (stopped(run) !== null) return null
    const heal = healingOf(bench, steps, rate)
    const kept = await attempt(state, pass, { pass: pass.id, params, heal }, proposal, bench, log)
    if (kept !== null) return kept
    const loss = log.trials.at(-1)?.gate?.loss ?? 1
    if (loss > nearEnough * bench.gate.margin) return null
  }
  return null
}

/** Tries a pass from its boldest step to its mildest; after the first that holds, once half way back to the one refused before. */
export async function tryPass(
  state: State,
  pass: Pass,
  run: Climb,
  training: boolean,
): Promise<State> {
  const offers = pass.propose(state.artefact, run.target)
  if ('why' in offers) return state
  let refused: Proposal | null = null
  for (const group of groupedBySaving(offers)) {
    if (stopped(run) !== null) return state
    const proposal = await best(state.artefact, pass, group, run)
    const kept = await climb(state, pass, proposal, run, training)
    if (kept === null) {
      refused = proposal
      continue
    }
    const between = refused === null ? null : bisected(refused, Number(proposal.params['keep']))
    return (between && (await climb(state, pass, between, run, training))) ?? kept
  }
  return state
}

/** The member of a group of equal savings whose answers stay nearest to the original's, before any healing. */
async function best(
  artefact: Artefact,
  pass: Pass,
  group: readonly Proposal[],
  { bench }: Climb,
): Promise<Proposal> {
  const [first] = group as readonly [Proposal, ...Proposal[]]
  if (group.length === 1 || pass.needs(artefact, first).length > 0) return first
  let [chosen, nearest] = [first, Number.POSITIVE_INFINITY]
  for (const proposal of group) {
    const { model } = pass.apply(artefact, proposal, new Map()).artefact
    const far = await divergence(model, bench)
    if (far < nearest) [chosen, nearest] = [proposal, far]
  }
  return chosen
}
