import type { PlanCandidate, PlanInput, PlanReport } from './plan-types.ts'

/** Answers up to which running everything is taken as cheap when no cost is known: a few coins at the price of small hosted models. */
const FEW_ANSWERS = 2000

/** Money (in the currency of the account) and joules (0.1 kWh) up to which running everything is cheap. */
const cheap = { pricePerItem: 1, energyPerItem: 360_000 } as const

/** Share of one month's saving that the benchmark may cost before a race is worth its weaker evidence. */
const SHARE_OF_SAVING = 0.1

/** Answers up to which all are judged where none has to be asked for: a million took 40 CPU seconds and 1.6 GB. */
const mostJudged = 500_000

const readAll = (answers: number): PlanReport['regime'] =>
  answers <= mostJudged
    ? { kind: 'full', why: 'every answer is there already' }
    : {
        kind: 'race',
        why: `${answers.toLocaleString('en-US')} answers are there already: as many are judged as the evidence needs; \`regime: full\` judges all`,
      }

/** Full where running everything is cheap, race where the benchmark itself is dear; with the reason. */
export function regimeFor(input: PlanInput): PlanReport['regime'] {
  if (input.regime !== 'auto') return { kind: input.regime, why: `set in the spec` }
  if (input.wholeSetMetric) {
    return { kind: 'full', why: 'the metric is not a mean over items, so every item is needed' }
  }
  const answers = answersToAsk(input)
  if (answers === 0) return readAll(input.items * input.candidates.length)
  const compared = exhaustiveAgainstSaving(input)
  if (compared !== null) {
    const part = `${(100 * compared).toPrecision(2)} % of what the choice could save in a month`
    return compared <= SHARE_OF_SAVING
      ? { kind: 'full', why: `a full run costs ${part}` }
      : { kind: 'race', why: `a full run would cost ${part}` }
  }
  const whole = exhaustiveCost(input)
  if (whole !== null) {
    const amount = `${Number(whole.total.toPrecision(2))} ${whole.unit}`
    return whole.cheap
      ? { kind: 'full', why: `a full run costs about ${amount}` }
      : { kind: 'race', why: `a full run would cost about ${amount}` }
  }
  return answers <= FEW_ANSWERS
    ? {
        kind: 'full',
        why: `${answers} answers in total, few enough to run every candidate on every item`,
      }
    : {
        kind: 'race',
        why: `${answers} answers in total: cheapest first, stopping when the evidence allows`,
      }
}

/** Answers of all candidates that are still to be asked for. */
export const answersToAsk = (input: Pick<PlanInput, 'candidates' | 'items'>): number =>
  input.candidates.reduce((all, one) => all + toAsk(one, input), 0)

/** Answers of a candidate that are still to be asked for. */
const toAsk = ({ stored }: PlanCandidate, { items }: Pick<PlanInput, 'items'>): number =>
  Math.max(0, items - stored)

/** What these answers cost; undefined where it is not known. */
function costToAsk(
  one: PlanCandidate,
  basis: 'pricePerItem' | 'energyPerItem',
  items: number,
): number | undefined {
  const left = toAsk(one, { items })
  const cost = one[basis]
  if (left === 0) return 0
  return cost.kind === 'known' ? cost.value * left : undefined
}

/** Cost of every candidate on every item, in money or else joules; null where it is not known for all. */
function exhaustiveCost({ candidates, items }: PlanInput) {
  for (const [basis, unit] of [
    ['pricePerItem', 'in money'],
    ['energyPerItem', 'J'],
  ] as const) {
    const values = candidates.flatMap((one) => costToAsk(one, basis, items) ?? [])
    const total = values.reduce((sum, value) => sum + value, 0)
    if (values.length === candidates.length && total > 0)
      return { total, unit, cheap: total <= cheap[basis] }
  }
  return null
}

/** Cost of everything over the most that a month can save, in joules or else money; null when that is not known. */
function exhaustiveAgainstSaving(input: PlanInput): number | null {
  const { volumePerMonth, incumbent, candidates, items } = input
  if (volumePerMonth === null || incumbent === null) return null
  for (const basis of ['energyPerItem', 'pricePerItem'] as const) {
    const costs = candidates.map((candidate) => candidate[basis])
    const values = costs.flatMap((cost) => (cost.kind === 'known' ? [cost.value] : []))
    const own = candidates.find(({ id }) => id === incumbent)?.[basis]
    if (values.length < candidates.length || own?.kind !== 'known') continue
    const saving = (own.value - Math.min(...values)) * volumePerMonth
    const whole = candidates.reduce((sum, one) => sum + (costToAsk(one, basis, items) ?? 0), 0)
    if (saving > 0) return whole / saving
  }
  return null
}
