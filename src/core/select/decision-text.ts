import type {
  Decision,
  LossEvidence,
  NextStep,
  ScopeClaim,
  SequentialEvidence,
  SliceResult,
} from '../spec/run-result.ts'
import { scoreAt } from './candidate-loss.ts'
import type { CheckedConstraint } from './constraint-check.ts'
import type { CostOrder } from './cost-order.ts'
import type { DecisionInput, Standing } from './decision-input.ts'
import type { LossModel } from './loss-model.ts'
import { settlingSentence, settlingSteps } from './next-steps.ts'
import { counted, percent, plural, pointMargin, points } from './sentences.ts'
import type { Correction, Grade } from './standing.ts'

/** One candidate with everything that was found about it. */
export interface Judged {
  readonly id: string
  readonly standing: Standing
  readonly grade: Grade
  readonly why: string
  readonly loss: LossModel | null
  readonly evidence: LossEvidence | null
  readonly sequential: SequentialEvidence | null
  readonly constraints: readonly CheckedConstraint[]
  readonly slices: readonly SliceResult[]
}

export interface DecisionFacts {
  readonly input: DecisionInput
  readonly order: CostOrder
  readonly correction: Correction
  /** Cheapest first. */
  readonly ranked: readonly Judged[]
  readonly chosen: Judged | null
  readonly limit: number
}

type WithEvidence = Judged & { readonly loss: LossModel; readonly evidence: LossEvidence }

const hasEvidence = (judged: Judged): judged is WithEvidence =>
  judged.loss !== null && judged.evidence !== null

/** The decision with its sentences. */
export function writeDecision(facts: DecisionFacts): Decision {
  const { input, order, chosen } = facts
  const rivals = facts.ranked.filter(({ standing }) => standing === 'open' || standing === 'failed')
  const kind = kindOf(facts)
  const subject = chosen ?? nearest(rivals)
  const next = nextSteps(facts, kind, subject)
  return {
    kind,
    chosen: chosen?.id ?? input.incumbent,
    headline: [...headline(facts, kind, subject, next), ...notes(facts, chosen)].join(' '),
    matches: matchesClaim(facts, subject),
    certified: certifiedClaim(facts, subject),
    pLossOverMargin: chosen?.evidence?.pOverMarginCorrected ?? null,
    next,
    order: { by: order.by, word: order.word, why: order.why },
    regime: input.regime,
    looked: couldWin(facts),
    saving: chosen === null ? null : (input.savings?.get(chosen.id) ?? null),
    gap: kind === 'none' ? gapOf(facts, rivals) : null,
  }
}

/** Candidates that could have been chosen; 0 when none is cheaper. */
const couldWin = ({ ranked }: DecisionFacts): number =>
  ranked.filter(({ standing }) => standing !== 'dearer' && standing !== 'incumbent').length

function kindOf({ ranked, chosen, input }: DecisionFacts): Decision['kind'] {
  if (chosen !== null) return chosen.standing === 'certified' ? 'certified' : 'supported'
  // A rival that broke was not judged: that the task needs the incumbent is then not shown.
  if (brokenRivals(input).length > 0) return 'undecided'
  return ranked.some(({ standing }) => standing === 'open') ? 'undecided' : 'none'
}

const brokenRivals = ({ candidates, incumbent }: DecisionInput) =>
  candidates.filter(({ id, broken }) => id !== incumbent && broken !== undefined)

/** Which rivals could not be judged, and why; empty when all were. */
function unjudged(input: DecisionInput): string[] {
  return brokenRivals(input).map(({ id, broken }) => `${id} could not be judged: ${broken}.`)
}

/** The one that comes nearest to passing: least chance of losing too much, then least loss. */
function nearest(rivals: readonly Judged[]): Judged | null {
  const open = rivals.filter(({ standing }) => standing === 'open')
  const among = (open.length > 0 ? open : rivals).filter(hasEvidence)
  const first = among.toSorted(
    (a, b) =>
      a.evidence.pOverMarginCorrected - b.evidence.pOverMarginCorrected ||
      a.evidence.expected - b.evidence.expected,
  )[0]
  return first ?? null
}

