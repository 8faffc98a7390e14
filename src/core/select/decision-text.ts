import { settlingSentence } from '../proof/settling.ts'
import type { ClaimKind } from '../result/claim.ts'
import { cautionText, claimWords, lossSentence, pickedText } from '../result/claim-text.ts'
import type { Decision, NextStep } from '../result/run-result.ts'
import {
  counted,
  levelText,
  percent,
  pointMargin,
  points,
  theseItems,
} from '../unit/figure-words.ts'
import { blockedClaim, blockingCaps, capsOn } from './caps.ts'
import {
  brokenRivals,
  type DecisionFacts,
  goodAtUnknownCost,
  hasClaim,
  type Judged,
  shortOfTheBar,
  subjectOf,
  type WithClaim,
} from './judged.ts'
import { gapOf, nextSteps } from './next-steps.ts'
import { certifiedClaim, matchesClaim } from './scope-claims.ts'

/** The decision with its sentences. */
export function writeDecision(facts: DecisionFacts): Decision {
  const { input, order, chosen } = facts
  const rivals = shortOfTheBar(facts)
  const kind = kindOf(facts)
  const subject = chosen ?? goodAtUnknownCost(facts)[0] ?? nearest(rivals)
  const next = nextSteps(facts, kind, subject)
  const { by, word, why, disagreements } = order
  return {
    kind,
    chosen: chosen?.id ?? input.incumbent,
    headline: [...headline(facts, kind, subject, next), ...notes(facts)]
      .filter((sentence) => sentence !== '')
      .join(' '),
    matches: blockedClaim(input, 'Does not match') ?? matchesClaim(facts, subject),
    certified: blockedClaim(input, 'Not certified') ?? certifiedClaim(facts, subject),
    pLossOverMargin: chosen?.claim?.pOver ?? null,
    next,
    caps: input.caps ?? [],
    order: { by, word, why, disagreements },
    regime: input.regime,
    looked: facts.correction.looked,
    saving: chosen === null ? null : (input.savings?.get(chosen.id) ?? null),
    gap: kind === 'none' ? gapOf(facts, rivals) : null,
  }
}

function kindOf({ ranked, uncosted, chosen, input }: DecisionFacts): ClaimKind {
  if (blockingCaps(input).length > 0) return 'undecided'
  if (chosen !== null) return chosen.standing === 'certified' ? 'certified' : 'supported'
  // What may be good enough and may be cheaper leaves it open whether the incumbent is needed.
  if (uncosted.some(({ grade }) => grade !== 'none')) return 'undecided'
  // A rival that broke was not judged: that the task needs the incumbent is then not shown.
  if (brokenRivals(input).length > 0) return 'undecided'
  return ranked.some(({ standing }) => standing === 'undecided') ? 'undecided' : 'none'
}

/** The one that comes nearest to passing: least chance of losing too much, then least loss. */
function nearest(rivals: readonly Judged[]): Judged | null {
  const open = rivals.filter(({ grade }) => grade === 'undecided')
  const among = (open.length > 0 ? open : rivals).filter(hasClaim)
  const first = among.toSorted(
    (a, b) => a.claim.pOver - b.claim.pOver || a.claim.expected - b.claim.expected,
  )[0]
  return first ?? null
}

function headline(
  facts: DecisionFacts,
  kind: ClaimKind,
  subject: Judged | null,
  next: readonly NextStep[],
): string[] {
  const { input, chosen } = facts
  if (blockingCaps(input).length > 0) return ['Not decided.', ...unjudged(facts)]
  if (chosen !== null && hasClaim(chosen)) return shipHeadline(facts, chosen, next)
  if (goodAtUnknownCost(facts).length > 0) return costHeadline(facts)
  if (kind !== 'undecided' || subject?.grade !== 'undecided' || !hasClaim(subject))
    return keepHeadline(facts, subject)
  const { claim, id } = subject
  if (claim.n === 0) return ['Not decided: no item was judged.', ...unjudged(facts)]
  const start = `Not decided: ${noneOf(facts, `supported by ${theseItems(input.items)} yet`)}.`
  const colon = input.bar.kind === 'relative' ? '.' : ':'
  const near = `Nearest is ${id}${colon} ${lossSentence(claim, subjectOf(input))}`
  return [start, near, settlingSentence(next, claim.against), ...unjudged(facts)]
}

