import type { Files } from '../../contract/files.ts'
import type { ImportColumns, Importer, ImportHead, ImportSource } from '../../contract/importer.ts'
import {
  allScored,
  type ImportedItem,
  type ImportedOutcomes,
  pairOutcomes,
} from '../../core/data/imported.ts'
import { column } from '../../core/data/items.ts'
import type { Row } from '../../core/data/json-rows.ts'
import { jsonValue } from '../../core/data/json-value.ts'
import { type ScoreTerms, settledScores } from '../../core/data/scores.ts'
import { type GivenFile, swappedFiles } from '../../core/data/swapped-files.ts'
import { withTraceScores } from '../../core/data/trace-scores.ts'
import { checkedOutcomes, idOf } from '../../core/data/written-outcomes.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Part, Parts } from '../../core/part/part.ts'

/** One form of results that exist already, and how it is read. */
interface ImporterPart extends Part {
  load(): Promise<Importer>
}

/** Every form of results, most particular first: the first that accepts a file reads it. */
export const importers = {
  rightsize: {
    summary: 'a result.json of rightsize: scores, joules, seconds and price per item',
    example: 'rightsize run --predictions result.json',
    load: async () => (await import('./rightsize.ts')).rightsizeImporter,
  },
  promptfoo: {
    summary: 'the results of `promptfoo eval -o results.json`',
    example: 'rightsize run --predictions results.json --margin 0.01',
    load: async () => (await import('./promptfoo.ts')).promptfooImporter,
  },
  matrix: {
    summary: 'one JSON file with the items and a digit per item and model',
    example: 'rightsize run --predictions matrix.json --incumbent large',
    load: async () => (await import('./matrix.ts')).matrixImporter,
  },
  'lm-eval': {
    summary: 'samples_*.jsonl of lm-evaluation-harness',
    example:
      'rightsize run --predictions large=samples_a.jsonl --predictions small=samples_b.jsonl',
    load: async () => (await import('./lm-eval.ts')).lmEvalImporter,
  },
  inspect: {
    summary: 'a log of inspect_ai, `.eval` or JSON',
    example: 'rightsize run --predictions large=large.eval --predictions small=small.eval',
    load: async () => (await import('./inspect.ts')).inspectImporter,
  },
  deepeval: {
    summary: 'results of DeepEval: a test run or an evaluation result as JSON',
    example: 'rightsize run --predictions small=test_run.json --floor 0.9',
    load: async () => (await import('./deepeval.ts')).deepevalImporter,
  },
  'openai-batch': {
    summary: 'the output file of a batch of the OpenAI API',
    example: 'rightsize run --predictions small=batch_output.jsonl --expected labels.csv',
    load: async () => (await import('./openai-batch.ts')).openaiBatchImporter,
  },
  'openai-evals': {
    summary: 'the events of a run of OpenAI evals',
    example: 'rightsize run --predictions small=events.jsonl --floor 0.9',
    load: async () => (await import('./openai-evals.ts')).openaiEvalsImporter,
  },
  langfuse: {
    summary: 'an export of Langfuse: observations or scores',
    example: 'rightsize run --predictions observations.jsonl --expected labels.csv',
    load: async () => (await import('./langfuse.ts')).langfuseImporter,
  },
  predictions: {
    summary: 'CSV, TSV, JSONL or a JSON list with an id and an output or a score',
    example:
      'rightsize run --predictions incumbent=a.csv --predictions small=b.csv --expected labels.csv',
    load: async () => (await import('./predictions.ts')).predictionsImporter,
  },
} as const satisfies Parts<ImporterPart>

export interface ResultFile {
  /** Name of the candidate, where the file does not say. */
  readonly name: string
  /** Absolute path. */
  readonly path: string
}

/** What the user says of the files beside their names. */
export interface ImportOptions {
  readonly columns?: ImportColumns
  readonly terms?: ScoreTerms
}

/** The labels that predictions are judged by. */
export interface LabelColumns {
  readonly id?: string | undefined
  readonly expected: string
  readonly input?: string | undefined
  readonly cluster?: string | undefined
  readonly slices?: readonly string[] | undefined
}

/**
 * Results that exist already, from files in any known form, as one set of candidates on the same items. `labels` gives
 * the items and their labels; without it the first file's items stand. Throws IMPORT_FORMAT, IMPORT_PAIRING, DATA_*,
 * and SCORE_* or METRIC_DIRECTION where scores came and cannot be taken as they are.
 */