function headline(
  facts: DecisionFacts,
  kind: Decision['kind'],
  subject: Judged | null,
  next: readonly NextStep[],
): string[] {
  const { input, chosen } = facts
  if (chosen !== null && hasEvidence(chosen)) return shipHeadline(facts, chosen, next)
  const cheaper = plural(
    couldWin(facts),
    input.incumbent === null ? 'candidate' : 'cheaper candidate',
  )
  if (kind === 'undecided' && subject?.standing === 'open' && hasEvidence(subject)) {
    const start = `Not decided: none of the ${cheaper} is supported by these ${counted(input.items)} items yet.`
    const nearestText = nearestSentence(facts, subject)
    return [start, nearestText, settlingSentence(next), ...unjudged(input)]
  }
  return noneHeadline(facts, subject, cheaper)
}

const nearestSentence = (facts: DecisionFacts, subject: WithEvidence): string =>
  `Nearest is ${subject.id}${facts.input.bar.kind === 'relative' ? '.' : ':'} ${lossSentence(facts, subject)}`

function shipHeadline(
  facts: DecisionFacts,
  chosen: WithEvidence,
  next: readonly NextStep[],
): string[] {
  const certified = chosen.standing === 'certified'
  const word = certified ? 'certified.' : 'supported, not certified.'
  const start = `Ship ${chosen.id}: ${savingWords(facts, chosen.id)}.`
  const loss = lossSentence(facts, chosen).replace(/\.$/, `: ${word}`)
  return certified ? [start, loss] : [start, loss, settlingSentence(next)]
}

/** "41 times less CPU time per resolved task than large", or only what the order knows. */
function savingWords({ input, order }: DecisionFacts, id: string): string {
  const saving = input.savings?.get(id)
  const known = saving?.ratio.kind === 'known' ? saving.ratio : null
  if (known === null || saving === undefined || input.incumbent === null) {
    return `${order.word} of those that are good enough`
  }
  const what = `${saving.of} per ${saving.per}`
  if (known.low <= 1) return `no measurable saving of ${what} against ${input.incumbent}`
  return `${times(known.value)} times less ${what} than ${input.incumbent}`
}

const times = (ratio: number): string => (ratio >= 10 ? counted(ratio) : ratio.toFixed(1))

/** "Expected loss 0.8 points, at most 3.1 (95 %). Chance that the loss exceeds your 1-point margin: 14 %." */
function lossSentence(facts: DecisionFacts, { evidence }: WithEvidence): string {
  const level = `${Math.round(100 * evidence.upperLevel)} %`
  const chance = percent(evidence.pOverMarginCorrected)
  if (evidence.against === 'floor') {
    const { floor, quality } = floorAndQuality(facts, evidence)
    const worst = `at least ${percent1(floor - evidence.upper)} (${level})`
    return `${facts.input.metric} ${percent1(quality)}, ${worst}. Chance that it is below your floor of ${percent1(floor)}: ${chance}.`
  }
  const bound = points(evidence.upper).replace(/ points?$/, '')
  const loss =
    evidence.expected < -5e-5
      ? `Expected gain ${points(-evidence.expected)}, loss at most ${points(evidence.upper)} (${level})`
      : `Expected loss ${points(evidence.expected)}, at most ${bound} (${level})`
  return `${loss}. Chance that the loss exceeds your ${pointMargin(facts.limit)} margin: ${chance}.`
}

function floorAndQuality({ input }: DecisionFacts, { expected }: LossEvidence) {
  const floor = input.bar.kind === 'absolute' ? input.bar.floor : 0
  return { floor, quality: floor - expected }
}

const percent1 = (share: number): string => `${(100 * share).toFixed(1).replace(/\.0$/, '')} %`

function noneHeadline(facts: DecisionFacts, subject: Judged | null, cheaper: string): string[] {
  const { input } = facts
  const broke = unjudged(input)
  if (broke.length > 0) {
    const others =
      couldWin(facts) === 0 ? [] : [`None of the ${cheaper} that were judged is good enough.`]
    return ['Not decided.', ...broke, ...others]
  }
  if (couldWin(facts) === 0 && input.incumbent !== null) {
    return [`Keep ${input.incumbent}: no candidate that was judged is known to be cheaper.`]
  }
  const keep =
    input.incumbent === null
      ? `None of the ${cheaper} is good enough.`
      : `Keep ${input.incumbent}: none of the ${cheaper} is good enough.`
  if (subject === null || !hasEvidence(subject)) return [keep]
  return [keep, shortSentence(facts, subject)]
}

