import { RightsizeError } from '../../core/error/error.ts'
import type { LabelledRow } from '../../core/student/example.ts'
import {
  type TokenDropout,
  type TokenExamples,
  targetFeeds,
  tokenFeeds,
  withoutTokens,
} from '../../core/train/token-batch.ts'
import type { TrainingData } from './train-options.ts'

/** Token examples as training data. */
export function tokenData(
  examples: TokenExamples,
  maxLength: number,
  padId: number,
  tokenDropout?: TokenDropout,
): TrainingData {
  const { ids, labels } = examples
  return {
    lengths: ids.map((row) => Math.min(row.length, maxLength)),
    ...(labels && { labels }),
    feeds: (rows) => ({
      ...tokenFeeds(ids, rows, maxLength, padId),
      ...targetFeeds(examples, rows),
    }),
    ...(tokenDropout && {
      learningFeeds: (rows, source) => ({
        ...tokenFeeds(withoutTokens(ids, rows, tokenDropout, source), rows, maxLength, padId),
        ...targetFeeds(examples, rows),
      }),
    }),
  }
}

/** Throws TOKENIZER_MISMATCH where an id has no embedding, TRAIN_DATA where no text has a token. */
export function refuseIds(ids: readonly (readonly number[])[], vocabulary: number): void {
  for (const [row, tokens] of ids.entries()) {
    const wrong = tokens.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabulary)
    if (wrong !== undefined)
      throw new RightsizeError(
        'TOKENIZER_MISMATCH',
        `token ${wrong} of row ${row} is outside the vocabulary of ${vocabulary}`,
        { at: `row ${row}` },
      )
  }
  if (ids.every((row) => row.length === 0))
    throw new RightsizeError('TRAIN_DATA', 'every text is empty after tokenization')
}

function refuseLabels(labels: readonly number[], rows: number, classes: number): void {
  if (labels.length !== rows)
    throw new RightsizeError('TRAIN_DATA', `${rows} texts have ${labels.length} labels`)
  const row = labels.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= classes)
  if (row >= 0)
    throw new RightsizeError(
      'TRAIN_DATA',
      `label ${labels[row]} is not one of ${classes} classes`,
      {
        at: `row ${row}`,
      },
    )
  if (new Set(labels).size < 2)
    throw new RightsizeError(
      'TRAIN_DATA',
      'all rows have the same label: there is nothing to learn',
    )
}

function refuseTargets(targets: readonly Float32Array[], rows: number, classes: number): void {
  const row = targets.findIndex((target) => target.length !== classes)
  if (targets.length !== rows || row >= 0)
    throw new RightsizeError(
      'TRAIN_DATA',
      `soft labels need ${rows} rows of ${classes} values`,
      row >= 0 ? { at: `row ${row}` } : {},
    )
}

/** Throws TOKENIZER_MISMATCH for foreign token ids, TRAIN_DATA for other examples that cannot teach: wrong counts, labels outside the classes, a single class. */
export function refuseExamples(
  { ids, labels, targets }: TokenExamples,
  vocabulary: number,
  classes: number,
): void {
  refuseIds(ids, vocabulary)
  if (labels !== undefined) refuseLabels(labels, ids.length, classes)
  if (targets !== undefined) refuseTargets(targets, ids.length, classes)
  if (labels === undefined && targets === undefined)
    throw new RightsizeError('TRAIN_DATA', 'the examples have neither labels nor soft labels')
}

/** The rows' soft labels where all have them, else their places among the labels. */
export function targetsOf(
  rows: readonly LabelledRow[],
  labels: readonly string[],
): Omit<TokenExamples, 'ids'> {
  if (rows.every((row) => row.soft !== undefined))
    return { targets: rows.map((row) => Float32Array.from(row.soft ?? [])) }
  return { labels: rows.map((row) => labels.indexOf(row.label)) }
}
