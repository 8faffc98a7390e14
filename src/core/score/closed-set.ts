import type { Item } from '../data/item.ts'
import { labelReader } from './label-reader.ts'

/** Most labels that a closed set has, and the longest of them, characters. */
const mostLabels = 1000
const longestLabel = 80

/**
 * All labels that there are, sorted, where the labels are a closed set: short texts, numbers or truth values of which at
 * least half occur again. Null for free text and for one label alone, where nothing can be told apart.
 */
export function closedSet(
  items: readonly Item[],
  declared: readonly (readonly string[])[] = [],
): readonly string[] | null {
  const counts = new Map<string, number>()
  for (const { expected } of items) {
    if (expected === null || expected === undefined) continue
    if (typeof expected === 'object') return null
    counts.set(String(expected), (counts.get(String(expected)) ?? 0) + 1)
  }
  const labels = [...counts.keys()]
  const rows = [...counts.values()]
  const repeated = rows.reduce((sum, n) => sum + (n > 1 ? n : 0), 0)
  const all = rows.reduce((sum, n) => sum + n, 0)
  if (labels.length < 2 || labels.length > mostLabels || repeated < all / 2) return null
  if (labels.some((label) => label.length > longestLabel || label.trim() === '')) return null
  return [...new Set([...labels, ...alsoAnswered(labels, declared)])].sort()
}

/** Labels that a candidate knows beside those of the data; of a list that shares none with the data it is not known what it means. */
function alsoAnswered(
  labels: readonly string[],
  declared: readonly (readonly string[])[],
): readonly string[] {
  const read = labelReader(labels)
  return declared.flatMap((own) => {
    const unknown = own.filter((label) => read(label).kind !== 'label')
    return unknown.length < own.length ? unknown : []
  })
}