/** "The best of them, b, reaches 80.7 % accuracy: it loses 8.3 points (at least 5.1 at 95 %), 7.3 beyond your 1-point margin." */
function shortSentence(
  { input, limit }: DecisionFacts,
  { id, loss, evidence }: WithEvidence,
): string {
  const quality = percent1(loss.quality.value)
  const start = `The best of them, ${id}, reaches ${quality} ${input.metric}`
  if (evidence.expected <= limit) return `${start} and fails another condition.`
  const level = `${Math.round(100 * (1 - input.risk.beta))} %`
  const least = points(loss.lower(input.risk.beta)).replace(/ points?$/, '')
  const beyond = points(evidence.expected - limit)
  return evidence.against === 'floor'
    ? `${start}: ${beyond} below your floor (at least ${least} at ${level}).`
    : `${start}: it loses ${points(evidence.expected)} (at least ${least} at ${level}), ${beyond} beyond your ${pointMargin(limit)} margin.`
}

/** What must stand beside the decision: noisy labels, slices too small, synthetic data. */
function notes({ input, limit }: DecisionFacts, chosen: Judged | null): string[] {
  const found: string[] = []
  const noise = input.labelNoise
  if (noise?.kind === 'known' && limit > 0 && noise.value > limit) {
    found.push(
      `Your ${pointMargin(limit)} margin is below the label noise: where a text occurs more than once, about ${percent1(noise.value)} of its labels contradict the others.`,
    )
  }
  const small = chosen?.constraints.filter(({ grade }) => grade === null) ?? []
  if (small.length > 0) {
    found.push(`Too small to judge: ${small.map(({ result }) => result.name).join(', ')}.`)
  }
  const { notWorth = [] } = input
  if (notWorth.length > 0) {
    const names = notWorth.join(', ')
    found.push(`Not evaluated to the end, because that costs more than it could save: ${names}.`)
  }
  if (input.synthetic === true) found.push('(Synthetic data.)')
  return found
}

/**
 * What the items themselves show: every judged item counts once, repeats and clusters too, because set scope speaks of
 * the items and not of what they are a sample of. Metrics that are no mean are taken as they were computed.
 */
function seenOverItems(
  input: DecisionInput,
  { id, evidence }: WithEvidence,
): { readonly items: number; readonly loss: number } {
  const own = input.candidates.find((one) => one.id === id)?.scores ?? []
  const other = input.candidates.find((one) => one.id === input.incumbent)?.scores ?? []
  let items = 0
  let sum = 0
  for (let p = 0; p < own.length; p += 1) {
    const score = scoreAt(own, p)
    const reference = input.bar.kind === 'relative' ? scoreAt(other, p) : input.bar.floor
    if (score === null || reference === null) continue
    items += 1
    sum += reference - score
  }
  const mean = input.ratio === undefined && input.whole === undefined
  return { items, loss: mean && items > 0 ? sum / items : evidence.expected }
}

/** Set scope. A full run is exact; a race is wrong with probability at most alpha. */
function matchesClaim(facts: DecisionFacts, subject: Judged | null): ScopeClaim {
  const { input, limit } = facts
  if (subject === null || !hasEvidence(subject)) {
    return { holds: false, text: 'Does not match: no cheaper candidate was judged.' }
  }
  const { reason } = subject.sequential ?? {}
  const early = reason === 'accepted' || reason === 'discarded'
  const seen = seenOverItems(input, subject)
  const complete = seen.items >= input.items || reason === 'exhausted'
  const items = `on these ${counted(input.items)} items`
  const observed = seen.loss <= limit + 1e-12
  const holds = early ? reason === 'accepted' : complete && observed
  const words = lossWords(facts, subject, holds ? 'holds' : early || complete ? 'fails' : 'open')
  const how = early
    ? `the full run would agree, wrong with probability at most ${percent1(reason === 'accepted' ? input.risk.alpha : input.risk.beta)}`
    : complete
      ? 'full run, exact'
      : `only ${counted(seen.items)} of them were run`
  return {
    holds,
    text: claim(holds, 'Matches', 'Does not match', `${items} ${words} (${how}).`),
  }
}

