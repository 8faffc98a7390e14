import type { PlanInput, PlanReport } from './plan-types.ts'

type Facts = Omit<PlanReport, 'sentences'>

/** The plan in sentences: the regime, what it takes, what these labels can show. */
export function planSentences(input: PlanInput, facts: Facts): string[] {
  const { regime, labels } = facts
  const what =
    regime.kind === 'full'
      ? 'Every candidate runs on every item'
      : 'A race: cheapest candidates first, in one item order, stopping as soon as the evidence allows'
  return [`${what} (${regime.why}).`, ...costSentences(facts), ...reachSentences(input, labels)]
}

function costSentences({ energy, money, calls, fitsBudget }: Facts): string[] {
  const likely: string[] = []
  if (calls.kind === 'known') likely.push(`${counted(calls.value)} answers`)
  if (energy.kind === 'known')
    likely.push(`${short(energy.value)} J (${short(energy.low)} to ${short(energy.high)})`)
  if (money.kind === 'known')
    likely.push(
      money.high === 0
        ? 'no money'
        : `${short(money.value)} in money (at most ${short(money.high)})`,
    )
  const unknownEnergy =
    energy.kind === 'unknown' ? [`Energy cannot be predicted: ${energy.why}.`] : []
  return [`Expected: ${likely.join(', ')}; ${fitsBudget.why}.`, ...unknownEnergy]
}

function reachSentences({ bar }: PlanInput, labels: PlanReport['labels']): string[] {
  const { n, looked, certifiableMargin, supportableMargin, bestCaseMargin } = labels
  const relative = bar.kind === 'relative'
  const whom = `${counted(n)} labels and ${looked} ${looked === 1 ? 'candidate' : 'candidates'}`
  const certify = relative
    ? `can certify a margin of about ${points(certifiableMargin)}, and support one of about ${points(supportableMargin)}, for a candidate as good as the incumbent that differs from it on ${points(labels.disagreement).replace(/ points?$/, '')} % of items.`
    : `can certify a candidate that is about ${points(certifiableMargin)} above the floor, and support one about ${points(supportableMargin)} above it.`
  const room = bar.kind === 'relative' ? 1 : 1 - bar.floor
  if (bestCaseMargin >= room) return [tooFew(whom, relative), ...askedSentence(bar, labels)]
  const never = relative
    ? `They can never certify a margin below ${points(bestCaseMargin)}, even without a single loss.`
    : `They can never certify a candidate with less than ${points(bestCaseMargin)} to spare.`
  if (certifiableMargin >= room)
    return [
      `${whom} can certify only a candidate that is almost never wrong.`,
      ...askedSentence(bar, labels),
    ]
  return [`${whom} ${certify}`, never, ...askedSentence(bar, labels)]
}

/** So few that no outcome of the run could certify anybody. */
const tooFew = (whom: string, relative: boolean): string =>
  `${whom} cannot certify anything: not even a candidate that ${relative ? 'never loses to the incumbent' : 'is never wrong'}.`

function askedSentence(
  bar: PlanInput['bar'],
  { n, labelsToCertify, labelsToSupport }: PlanReport['labels'],
): string[] {
  if (labelsToCertify === null || labelsToSupport === null) return []
  const asked =
    bar.kind === 'relative'
      ? `Your ${points(bar.margin).replace(/ points?$/, '')}-point margin`
      : `The distance of ${points(bar.target - bar.floor)} from floor to target`
  if (n >= labelsToCertify)
    return [`${asked} needs about ${counted(labelsToCertify)} labels to certify: you have them.`]
  const support =
    n >= labelsToSupport
      ? 'enough to support it'
      : `about ${counted(labelsToSupport)} to support it`
  return [
    `${asked} needs about ${counted(labelsToCertify)} labels to certify; you have ${counted(n)}: ${support}.`,
  ]
}

const points = (share: number): string => {
  const text = (100 * share).toFixed(1).replace(/\.0$/, '')
  return `${text} ${text === '1' ? 'point' : 'points'}`
}

/** Three significant digits, thousands by commas. */
const counted = (value: number): string =>
  String(Math.round(Number(value.toPrecision(3)))).replace(/\B(?=(\d{3})+$)/g, ',')

const short = (value: number): string =>
  value >= 1000 ? counted(value) : String(Number(value.toPrecision(3)))
