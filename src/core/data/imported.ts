import { RightsizeError } from '../error/error.ts'
import { runtimeFor } from '../part/runtimes.ts'
import { scorerFor } from '../part/scorer-name.ts'
import { countedLeftOut, type LeftOutOne } from '../result/left-out-text.ts'
import type { BarInput, CandidateInput, SpecInput } from '../spec/define.ts'

/** One answer that exists already: its output, or only the score that somebody gave it. */
export interface ImportedRow {
  readonly id: string
  readonly output?: unknown
  /** As the file writes it; a share from 0 to 1 once settled (scores.ts). */
  readonly score?: unknown
  /** A second score, which is not the one that decides. */
  readonly unusedScore?: unknown
  readonly error?: string
  readonly latencyS?: number
  readonly joules?: number
  readonly price?: number
  readonly tokens?: { readonly input: number; readonly output: number }
}

export interface ImportedItem {
  readonly id: string
  readonly input: unknown
  /** null where the source says no label. */
  readonly expected: unknown
  readonly cluster?: string
  /** Columns by which quality is shown apart. */
  readonly slices?: Readonly<Record<string, string>>
}

export interface ImportedCandidate {
  readonly id: string
  readonly rows: readonly ImportedRow[]
  readonly parameters?: number
  readonly activeParameters?: number
  /** Joules of an answer as the source estimates them, [low, high]. */
  readonly jPerItem?: readonly [number, number]
}

/** Answers or scores of several candidates on the same items, as another program left them. */
export interface ImportedOutcomes {
  readonly task: string | null
  readonly items: readonly ImportedItem[]
  readonly candidates: readonly ImportedCandidate[]
  /** True where scores came instead of outputs to score. */
  readonly scored: boolean
  /** Name of the metric of the scores, where the file names one. */
  readonly metric?: string | null
  /** The rows are scores of answers that lie in another file, by its ids. */
  readonly scoresOfOthers?: boolean
  /** How scores were read, where not as they stand. */
  readonly reading?: string
  /** What was not used, and why. */
  readonly ignored: readonly LeftOutOne[]
}

/**
 * Several imports as one: candidates side by side on the items of `labels` (or of the first import). Every item needs
 * an answer of every candidate; ids on one side only are an error with counts and examples (IMPORT_PAIRING), except
 * answers to items without a label, which are left out and listed.
 */
export function pairOutcomes(
  imports: readonly ImportedOutcomes[],
  labels?: readonly ImportedItem[],
): ImportedOutcomes {
  const [first] = imports
  if (first === undefined) throw new RightsizeError('IMPORT_FORMAT', 'No predictions were named.')
  const items = labels ?? first.items
  const known = new Set(items.map((item) => item.id))
  if (known.size < items.length)
    throw twice(
      items.map((item) => item.id),
      'The labels',
    )
  const candidates = uniqueIds(imports.flatMap((one) => one.candidates))
  const readings = [...new Set(imports.flatMap((one) => one.reading ?? []))]
  const extra = candidates.flatMap((candidate) => paired(candidate, items, known))
  return {
    task: first.task,
    items,
    candidates: candidates.map((one) => ({
      ...one,
      rows: areOf(one.rows, items) ? one.rows : one.rows.filter((row) => known.has(row.id)),
    })),
    scored: allScored(imports),
    ...(readings.length === 0 ? {} : { reading: readings.join('; ') }),
    ignored: [...imports.flatMap((one) => one.ignored), ...extra],
  }
}

/** Scores are taken only if every import has them; else every import must have outputs to score. */
export function allScored(imports: readonly ImportedOutcomes[]): boolean {
  if (imports.every((one) => one.scored)) return true
  const bare = imports.find(
    (one) =>
      one.scored && one.candidates.some((c) => c.rows.some((row) => row.output === undefined)),
  )
  if (bare === undefined) return false
  throw new RightsizeError(
    'IMPORT_FORMAT',
    `\`${bare.candidates[0]?.id}\` comes with scores only, another import with outputs only.`,
    {
      next: 'Import results that all hold outputs, or all hold scores.',
    },
  )
}

/** Whether there is a row for each item, in the order of the items. */
const areOf = (rows: readonly ImportedRow[], items: readonly ImportedItem[]): boolean =>
  rows.length === items.length && rows.every((row, at) => row.id === items[at]?.id)

function paired(
  { id, rows }: ImportedCandidate,
  items: readonly ImportedItem[],
  known: ReadonlySet<string>,
): readonly LeftOutOne[] {
  // The ids of items were looked at: none is there twice.
  if (areOf(rows, items)) return []
  const answered = new Set(rows.map((row) => row.id))
  if (answered.size < rows.length)
    throw twice(
      rows.map((row) => row.id),
      `The predictions of \`${id}\``,
    )
  const missing = items.filter((item) => !answered.has(item.id)).map((item) => item.id)
  const extra = rows.filter((row) => !known.has(row.id)).map((row) => row.id)
  if (missing.length > 0)
    throw new RightsizeError(
      'IMPORT_PAIRING',
      `\`${id}\` has no prediction for ${missing.length} of ${items.length} labeled items, such as ${examples(missing)}${extra.length === 0 ? '' : `; ${extra.length} of its ids are not among the labels, such as ${examples(extra)}`}.`,
      extra.length > 0 ? {} : { next: unanswered(missing.length) },
    )
  if (extra.length === 0) return []
  return [
    {
      ...{ path: `${id}: ${examples(extra)}`, what: 'prediction', count: extra.length },
      why: 'the labels have no such id',
    },
  ]
}

