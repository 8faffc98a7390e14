import type { LeftOutOne } from '../result/left-out-text.ts'
import type { ImportedCandidate, ImportedOutcomes, ImportedRow } from './imported.ts'
import { metricFacts } from './metric.ts'
import { refuseMissing, refuseScale, unknownDirection, unknownWorst } from './score-refusals.ts'
import { hasDecimalComma, type WrittenScore, writtenScore } from './score-text.ts'

/** What the user says of scores that exist already. */
export interface ScoreTerms {
  /** Worst and best score of the scale, such as 1 and 5; 0..1 unless stated. */
  readonly scale?: readonly [number, number] | undefined
  /** What an answer without a score counts as; refused unless stated. */
  readonly missing?: 'wrong' | 'refuse' | undefined
  readonly direction?: 'higher' | 'lower' | undefined
}

/** A score of one answer with its place. */
export interface ScoredRow {
  readonly candidate: string
  readonly id: string
  readonly score: WrittenScore
}

/**
 * The scores of imports as shares from 0 (worst) to 1 (best), none of them dropped. Throws SCORE_SCALE where one is outside its
 * scale, SCORE_MISSING where one is missing or unreadable, METRIC_DIRECTION where it is not known which way is better;
 * each with the count, three examples and the flag that settles it.
 */
export function settledScores(
  imports: readonly ImportedOutcomes[],
  terms: ScoreTerms,
): readonly ImportedOutcomes[] {
  const read = imports.map((one) => one.candidates.map(readCandidate))
  const rows = read.flat(2)
  refuseScale(rows, terms.scale)
  if (terms.missing !== 'wrong') refuseMissing(rows)
  return imports.map((one, index) => {
    const own = read[index] ?? []
    const turned = isLower(one, own.flat(), terms)
    const share = (score: WrittenScore) => shareOf(score, terms.scale, turned)
    return {
      ...one,
      candidates: one.candidates.map((candidate, i) => withShares(candidate, own[i] ?? [], share)),
      ignored: [...one.ignored, ...own.flat().flatMap(countedAsWrong)],
      ...(turned
        ? { reading: `${one.metric ?? 'score'}: lower is better, so quality is 1 minus it` }
        : {}),
    }
  })
}

const isJudged = (row: ImportedRow): boolean => row.error === undefined

function readCandidate({ id, rows }: ImportedCandidate): readonly ScoredRow[] {
  const judged = rows.filter(isJudged)
  const comma = hasDecimalComma(judged.map((row) => row.score))
  return judged.map((row) => ({
    ...{ candidate: id, id: row.id },
    score: writtenScore(row.score, comma),
  }))
}

/** Whether a lower score is a better one. */
function isLower(
  { metric = null }: ImportedOutcomes,
  rows: readonly ScoredRow[],
  { direction, scale }: ScoreTerms,
): boolean {
  const known = metric === null ? null : metricFacts(metric)
  const better = direction ?? known?.better ?? (metric === null ? 'higher' : null)
  const sure = rows.every(({ score }) => score.kind === 'truth' && score.sure)
  if (better === null && sure) return false
  if (better === null) throw unknownDirection(metric ?? '')
  if (better === 'lower' && known?.bounded === false && scale === undefined)
    throw unknownWorst(metric ?? '')
  return better === 'lower'
}

function shareOf(
  score: WrittenScore,
  [low, high]: readonly [number, number] = [0, 1],
  turned: boolean,
): number {
  if (score.kind === 'missing' || score.kind === 'unreadable') return 0
  const share = score.kind === 'number' ? (score.value - low) / (high - low) : score.value
  return turned ? 1 - share : share
}

function withShares(
  candidate: ImportedCandidate,
  read: readonly ScoredRow[],
  share: (score: WrittenScore) => number,
): ImportedCandidate {
  const shares = new Map(read.map(({ id, score }) => [id, share(score)]))
  return {
    ...candidate,
    rows: candidate.rows.map((row) =>
      isJudged(row) ? { ...row, score: shares.get(row.id) } : row,
    ),
  }
}

function countedAsWrong({ candidate, id, score }: ScoredRow): readonly LeftOutOne[] {
  if (score.kind !== 'missing' && score.kind !== 'unreadable') return []
  const why = `${candidate} has no score that can be read there, and counts as wrong (--missing wrong)`
  return [{ path: `item \`${id}\`: ${score.text}`, what: 'score', why }]
}
