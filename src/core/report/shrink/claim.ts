import { runtimeFor } from '../../part/runtimes.ts'
import { fewestItems } from '../../proof/forecast.ts'
import type { Compression, HoldoutVerdict, Trial } from '../../result/compression.ts'
import { itemsForZeroLosses, pairsForPower } from '../../stats/sample-size.ts'
import { trafficFactor } from '../../stats/traffic.ts'
import { bytes, grouped, significant } from '../kit/number.ts'
import {
  atMost,
  chosenFinalist,
  counted,
  cpuWords,
  goalText,
  levelText,
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

/** The headline; where the data are synthetic its first words say so. */
export function foundHeadline(found: Compression): FoundHeadline {
  const { first, rest } = headlineOf(found)
  return { first: found.synthetic ? `On synthetic data: ${first}` : first, rest }
}

function headlineOf(found: Compression): FoundHeadline {
  const { outcome, original, margin, why } = found
  if (outcome === 'nothing')
    return {
      first: `Keep the original (${bytes(original.bytes)}): nothing smaller was found that stays within the ${marginText(margin)}.`,
      rest: sentence(why),
    }
  return outcome === 'proven' ? provenHeadline(found) : undecidedHeadline(found)
}

const sentence = (text: string): string =>
  text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`

function provenHeadline(found: Compression): FoundHeadline {
  const { margin, holdoutLooks, why } = found
  const more = sentence(why.split('; ').slice(1).join('; '))
  const early = more === '' ? '' : ` ${more}`
  const holdout = chosenFinalist(found)?.holdout ?? null
  const what = resultWords(found)
  if (holdout === null)
    return { first: `${what}: no verdict of the hold-out is recorded.`, rest: '' }
  const items = `${grouped(holdout.items)} items that the search never saw`
  if (holdoutLooks > 1)
    return {
      first: `${what}: on a hold-out that was opened ${counted(holdoutLooks, 'time')} it ${boundWords(holdout)}.`,
      rest: `Level ${levelText(holdout.alpha)} (what earlier looks left of it), where nothing that they showed steered this search; ${grouped(holdout.items)} items, ${marginText(margin)}.${early}`,
    }
  return {
    first: `${what}, proven within the ${marginText(margin)}: on future items like these it ${boundWords(holdout)} against the original.`,
    rest: `Level ${levelText(holdout.alpha)}, on ${items}.${early}`,
  }
}

/** The bound of a loss as a thing; a negative one is a gain. */
export const boundText = ({ upper }: HoldoutVerdict): string =>
  upper > 0 ? `at most ${atMost(upper)}` : `a gain of at least ${lossText(-upper)}`

/** The same as what it does. */
const boundWords = ({ upper }: HoldoutVerdict): string =>
  upper > 0 ? `loses at most ${atMost(upper)}` : `gains at least ${lossText(-upper)}`

/** The result against the original: 14.7x smaller and 5.7x less CPU time per inference. */
function resultWords(found: Compression): string {
  const { original, result } = found
  if (result === null) return 'No model'
  const cost = singleCost(found)
  const kind = result.runtime === runtimeFor.baseline ? 'A linear n-gram model does the job: ' : ''
  const cpu = cost === null ? '' : ` and ${cpuWords(cost)} per inference`
  const said = `${kind}${sizeWords(original.bytes, result.bytes)}${cpu}`
  return said.charAt(0).toUpperCase() + said.slice(1)
}

function undecidedHeadline({ finalists, margin, why }: Compression): FoundHeadline {
  const count = finalists.length
  const models = count === 1 ? 'one smaller model holds' : `${grouped(count)} smaller models hold`
  return {
    first: `Not decided: ${models} on the items of the search, and the hold-out proves ${count === 1 ? 'it not' : 'none of them'} within the ${marginText(margin)}.`,
    rest: sentence(why),
  }
}

/** What the hold-out says of a finalist, one line. */
export function holdoutText(holdout: HoldoutVerdict | null, looks: number): string {
  if (holdout === null) return 'not shown to the hold-out'
  const { loss, alpha, items, counts } = holdout
  return `loss ${lossText(loss)}, ${boundText(holdout)} on future items (level ${levelText(alpha)}, ${grouped(items)} items, ${grouped(counts.lose)} worse, ${grouped(counts.win)} better): ${verdictWord(holdout, looks)}`
}

/** A hold-out that was opened before proves no more. */
export function verdictWord({ proven }: HoldoutVerdict, looks: number): string {
  if (!proven) return 'not proven'
  return looks > 1 ? 'within the margin, weakened by earlier looks' : 'proven'
}

/** Share of its floor from which a slice's loss is called near. */
const nearFloor = 0.8
const mostSlices = 5

/** What a reader has to know before relying on the result. */
export function warnings(found: Compression): readonly string[] {
  const cost = singleCost(found)
  const slower = cost !== null && cost.high < 1
  return [
    ...looksWarning(found),
    ...(found.outcome === 'undecided' && found.result !== null
      ? ['The model that was written is not proven: do not take it for one that is.']
      : []),
    ...(found.goal.reached === false ? [`Asked for ${goalText(found)}.`] : []),
    ...(slower ? [`The result takes ${cpuWords(cost)} than the original at batch 1.`] : []),
    ...fewItemsWarning(found),
    ...sliceWarnings(found),
  ]
}

function looksWarning({ holdoutLooks, finalists }: Compression): readonly string[] {
  if (holdoutLooks <= 1 || finalists.length === 0) return []
  return [
    `This hold-out has been opened ${counted(holdoutLooks, 'time')}: the stated level holds only where nothing that earlier looks showed steered this search. Fresh items prove it without an if.`,
  ]
}

/** Items beyond doubt more than twice the fewest that can prove anything, which take a while to find exactly. */
const plenty = (margin: number, alpha: number): number => 4 * itemsForZeroLosses(margin, alpha)

function fewItemsWarning({ finalists, margin }: Compression): readonly string[] {
  const seen = finalists.flatMap(({ holdout }) => (holdout === null ? [] : [holdout]))
  const [first] = seen
  if (first === undefined) return []
  if (first.items >= plenty(margin, first.alpha)) return []
  const need = fewestItems(margin, first.alpha, null)
  if (first.items >= 2 * need) return []
  const few = `The hold-out has ${grouped(first.items)} items`
  return first.items < need
    ? [
        `${few}: at this margin not even a model without a single worse answer could be proven with fewer than ${grouped(need)}.`,
      ]
    : [
        `${few}, little more than the fewest (${grouped(need)}) with which this margin can be proven.`,
      ]
}

function sliceWarnings({ slices }: Compression): readonly string[] {
  const tight = slices
    .filter((one) => sliceStanding(one) !== 'within')
    .toSorted((a, b) => b.loss - b.floor - (a.loss - a.floor))
  const lines = tight
    .slice(0, mostSlices)
    .map(
      (one) =>
        `Slice ${one.slice}: loss ${lossText(one.loss)} on ${grouped(one.items)} items, ${sliceStanding(one)} its floor of ${lossText(one.floor)}.`,
    )
  const more = tight.length - lines.length
  return more > 0 ? [...lines, `${grouped(more)} more slices are near or over their floor.`] : lines
}

/** Where a slice stands against the loss that it may have. */
export function sliceStanding({
  loss,
  floor,
}: Compression['slices'][number]): 'over' | 'near' | 'within' {
  if (loss > floor) return 'over'
  return loss > 0 && loss >= nearFloor * floor ? 'near' : 'within'
}

/** Power at which the size of a fresh hold-out is stated. */
const power = 0.8

/** What to do next; empty where all that was asked for is proven. */
export function nextSteps(found: Compression): readonly string[] {
  const { outcome, goal } = found
  if (outcome === 'undecided') return undecidedSteps(found)
  if (outcome === 'nothing') return nothingSteps(found)
  return goal.reached === false
    ? ['Search longer (--seconds) or allow more loss (--margin) to come nearer to the goal.']
    : []
}

function undecidedSteps({ finalists, margin }: Compression): readonly string[] {
  const steps = finalists.flatMap(({ holdout, bytes: size }) => {
    if (holdout === null) return []
    const need = itemsToProve(holdout, margin)
    if (need !== null)
      return [
        `The ${bytes(size)} model lost ${lossText(holdout.loss)}: if that is its true loss, a fresh hold-out of about ${grouped(need)} items proves it with a chance of ${significant(100 * power)} %.`,
      ]
    return [
      `The ${bytes(size)} model lost ${lossText(holdout.loss)}, which is not below the margin: more items will not prove it. Milder cuts or a larger --margin might (its bound is ${atMost(holdout.upper)}).`,
    ]
  })
  return [
    ...steps,
    'Do not open the same hold-out again for this: take items that no search has seen.',
  ]
}

/**
 * Items of a fresh hold-out with which this loss and disagreement prove the margin at the same level and the stated power, traffic of three
 * times the items included; null where the loss is not below the margin. Source: `pairsForPower` (Connor 1987), widened by `trafficFactor`.
 */
export function itemsToProve(holdout: HoldoutVerdict, margin: number): number | null {
  const { counts, items, loss, alpha } = holdout
  if (loss >= margin || items === 0) return null
  const variance = Math.max((counts.win + counts.lose) / items - loss * loss, 1 / items)
  const pairs =
    pairsForPower(variance, margin - loss, alpha, power) * trafficFactor(items, null) ** 2
  const fewest = pairs >= plenty(margin, alpha) ? 0 : fewestItems(margin, alpha, null)
  return Number(Math.ceil(Math.max(pairs, fewest)).toPrecision(2))
}

function nothingSteps(found: Compression): readonly string[] {
  const near = nearest(found)
  const nearby =
    near === null
      ? []
      : [
          `Nearest: ${near.text} lost ${lossText(near.gate?.loss ?? 0)} (at most ${atMost(near.gate?.upper95 ?? 0)}, 95 %, items of the search). If that is acceptable, say so with --margin.`,
        ]
  return [
    ...nearby,
    'Search longer (--seconds), repair longer (--repair-steps), or give more texts to learn from: repair takes the answers of the original, not labels.',
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
