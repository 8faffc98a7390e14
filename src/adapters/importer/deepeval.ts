import type { Importer } from '../../contract/importer.ts'
import { entriesOf, type Fields, fieldsOf } from '../../core/data/fields.ts'
import { jsonValue } from '../../core/data/json-value.ts'
import type { WrittenRow } from '../../core/data/written-outcomes.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { suggestion } from '../../core/error/nearest.ts'

/**
 * Results of DeepEval: a test run (`testCases`) or an evaluation result (`test_results`). An answer counts as its test
 * case succeeded, which takes all metrics; `--score METRIC` takes the score of one. Source: TestRun and
 * EvaluationResult of deepeval 3.
 */
export const deepevalImporter: Importer = {
  accepts: ({ json }) => casesIn(json) !== null,
  read: ({ text, file, name, columns: { score } = {} }) => {
    const json = jsonValue(text)
    const cases = casesIn(json) ?? []
    if (cases.length === 0)
      throw new RightsizeError('DATA_EMPTY', 'The file holds no test cases.', { at: file })
    const metrics = [
      ...new Set(cases.flatMap((one) => metricsOf(one).map((metric) => String(metric['name'])))),
    ]
    if (score !== undefined && !metrics.includes(score))
      throw new RightsizeError('IMPORT_FORMAT', `There is no metric \`${score}\` (--score).`, {
        at: file,
        next: suggestion(score, metrics),
      })
    return {
      task: null,
      items: cases.map((one, i) => ({
        id: idOf(one, i),
        input: one['input'],
        expected: field(one, 'expected_output'),
      })),
      candidates: [{ id: name, rows: cases.map((one, i) => rowOf(one, i, score)) }],
      scored: true,
      metric: score ?? null,
      ignored:
        score === undefined
          ? []
          : metrics
              .filter((other) => other !== score)
              .map((path) => ({ path, what: 'metric', why: `${score} was taken` })),
    }
  },
}

function casesIn(json: unknown): readonly Fields[] | null {
  const { testCases, test_results: results } = fieldsOf(json)
  const list = testCases ?? results
  const cases = entriesOf(list).map(fieldsOf)
  const fits = cases.every((one) => field(one, 'metrics_data') !== undefined)
  return Array.isArray(list) && fits ? cases : null
}

/** A field under its Python name, or under the name that the JSON of a test run has for it. */
const field = (one: Fields, name: string): unknown =>
  one[name] ?? one[name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())]

const metricsOf = (one: Fields): readonly Fields[] =>
  entriesOf(field(one, 'metrics_data')).map(fieldsOf)

const idOf = (one: Fields, index: number) => one['name'] ?? index + 1

function rowOf(one: Fields, index: number, metric: string | undefined): WrittenRow {
  const own = metricsOf(one).find(({ name }) => name === metric)
  const score = metric === undefined ? one['success'] : own?.['score']
  return { id: idOf(one, index), output: field(one, 'actual_output'), score: score ?? null }
}
