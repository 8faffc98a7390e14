import { settlingSteps } from '../proof/settling.ts'
import type { ClaimKind } from '../result/claim.ts'
import type { Decision, NextStep } from '../result/run-result.ts'
import { withoutTokens } from '../result/untold-price.ts'
import { plural, points } from '../unit/figure-words.ts'
import { blockingCaps, capsOn, liftingSteps } from './caps.ts'
import type { CandidateEvidence } from './decision-input.ts'
import {
  brokenRivals,
  type DecisionFacts,
  hasClaim,
  type Judged,
  type WithClaim,
} from './judged.ts'
import { seenOverItems } from './scope-claims.ts'

const mendStep = ({ id, fix }: CandidateEvidence): NextStep => ({
  kind: 'candidate',
  count: null,
  text: fix ?? `Mend ${id} and run again; what is stored is not asked for twice.`,
})

/** How to tell what candidates cost that are good enough, or may be, and of which nobody knows whether they are cheaper. */
function costSteps({ uncosted, order, input }: DecisionFacts): readonly NextStep[] {
  const open = uncosted.filter(({ grade }) => grade !== 'none')
  if (open.length === 0) return []
  const limit = input.incumbent
  const asked = [
    ...(limit !== null && (!order.ranked.includes(limit) || order.by === 'modeled-energy')
      ? [limit]
      : []),
    ...open.map(({ id }) => id),
  ]
  const costs = new Map(input.candidates.map(({ id, cost }) => [id, cost.pricePerItem]))
  const untold = asked.filter((id) => {
    const price = costs.get(id)
    return price?.kind === 'unknown' && price.why.includes(withoutTokens)
  })
  if (untold.length > 0) return [tokenStep(untold, asked)]
  const prices = asked.map((id) => `--price ${id}=INPUT/OUTPUT`).join(' ')
  const [cost, large] = asked.length === 1 ? ['it costs', 'it is'] : ['they cost', 'they are']
  const text = `State what ${cost} per million tokens (${prices}, or \`price:\` in the spec) or how large ${large} (--parameters ${asked[0]}=8e9), or bind a meter (\`energy:\` in the spec), and run again; no model is asked twice.`
  return [{ kind: 'cost', count: null, text }]
}

/** A price per token says nothing where nobody counted them: stating it once more would not help. */
function tokenStep(untold: readonly string[], asked: readonly string[]): NextStep {
  const text = `A price per million tokens is stated, but answers of ${untold.join(' and ')} ${withoutTokens}: add \`tokens\` to them, state the price of one answer (\`price: { perCall: 0.001 }\` in the spec) or how large the models are (--parameters ${asked[0]}=8e9), and run again.`
  return { kind: 'cost', count: null, text }
}

/** Items that were neither judged nor left out on purpose: what was interrupted goes on where it stopped. */
function restSteps({ input }: DecisionFacts, subject: WithClaim): readonly NextStep[] {
  if (subject.sequential !== null || input.notWorth?.includes(subject.id)) return []
  const left = input.items - seenOverItems(input, subject).items
  if (left <= 0) return []
  const text = `Run again to judge ${plural(left, 'more item')} with ${subject.id}; what is stored is not asked for twice.`
  return [{ kind: 'candidate', count: null, text }]
}

/** What to do next, by what was decided. */
export function nextSteps(
  facts: DecisionFacts,
  kind: ClaimKind,
  subject: Judged | null,
): readonly NextStep[] {
  const { input, correction, limit } = facts
  const mend = facts.chosen !== null ? [] : brokenRivals(input).map(mendStep)
  const blocking = blockingCaps(input)
  if (blocking.length > 0) return [...liftingSteps(blocking), ...mend]
  const cost = costSteps(facts)
  if (facts.chosen === null && cost.length > 0) return [...mend, ...cost]
  if (kind === 'certified' || subject === null || !hasClaim(subject)) return [...mend, ...cost]
  if (mend.length > 0 && subject.standing !== 'undecided') return mend
  const rest = restSteps(facts, subject)
  if (rest.length > 0 || subject.claim.n === 0) return [...mend, ...rest]
  const { id, loss, claim } = subject
  if (kind === 'none') {
    const text = tryNext(claim.expected - limit, id, input.incumbent)
    return [{ kind: 'candidate', count: null, text }]
  }
  const caps = capsOn(input, id)
  if (caps.length > 0) return [...mend, ...liftingSteps(caps)]
  const terms = { limit, risk: input.risk, look: facts.look, correction }
  const steps = settlingSteps({ id, incumbent: input.incumbent }, loss, terms)
  const dearer = facts.ranked.find(({ standing }) => standing === 'certified')
  if (kind !== 'supported' || dearer === undefined) return steps
  const text = `Or ship ${dearer.id}, which is certified and costs more than ${id}.`
  return [...steps, { kind: 'candidate', count: null, text }]
}

/** For `none`: the best quality of a cheaper candidate, and how far it is from the bar. */
export function gapOf(facts: DecisionFacts, rivals: readonly Judged[]): Decision['gap'] {
  const judged = rivals.filter(hasClaim)
  const best = judged.toSorted((a, b) => a.claim.expected - b.claim.expected)[0]
  if (best === undefined) return null
  const gap = best.claim.expected - facts.limit
  return {
    best: best.id,
    quality: best.loss.quality.value,
    gap,
    tryNext: tryNext(gap, best.id, facts.input.incumbent),
  }
}

/** Gap from which another size of the same kind is unlikely to close it: beyond one usual step between model sizes. */
const wideGap = 0.05

function tryNext(gap: number, best: string, incumbent: string | null): string {
  if (gap <= 0)
    return `${best} meets the bar on quality and fails another condition: look at its constraints.`
  const small =
    incumbent === null ? 'one size above it' : `one size above it, a compressed ${incumbent}`
  if (gap <= wideGap)
    return `${best} is ${points(gap)} short of the bar: try a model ${small}, or a cascade.`
  return `${best} is ${points(gap)} short of the bar: try another kind of model (a larger family, or a student trained on your own examples) rather than the next size.`
}
