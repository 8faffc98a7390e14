import type { Importer } from '../../contract/importer.ts'
import type { ImportedRow } from '../../core/data/imported.ts'
import { jsonValue } from '../../core/data/json-value.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { suggestion } from '../../core/error/nearest.ts'

type Fields = Readonly<Record<string, unknown>>

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
        input: one['input'] ?? idOf(one, i),
        expected: field(one, 'expected_output') ?? null,
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
  const { testCases, test_results: results } = (json ?? {}) as {
    testCases?: unknown
    test_results?: unknown
  }
  const cases = testCases ?? results
  return Array.isArray(cases) &&
    cases.every(
      (one) =>
        typeof one === 'object' &&
        one !== null &&
        field(one as Fields, 'metrics_data') !== undefined,
    )
    ? (cases as readonly Fields[])
    : null
}

/** A field under its Python name, or under the name that the JSON of a test run has for it. */
const field = (one: Fields, name: string): unknown =>
  one[name] ?? one[name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())]

function metricsOf(one: Fields): readonly Fields[] {
  const data = field(one, 'metrics_data')
  return Array.isArray(data) ? data : []
}

const idOf = (one: Fields, index: number) => String(one['name'] ?? index + 1)

function rowOf(one: Fields, index: number, metric: string | undefined): ImportedRow {
  const output = field(one, 'actual_output')
  const own = metricsOf(one).find(({ name }) => name === metric)
  const score = metric === undefined ? one['success'] : own?.['score']
  return { id: idOf(one, index), ...(output == null ? {} : { output }), score: score ?? null }
}
