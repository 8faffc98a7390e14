import { RightsizeError } from '../error/error.ts'
import type { LeftOutOne } from '../result/left-out-text.ts'
import { errorIn, idIn } from './fields.ts'
import { figureIn, figuresIn, isAbsent, sizeIn } from './figures.ts'
import type { ImportedCandidate, ImportedItem, ImportedOutcomes, ImportedRow } from './imported.ts'

type Written<T> = { readonly [K in keyof T]: unknown }
export type WrittenRow = Written<ImportedRow>
export type WrittenItem = Written<ImportedItem>

/** What an importer found, as the file has it; items and rows are read once, in their order. */
export interface WrittenOutcomes extends Omit<ImportedOutcomes, 'task' | 'items' | 'candidates'> {
  readonly task: unknown
  readonly items: Iterable<WrittenItem>
  readonly candidates: readonly (Written<Omit<ImportedCandidate, 'rows'>> & {
    readonly rows: Iterable<WrittenRow>
  })[]
}

/**
 * The outcomes of a file once every part was looked at, whichever importer read them. Throws DATA_VALUE where a row or a
 * candidate has no id. Figures that are none are unknown, and listed.
 */
export function checkedOutcomes(
  { task, items, candidates, ...written }: WrittenOutcomes,
  file: string,
): ImportedOutcomes {
  const ignored: LeftOutOne[] = [...written.ignored]
  return {
    ...written,
    task: typeof task === 'string' && task.trim() !== '' ? task : null,
    candidates: candidates.map(({ id, rows, parameters, activeParameters, jPerItem }) => {
      const sizes = { parameters, activeParameters }
      const joules = jPerItem === undefined ? undefined : jPerItemIn(jPerItem)
      if (jPerItem !== undefined && joules === undefined)
        ignored.push(notRead('energy of an answer', String(id), jPerItem))
      return {
        id: idOf(id, 'A candidate', file).replace(/\s+/g, '-'),
        ...sizesOf(sizes, String(id), ignored),
        ...(joules === undefined ? {} : { jPerItem: joules }),
        rows: Array.from(rows, (row, i) => checkedRow(row, i, file, ignored)),
      }
    }),
    items: Array.from(items, ({ id, input, expected, cluster }, i) => {
      const known = idIn(id) ?? idOf(id, `Row ${i + 1}`, file)
      const item = { id: known, input: input ?? known, expected: expected ?? null }
      return idIn(cluster) === undefined ? item : { ...item, cluster: String(cluster) }
    }),
    ignored,
  }
}

/** The id as a text. Throws DATA_VALUE where there is none. */
export function idOf(value: unknown, whose: string, file: string): string {
  const id = idIn(value)
  if (id !== undefined) return id
  const shown = value === undefined ? '' : ` (${JSON.stringify(value)?.slice(0, 60)})`
  throw new RightsizeError('DATA_VALUE', `${whose} has no id that can be read${shown}.`, {
    at: file,
    next: 'Write an id, a text or a number, in every row, or in none to pair by row.',
  })
}

const notRead = (name: string, path: string, value: unknown): LeftOutOne => ({
  path: `${path}: ${typeof value === 'string' ? value : JSON.stringify(value)}`.slice(0, 80),
  what: 'figure',
  why: `its \`${name}\` is not a number of 0 or more`,
})

function checkedRow(
  written: WrittenRow,
  index: number,
  file: string,
  ignored: LeftOutOne[],
): ImportedRow {
  const { id, output, score, unusedScore, error } = written
  const { figures, unread } = figuresIn(written)
  for (const name of unread)
    ignored.push(notRead(name, `row ${index + 1}`, written[name as keyof typeof written]))
  const failed = errorIn(error)
  const row: { -readonly [K in keyof ImportedRow]: ImportedRow[K] } = {
    id: idIn(id) ?? idOf(id, `Row ${index + 1}`, file),
  }
  if (output !== undefined && output !== null) row.output = output
  if (score !== undefined) row.score = score
  if (!isAbsent(unusedScore)) row.unusedScore = unusedScore
  if (failed !== undefined) row.error = failed
  return Object.assign(row, figures)
}

const jPerItemIn = (written: unknown): readonly [number, number] | undefined => {
  const [low, high] = Array.isArray(written) ? written.map(figureIn) : []
  return low === undefined || high === undefined ? undefined : [low, high]
}

function sizesOf(
  written: Readonly<Record<'parameters' | 'activeParameters', unknown>>,
  id: string,
  ignored: LeftOutOne[],
): Partial<Pick<ImportedCandidate, 'parameters' | 'activeParameters'>> {
  const entries = Object.entries(written).filter(([, value]) => value !== undefined)
  for (const [name, value] of entries)
    if (sizeIn(value) === undefined) ignored.push(notRead(name, id, value))
  return Object.fromEntries(
    entries.map(([name, value]) => [name, sizeIn(value)]).filter(([, size]) => size !== undefined),
  )
}
