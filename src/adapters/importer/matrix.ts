import type { Importer } from '../../contract/importer.ts'
import type { ImportedCandidate, ImportedOutcomes } from '../../core/data/imported.ts'
import { jsonValue } from '../../core/data/json-value.ts'
import { RightsizeError } from '../../core/error/error.ts'

interface Matrix {
  readonly name?: string
  readonly items: readonly (string | number)[]
  readonly clusters?: readonly (string | number)[]
  readonly models?: readonly MatrixModel[]
  /** One model with several trials: one text per item. */
  readonly trials?: number
  readonly results?: readonly string[]
}

interface MatrixModel {
  readonly name: string
  readonly params_b?: number | null
  readonly active_b?: number | null
  readonly est_joules_per_item?: number | null
  /** One character per item. */
  readonly results: string
}

/**
 * The matrix form: `{ name, items[], models: [{ name, params_b, est_joules_per_item, results }] }` with one character of
 * `results` per item: 0 or 1, or, where any character is above 1, a judge's score 1..A (hexadecimal 10) read as
 * (score - 1) / 9. With `trials` one model answers several times; its score is the mean.
 */
export const matrixImporter: Importer = {
  accepts: ({ json }) => {
    const { items, models, results } = (json ?? {}) as Partial<Matrix>
    return Array.isArray(items) && (Array.isArray(models) || Array.isArray(results))
  },
  read: ({ text, file, name }): ImportedOutcomes => {
    const matrix = jsonValue(text) as Matrix
    const ids = matrix.items.map(String)
    const candidates =
      matrix.models === undefined
        ? [trials(matrix, ids, name, file)]
        : matrix.models.map((model) => candidateOf(model, ids, graded(matrix), file))
    return {
      task: matrix.name ?? null,
      items: ids.map((id, index) => {
        const cluster = matrix.clusters?.[index]
        return {
          id,
          input: id,
          expected: null,
          ...(cluster === undefined ? {} : { cluster: String(cluster) }),
        }
      }),
      candidates,
      scored: true,
      ignored: candidates.some((one) => one.jPerItem !== undefined)
        ? [
            {
              path: 'est_joules_per_item',
              why: 'was used as joules known beforehand; the file calls them estimates',
            },
          ]
        : [],
    }
  },
}

const graded = ({ models = [] }: Matrix) => models.some(({ results }) => /[2-9A]/i.test(results))

function candidateOf(
  model: MatrixModel,
  ids: readonly string[],
  isGraded: boolean,
  file: string,
): ImportedCandidate {
  const { name, params_b: size, active_b: active, est_joules_per_item: joules, results } = model
  if (results.length !== ids.length) throw wrongLength(name, results.length, ids.length, file)
  return {
    id: name,
    ...(size == null ? {} : { parameters: Math.round(size * 1e9) }),
    ...(active == null ? {} : { activeParameters: Math.round(active * 1e9) }),
    ...(joules == null ? {} : { jPerItem: [joules, joules] as const }),
    rows: ids.map((id, i) => ({ id, score: scoreOf(results[i] ?? '', isGraded) })),
  }
}

/** Judge scores 1..10 as 0..1; anything that is no digit was not judged. */
function scoreOf(digit: string, isGraded: boolean): number | null {
  const value = Number.parseInt(digit, 16)
  if (Number.isNaN(value)) return null
  return isGraded ? Math.min(1, Math.max(0, (value - 1) / 9)) : value
}

function trials(
  { results = [] }: Matrix,
  ids: readonly string[],
  name: string,
  file: string,
): ImportedCandidate {
  if (results.length !== ids.length) throw wrongLength(name, results.length, ids.length, file)
  const mean = (digits: string) =>
    [...digits].filter((digit) => digit === '1').length / Math.max(1, digits.length)
  return { id: name, rows: ids.map((id, i) => ({ id, score: mean(results[i] ?? '') })) }
}

const wrongLength = (name: string, found: number, wanted: number, file: string) =>
  new RightsizeError('IMPORT_FORMAT', `${name} has ${found} results for ${wanted} items.`, {
    at: file,
  })
