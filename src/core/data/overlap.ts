import { type Estimate, unknown } from '../unit/estimate.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Item } from './item.ts'
import { nearPairs, normalisedText, sameTextGroups } from './near-duplicates.ts'

/** Items above which near-duplicates are not looked for: the check must stay a matter of seconds. */
const MOST_ITEMS = 100_000

/** What two rows with the same input share: the normalised text, or the digest of an input that is no text. */
export function inputKey(item: Item): string {
  const text = typeof item.input === 'string' ? normalisedText(item.input) : ''
  return text === '' ? (item.inputDigest ?? item.digest) : text
}

/** Which items are the same, or nearly. */
export interface Linked {
  /** Groups whose inputs are the same but for case, spaces and punctuation; test and train together. */
  readonly same: readonly (readonly Item[])[]
  /** Pairs that are nearly the same; `b` is a test item, or a train item where `inTrain`. */
  readonly near: readonly { readonly a: Item; readonly b: Item; readonly inTrain: boolean }[]
  /** Whether every pair was looked at. */
  readonly complete: boolean
}

/** Rows that are not among the others, and those that are (same input but for case, spaces and punctuation). */
export function droppedOverlap(
  items: readonly Item[],
  others: readonly Item[],
): { readonly kept: readonly Item[]; readonly dropped: readonly Item[] } {
  const taken = new Set(others.map(inputKey))
  const kept = items.filter((item) => !taken.has(inputKey(item)))
  return { kept, dropped: items.filter((item) => taken.has(inputKey(item))) }
}

/** Whether each item has an input of its own, so that none of them is changed. */
const allDiffer = (items: readonly Item[]): boolean =>
  new Set(items.map(inputKey)).size === items.length

/** Items with the same input in one cluster; clusters that share an input become one, named by its first item. */
export function clustersOfSameText(items: readonly Item[]): readonly Item[] {
  if (items.every(({ cluster }) => cluster === null) && allDiffer(items)) return items
  const parent = new Map<string, string>()
  const find = (key: string): string => {
    let root = key
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root))
      root = up
    parent.set(key, root)
    return root
  }
  const counts = new Map<string, number>()
  for (const item of items) {
    const input = `input ${inputKey(item)}`
    counts.set(input, (counts.get(input) ?? 0) + 1)
    if (item.cluster !== null) parent.set(find(input), find(`cluster ${item.cluster}`))
  }
  const names = new Map<string, string>()
  return items.map((item) => {
    const input = `input ${inputKey(item)}`
    if (item.cluster === null && (counts.get(input) ?? 0) < 2) return item
    const root = find(input)
    if (!names.has(root)) names.set(root, item.cluster ?? `same as ${item.id}`)
    return { ...item, cluster: names.get(root) ?? item.cluster }
  })
}

/**
 * Finds duplicates and near-duplicates within test and between test and train. Texts only; an input that is the id
 * (imported results without their inputs) says nothing.
 */
export function linkDuplicates(test: readonly Item[], train: readonly Item[]): Linked {
  const texts = [...test, ...train].filter(
    (item) => typeof item.input === 'string' && item.input !== item.id,
  )
  const same = sameTextGroups(texts.map(textOf)).map((group) => group.map((i) => texts[i] as Item))
  if (texts.length > MOST_ITEMS) return { same, near: [], complete: false }
  const inTest = new Set(test)
  const { pairs, complete } = nearPairs(texts.map(textOf))
  const near = pairs
    .map(([i, j]) => ({ a: texts[i] as Item, b: texts[j] as Item }))
    .filter(({ a }) => inTest.has(a))
    .map(({ a, b }) => ({ a, b, inTrain: !inTest.has(b) }))
  return { same, near, complete }
}

/** Groups of the same text that carry more than one label. */
export function conflictingGroups({ same }: Linked): readonly (readonly Item[])[] {
  return same.filter((group) => new Set(group.map(labelKey)).size > 1)
}

/**
 * Share of labels that differ from the majority of their group of equal texts: what labellers did with the same text
 * twice. Near-duplicates are shown and not counted here: one word ("not") may rightly change a label.
 * Interval: Wilson 1927, 95 %. Unknown where no text repeats.
 */
export function labelNoise(linked: Linked): Estimate<'share'> {
  const groups = linked.same.filter((group) => group.every((item) => item.expected !== null))
  const items = groups.reduce((sum, group) => sum + group.length, 0)
  if (items === 0) return unknown('no text occurs twice, so nothing shows how labels vary')
  const odd = groups.reduce((sum, group) => sum + group.length - majority(group), 0)
  const [low, high] = wilson(odd, items)
  const how = `${odd} of ${items} labels of repeated texts differ from the majority of their text`
  return {
    kind: 'known',
    unit: 'share',
    value: odd / items,
    low,
    high,
    level: 0.95,
    method: 'measured',
    how,
    source: 'this dataset',
  }
}

function majority(group: readonly Item[]): number {
  const counts = new Map<string, number>()
  for (const item of group) counts.set(labelKey(item), (counts.get(labelKey(item)) ?? 0) + 1)
  return Math.max(...counts.values())
}

/** Wilson's score interval at 95 % (z = 1.959964). */
function wilson(hits: number, n: number): readonly [number, number] {
  const z = 1.959964
  const p = hits / n
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  return [Math.max(0, centre - half), Math.min(1, centre + half)]
}

const labelKey = (item: Item) => canonicalJson(item.expected)
const textOf = (item: Item) => String(item.input)
