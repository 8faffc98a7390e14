import { healthText } from '../../result/answer-health-text.ts'
import type { CandidateResult } from '../../result/candidate.ts'
import { leftOutText } from '../../result/left-out-text.ts'
import { stalePricesText } from '../../result/price-age.ts'
import type { RunResult } from '../../result/run-result.ts'
import { netEffectText } from '../../result/saving-text.ts'
import { chance, levelText, plural } from '../../unit/figure-words.ts'
import { cpuSeconds, grouped, percent, points, significant, value } from '../kit/number.ts'
import { scoreLine } from './account.ts'
import { costAxis } from './cost-axis.ts'
import { claimText, headlineText } from './headline.ts'

/** The decision with its evidence in plain text, in the order in which the short forms of the report show it. */
export interface Summary {
  readonly headline: string
  readonly claims: readonly {
    readonly name: 'matches' | 'certified'
    readonly about: string
    readonly holds: boolean
    readonly text: string
  }[]
  readonly broken: readonly string[]
  /** What of the inputs the decision does not stand on, sentence by sentence. */
  readonly leftOut: readonly string[]
  /** What was found wrong with the data and is not left out, sentence by sentence. */
  readonly data: readonly string[]
  /** Answers that were not read, or only after normalization, by candidate. */
  readonly health: readonly string[]
  readonly next: readonly string[]
  /** What the evaluation has cost, sentence by sentence. */
  readonly cost: readonly string[]
}

export function summaryOf(result: RunResult): Summary {
  const { matches, certified, next } = result.decision
  return {
    headline: headlineText(result),
    claims: [
      { ...matches, name: 'matches', about: 'these items', text: claimText(matches) },
      {
        ...certified,
        name: 'certified',
        about: 'future items like these',
        text: claimText(certified),
      },
    ],
    broken: result.candidates
      .filter(({ verdict }) => verdict === 'broken')
      .map(({ id, why }) => `${id} broke: ${why}`),
    leftOut: result.task.leftOut.map(leftOutText),
    data: result.task.warnings.filter(isKept).map(({ text }) => text),
    health: result.candidates.flatMap(({ id, health }) => healthText(id, health)),
    next: nextTexts(next),
    cost: costSentences(result),
  }
}

/** Warnings about rows that count: the others are among what is left out. */
const kept: readonly string[] = [
  ...(['same-text', 'conflicting-labels', 'near-duplicates'] as const),
  ...(['near-duplicates-train', 'clusters-in-train', 'labels-unseen'] as const),
]
const isKept = ({ code }: RunResult['task']['warnings'][number]): boolean => kept.includes(code)

export const nextTexts = (steps: RunResult['decision']['next']): readonly string[] =>
  steps.filter(({ kind }) => kind !== 'none').map(({ text }) => text)

function costSentences(result: RunResult): readonly string[] {
  const { calls, reused, cpuS, payBackCalls: pays } = result.overhead
  const score = scoreLine(result)
  const { look } = result.task
  return [
    `This evaluation took ${grouped(calls)} calls (${grouped(reused)} stored answers), ${cpuSeconds(cpuS)}.`,
    moneyText(result) ?? payBackText(pays),
    ...(look > 1 ? [`Look ${look} at this data.`] : []),
    ...(score === null ? [] : [`${score}.`]),
  ]
}

/** Where the saving is one of money: its pay-back, with what the ledger does not count. */
function moneyText({ account, decision }: RunResult): string | null {
  const money = account?.payBack?.money
  if (decision.saving?.of !== 'price' || money === undefined || 'kind' in money) return null
  return `In money: ${money.sentence}`
}

/** When the run has paid for itself, as a sentence. */
export function payBackText(pays: RunResult['overhead']['payBackCalls']): string {
  if (pays.kind === 'known') return `Paid back after ${value(pays)} answers.`
  return pays.kind === 'infinite' ? `Never pays back: ${pays.reason}.` : 'Pay-back is unknown.'
}

/** A column of the table of candidates in plain text. */
export interface SummaryColumn {
  readonly head: string
  readonly words?: boolean
  /** Left out where there is no room: the headline has it for the chosen one. */
  readonly spare?: boolean
  cell(one: CandidateResult): string
}

