import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RightsizeError } from '../error/error.ts'
import type { ImportedOutcomes } from './imported.ts'
import { metricFacts } from './metric.ts'
import { type ScoreTerms, settledScores } from './scores.ts'

const outcomes = (
  scores: readonly unknown[],
  { id = 'a', metric = null as string | null } = {},
): ImportedOutcomes => ({
  task: null,
  items: [],
  candidates: [{ id, rows: scores.map((score, i) => ({ id: String(i + 1), score })) }],
  scored: true,
  metric,
  ignored: [],
})

const settled = (scores: readonly unknown[], terms: ScoreTerms = {}, metric?: string) =>
  settledScores([outcomes(scores, { metric: metric ?? null })], terms)[0]?.candidates[0]?.rows.map(
    (row) => row.score,
  )

const refusal = (run: () => unknown): RightsizeError => {
  try {
    run()
  } catch (error) {
    if (error instanceof RightsizeError) return error
    throw error
  }
  throw new Error('was not refused')
}

test.each([
  ['numbers', [0, 0.5, 1], [0, 0.5, 1]],
  ['numbers as text', ['0', ' 0.25 ', '1.0', '1e-1'], [0, 0.25, 1, 0.1]],
  ['booleans', [true, false], [1, 0]],
  ['Python and spreadsheets', ['True', 'FALSE', 'true', 'False'], [1, 0, 1, 0]],
  [
    'words',
    ['yes', 'No', 'T', 'f', 'correct', 'Incorrect', 'PASS', 'failed'],
    [1, 0, 1, 0, 1, 0, 1, 0],
  ],
  ['percent signs', ['85 %', '100%', '0 %'], [0.85, 1, 0]],
  ['decimal commas', ['0,85', '1', '0,5'], [0.85, 1, 0.5]],
  ['percent with decimal commas', ['85,5 %', '100 %'], [0.855, 1]],
])('%s are read', (_, written, read) => {
  expect(settled(written)).toEqual(read)
})

test.each([
  ['ratings', [1, 2, 3, 4, 5], '1..5', [0, 0.25, 0.5, 0.75, 1]],
  ['percentages', [0, 100, 50], '0..100', [0, 1, 0.5]],
  ['marks', [0, 10, 7], '0..10', [0, 1, 0.7]],
  ['a correlation', [-1, 0, 1], '-1..1', [0, 0.5, 1]],
])('%s outside 0..1 are refused with the scale, and read on it', (_, written, scale, read) => {
  const error = refusal(() => settled(written))
  expect(error).toMatchObject({ code: 'SCORE_SCALE' })
  expect(error.next).toContain(`--score-scale ${scale}`)
  const [low, high] = scale.split('..').map(Number) as [number, number]
  expect(settled(written, { scale: [low, high] })).toEqual(read)
})

test('a refusal names the count and three examples', () => {
  const error = refusal(() => settled([1, 2, 3, 4, 5, 1]))
  expect(error.message).toContain('4 of 6 scores are outside 0..1')
  expect(error.message).toContain('2 (`a`, item `2`), 3 (`a`, item `3`), 4 (`a`, item `4`)')
})

test.each([
  [null],
  [''],
  ['NaN'],
  ['nan'],
  ['None'],
  ['n/a'],
  ['Infinity'],
  [undefined],
  ['good'],
  [[1]],
  [{}],
  ['1,000'],
])('%o is refused, or counts as wrong where that is said; the others stay', (missing) => {
  const error = refusal(() => settled([1, missing, 0.5]))
  expect(error).toMatchObject({ code: 'SCORE_MISSING' })
  expect(error.message).toContain('1 of 3 answers')
  expect(error.message).toContain('item `2`')
  expect(error.next).toContain('--missing wrong')
  expect(refusal(() => settled([1, missing], { missing: 'refuse' })).code).toBe('SCORE_MISSING')
  expect(settled([1, missing, 0.5], { missing: 'wrong' })).toEqual([1, 0, 0.5])
  const [read] = settledScores([outcomes([1, missing])], { missing: 'wrong' })
  expect(read?.ignored).toHaveLength(1)
})

test('two scales are not mixed', () => {
  expect(refusal(() => settled(['85 %', '1'])).code).toBe('SCORE_SCALE')
  expect(refusal(() => settled(['120 %'])).code).toBe('SCORE_SCALE')
  const mixed = () =>
    settledScores([outcomes([0.9, 1], { id: 'b' }), outcomes([90, 100])], { scale: [0, 100] })
  expect(refusal(mixed).message).toContain('`b`')
  expect(refusal(() => settled([0, 1, 6], { scale: [1, 5] })).message).toContain('2 of 3')
})

test.each([
  ['wer', [0.75, 0.05], [0.25, 0.95]],
  ['CER', [0.25], [0.75]],
  ['error_rate', [0.25], [0.75]],
  ['eval_brier_score', [0.25], [0.75]],
  ['accuracy', [0.25], [0.25]],
  ['exact_match,strict-match', [1], [1]],
  ['rougeL', [0.4], [0.4]],
])('%s is turned where lower is better', (metric, written, read) => {
  expect(settled(written, {}, metric)).toEqual(read)
})

test.each(['loss', 'perplexity', 'eval_loss', 'rmse', 'mae', 'word_perplexity', 'bits_per_byte'])(
  '%s has no worst value: its range is asked for',
  (metric) => {
    expect(refusal(() => settled([0.2, 0.4], {}, metric))).toMatchObject({
      code: 'METRIC_DIRECTION',
    })
    expect(settled([0, 10], { scale: [0, 10] }, metric)).toEqual([1, 0])
  },
)

test('the direction of an unknown metric is asked for', () => {
  const error = refusal(() => settled([0.2], {}, 'zorp'))
  expect(error).toMatchObject({ code: 'METRIC_DIRECTION' })
  expect(error.next).toContain('--metric-direction')
  expect(settled([0.25], { direction: 'lower' }, 'zorp')).toEqual([0.75])
  expect(settled([0.25], { direction: 'higher' }, 'zorp')).toEqual([0.25])
  expect(settled(['correct', 'wrong'], {}, 'zorp')).toEqual([1, 0])
  expect(refusal(() => settled([true], {}, 'zorp')).code).toBe('METRIC_DIRECTION')
  expect(metricFacts('hallucination')?.better).toBe('lower')
})

test('an answer that failed needs no score', () => {
  const one = outcomes([1])
  const rows = [
    { id: '1', score: 1 },
    { id: '2', error: 'HTTP 500' },
  ]
  const [read] = settledScores([{ ...one, candidates: [{ id: 'a', rows }] }], {})
  expect(read?.candidates[0]?.rows).toEqual(rows)
})

test('every score is settled into 0..1 or refused, whatever was written; none goes', () => {
  const any = fc.oneof(fc.double(), fc.string({ maxLength: 6 }), fc.boolean(), fc.constant(null))
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 20 }), (scores) => {
      try {
        const read = settled(scores, { missing: 'wrong' }) ?? []
        expect(read).toHaveLength(scores.length)
        for (const score of read) expect(Number(score) >= 0 && Number(score) <= 1).toBe(true)
      } catch (error) {
        if (!(error instanceof RightsizeError)) throw error
        expect(['SCORE_SCALE']).toContain(error.code)
      }
    }),
  )
})
