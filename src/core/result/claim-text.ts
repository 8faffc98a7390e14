import { chance, levelText, percent, plural, pointMargin, points } from '../unit/figure-words.ts'
import type { Claim, ClaimKind } from './claim.ts'

/** How a claim of one candidate is worded. */
export const claimWords: Readonly<Record<ClaimKind, string>> = {
  certified: 'certified',
  supported: 'supported, not certified',
  undecided: 'undecided',
  none: 'not good enough',
}

/** What the claim is about beside the loss: needed where the bar is a floor. */
export interface ClaimSubject {
  /** accuracy, mean score, macro F1, ... */
  readonly metric: string
  /** The floor of the bar; null where it is a margin. */
  readonly floor: number | null
}

/** The level at which a bound is stated, and the number of the look where it is not the first: "look 2, at 99.5 %". */
export const levelOf = ({ look, level }: Pick<Claim, 'look' | 'level'>): string =>
  look > 1 ? `look ${look}, at ${levelText(level)}` : levelText(level)

/**
 * Expected loss, its bound with the level, and the chance of more than the bar allows: "Expected loss 0.8 points, at most
 * 3.1 (96 %). Chance that the loss exceeds your 1-point margin: 14 %."
 */
export function lossSentence(claim: Claim, { metric, floor }: ClaimSubject): string {
  const level = levelOf(claim)
  const over = chance(claim.pOver)
  if (floor !== null && claim.against === 'floor') {
    const worst = `at least ${percent(Math.max(0, floor - claim.upper))} (${level})`
    return `${metric} ${percent(floor - claim.expected)}${overTraffic(claim)}, ${worst}. Chance that it is below your floor of ${percent(floor)}: ${over}.`
  }
  return `${boundSentence(claim, level)}. Chance that the loss exceeds your ${pointMargin(claim.limit)} margin: ${over}.`
}

/**
 * Why a bound lies beyond a margin that the chance hardly reaches, as a sentence to follow theirs: a reader would take one
 * of both for wrong. Empty where they agree.
 */
export function cautionText({ upper, limit, pOver, alpha, method }: Claim): string {
  if (upper <= limit || pOver > alpha) return ''
  const why = method.startsWith('betting')
    ? 'it assumes nothing of how the items vary'
    : 'it also allows for having been picked'
  return ` The bound is cautious: ${why}.`
}

/** Traffic of so many times the items is the long run: the factor on the bound is below 1.01. */
const longRun = 50

/** " over the next 900 answers", where so few are declared that their own chance matters. */
const overTraffic = ({ traffic, n }: Claim): string =>
  traffic === null || traffic >= longRun * n ? '' : ` over the next ${plural(traffic, 'answer')}`

function boundSentence(claim: Claim, level: string): string {
  const { expected, upper } = claim
  const over = overTraffic(claim)
  if (expected < -5e-5) {
    const worst = upper < 0 ? `at least ${bare(-upper)}` : `loss at most ${points(upper)}`
    return `Expected gain ${points(-expected)}${over}, ${worst} (${level})`
  }
  return `Expected loss ${points(expected)}${over}, at most ${bare(upper)} (${level})`
}

const bare = (share: number): string => points(share).replace(/ points?$/, '')

/** What a claim passed in spite of: " after picking among 22 candidates (3 in play)"; empty for one alone. */
export function pickedText({ candidates, inPlay }: Pick<Claim, 'candidates' | 'inPlay'>): string {
  if (candidates <= 1) return ''
  const play = inPlay === candidates ? '' : ` (${inPlay} in play)`
  return ` after picking among ${plural(candidates, 'candidate')}${play}`
}