/** "Not decided: a and b are good enough; which of them is cheaper is not known." */
function costHeadline(facts: DecisionFacts): string[] {
  const { input, ranked } = facts
  const open = goodAtUnknownCost(facts)
  const known = input.incumbent === null ? ranked.filter(({ grade }) => grade !== 'none') : []
  const good = [...new Set([...known, ...open].map(({ id }) => id))]
  const [only] = open
  const whether =
    input.incumbent !== null
      ? `whether ${good.length === 1 ? 'it is' : 'they are'} cheaper than ${input.incumbent} is not known`
      : `which of them is cheapest is not known`
  const start = `Not decided: ${listed(good)} ${good.length === 1 ? 'is' : 'are'} good enough; ${whether}.`
  const loss =
    good.length === 1 && only !== undefined && hasClaim(only)
      ? [lossSentence(only.claim, subjectOf(input))]
      : []
  return [start, ...loss, ...unjudged(facts)]
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** "none of the 3 cheaper candidates is good enough"; of one alone: "the only cheaper candidate is not good enough". */
function noneOf(facts: DecisionFacts, what: string): string {
  const { incumbent } = facts.input
  const costed = incumbent !== null && facts.uncosted.length === 0
  const noun = costed ? 'cheaper candidate' : 'candidate'
  const count = facts.correction.looked
  if (count === 0) return 'no candidate could be judged'
  if (count === 1) return `the only ${noun} is not ${what}`
  return count === 2
    ? `neither of the two ${noun}s is ${what}`
    : `none of the ${counted(count)} ${noun}s is ${what}`
}

function shipHeadline(
  facts: DecisionFacts,
  chosen: WithClaim,
  next: readonly NextStep[],
): string[] {
  const certified = chosen.standing === 'certified'
  const word = claimWords[certified ? 'certified' : 'supported']
  const start = `Ship ${chosen.id}: ${savingWords(facts, chosen.id)}.`
  const shown = capital(lossSentence(chosen.claim, subjectOf(facts.input)))
  const graded = shown.replace(/\.$/, `: ${word}${pickedText(chosen.claim)}.`)
  const loss = `${graded}${cautionText(chosen.claim)}`
  // What caps the word stands in the notes; labels would not lift it.
  const capped = capsOn(facts.input, chosen.id).length > 0
  return certified || capped
    ? [start, loss]
    : [start, loss, settlingSentence(next, chosen.claim.against)]
}

/** "it uses 41x less CPU time per accepted answer than large", or only what the order knows. */
function savingWords({ input, order }: DecisionFacts, id: string): string {
  const saving = input.savings?.get(id)
  const known = saving?.ratio.kind === 'known' ? saving.ratio : null
  if (known === null || saving === undefined || input.incumbent === null)
    return order.by === 'unknown'
      ? 'the only candidate that is good enough'
      : `${order.word} of those that are good enough`
  const what = `${saving.of} per ${saving.per}`
  const { release } = saving
  // Below this the work is a small part of what is held, and only letting go of some of it saves anything.
  if (release?.replicas === 0 && known.low < 1.05) return release.text.replace(/\.$/, '')
  if (known.low <= 1) return `no measurable saving of ${what} against ${input.incumbent}`
  if (saving.of === 'price')
    return `it costs ${times(known.value)}x less per ${saving.per} than ${input.incumbent}`
  const load = release === null ? '' : ` at the declared load; ${release.text.replace(/\.$/, '')}`
  return `it uses ${times(known.value)}x less ${what} than ${input.incumbent}${load}`
}

const times = (ratio: number): string => (ratio >= 10 ? counted(ratio) : ratio.toFixed(1))

/** Which rivals could not be judged, and why; empty when all were. */
const unjudged = ({ input }: DecisionFacts): string[] =>
  brokenRivals(input).map(({ id, broken }) => `${id} could not be judged: ${broken}.`)

function keepHeadline(facts: DecisionFacts, subject: Judged | null): string[] {
  const { incumbent } = facts.input
  const none = noneOf(facts, 'good enough')
  const { looked } = facts.correction
  const broke = unjudged(facts)
  if (broke.length > 0)
    return ['Not decided.', ...broke, ...(looked === 0 ? [] : [capital(`${none}.`)])]
  if (looked === 0 && incumbent !== null)
    return [`Keep ${incumbent}: no candidate that was judged is known to be cheaper.`]
  const keep = incumbent === null ? capital(`${none}.`) : `Keep ${incumbent}: ${none}.`
  return subject === null || !hasClaim(subject) ? [keep] : [keep, shortSentence(facts, subject)]
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** "The best of them, b, reaches 80.7 % accuracy: it loses 8.3 points (at least 5.1 at 95 %), 7.3 beyond your 1-point margin." */
function shortSentence(facts: DecisionFacts, { id, loss, claim }: WithClaim): string {
  const { input, limit } = facts
  const quality = percent(loss.quality.value)
  const best = facts.correction.looked === 1 ? id : `The best of them, ${id},`
  const start = `${best} reaches ${quality} ${input.metric}`
  if (claim.expected <= limit) return `${start} and fails another condition.`
  const level = levelText(1 - input.risk.beta)
  const least = points(loss.lower(input.risk.beta)).replace(/ points?$/, '')
  const beyond = points(claim.expected - limit)
  return claim.against === 'floor'
    ? `${start}: ${beyond} below your floor (at least ${least} at ${level}).`
    : `${start}: it loses ${points(claim.expected)} (at least ${least} at ${level}), ${beyond} beyond your ${pointMargin(limit)} margin.`
}

/** What must stand beside the decision: noisy labels, slices too small, synthetic data. */
function notes(facts: DecisionFacts): string[] {
  const { input, limit, chosen } = facts
  const found: string[] = [...new Set((input.caps ?? []).map(({ why }) => why))]
  found.push(...disagreeing(facts))
  const noise = input.labelNoise
  if (noise?.kind === 'known' && limit > 0 && noise.value > limit)
    found.push(
      `Your ${pointMargin(limit)} margin is below the label noise: where a text occurs more than once, about ${percent(noise.value)} of its labels contradict the others.`,
    )
  const small = chosen?.constraints.filter(({ grade }) => grade === null) ?? []
  if (small.length > 0)
    found.push(`Too small to judge: ${small.map(({ result }) => result.name).join(', ')}.`)
  const { notWorth = [] } = input
  if (notWorth.length > 0)
    found.push(
      `Not evaluated to the end, because that costs more than it could save: ${notWorth.join(', ')}.`,
    )
  if (input.synthetic === true) found.push('(Synthetic data.)')
  return found
}

/** Where another basis contradicts the order: of the chosen one, and of those that are good enough and stand as dearer. */
function disagreeing({ order, chosen, ranked }: DecisionFacts): readonly string[] {
  const dearer = ranked.filter(({ standing, grade }) => standing === 'dearer' && grade !== 'none')
  const told = [chosen, ...dearer].flatMap((one) => one?.id ?? [])
  return order.disagreements
    .filter(({ candidate }) => told.includes(candidate))
    .map(({ text }) => text)
}
