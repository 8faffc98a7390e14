import { RightsizeError } from '../error/error.ts'
import type { ScoredRow } from './scores.ts'

/** "3 (`b`, item `7`)". */
const place = (text: string, { candidate, id }: ScoredRow) =>
  `${text} (\`${candidate}\`, item \`${id}\`)`

const examples = (rows: readonly ScoredRow[], text: (row: ScoredRow) => string) =>
  rows
    .slice(0, 3)
    .map((row) => place(text(row), row))
    .join(', ')

const numberOf = ({ score }: ScoredRow): number =>
  score.kind === 'number' ? score.value : Number.NaN

/** Throws SCORE_SCALE where a number is outside its scale, or two scales are mixed. */
export function refuseScale(
  rows: readonly ScoredRow[],
  scale: readonly [number, number] | undefined,
): void {
  const [low, high] = scale ?? [0, 1]
  const numbers = rows.filter(({ score }) => score.kind === 'number')
  const shares = rows.filter(({ score }) => score.kind === 'percent')
  const outside = [
    ...numbers.filter((row) => numberOf(row) < low || numberOf(row) > high),
    ...shares.filter(
      ({ score }) => score.kind === 'percent' && (score.value < 0 || score.value > 1),
    ),
  ]
  if (outside.length > 0)
    throw new RightsizeError(
      'SCORE_SCALE',
      `${outside.length} of ${rows.length} scores are outside ${low}..${high}, such as ${examples(outside, written)}.`,
      { next: `State the scale: --score-scale ${likelyScale(numbers.map(numberOf))}` },
    )
  const whole = numbers.filter((row) => numberOf(row) !== 0)
  if (shares.length > 0 && whole.length > 0 && scale === undefined)
    throw new RightsizeError(
      'SCORE_SCALE',
      `${shares.length} scores have a percent sign and ${whole.length} have none, such as ${examples(whole, written)}.`,
      {
        next: 'Write all of them in one way, or state the scale of those without: --score-scale 0..100',
      },
    )
  refuseMixed(numbers, high)
}

/** One candidate within 0..1 beside another that uses a scale of 0..100 was scored on another scale. */
function refuseMixed(numbers: readonly ScoredRow[], high: number): void {
  if (high < 5) return
  const groups = new Map<string, number>()
  for (const row of numbers)
    groups.set(row.candidate, Math.max(groups.get(row.candidate) ?? 0, numberOf(row)))
  const small = [...groups].find(([, most]) => most > 0 && most <= 1)?.[0]
  if (small === undefined || [...groups.values()].every((most) => most <= 1)) return
  throw new RightsizeError(
    'SCORE_SCALE',
    `No score of \`${small}\` is above 1, and other candidates reach ${Math.max(...groups.values())}.`,
    { next: 'Write the scores of all candidates on one scale.' },
  )
}

const written = ({ score }: ScoredRow): string =>
  score.kind === 'percent'
    ? `${Number((score.value * 100).toPrecision(12))} %`
    : String('value' in score ? score.value : score.text)

/** The usual scale that holds all of these: 1..5, 0..10, 0..100, ...; their own ends where none does. */
function likelyScale(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const usual: readonly (readonly [number, number])[] = [
    ...([
      [-1, 1],
      [1, 5],
      [0, 5],
      [1, 10],
      [0, 10],
      [0, 100],
      [0, 1000],
    ] as const),
  ]
  const whole = values.every(Number.isInteger)
  const [low, high] = usual.find(([a, b]) => a <= least && most <= b && (a < 1 || whole)) ?? [
    least,
    most,
  ]
  return `${low}..${high}`
}

/** Throws SCORE_MISSING where an answer has no score, or one that nobody can read. */
export function refuseMissing(rows: readonly ScoredRow[]): void {
  const lost = rows.filter(({ score }) => score.kind === 'missing' || score.kind === 'unreadable')
  if (lost.length === 0) return
  const unread = lost.filter(({ score }) => score.kind === 'unreadable').length
  const what =
    unread === 0
      ? 'no score'
      : unread === lost.length
        ? 'a score that cannot be read'
        : 'no score, or one that cannot be read'
  throw new RightsizeError(
    'SCORE_MISSING',
    `${lost.length} of ${rows.length} answers have ${what}, such as ${examples(lost, written)}.`,
    { next: 'Score them and run again, or count them as wrong: --missing wrong' },
  )
}

export const unknownDirection = (metric: string): RightsizeError =>
  new RightsizeError('METRIC_DIRECTION', `Whether a higher \`${metric}\` is better is unknown.`, {
    next: 'State it: --metric-direction higher, or --metric-direction lower',
  })

export const unknownWorst = (metric: string): RightsizeError =>
  new RightsizeError(
    'METRIC_DIRECTION',
    `A lower \`${metric}\` is better, and it has no worst value from which quality could be counted.`,
    {
      next: 'State best and worst: --score-scale 0..10 makes 0 a quality of 1 and 10 a quality of 0. Or name another metric: --score accuracy',
    },
  )
