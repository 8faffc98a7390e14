import type { DataWarning } from '../result/run-result.ts'
import { counted } from '../unit/figure-words.ts'
import type { Item } from './item.ts'
import { conflictingGroups, inputKey, type Linked } from './overlap.ts'

/** How many examples a warning shows. */
export const EXAMPLES = 5

/** Test rows whose input another row has too; null where there are none. */
export function sameTextWarning(items: readonly Item[]): DataWarning | null {
  const seen = new Map<string, Item>()
  const again = items.filter((item) => {
    const key = inputKey(item)
    const known = seen.has(key)
    if (!known) seen.set(key, item)
    return known
  })
  if (again.length === 0) return null
  return {
    code: 'same-text',
    text: `${counted(again.length)} of ${counted(items.length)} test rows repeat the input of another row; rows with one input count as one cluster.`,
    count: again.length,
    examples: again.slice(0, EXAMPLES).map(shown),
  }
}

/** Rows beyond `dataset.limit`. */
export const limitWarning = (part: string, used: number, rows: number): DataWarning => ({
  code: 'beyond-limit',
  text: `${rows - used} of ${rows} rows of ${part} are beyond \`dataset.limit\` (${used}) and were left out.`,
  count: rows - used,
  examples: [`row ${used + 1} of ${part}`],
})

/** Inputs with several labels, and inputs that are nearly the same; `strict` ones are errors with `strictSplits`. */
export function duplicateWarnings(
  linked: Linked,
  tested: number,
): readonly { readonly warning: DataWarning; readonly strict: boolean }[] {
  const found: { warning: DataWarning; strict: boolean }[] = []
  const conflicts = conflictingGroups(linked)
  if (conflicts.length > 0)
    found.push({
      strict: true,
      warning: {
        code: 'conflicting-labels',
        text: `${conflicts.length} input${conflicts.length > 1 ? 's have' : ' has'} more than one label.`,
        count: conflicts.length,
        examples: conflicts
          .slice(0, EXAMPLES)
          .map((group) => `${shown(group[0])}: ${labelsOf(group).join(' / ')}`),
      },
    })
  for (const kind of ['test', 'train'] as const) {
    const pairs = linked.near.filter((pair) => pair.inTrain === (kind === 'train'))
    if (pairs.length > 0)
      found.push({ strict: false, warning: nearWarning(kind, pairs, tested, linked.complete) })
  }
  return found
}

function nearWarning(
  kind: 'test' | 'train',
  pairs: Linked['near'],
  tested: number,
  complete: boolean,
): DataWarning {
  const items = new Set(pairs.map((pair) => (kind === 'train' ? pair.a.id : pair.b.id)))
  const whom =
    kind === 'train' ? 'a train row (students may have learned them by heart)' : 'another test row'
  return {
    code: kind === 'train' ? 'near-duplicates-train' : 'near-duplicates',
    text: `${counted(items.size)}${complete ? '' : ' or more'} of ${counted(tested)} test rows are nearly the same as ${whom}.${kind === 'test' ? ' Where rows come from templates, conversations or customers, name the column that tells with `--cluster`: they are not independent.' : ''}`,
    count: items.size,
    examples: pairs.slice(0, EXAMPLES).map((pair) => `${shown(pair.a)} ~ ${shown(pair.b)}`),
  }
}

/** Test rows of a declared cluster that train has rows of as well; null where there are none. */
export function sharedClusterWarning(
  test: readonly Item[],
  train: readonly Item[],
): DataWarning | null {
  const taught = new Set(train.flatMap(({ cluster }) => cluster ?? []))
  const shared = test.filter(({ cluster }) => cluster !== null && taught.has(cluster))
  if (shared.length === 0) return null
  return {
    code: 'clusters-in-train',
    text: `${counted(shared.length)} of ${counted(test.length)} test rows are of a cluster that train has rows of as well (students may have learned it by heart). Put each cluster into one part.`,
    count: shared.length,
    examples: shared.slice(0, EXAMPLES).map(shown),
  }
}

/** Labels of test that no training row has; null where there are none. */
export function unseenWarning(test: readonly Item[], train: readonly Item[]): DataWarning | null {
  const known = new Set(train.map((item) => labelText(item.expected)))
  const unseen = labelsOf(test).filter((label) => !known.has(label))
  if (unseen.length === 0 || known.size === 0) return null
  return {
    code: 'labels-unseen',
    text: `${unseen.length} label${unseen.length > 1 ? 's' : ''} of test never occur${unseen.length > 1 ? '' : 's'} in train, so no student can answer ${unseen.length > 1 ? 'them' : 'it'}.`,
    count: unseen.length,
    examples: unseen.slice(0, EXAMPLES),
  }
}

/** Distinct labels, sorted; empty where the expected values are not short texts or numbers, or nearly all differ. */
export function labelsOf(items: readonly Item[]): readonly string[] {
  const plain = items.every(({ expected }) => expected !== null && typeof expected !== 'object')
  if (!plain) return []
  return [...new Set(items.map((item) => labelText(item.expected)))].sort()
}

const labelText = (expected: unknown) => String(expected)

/** The input of an item as an example, at most 80 characters. */
export function shown(item: Item | undefined): string {
  if (item === undefined) return ''
  const text = typeof item.input === 'string' ? item.input : item.id
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
