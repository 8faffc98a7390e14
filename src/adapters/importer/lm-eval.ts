import type { Importer } from '../../contract/importer.ts'
import type { ImportedItem, ImportedRow } from '../../core/data/imported.ts'
import { jsonlRows } from '../../core/data/json-rows.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { suggestion } from '../../core/error/nearest.ts'
import type { LeftOutOne } from '../../core/result/left-out-text.ts'

interface Sample {
  readonly doc_id: number | string
  readonly doc?: unknown
  readonly target?: unknown
  readonly arguments?: unknown
  readonly resps?: unknown
  readonly filtered_resps?: unknown
  readonly filter?: string
  readonly metrics?: readonly string[]
  readonly [metric: string]: unknown
}

/** Metrics in the order in which one is taken when a row has several. */
const PREFERRED = ['exact_match', 'acc_norm', 'acc', 'pass@1', 'pass_at_1', 'f1', 'em', 'score']

/**
 * lm-evaluation-harness samples_*.jsonl: one model, one row per document and filter. Taken are the first filter of the
 * file and the first of exact_match, acc_norm, acc, pass@1, f1 (or the metric named by --score); a metric that the harness
 * computes over the whole corpus (its rows hold lists) leaves the answer to our own scorer.
 */
export const lmEvalImporter: Importer = {
  accepts: ({ firstLine }) =>
    typeof firstLine === 'object' &&
    firstLine !== null &&
    'doc_id' in firstLine &&
    ('resps' in firstLine || 'filtered_resps' in firstLine),
  read: ({ text, file, name, columns = {} }) => {
    const samples = jsonlRows(text, file) as unknown as readonly Sample[]
    const [first] = samples
    if (first === undefined)
      throw new RightsizeError('DATA_EMPTY', 'The file holds no samples.', { at: file })
    const kept = samples.filter((sample) => sample.filter === first.filter)
    const metric = metricOf(first, columns.score, file)
    const ignored = leftOut(samples, first, metric)
    return {
      task:
        /samples_(.+?)_\d{4}-\d{2}-\d{2}T/.exec(file)?.[1] ??
        /samples_(.+)\.jsonl$/.exec(file)?.[1] ??
        null,
      items: kept.map(itemOf),
      candidates: [
        { id: modelName(file, name), rows: kept.map((sample) => rowOf(sample, metric)) },
      ],
      scored: metric !== null,
      metric,
      ignored,
    }
  },
}

/** The metric that was named, else the usual ones, else the first with a score per document. Throws IMPORT_FORMAT. */
function metricOf(sample: Sample, asked: string | undefined, file: string): string | null {
  const named = sample.metrics ?? PREFERRED.filter((metric) => metric in sample)
  if (asked !== undefined && !named.includes(asked))
    throw new RightsizeError('IMPORT_FORMAT', `There is no metric \`${asked}\` (--score).`, {
      at: file,
      next: suggestion(asked, named),
    })
  const order = asked === undefined ? [...PREFERRED, ...named] : [asked]
  return order.find((metric) => named.includes(metric) && isScore(sample[metric])) ?? null
}

/** One score of the document; lists and objects are parts of a metric over the whole corpus. */
const isScore = (value: unknown) => value !== undefined && typeof value !== 'object'

function leftOut(
  samples: readonly Sample[],
  first: Sample,
  metric: string | null,
): readonly LeftOutOne[] {
  const filters = [...new Set(samples.map((sample) => sample.filter))].filter(
    (filter) => filter !== first.filter,
  )
  const metrics = (first.metrics ?? []).filter((other) => other !== metric)
  return [
    ...filters.map((filter) => ({
      path: `${filter}`,
      what: 'filter',
      count: samples.filter((sample) => sample.filter === filter).length,
      why: `the first filter, ${first.filter}, was taken`,
    })),
    ...metrics.map((other) => ({
      path: other,
      what: 'metric',
      why:
        metric === null ? 'holds no score per item' : `${metric} was taken; --score names another`,
    })),
  ]
}

function itemOf(sample: Sample): ImportedItem {
  return {
    id: String(sample.doc_id),
    input: promptOf(sample) ?? sample.doc ?? String(sample.doc_id),
    expected: sample.target ?? null,
  }
}

/** The prompt: `arguments` is { gen_args_0: { arg_0: text } } since 0.4.5, [[text, ...]] before. */
function promptOf({ arguments: given }: Sample): string | null {
  const args = Array.isArray(given)
    ? given[0]
    : (given as { gen_args_0?: unknown } | undefined)?.gen_args_0
  const first = Array.isArray(args) ? args[0] : (args as { arg_0?: unknown } | undefined)?.arg_0
  return typeof first === 'string' ? first : null
}

function rowOf(sample: Sample, metric: string | null): ImportedRow {
  const output = firstText(sample.filtered_resps) ?? firstText(sample.resps)
  return {
    id: String(sample.doc_id),
    ...(output === null ? {} : { output }),
    ...(metric === null ? {} : { score: sample[metric] ?? null }),
  }
}

/** The first text in nested lists of answers; log-likelihoods hold none. */
function firstText(value: unknown): string | null {
  if (typeof value === 'string') return value
  return Array.isArray(value) && value.length > 0 ? firstText(value[0]) : null
}

/** The harness puts samples into a folder named after the model, with __ for /. */
function modelName(file: string, name: string): string {
  const folder = file.split(/[/\\]/).at(-2)
  return folder?.includes('__') ? folder.replace('__', '/') : name
}
