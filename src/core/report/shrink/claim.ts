import { runtimeFor } from '../../part/runtimes.ts'
import type { Claim } from '../../result/claim.ts'
import { claimWords, levelOf } from '../../result/claim-text.ts'
import type { Compression, Finalist, Trial } from '../../result/compression.ts'
import { leftOutText } from '../../result/left-out-text.ts'
import { chance, levelText } from '../../unit/figure-words.ts'
import { bytes, grouped } from '../kit/number.ts'
import {
  atMost,
  chosenFinalist,
  cpuWords,
  goalText,
  lossText,
  marginText,
  singleCost,
  sizeWords,
} from './figures.ts'

/** What was found in its first sentence, and the evidence: no more than was shown. */
export interface FoundHeadline {
  readonly first: string
  readonly rest: string
}

/** The headline; where the data are synthetic its first words state so. */
export function foundHeadline(found: Compression): FoundHeadline {
  const { first, rest } = headlineOf(found)
  return { first: found.synthetic ? `On synthetic data: ${first}` : first, rest }
}

function headlineOf(found: Compression): FoundHeadline {
  const { outcome, incumbent, margin, why } = found
  if (outcome === 'none')
    return {
      first: `Keep the incumbent (${bytes(incumbent.bytes)}): no smaller model stays within the ${marginText(margin)}.`,
      rest: sentence(why),
    }
  const claim = chosenFinalist(found)?.claim ?? null
  return claim === null || outcome === 'undecided'
    ? undecidedHeadline(found, claim)
    : passedHeadline(found, claim)
}

