import type { Item } from '../../data/item.ts'
import { columnsIn } from '../../data/json-rows.ts'
import type { DatasetSpec } from '../../spec/spec.ts'
import type { Evidence } from './evidence.ts'

/** Share of the values of a column that are dates before it orders the rows. */
const mostDates = 0.95

/** What the rows show beside inputs and labels: their order in the file, a column of dates, columns that nothing uses. */
export function rowFacts(
  items: readonly Item[],
  inFile: readonly Item[],
  dataset: DatasetSpec,
  isJudged: (at: number) => boolean = () => true,
): Pick<Evidence, 'orders' | 'unused'> {
  const rows = { by: 'in the order of the file', rank: placesOf(items, inFile, isJudged) }
  const { input, expected, id, slices = [], cluster } = dataset
  const inputs = typeof input === 'string' ? [input] : Array.isArray(input) ? input : []
  const used = new Set<unknown>([...inputs, expected, id, ...slices, cluster])
  const columns = columnsOf(items, inFile)
  const free = columns.filter((name) => !used.has(name))
  const dates = columns
    .filter((name) => holdsDates(items, name))
    .flatMap((name) => {
      const texts = items.map(({ row }) => dateOf(row[name]))
      const inOrder = [...new Set(texts.filter((text) => text !== null))].sort()
      if (inOrder.length < 3) return []
      const ranks = new Map(inOrder.map((text, at) => [text, at]))
      return [{ by: `by \`${name}\``, rank: texts.map((text) => ranks.get(text ?? '') ?? 0) }]
    })
    .slice(0, 1)
  return { orders: [rows, ...dates], unused: cluster === undefined ? free : [] }
}

/** Places in the file by position; 0 for items that nobody judged, of which nothing is asked. */
function placesOf(
  items: readonly Item[],
  inFile: readonly Item[],
  isJudged: (at: number) => boolean,
): readonly number[] {
  const place = new Map<string, number>()
  for (const [at, item] of items.entries()) if (isJudged(at)) place.set(item.id, 0)
  for (const [at, { id }] of inFile.entries()) if (place.has(id)) place.set(id, at)
  return items.map((item, at) => (isJudged(at) ? (place.get(item.id) ?? 0) : 0))
}

/** Columns as the items come; the file is read in its own order, where rows that are alike lie side by side. */
function columnsOf(items: readonly Item[], inFile: readonly Item[]): readonly string[] {
  const [first] = items
  const of = Object.keys(first?.row ?? {})
  const all = columnsIn(inFile.map(({ row }) => row))
  return all.length === of.length ? of : columnsIn(items.map(({ row }) => row))
}

/** Whether nearly all values of a column are dates; looks no further where too many are none. */
function holdsDates(items: readonly Item[], name: string): boolean {
  let known = items.length
  return items.every(({ row }) => dateOf(row[name]) !== null || --known >= mostDates * items.length)
}

/** A text that begins as an ISO date, which sorts as the date does; null elsewhere. */
const dateOf = (value: unknown): string | null =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? value : null