export async function importResults(
  results: readonly ResultFile[],
  files: Files,
  labels?: { readonly rows: readonly Row[]; readonly columns: LabelColumns },
  { columns = {}, terms = {} }: ImportOptions = {},
): Promise<ImportedOutcomes> {
  const about = { columns, labelled: labels !== undefined }
  const imports = await Promise.all(results.map((one) => importFile(one, files, about)))
  const named = withTraceScores(imports.map((outcomes, i) => renamed(outcomes, results[i])))
  const swapped = swappedFiles(results.flatMap((one, i) => givenFile(one, imports[i])))
  const paired = pairOutcomes(
    allScored(named) ? settledScores(named, terms) : named,
    labels === undefined ? undefined : itemsFrom(labels.rows, labels.columns),
  )
  return { ...paired, ignored: [...swapped, ...paired.ignored] }
}

/** What a file of one candidate says of whose it is. */
function givenFile({ name, path }: ResultFile, outcomes?: ImportedOutcomes): readonly GivenFile[] {
  const [only, ...more] = outcomes?.candidates ?? []
  if (only === undefined || more.length > 0) return []
  const file = path.replace(/^.*[/\\]/, '')
  return [{ name, file, path, model: only.id === name ? null : only.id }]
}

async function importFile(
  { name, path }: ResultFile,
  files: Files,
  about: Pick<ImportSource, 'columns' | 'labelled'>,
): Promise<ImportedOutcomes> {
  const text = /\.eval$/i.test(path) ? await archiveText(path, files) : await files.text(path)
  const head = headOf(text, path)
  for (const { load } of Object.values<ImporterPart>(importers)) {
    const importer = await load()
    if (importer.accepts(head))
      return checkedOutcomes(await importer.read({ text, file: path, name, ...about }), path)
  }
  throw new RightsizeError('IMPORT_FORMAT', 'The file is in no form that is known.', { at: path })
}

async function archiveText(path: string, files: Files): Promise<string> {
  const bytes = await files.bytes(path)
  const { isArchive, logOfArchive } = await import('./inspect-archive.ts')
  return isArchive(bytes) ? logOfArchive(bytes, path) : files.text(path)
}

function headOf(text: string, file: string): ImportHead {
  const line = text.slice(0, 10_000_000).trimStart().split('\n', 1)[0] ?? ''
  const firstLine = line.startsWith('{') ? parsed(line) : null
  // A value and more behind it is no JSON.
  const rows = firstLine !== null && text.trim().length > line.trim().length
  return {
    file,
    start: text.slice(0, 10_000),
    json: !rows && /^\s*[[{]/.test(text) ? parsed(text) : null,
    firstLine,
  }
}

function parsed(text: string): unknown {
  try {
    return jsonValue(text)
  } catch {
    return null
  }
}

/** A file of one candidate takes the name that it was given. */
function renamed(outcomes: ImportedOutcomes, file: ResultFile | undefined): ImportedOutcomes {
  const [only, ...more] = outcomes.candidates
  if (only === undefined || more.length > 0 || file === undefined) return outcomes
  return { ...outcomes, candidates: [{ ...only, id: file.name }] }
}

function itemsFrom(rows: readonly Row[], columns: LabelColumns): readonly ImportedItem[] {
  return rows.map((row, index) => {
    const whose = `Row ${index + 1} of the labels`
    const id =
      columns.id === undefined
        ? String(index + 1)
        : idOf(column(row, columns.id), whose, columns.id)
    const cluster = columns.cluster === undefined ? undefined : column(row, columns.cluster)
    const expected = column(row, columns.expected)
    if (expected === undefined || expected === null)
      throw new RightsizeError('DATA_COLUMN', `${whose} has no \`${columns.expected}\`.`, {
        next: `Columns are: ${Object.keys(row).join(', ')}`,
      })
    return {
      id,
      input: columns.input === undefined ? id : (column(row, columns.input) ?? id),
      expected,
      ...(cluster === undefined || cluster === null ? {} : { cluster: String(cluster) }),
      ...slicesOf(row, columns.slices ?? []),
    }
  })
}

function slicesOf(row: Row, names: readonly string[]): Pick<ImportedItem, 'slices'> {
  if (names.length === 0) return {}
  return {
    slices: Object.fromEntries(names.map((name) => [name, String(column(row, name) ?? '')])),
  }
}