const sentence = (text: string): string =>
  text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`

/** What the reason adds to the outcome itself: an early end, a goal that was missed. */
const besides = ({ why }: Compression): string => sentence(why.split('; ').slice(1).join('; '))

function passedHeadline(found: Compression, claim: Claim): FoundHeadline {
  const { margin, outcome } = found
  const word = claimWords[outcome]
  const items = `${grouped(claim.n)} items that the search never saw`
  const over = `Chance that the loss exceeds the margin: ${chance(claim.pOver)}.`
  const rest = [`Level ${levelOf(claim)}, on ${items}.`, over, besides(found)]
  return {
    first: `${resultWords(found)}, ${word} within the ${marginText(margin)}. On future items like these it ${boundWords(claim)} compared with the incumbent.`,
    rest: rest.filter((part) => part !== '').join(' '),
  }
}

/** The bound of a loss as a noun; a negative one is a gain. */
export const boundText = ({ upper }: Claim): string =>
  upper > 0 ? `at most ${atMost(upper)}` : `a gain of at least ${lossText(-upper)}`

/** The same as a verb. */
const boundWords = ({ upper }: Claim): string =>
  upper > 0 ? `loses at most ${atMost(upper)}` : `gains at least ${lossText(-upper)}`

/** The result next to the incumbent: 14.7x smaller and 5.7x less CPU time per inference. */
function resultWords(found: Compression): string {
  const { incumbent, result } = found
  if (result === null) return 'No model'
  const cost = singleCost(found)
  const kind = result.runtime === runtimeFor.baseline ? 'A linear n-gram model does the job: ' : ''
  const cpu = cost === null ? '' : ` and ${cpuWords(cost)} per inference`
  const text = `${kind}${sizeWords(incumbent.bytes, result.bytes)}${cpu}`
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function undecidedHeadline(found: Compression, claim: Claim | null): FoundHeadline {
  const { finalists, margin } = found
  const count = finalists.length
  const first =
    count === 1
      ? `Undecided: the hold-out does not support the only smaller model within the ${marginText(margin)}.`
      : `Undecided: the hold-out supports none of the ${grouped(count)} smaller models within the ${marginText(margin)}.`
  const bound = claim === null ? '' : `The most promising ${boundWords(claim)} (${levelOf(claim)}).`
  const rest = [bound, besides(found)].filter((part) => part !== '')
  return { first, rest: rest.join(' ') }
}

/** A finalist on the hold-out, in one line. */
export function holdoutText({ claim, verdict }: Finalist): string {
  if (claim === null) return 'not shown to the hold-out'
  return `loss ${lossText(claim.expected)}, ${boundText(claim)} on future items (${levelOf(claim)}; ${countsText(claim)}): ${verdictText(verdict)}`
}

/** Items and how often each side was right alone: 2,000 items, 12 worse, 8 better. */
export const countsText = ({ n, win, lose }: Claim): string =>
  `${grouped(n)} items, ${grouped(lose ?? 0)} worse, ${grouped(win ?? 0)} better`

export const verdictText = (verdict: Finalist['verdict']): string =>
  verdict === null ? 'not shown' : claimWords[verdict]

/** Share of its floor from which a slice's loss is called near. */
const nearFloor = 0.8
const mostSlices = 5

/** What a reader has to know before relying on the result. */
export function warnings(found: Compression): readonly string[] {
  const cost = singleCost(found)
  const slower = cost !== null && cost.high < 1
  return [
    ...looksWarning(found),
    ...(found.leftOut ?? []).map(leftOutText),
    ...(found.outcome === 'undecided' && found.result !== null
      ? ['The model in the output folder is undecided: do not use it as a certified one.']
      : []),
    ...(found.goal.reached === false ? [`Requested: ${goalText(found)}.`] : []),
    ...(slower ? [`The result takes ${cpuWords(cost)} than the incumbent at batch 1.`] : []),
    ...fewItemsWarning(found),
    ...constraintWarnings(found),
    ...sliceWarnings(found),
  ]
}

function looksWarning({ holdout, finalists }: Compression): readonly string[] {
  if (holdout.look <= 1 || finalists.length === 0) return []
  return [
    `This is look ${holdout.look} at this question, so a claim must hold at ${levelText(1 - holdout.alpha)}.`,
  ]
}

function fewItemsWarning({ finalists, holdout }: Compression): readonly string[] {
  const { items, fewest } = holdout
  if (finalists.length === 0 || items >= 2 * fewest) return []
  const few = `The hold-out has ${grouped(items)} items`
  return items < fewest
    ? [
        `${few}: at this margin and level even a model without a single worse answer needs ${grouped(fewest)}.`,
      ]
    : [`${few}, little more than the minimum (${grouped(fewest)}) at this margin and level.`]
}

/** Slices that the spec judges, where the hold-out does not show them to hold. */
function constraintWarnings(found: Compression): readonly string[] {
  const { constraints = [] } = chosenFinalist(found) ?? {}
  return constraints
    .filter(({ verdict }) => verdict !== 'meets')
    .map(({ name, why }) => `${name} on the hold-out: ${why}.`)
}

function sliceWarnings({ slices }: Compression): readonly string[] {
  const tight = slices
    .filter((one) => sliceStanding(one) !== 'within')
    .toSorted((a, b) => b.loss - b.floor - (a.loss - a.floor))
  const lines = tight
    .slice(0, mostSlices)
    .map(
      (one) =>
        `Slice ${one.slice}: loss ${lossText(one.loss)} on ${grouped(one.items)} items of the search, ${sliceStanding(one)} its limit of ${lossText(one.floor)}.`,
    )
  const more = tight.length - lines.length
  return more > 0 ? [...lines, `${grouped(more)} more slices are near or over their limit.`] : lines
}

/** Where a slice stands next to the loss that it may have. */
export function sliceStanding({
  loss,
  floor,
}: Compression['slices'][number]): 'over' | 'near' | 'within' {
  if (loss > floor) return 'over'
  return loss > 0 && loss >= nearFloor * floor ? 'near' : 'within'
}

/** What to do next; empty where all that was requested is certified. */
export function nextSteps(found: Compression): readonly string[] {
  const { outcome, goal, next } = found
  const steps = next.map(({ text }) => text)
  if (outcome === 'undecided')
    steps.push('Take items that no search has seen: another look at these must clear a higher bar.')
  if (outcome === 'none') steps.push(...noneSteps(found))
  if (goal.reached === false)
    steps.push(
      'Search longer (--seconds) or allow more loss (--margin) to come nearer to the goal.',
    )
  return steps
}

function noneSteps(found: Compression): readonly string[] {
  const near = nearest(found)
  const nearby =
    near === null
      ? []
      : [
          `Nearest: ${near.text} lost ${lossText(near.gate?.loss ?? 0)} (at most ${atMost(near.gate?.upper95 ?? 0)}, 95 %, items of the search). If that is acceptable, set --margin accordingly.`,
        ]
  return [
    ...nearby,
    'Search longer (--seconds), repair longer (--repair-steps), or add training texts: repair uses answers of the incumbent and needs no labels.',
  ]
}

/** The refused trial of least loss that would have made the model smaller. */
function nearest({ trials }: Compression): Trial | null {
  const refused = trials.filter(
    ({ verdict, gate, bytes: size }) =>
      verdict === 'refused' && gate !== null && size.after < size.before,
  )
  return refused.toSorted((a, b) => (a.gate?.loss ?? 1) - (b.gate?.loss ?? 1))[0] ?? null
}
