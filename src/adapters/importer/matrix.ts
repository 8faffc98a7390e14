import type { Importer } from '../../contract/importer.ts'
import { entriesOf, type Fields, fieldsOf } from '../../core/data/fields.ts'
import { jsonValue } from '../../core/data/json-value.ts'
import type { WrittenOutcomes } from '../../core/data/written-outcomes.ts'
import { RightsizeError } from '../../core/error/error.ts'

/**
 * The matrix form: `{ name, items[], models: [{ name, params_b, est_joules_per_item, results }] }` with one character of
 * `results` per item: 0 or 1, or, where any character is above 1, a judge's score 1..A (hexadecimal 10) read as
 * (score - 1) / 9. With `trials` one model answers several times; its score is the mean.
 */
export const matrixImporter: Importer = {
  accepts: ({ json }) => {
    const { items, models, results } = fieldsOf(json)
    return Array.isArray(items) && (Array.isArray(models) || Array.isArray(results))
  },
  read: ({ text, file, name }): WrittenOutcomes => {
    const { items, models, results, clusters, name: task } = fieldsOf(jsonValue(text))
    const ids = entriesOf(items)
    const rows = entriesOf(models).map(fieldsOf)
    const isGraded = rows.some((model) => /[2-9A]/i.test(String(model['results'])))
    const candidates =
      models === undefined
        ? [trials(entriesOf(results), ids, name, file)]
        : rows.map((model) => candidateOf(model, ids, isGraded, file))
    const groups = entriesOf(clusters)
    return {
      task,
      items: ids.map((id, index) => ({ id, input: id, expected: null, cluster: groups[index] })),
      candidates,
      scored: true,
      ignored: rows.some((model) => model['est_joules_per_item'] != null)
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

type Written = WrittenOutcomes['candidates'][number]

function candidateOf(
  model: Fields,
  ids: readonly unknown[],
  isGraded: boolean,
  file: string,
): Written {
  const { name, params_b: size, active_b: active, est_joules_per_item: joules, results } = model
  const digits = typeof results === 'string' ? results : ''
  if (digits.length !== ids.length) throw wrongLength(String(name), digits.length, ids.length, file)
  return {
    id: name,
    ...(size == null ? {} : { parameters: Number(size) * 1e9 }),
    ...(active == null ? {} : { activeParameters: Number(active) * 1e9 }),
    ...(joules == null ? {} : { jPerItem: [joules, joules] }),
    rows: ids.map((id, i) => ({ id, score: scoreOf(digits[i] ?? '', isGraded) })),
  }
}

/** Judge scores 1..10 as 0..1; anything else was not judged. */
function scoreOf(digit: string, isGraded: boolean): number | null {
  if (!/^[0-9A]$/i.test(digit)) return null
  const value = Number.parseInt(digit, 16)
  return isGraded ? Math.max(0, (value - 1) / 9) : value
}

function trials(
  results: readonly unknown[],
  ids: readonly unknown[],
  name: string,
  file: string,
): Written {
  if (results.length !== ids.length) throw wrongLength(name, results.length, ids.length, file)
  return { id: name, rows: ids.map((id, i) => ({ id, score: meanOf(results[i]) })) }
}

/** The share of 1 among the trials of an item; what holds anything but 0 and 1 has no score. */
function meanOf(trials: unknown): number | string | null {
  if (typeof trials !== 'string') return null
  if (!/^[01]+$/.test(trials)) return `trials "${trials}"`
  return [...trials].filter((digit) => digit === '1').length / trials.length
}

const wrongLength = (name: string, found: number, wanted: number, file: string) =>
  new RightsizeError('IMPORT_FORMAT', `${name} has ${found} results for ${wanted} items.`, {
    at: file,
  })
