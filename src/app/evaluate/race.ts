import type { SequentialEvidence } from '../../core/result/candidate.ts'
import { Race } from '../../core/select/race.ts'
import type { RaceAction, RaceOutcome, RaceSetup } from '../../core/select/race-types.ts'
import { type CollectContext, type Collected, collectRange } from './collect.ts'
import type { Worth } from './worth.ts'

export interface RaceRun {
  readonly outcome: RaceOutcome
  readonly evidence: ReadonlyMap<string, SequentialEvidence>
}

/**
 * Runs the race: asks the pure state machine what to run, runs it, and tells it what came out, until it is done or the
 * run is interrupted. Stored outcomes count as cost 0, so a resumed race repeats nothing. A candidate leaves when what
 * was spent on it and its next batch exceed what choosing it could save (`worth`).
 */
export async function runRace(
  setup: RaceSetup,
  collected: ReadonlyMap<string, Collected>,
  context: CollectContext,
  worth: Worth | null = null,
): Promise<RaceRun> {
  const race = new Race(setup)
  if (setup.reference?.logged) {
    const known = collected.get(setup.reference.id)?.judged ?? []
    race.recordReference(
      0,
      known.map((judged) => judged?.score ?? 0),
      0,
    )
  }
  const unit = new Map(setup.candidates.map(({ id, cost }) => [id, (cost[0] + cost[1]) / 2]))
  for (;;) {
    const action = race.next()
    if (action.kind === 'done')
      return { outcome: action.outcome, evidence: evidenceOf(race, setup) }
    if (leaves(action, collected.get(action.candidate), worth)) {
      race.leave(action.candidate)
      continue
    }
    await perform(action, { race, setup, collected, context, unit })
    if (context.signal.aborted)
      return { outcome: interrupted(race), evidence: evidenceOf(race, setup) }
  }
}

function leaves(
  { candidate, from, to }: Extract<RaceAction, { kind: 'evaluate' }>,
  one: Collected | undefined,
  worth: Worth | null,
): boolean {
  if (!one) return false
  one.notWorth = worth?.refuses(candidate, one.calls + to - from) ?? null
  return one.notWorth !== null
}

interface RaceParts {
  readonly race: Race
  readonly setup: RaceSetup
  readonly collected: ReadonlyMap<string, Collected>
  readonly context: CollectContext
  readonly unit: ReadonlyMap<string, number>
}

async function perform(
  action: Extract<RaceAction, { kind: 'evaluate' }>,
  { race, setup, collected, context, unit }: RaceParts,
): Promise<void> {
  if (action.reference && setup.reference) {
    const { from, to } = action.reference
    const done = await scoresOf(collected.get(setup.reference.id), { from, to }, context)
    race.recordReference(from, done.scores, done.calls * setup.reference.cost)
  }
  const done = await scoresOf(collected.get(action.candidate), action, context)
  race.record(
    action.candidate,
    action.from,
    done.scores,
    done.calls * (unit.get(action.candidate) ?? 0),
  )
}

/** Scores of a range; what was not answered (broken, interrupted) counts as 0, the same for every candidate. */
async function scoresOf(
  one: Collected | undefined,
  range: { readonly from: number; readonly to: number },
  context: CollectContext,
): Promise<{ readonly scores: readonly number[]; readonly calls: number }> {
  if (!one) return { scores: [], calls: 0 }
  const before = one.calls
  await collectRange(one, range, context)
  const scores = one.judged.slice(range.from, range.to).map((judged) => judged?.score ?? 0)
  return { scores, calls: one.calls - before }
}

function evidenceOf(race: Race, setup: RaceSetup): ReadonlyMap<string, SequentialEvidence> {
  return new Map(setup.candidates.map(({ id }) => [id, race.evidence(id)]))
}

function interrupted(race: Race): RaceOutcome {
  const next = race.next()
  if (next.kind === 'done') return next.outcome
  return {
    reason: 'budget',
    accepted: null,
    spent: 0,
    pending: { candidate: next.candidate, atMost: 0 },
  }
}
