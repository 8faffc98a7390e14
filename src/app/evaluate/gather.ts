import type { Item } from '../../core/data/item.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { scorerPart } from '../../core/part/scorer-name.ts'
import type { LookTerms } from '../../core/proof/look-alpha.ts'
import type { SequentialEvidence } from '../../core/result/candidate.ts'
import type { CandidateSpec, Spec } from '../../core/spec/spec.ts'
import { type CollectContext, type Collected, collectRange, emptyCollected } from './collect.ts'
import type { OpenedCandidate } from './opened.ts'
import { planInput } from './plan.ts'
import { runRace } from './race.ts'
import { refuseIfNothing } from './refusals.ts'
import { raceSetup, regimeOf } from './regime.ts'
import { said } from './scoring.ts'
import { type Worth, worthOf } from './worth.ts'

/** What was answered and scored, and by which rule. */
export interface Gathered {
  readonly collected: readonly Collected[]
  readonly items: readonly Item[]
  readonly sequential: ReadonlyMap<string, SequentialEvidence>
  readonly regime: { readonly kind: 'full' | 'race'; readonly why: string }
  readonly metric: string
}

/** Answers and scores, in the regime that pays: every candidate on every item, or a race. */
export async function gather(
  spec: Spec,
  opened: readonly OpenedCandidate[],
  context: CollectContext,
  { ahead, clusters }: { readonly ahead: LookTerms; readonly clusters: number | null },
): Promise<Gathered> {
  const collected = opened.map((one) => emptyCollected(one, context.items, spec.dataset.expected))
  // What the store holds does not count: the same question would be answered by another test when it is asked again.
  const replays = new Set(
    opened.flatMap(({ session, spec: { id } }) => (session?.replays ? [id] : [])),
  )
  const stored = ({ id }: CandidateSpec) => (replays.has(id) ? context.items.length : 0)
  const plan = planInput(spec, context.items, null, stored)
  const worth = worthOf(spec, plan)
  const regime = regimeOf(spec, plan, {
    clustered: clusters !== null,
    candidates: opened.map((one) => one.spec),
    deferred: opened.some(({ session }) => session?.deferred !== undefined),
  })
  context.onEvent({ type: 'stage', stage: 'evaluate', detail: `${regime.kind}: ${regime.why}` })
  refuseIfNothing(spec, collected)
  const unlabelled = spec.dataset.expected === undefined
  const labelled = unlabelled ? await labelByIncumbent(spec, collected, context) : context
  const metric = unlabelled ? 'agreement with the incumbent' : metricName(spec, context.scorers)
  refuseIfNothing(spec, collected)
  const shared = { collected, items: labelled.items, regime, metric }
  if (regime.kind === 'race') {
    const byId = new Map(collected.map((one) => [one.opened.spec.id, one]))
    const logged = await isLogged(spec.incumbent ? byId.get(spec.incumbent) : undefined, labelled)
    const setup = raceSetup(spec, opened, labelled.items, { look: ahead, logged })
    const raced = await runRace(setup, byId, labelled, worth)
    refuseIfNothing(spec, collected)
    return { ...shared, sequential: raced.evidence }
  }
  await collectDeferred(collected, labelled, worth)
  for (const one of inOrder(collected, spec)) {
    if (context.signal.aborted) break
    await collectIfWorth(one, labelled, worth)
    refuseIfNothing(spec, collected)
  }
  return { ...shared, sequential: new Map() }
}

/** All jobs are submitted before any is waited for: they run at the same time. */
async function collectDeferred(
  collected: readonly Collected[],
  context: CollectContext,
  worth: Worth | null,
): Promise<void> {
  const later = collected.filter(({ opened: { session } }) => session?.deferred !== undefined)
  await Promise.all(later.map((one) => collectIfWorth(one, context, worth)))
}

/** Takes what is stored of the incumbent, which is free, and states whether that is every answer. */
async function isLogged(incumbent: Collected | undefined, context: CollectContext) {
  if (incumbent === undefined) return false
  const all = { from: 0, to: context.items.length }
  await collectRange(incumbent, all, { ...context, budget: { calls: 0 } })
  return !incumbent.broken && incumbent.judged.every((judged) => judged !== null)
}

/** Every item of a candidate; where that cannot pay, only what the store has of it, which is free. */
async function collectIfWorth(
  one: Collected,
  context: CollectContext,
  worth: Worth | null,
): Promise<void> {
  const all = { from: 0, to: context.items.length }
  const { id } = one.opened.spec
  if (worth?.refuses(id, all.to)) {
    await collectRange(one, all, { ...context, budget: { calls: 0 } })
    one.notWorth = worth.refuses(id, one.judged.filter((judged) => judged === null).length)
    if (one.notWorth !== null) return context.onEvent({ type: 'note', text: one.notWorth })
  }
  await collectRange(one, all, context)
}

/** The incumbent first: everything is judged beside it, and if it is down nothing else needs to be paid for. */
const inOrder = (collected: readonly Collected[], spec: Spec): readonly Collected[] => [
  ...collected.filter((one) => one.opened.spec.id === spec.incumbent),
  ...collected.filter((one) => one.opened.spec.id !== spec.incumbent),
]

function metricName(spec: Spec, scorers: CollectContext['scorers']): string {
  const [written] = spec.scorers
  if (scorers.length !== 1 || !written) return 'mean score'
  // A scorer that may grade and says that it does not gives 0 or 1: its mean is an accuracy.
  return scorers[0]?.scorer.graded === false ? 'accuracy' : scorerPart(written.name).headline
}

/** Without labels the incumbent's answers stand in for them: agreement bounds the harm of a change, nothing more. */
async function labelByIncumbent(
  spec: Spec,
  collected: readonly Collected[],
  context: CollectContext,
): Promise<CollectContext> {
  const incumbent = collected.find((one) => one.opened.spec.id === spec.incumbent)
  if (!incumbent) {
    throw new RightsizeError('RUN_FAILED', 'without labels an incumbent is needed to agree with', {
      next: 'name the column with labels (`dataset.expected`) or an `incumbent`',
    })
  }
  const blank = { ...context, scorers: [] }
  await collectRange(incumbent, { from: 0, to: context.items.length }, blank)
  incumbent.judged.fill(null)
  const items = context.items.map((item) => {
    const answer = incumbent.answers.get(item.id)
    return answer?.ok ? { ...item, expected: said(answer.output) } : item
  })
  return { ...context, items }
}
