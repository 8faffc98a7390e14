import type { Cap } from '../../result/run-result.ts'
import { counted } from '../../unit/figure-words.ts'
import { type Evidence, type HeardCandidate, lossesOf } from './evidence.ts'
import { largerThanChance } from './permutation.ts'

/** Groups from which a column can be one of clusters; fewer are a kind of row, which is a slice. */
const fewestGroups = 10
/** Share of the rows that have a row of their group beside them. */
const repeatedShare = 0.2

/** Columns with repeated values that are tested. */
const mostColumns = 8

/** Names of columns whose values say which rows come from one source. */
const sourceName =
  /^(?:conversation|session|thread|dialog(?:ue)?|user|customer|client|account|author|patient|document|doc|speaker|annotator)s?(?:[\s_-]?(?:id|key|no|number|name))?$/i

/**
 * repeated-values: rows come in groups that nobody declared.
 *
 * What it finds: a column that is not used, whose values repeat, and that is named as a source of rows (conversation id,
 * user), or within whose groups the paired loss is more alike than chance makes it. Rows of one source are not
 * independent; a bound that takes them so is too small (2.5 points where clusters say 13.6). For a student that the judging rows taught: also a column of
 * which every value has one label, and more values than there are labels; texts made from 24 templates were answered 100 % right by folds over rows, and
 * 43 % by folds over templates.
 * How: the spread of group sums, with its distribution by permutation within each label.
 * Error rate: 0.001 for each column and candidate, at most 8 columns that repeat; by name, and by label where students are cross-fitted, it alarms wherever such a column repeats.
 * When it misleads: a kind of row with many values (a topic) whose rows are alike for what they are: declare a slice.
 * Source: intraclass correlation, Fisher 1925; permutation as in Good 2005.
 */
export function repeatedValues(evidence: Evidence): readonly Cap[] {
  // Those named as a source come first: the limit leaves out none of them for a column of another kind.
  const named = evidence.unused.toSorted(
    (a, b) => Number(sourceName.test(b)) - Number(sourceName.test(a)),
  )
  const columns = named.flatMap((name) => groupsIn(name, evidence)).slice(0, mostColumns)
  return evidence.candidates
    .filter(({ id }) => id !== evidence.incumbent?.id)
    .flatMap((one) =>
      columns
        .filter((column) => matters(one, column, evidence))
        .slice(0, 1)
        .map((column) => capFor(one, column, evidence)),
    )
}

interface Column {
  readonly name: string
  /** Group number by position. */
  readonly group: readonly number[]
  readonly groups: number
}

function groupsIn(name: string, { items }: Evidence): readonly Column[] {
  const numbers = new Map<string, number>()
  const sizes: number[] = []
  const group = items.map(({ row }, at) => {
    // A row without a value has no row of its group beside it.
    const value = row[name] == null || row[name] === '' ? `row ${at}` : `of ${String(row[name])}`
    const found = numbers.get(value) ?? numbers.size
    numbers.set(value, found)
    sizes[found] = (sizes[found] ?? 0) + 1
    return found
  })
  const repeated = sizes.reduce((sum, size) => sum + (size > 1 ? size : 0), 0)
  const usable = numbers.size >= fewestGroups && repeated >= repeatedShare * items.length
  return usable ? [{ name, group, groups: numbers.size }] : []
}

function matters(
  one: HeardCandidate,
  { name, group, groups }: Column,
  evidence: Evidence,
): boolean {
  if (sourceName.test(name)) return true
  if (one.crossFitted && tellsLabel(group, groups, evidence)) return true
  const losses = lossesOf(one, evidence)
  const places = losses.flatMap((loss, at) => (loss === null ? [] : [at]))
  const values = places.map((at) => losses[at] as number)
  const strata = places.map((at) => String(evidence.items[at]?.expected))
  const spread = (mixed: readonly number[]): number => {
    const sums = new Float64Array(groups)
    mixed.forEach((value, i) => {
      const own = group[places[i] as number] as number
      sums[own] = (sums[own] as number) + value
    })
    return sums.reduce((sum, value) => sum + value * value, 0)
  }
  return largerThanChance(values, strata, spread)
}

/** Whether every group has one label, and some label several groups: its rows may be made alike, as from a template. */
function tellsLabel(group: readonly number[], groups: number, { items }: Evidence): boolean {
  const labels = new Map<number, string>()
  for (const [at, { expected }] of items.entries()) {
    const own = group[at] as number
    const label = String(expected)
    if ((labels.get(own) ?? label) !== label) return false
    labels.set(own, label)
  }
  return groups > new Set(labels.values()).size
}

function capFor({ id }: HeardCandidate, { name, groups }: Column, { items }: Evidence): Cap {
  return {
    ...{ code: 'repeated-values', candidate: id, at: 'undecided' },
    why: `The values of the column \`${name}\` repeat (${counted(groups)} in ${counted(items.length)} rows), and it is not declared as a cluster: rows of one source are not independent, and the bounds take them so.`,
    next: `Run again with --cluster ${name} (\`dataset.cluster: ${name}\`); no model is asked twice. If its rows are independent, leave the column out of the file, or name it with --slice ${name}.`,
  }
}
