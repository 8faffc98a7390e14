import { hash } from 'node:crypto'
import type { StoredOutcome, StoredScore, StoredWindow } from '../../contract/store.ts'
import { RightsizeError } from '../../core/error/error.ts'

/** What a cell of a row holds. */
export type Cell = string | number | null

/** The tables with their columns, in the order in which rows, journals and checksums hold them. */
export const columns = {
  outcomes: ['key', 'item', 'candidate', 'answer', 'at'],
  scores: ['outcome', 'scorer', 'score', 'detail'],
  windows: ['candidate', 'machine', 'meter', 'reading', 'at'],
  documents: ['digest', 'json'],
} as const

export type TableName = keyof typeof columns

export const tableNames = Object.keys(columns) as readonly TableName[]

/** The columns that tell the rows of a table apart; a window has a number instead. */
export const keyColumns = {
  outcomes: ['key'],
  scores: ['outcome', 'scorer'],
  windows: ['id'],
  documents: ['digest'],
} as const

/** One row of one table. */
export interface StoreRow {
  readonly table: TableName
  readonly cells: readonly Cell[]
}

/** The text whose checksum is kept with a row. */
export const rowText = ({ table, cells }: StoreRow): string => JSON.stringify({ [table]: cells })

/** 64 bits of sha256: enough that no accident and no careless edit keeps it. Whoever wants to deceive can compute it anew. */
export const checksum = (text: string): string => hash('sha256', text).slice(0, 16)

export const rowChecksum = (row: StoreRow): string => checksum(rowText(row))

/** A row as an error names it. */
export function rowName({ table, cells }: StoreRow): string {
  const [first, second] = cells.map((cell) => JSON.stringify(String(cell).slice(0, 40)))
  if (table === 'scores') return `the score of answer ${first} by ${second}`
  if (table === 'windows') return `a window of candidate ${first}`
  return `${table === 'outcomes' ? 'answer' : 'document'} ${first}`
}

export const rowOf = {
  outcome: (one: StoredOutcome): StoreRow => ({
    table: 'outcomes',
    cells: [one.key, one.itemDigest, one.candidateDigest, one.answer, one.at],
  }),
  score: (one: StoredScore): StoreRow => ({
    table: 'scores',
    cells: [one.outcomeKey, one.scorer, storable(one), one.detail],
  }),
  window: (one: StoredWindow): StoreRow => ({
    table: 'windows',
    cells: [one.candidateDigest, one.machine, one.meter, one.reading, one.at],
  }),
  document: (digest: string, json: string): StoreRow => ({
    table: 'documents',
    cells: [digest, json],
  }),
}

/** What is no number has no form in a store: it would come back as "does not apply", or not at all. Throws SCORER_FAILED. */
function storable({ score, scorer, outcomeKey }: StoredScore): number | null {
  if (score === null || Number.isFinite(score)) return score
  const what = `the score of answer "${outcomeKey.slice(0, 40)}" by "${scorer}" is ${score}: not a number that can be stored`
  throw new RightsizeError('SCORER_FAILED', what)
}

type Cells = StoreRow['cells']

const text = (cells: Cells, at: number): string => String(cells[at] ?? '')

export const outcomeOf = (cells: Cells): StoredOutcome => ({
  key: text(cells, 0),
  itemDigest: text(cells, 1),
  candidateDigest: text(cells, 2),
  answer: text(cells, 3),
  at: text(cells, 4),
})

export const scoreOf = (cells: Cells): StoredScore => ({
  outcomeKey: text(cells, 0),
  scorer: text(cells, 1),
  score: typeof cells[2] === 'number' ? cells[2] : null,
  detail: text(cells, 3),
})

export const windowOf = (cells: Cells): StoredWindow => ({
  candidateDigest: text(cells, 0),
  machine: text(cells, 1),
  meter: text(cells, 2),
  reading: text(cells, 3),
  at: text(cells, 4),
})

/** Rows with the names of their columns, as an export shows them. */
export function* namedRows(rows: Iterable<StoreRow>) {
  for (const { table, cells } of rows)
    yield {
      table,
      row: Object.fromEntries(columns[table].map((name, at) => [name, cells[at] ?? null])),
    }
}