function twice(ids: readonly string[], whose: string): RightsizeError {
  const seen = new Set<string>()
  const again = [...new Set(ids.filter((id) => seen.size === seen.add(id).size))]
  return new RightsizeError(
    'DATA_DUPLICATE_ID',
    `${whose} repeat ${again.length} ids, such as ${examples(again)}.`,
    {
      next: 'Write one row for each id. Several draws of a model are candidates of their own: give each a name in the column `model`, or keep one draw.',
    },
  )
}

/** Rows without ids would pair by position, so they must not be the advice where rows lack. */
const unanswered = (count: number) =>
  `Add the ${count === 1 ? 'missing row' : `${count} missing rows`} under ${count === 1 ? 'its id' : 'their ids'}, or take these items out of the labels: the decision is then about the others alone.`

const examples = (ids: readonly string[]) =>
  ids
    .slice(0, 3)
    .map((id) => `\`${id}\``)
    .join(', ')

function uniqueIds(candidates: readonly ImportedCandidate[]): readonly ImportedCandidate[] {
  const seen = new Set<string>()
  for (const { id } of candidates) {
    if (seen.has(id))
      throw new RightsizeError('SPEC_DUPLICATE_ID', `Two imports have the candidate \`${id}\`.`, {
        next: 'Give each file its own name: --predictions NAME=FILE.',
      })
    seen.add(id)
  }
  return candidates
}

export interface ImportedSpecOptions {
  /** Folder for the files, relative to the spec, such as `.rightsize/import`. */
  readonly folder: string
  readonly task?: string | undefined
  readonly incumbent?: string | undefined
  readonly bar?: BarInput | undefined
  /** Scores the outputs anew; without it, scores that came with the import are taken as they are. */
  readonly scorer?: SpecInput['scorer']
}

/** A spec that decides from an import, and the files it reads: the items, and one file of answers per candidate. */
export function importedSpec(
  outcomes: ImportedOutcomes,
  { folder, task, incumbent, bar, scorer }: ImportedSpecOptions,
): {
  readonly input: SpecInput
  readonly files: readonly { readonly path: string; readonly text: string }[]
} {
  const clustered = outcomes.items.some((item) => item.cluster !== undefined)
  const given = outcomes.scored && scorer === undefined
  const labelled = given || outcomes.items.some((item) => item.expected !== null)
  const slices = [...new Set(outcomes.items.flatMap((item) => Object.keys(item.slices ?? {})))]
  const leftOut = countedLeftOut(outcomes.ignored)
  const test = `${folder}/items.jsonl`
  const input: SpecInput = {
    task: task ?? outcomes.task ?? 'imported',
    ...(outcomes.reading === undefined ? {} : { description: outcomes.reading }),
    dataset: {
      test,
      id: 'id',
      input: 'input',
      ...(labelled ? { expected: 'expected' } : {}),
      ...(clustered ? { cluster: 'cluster' } : {}),
      ...(slices.length > 0 ? { slices } : {}),
      ...(leftOut.length > 0 ? { leftOut } : {}),
    },
    scorer: given ? scorerFor.imported : (scorer ?? scorerFor.labels),
    candidates: outcomes.candidates.map((one, index) =>
      replayed(one, answersPath(folder, one, index)),
    ),
    incumbent,
    bar,
  }
  const answers = outcomes.candidates.map((one, index) => ({
    path: answersPath(folder, one, index),
    text: jsonl(one.rows, (row) => replayRow(row, given)),
  }))
  const items = jsonl(outcomes.items, (item) => itemRow(item, given))
  return { input, files: [{ path: test, text: items }, ...answers] }
}

/** Slices stand beside the columns of the item; a name that is taken there would hide it. */
function itemRow({ slices, ...item }: ImportedItem, given: boolean): object {
  if (slices === undefined && !given) return item
  return {
    ...slices,
    ...item,
    ...(given && item.expected === null ? { expected: scorerFor.imported } : {}),
  }
}

const answersPath = (folder: string, { id }: ImportedCandidate, index: number) =>
  `${folder}/${index + 1}-${id.replace(/[^\w.-]+/g, '_').slice(0, 80)}.jsonl`

function replayed(one: ImportedCandidate, model: string): CandidateInput {
  return {
    id: one.id.replace(/[\s\p{Cc}]+/gu, '-'),
    runtime: runtimeFor.answers,
    model,
    ...(one.parameters === undefined ? {} : { parameters: one.parameters }),
    ...(one.activeParameters === undefined ? {} : { activeParameters: one.activeParameters }),
    ...(one.jPerItem === undefined ? {} : { energy: { jPerItem: one.jPerItem } }),
  }
}

/** A score travels as an output that the scorer `given` reads; where outputs are scored anew, beside it. */
function replayRow({ score, ...row }: ImportedRow, scored: boolean): object {
  if (!scored && score !== undefined) return { ...row, unusedScore: score }
  if (!scored || row.error !== undefined) return row
  return { ...row, output: { score: score ?? null, output: row.output } }
}

/** Rows whose lines are joined at a time: their texts are gone before the next ones are written. */
const together = 1000

function jsonl<T>(rows: readonly T[], written: (row: T) => object): string {
  const pieces: string[] = []
  for (let from = 0; from < rows.length; from += together) {
    const lines = rows.slice(from, from + together).map((row) => JSON.stringify(written(row)))
    pieces.push(`${lines.join('\n')}\n`)
  }
  return pieces.join('')
}