const claim = (holds: boolean, yes: string, no: string, rest: string): string =>
  `${holds ? yes : no}: ${rest}`

type Certainty = 'holds' | 'fails' | 'open'

/** "the loss of small is within your 1-point margin", "exceeds" it, or "may exceed" it. */
function lossWords(
  { input, limit, chosen }: DecisionFacts,
  subject: Judged,
  certainty: Certainty,
): string {
  const whose = chosen === null ? ` of ${subject.id}` : ''
  if (input.bar.kind === 'relative') {
    const verb = { holds: 'is within', fails: 'exceeds', open: 'may exceed' }[certainty]
    return `the loss${whose} ${verb} your ${pointMargin(limit)} margin`
  }
  const verb = { holds: 'is at or above', fails: 'is below', open: 'may be below' }[certainty]
  return `the ${input.metric}${whose} ${verb} your floor of ${percent1(input.bar.floor)}`
}

/** Population scope, in the same style. */
function certifiedClaim(facts: DecisionFacts, subject: Judged | null): ScopeClaim {
  const { input, correction } = facts
  if (subject === null || !hasEvidence(subject)) {
    return { holds: false, text: 'Not certified: no cheaper candidate was judged.' }
  }
  const holds = subject.standing === 'certified'
  const over = `over ${plural(correction.looked, 'candidate')} looked at`
  const how = holds
    ? `wrong with probability at most ${percent1(input.risk.alpha)}, ${over}`
    : `probability ${percent(subject.evidence.pOverMarginCorrected)}, ${over}`
  const rest = `on future items like these ${lossWords(facts, subject, holds ? 'holds' : 'open')} (${how}).`
  return { holds, text: claim(holds, 'Certified', 'Not certified', rest) }
}

const mendStep = ({ id }: { readonly id: string }): NextStep => ({
  kind: 'candidate',
  count: null,
  text: `Mend ${id} and run again; what is stored is not asked for twice.`,
})

function nextSteps(
  facts: DecisionFacts,
  kind: Decision['kind'],
  subject: Judged | null,
): NextStep[] {
  const { input, correction, limit } = facts
  const mend = facts.chosen !== null ? [] : brokenRivals(input).map(mendStep)
  if (kind === 'certified' || subject === null || !hasEvidence(subject)) return mend
  if (mend.length > 0 && subject.standing !== 'open') return mend
  if (kind === 'none') {
    return [
      {
        kind: 'candidate',
        count: null,
        text: tryNext(subject.evidence.expected - limit, subject.id, input.incumbent),
      },
    ]
  }
  const steps = settlingSteps(
    subject.id,
    subject.loss,
    limit,
    input.risk,
    correction.looked,
    input.incumbent,
  )
  const dearer = facts.ranked.find(({ standing }) => standing === 'certified')
  if (kind === 'supported' && dearer !== undefined) {
    const text = `Or ship ${dearer.id}, which is certified and costs more than ${subject.id}.`
    return [...steps, { kind: 'candidate', count: null, text }]
  }
  return steps
}

function gapOf(facts: DecisionFacts, rivals: readonly Judged[]): Decision['gap'] {
  const judged = rivals.filter(hasEvidence)
  const best = judged.toSorted((a, b) => a.evidence.expected - b.evidence.expected)[0]
  if (best === undefined) return null
  const gap = best.evidence.expected - facts.limit
  return {
    best: best.id,
    quality: best.loss.quality.value,
    gap,
    tryNext: tryNext(gap, best.id, facts.input.incumbent),
  }
}

/** Gap from which another size of the same kind is unlikely to close it: beyond one usual step between model sizes. */
const WIDE_GAP = 0.05

function tryNext(gap: number, best: string, incumbent: string | null): string {
  if (gap <= 0)
    return `${best} meets the bar on quality and fails another condition: look at its constraints.`
  const small =
    incumbent === null ? 'one size above it' : `one size above it, a compressed ${incumbent}`
  if (gap <= WIDE_GAP)
    return `${best} is ${points(gap)} short of the bar: try a model ${small}, or a cascade.`
  return `${best} is ${points(gap)} short of the bar: try another kind of model (a larger family, or a student trained on your own examples) rather than the next size.`
}
