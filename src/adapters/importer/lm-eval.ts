import type { Importer } from '../../contract/importer.ts'
import { entriesOf, type Fields, fieldsOf } from '../../core/data/fields.ts'
import { jsonlRows } from '../../core/data/json-rows.ts'
import type { WrittenItem, WrittenRow } from '../../core/data/written-outcomes.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { suggestion } from '../../core/error/nearest.ts'
import type { LeftOutOne } from '../../core/result/left-out-text.ts'

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
    const samples = jsonlRows(text, file)
    const [first] = samples
    if (first === undefined)
      throw new RightsizeError('DATA_EMPTY', 'The file holds no samples.', { at: file })
    const kept = samples.filter((sample) => sample['filter'] === first['filter'])
    const metric = metricOf(kept, columns.score, file)
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
function metricOf(
  samples: readonly Fields[],
  asked: string | undefined,
  file: string,
): string | null {
  const named = metricsIn(samples)
  if (asked !== undefined && !named.includes(asked))
    throw new RightsizeError('IMPORT_FORMAT', `There is no metric \`${asked}\` (--score).`, {
      at: file,
      next: suggestion(asked, named),
    })
  const order = asked === undefined ? [...PREFERRED, ...named] : [asked]
  return (
    order.find(
      (metric) => named.includes(metric) && samples.some((sample) => isScore(sample[metric])),
    ) ?? null
  )
}

function metricsIn(samples: readonly Fields[]): readonly string[] {
  const listed = samples.flatMap(({ metrics }) => entriesOf(metrics).map(String))
  return listed.length > 0
    ? [...new Set(listed)]
    : PREFERRED.filter((metric) => samples.some((sample) => metric in sample))
}

/** One score of the document; lists and objects are parts of a metric over the whole corpus. */
const isScore = (value: unknown) => value !== undefined && typeof value !== 'object'

function leftOut(
  samples: readonly Fields[],
  first: Fields,
  metric: string | null,
): readonly LeftOutOne[] {
  const filters = [...new Set(samples.map(({ filter }) => filter))].filter(
    (filter) => filter !== first['filter'],
  )
  const metrics = entriesOf(first['metrics'])
    .map(String)
    .filter((other) => other !== metric)
  return [
    ...filters.map((filter) => ({
      path: `${filter}`,
      what: 'filter',
      count: samples.filter((sample) => sample['filter'] === filter).length,
      why: `the first filter, ${first['filter']}, was taken`,
    })),
    ...metrics.map((other) => ({
      path: other,
      what: 'metric',
      why:
        metric === null ? 'holds no score per item' : `${metric} was taken; --score names another`,
    })),
  ]
}

function itemOf(sample: Fields): WrittenItem {
  return {
    id: sample['doc_id'],
    input: promptOf(sample) ?? sample['doc'],
    expected: sample['target'],
  }
}

/** The prompt: `arguments` is { gen_args_0: { arg_0: text } } since 0.4.5, [[text, ...]] before. */
function promptOf({ arguments: given }: Fields): string | null {
  const args = Array.isArray(given) ? given[0] : fieldsOf(given)['gen_args_0']
  const first = Array.isArray(args) ? args[0] : fieldsOf(args)['arg_0']
  return typeof first === 'string' ? first : null
}

function rowOf(sample: Fields, metric: string | null): WrittenRow {
  return {
    id: sample['doc_id'],
    output: firstText(sample['filtered_resps']) ?? firstText(sample['resps']),
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