/** The columns that decide, without those of costs. */
export const decidingColumns = ({ task }: RunResult): readonly SummaryColumn[] => [
  { head: 'candidate', words: true, cell: ({ id }) => id },
  {
    head: 'verdict',
    words: true,
    cell: ({ role, verdict }) => (role === 'incumbent' ? 'incumbent' : verdict),
  },
  { head: 'n', cell: ({ n }) => grouped(n) },
  { head: task.metric, cell: ({ quality }) => orDash(quality, percent) },
  { head: 'loss', cell: ({ loss }) => (loss ? points(loss.expected) : dash) },
  { head: 'at most', cell: ({ loss }) => (loss ? points(loss.upper) : dash) },
  { head: 'P(over)', spare: true, cell: ({ loss }) => (loss ? chance(loss.pOver) : dash) },
]

/** How many times less than the incumbent; no column without one. */
export const savingColumns = ({ incumbent }: RunResult): readonly SummaryColumn[] =>
  incumbent === null
    ? []
    : [
        {
          head: 'saves',
          cell: ({ role, cost }) =>
            role === 'incumbent'
              ? dash
              : orDash(cost.ratioAccepted, (v) => `${significant(v, 2)}x`),
        },
      ]

export const dash = '–'

export const orDash = <E extends { readonly kind: string; readonly value?: number }>(
  { value }: E,
  text: (value: number) => string,
): string => (value === undefined ? dash : text(value))

/** How the table is to be read; `over` names its column of chances, null where it has none. */
export function legend(result: RunResult, over: string | null): readonly string[] {
  const { incumbent, task, decision } = result
  const bound = decision.looked === 0 ? '' : `; "at most" holds at ${boundWords(result)}`
  const stale = stalePricesText(result.candidates)
  const { saving, chosen } = decision
  return [
    ...(saving === null || chosen === null || incumbent === null
      ? []
      : [netEffectText(saving, [chosen, incumbent])]),
    `Loss: points of ${task.metric} against ${incumbent ?? 'the floor'}${bound}.`,
    ...(over === null || decision.looked === 0
      ? []
      : [
          `${over}: the chance that the loss is more than ${limitWords(result)}, of each candidate alone.`,
        ]),
    incumbent === null
      ? 'No incumbent is named, so no saving is stated.'
      : `Saves: how many times less ${savingOf(result).replace('price', 'money')} than ${incumbent} per accepted answer.`,
    ...(stale === null ? [] : [stale]),
  ]
}

/** The level of the bounds, and what they allow for: "95.5 %, picked among 12 candidates". */
export function boundWords({ candidates, decision, risk }: RunResult): string {
  const level = candidates.find(({ loss }) => loss)?.loss?.level ?? 1 - risk.alpha
  const among = decision.looked > 1 ? `, picked among ${plural(decision.looked, 'candidate')}` : ''
  return `${levelText(level)}${among}`
}

/** The loss that the bar allows: "1 point". */
function limitWords({ bar }: RunResult): string {
  return bar.kind === 'relative' ? pointsWord(bar.margin) : '0 points'
}

export function pointsWord(share: number): string {
  const text = significant(share * 100, 2)
  return text === '1' ? '1 point' : `${text} points`
}

/** The cost that ratios are of. */
export function savingOf({ decision }: RunResult): string {
  if (decision.saving !== null) return decision.saving.of
  const words = {
    energy: 'energy',
    'cpu-time': 'CPU time',
    price: 'price',
    'modeled-energy': 'modeled energy',
    latency: 'time',
    parameters: 'CPU time',
    unknown: 'CPU time',
  } as const
  return words[decision.order.by]
}

/** Cheapest first, the incumbent last. */
export function orderedCandidates(result: RunResult): readonly CandidateResult[] {
  const cost = (one: CandidateResult): number => {
    const { estimate } = costAxis(one, result)
    return estimate.kind === 'known' ? estimate.value : Number.POSITIVE_INFINITY
  }
  const others = result.candidates.filter((one) => one.role !== 'incumbent')
  const own = result.candidates.filter((one) => one.role === 'incumbent')
  return [...others.toSorted((a, b) => cost(a) - cost(b)), ...own]
}
