import type { ImportColumns } from '../../../contract/importer.ts'
import { columnsIn, type Row } from '../../../core/data/json-rows.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { nearest, suggestion } from '../../../core/error/nearest.ts'

/** Names under which columns are found, in this order, whatever their case. */
const usual = {
  id: ['id', 'item_id', 'item', 'doc_id', 'key', 'index'],
  output: ['output', 'prediction', 'predicted', 'pred', 'response', 'completion', 'generated'],
  score: ['score', 'correct', 'is_correct', 'passed', 'success'],
  model: ['model', 'candidate'],
  expected: ['expected', 'target', 'gold', 'ground_truth', 'reference'],
  error: ['error'],
  joules: ['joules', 'energy_j', 'energyj', 'j'],
  latencyS: ['latencys', 'latency_s', 'latency', 'seconds'],
  latencyMs: ['latencyms', 'latency_ms'],
  price: ['price', 'cost', 'cost_usd'],
  inputTokens: ['input_tokens', 'inputtokens', 'prompt_tokens'],
  outputTokens: ['output_tokens', 'outputtokens', 'completion_tokens'],
} as const

/** Names of the label beside an output, and of the output where nothing else is one. */
const either = ['answer', 'label']

export type Columns = Readonly<Record<keyof typeof usual, string | null>>

/**
 * Which columns of a table of predictions hold what: those that the user named, else by their usual names. `label` and
 * `answer` are the label beside an output. Throws IMPORT_FORMAT with the columns where it can be read in two ways or in none.
 */
export function columnsOf(rows: readonly Row[], named: ImportColumns, file: string): Columns {
  const present = columnsIn(rows)
  const all = (names: readonly string[]) => columnsNamed(names, present)
  const found = Object.fromEntries(
    Object.entries(usual).map(([key, names]) => [key, all(names)[0] ?? null]),
  ) as Columns
  const outputs = all(usual.output)
  const others = all(either)
  if (named.output === undefined && outputs.length > 1) throw unclear(outputs, present, file)
  const own = { ...found, ...namedIn(named, present, file) }
  const output = own.output ?? (own.score === null ? onlyOutput(others, present, file) : null)
  if (output === null && own.score === null) throw noOutput(present, file)
  const expected = own.expected ?? others.find((column) => column !== output) ?? null
  return { ...own, output, expected }
}

const columnsNamed = (names: readonly string[], present: readonly string[]) =>
  names.flatMap((name) => present.filter((column) => column.toLowerCase() === name))

/** Columns that could have been the output, the score or the label, beside those that are. */
export interface Beside {
  readonly outputs: readonly string[]
  readonly scores: readonly string[]
  readonly labels: readonly string[]
}

/** Throws IMPORT_FORMAT where two columns could be the label, and some row has different ones in them. */
export function besideOf(
  rows: readonly Row[],
  columns: Columns,
  { labelled, file }: { readonly labelled: boolean; readonly file: string },
): Beside {
  const present = columnsIn(rows)
  const taken = new Set<string | null>(Object.values(columns))
  const free = (names: readonly string[]) =>
    columnsNamed(names, present).filter((column) => !taken.has(column))
  const labels = free([...usual.expected, ...either])
  const { expected } = columns
  const rival = labels.find(
    (name) =>
      usual.expected.includes(name.toLowerCase() as never) ===
        usual.expected.includes((expected ?? '').toLowerCase() as never) &&
      rows.some((row) => String(row[name] ?? '') !== String(row[expected ?? ''] ?? '')),
  )
  if (rival !== undefined && expected !== null && !labelled && columns.output !== null)
    throw new RightsizeError(
      'IMPORT_FORMAT',
      `\`${expected}\` and \`${rival}\` could each be the label, and differ.`,
      {
        at: file,
        next: 'Leave one of them out of the file, or name a file of labels: --expected FILE.',
      },
    )
  return { outputs: free(usual.output), scores: free(usual.score), labels }
}

function namedIn(
  named: ImportColumns,
  present: readonly string[],
  file: string,
): Readonly<Record<string, string>> {
  const entries = Object.entries(named).filter(([, column]) => column !== undefined)
  // The id may be named for the labels alone.
  const known = entries.filter(([key, column]) => key !== 'id' || present.includes(column))
  for (const [key, column] of known)
    if (!present.includes(column))
      throw new RightsizeError('IMPORT_FORMAT', `There is no column \`${column}\` (--${key}).`, {
        at: file,
        next: suggestion(column, present),
      })
  return Object.fromEntries(known)
}

function onlyOutput(
  columns: readonly string[],
  present: readonly string[],
  file: string,
): string | null {
  if (columns.length > 1) throw unclear(columns, present, file)
  return columns[0] ?? null
}

const unclear = (columns: readonly string[], present: readonly string[], file: string) =>
  new RightsizeError(
    'IMPORT_FORMAT',
    `${columns.map((column) => `\`${column}\``).join(' and ')} could each be the output.`,
    { at: file, next: `Name it: --output ${columns[0]}. Columns are: ${present.join(', ')}` },
  )

function noOutput(present: readonly string[], file: string): RightsizeError {
  const near = present.find((column) => nearest(column, usual.output) !== null)
  return new RightsizeError(
    'IMPORT_FORMAT',
    'The predictions have neither an output nor a score column.',
    {
      at: file,
      next: `Name it: --output COLUMN or --score COLUMN${near === undefined ? '' : ` (${near}?)`}. Columns are: ${present.join(', ')}`,
    },
  )
}
