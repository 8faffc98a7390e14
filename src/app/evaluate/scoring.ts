import type { Store } from '../../contract/store.ts'
import type { Answer, Output } from '../../core/data/answer.ts'
import type { Item } from '../../core/data/item.ts'
import type { ErrorCode } from '../../core/error/catalogue.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Reading } from '../../core/score/label-reader.ts'
import { scoreIn } from '../../core/score/score-in.ts'
import type { Score, Scorer } from '../../core/score/scorer.ts'
import { sumOfFigures } from '../../core/unit/arithmetic.ts'
import { type Figure, unknown } from '../../core/unit/estimate.ts'

/** One item of one candidate, judged. */
export interface JudgedItem {
  /** 0..1; null where no scorer applies; a failed answer scores 0. */
  readonly score: number | null
  readonly failed: { readonly code: string; readonly message: string } | null
  /** What the candidate was understood to say, for reports. */
  readonly read: string
  /** How it was read, where the labels are a closed set; null elsewhere. */
  readonly reading: Reading | null
  readonly output: Output | null
  readonly counts: Readonly<Record<string, number>> | null
}

export interface WeightedScorer {
  readonly scorer: Scorer
  readonly weight: number
}

export interface JudgeCost {
  joules: Figure
  price: Figure
  calls: number
}

/**
 * Scores one answer with every scorer; the item's score is their weighted mean. Transport failures count as 0 and
 * are never dropped. A scorer that throws is a failure of the tool, not of the model.
 */
export async function judgeAnswer(
  answer: Answer,
  item: Item,
  scorers: readonly WeightedScorer[],
  kept: { readonly store: Store; readonly key: string; readonly cost: JudgeCost },
): Promise<JudgedItem> {
  if (!answer.ok) {
    const failed = { code: answer.code, message: answer.message }
    const read = `(failed: ${answer.code})`
    return { score: 0, failed, read, reading: null, output: null, counts: null }
  }
  const scores: Score[] = []
  for (const { scorer } of scorers) scores.push(await scoreOnce(scorer, answer.output, item, kept))
  return {
    score: weighted(scores, scorers),
    failed: null,
    read: scores.find((score) => score.read !== undefined)?.read ?? said(answer.output),
    reading: scores.find((score) => score.reading !== undefined)?.reading ?? null,
    output: answer.output,
    counts: scores.find((score) => score.counts !== undefined)?.counts ?? null,
  }
}

async function scoreOnce(
  scorer: Scorer,
  output: Output,
  item: Item,
  kept: { readonly store: Store; readonly key: string; readonly cost: JudgeCost },
): Promise<Score> {
  // The label is not in the key of the answer: a corrected one must be judged anew.
  const name = `${scorer.name}@${scorer.version} ${item.digest}`
  const stored = scorer.deterministic
    ? undefined
    : kept.store.scores([kept.key], name).get(kept.key)
  const known = stored ? storedScore(stored.detail) : null
  if (known) return known
  const score = await scoreSafely(scorer, output, item)
  if (!scorer.deterministic) {
    kept.cost.calls += 1
    const { joules = unknown('the judge is not metered') } = score
    const { price = unknown('no price is stated for the scorer that asks a model') } = score
    kept.cost.joules = sumOfFigures([kept.cost.joules, joules])
    kept.cost.price = sumOfFigures([kept.cost.price, price])
    kept.store.putScores([
      { outcomeKey: kept.key, scorer: name, score: score.score, detail: JSON.stringify(score) },
    ])
  }
  return score
}

/** A score of the store; null where it is none, and the scorer is asked again. */
function storedScore(json: string): Score | null {
  try {
    return scoreIn(JSON.parse(json))
  } catch {
    return null
  }
}

/** Faults of the spec or of a label: they are the same for every candidate. */
const ofTheSpec: readonly string[] = [
  'SCORER_OPTION',
  'SCORER_EXPECTED',
  'SCORER_REFUSED',
  'UNTRUSTED_PATTERN',
]

/** An error of a scorer on an answer of one candidate, which is broken by it; the others are judged. */
export class ScoringFailure extends Error {
  readonly code: ErrorCode
  constructor(code: ErrorCode, message: string, cause: unknown) {
    super(message, { cause })
    this.code = code
  }
}

async function scoreSafely(scorer: Scorer, output: Output, item: Item): Promise<Score> {
  try {
    const score = await scorer.score(output, item)
    if (score.score !== null && !(score.score >= 0 && score.score <= 1))
      throw new Error(`its score ${score.score} is not within 0 and 1`)
    return score
  } catch (cause) {
    if (cause instanceof RightsizeError) {
      if (ofTheSpec.includes(cause.code)) throw cause
      throw new ScoringFailure(cause.code, cause.message, cause)
    }
    const reason = cause instanceof Error ? cause.message : String(cause)
    const what = `the scorer ${scorer.name} failed on item ${item.id}: ${reason}`
    throw new ScoringFailure('SCORER_FAILED', what, cause)
  }
}

function weighted(scores: readonly Score[], scorers: readonly WeightedScorer[]): number | null {
  let sum = 0
  let weights = 0
  scores.forEach((score, i) => {
    const weight = scorers[i]?.weight ?? 1
    if (score.score === null) return
    sum += weight * score.score
    weights += weight
  })
  return weights === 0 ? null : sum / weights
}

/** An output as a short text. */
export function said(output: Output): string {
  if (output.kind === 'label') return output.label
  if (output.kind === 'text') return output.text
  if (output.kind === 'json') return JSON.stringify(output.value)
  if (output.kind === 'spans')
    return output.spans.map((span) => `${span.type}@${span.start}-${span.end}`).join(' ')
  return output.kind === 'vector' ? `vector of ${output.vector.length}` : 'tensors'
}
