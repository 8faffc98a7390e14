import { RightsizeError } from '../error/error.ts'
import type { LeftOut } from '../result/left-out.ts'
import type { DataWarning } from '../result/run-result.ts'
import type { DatasetSpec } from '../spec/spec.ts'
import type { Estimate } from '../unit/estimate.ts'
import {
  duplicateWarnings,
  EXAMPLES,
  labelsOf,
  limitWarning,
  sameTextWarning,
  sharedClusterWarning,
  shown,
  unseenWarning,
} from './dataset-warnings.ts'
import type { DatasetPart, Item } from './item.ts'
import { type Digest, datasetPart, itemsOf, type PartName } from './items.ts'
import type { Row } from './json-rows.ts'
import { labelVariants } from './label-variants.ts'
import { clustersOfSameText, droppedOverlap, labelNoise, linkDuplicates } from './overlap.ts'

export interface DatasetRows {
  readonly test: readonly Row[]
  readonly calibration?: readonly Row[]
  readonly train?: readonly Row[]
  readonly unlabelled?: readonly Row[]
}

/** The items of a task, checked, with everything that is wrong with them said. */
export interface Dataset {
  readonly test: DatasetPart
  readonly calibration: DatasetPart | null
  readonly train: DatasetPart | null
  readonly unlabelled: DatasetPart | null
  /** Labels of the test part, sorted, where labels are texts or numbers; empty for free text of many values. */
  readonly labels: readonly string[]
  readonly slices: Readonly<Record<string, readonly string[]>>
  /** Clusters of the test part, or null where every item stands alone. */
  readonly clusters: number | null
  readonly warnings: readonly DataWarning[]
  /** Rows of all parts that were left out: without a label, or in two parts. */
  readonly leftOut: readonly LeftOut[]
  readonly labelNoise: Estimate<'share'>
}

export interface DatasetOptions {
  readonly spec: DatasetSpec
  readonly strictSplits: boolean
  readonly digest: Digest
}

/**
 * Rows of all parts as a checked dataset. Duplicate ids are an error; the same text twice in test is one cluster; rows
 * of train, calibration and unlabelled that are in test too are dropped and counted (train also against calibration);
 * conflicting labels and near-duplicates are listed. With `strictSplits` all but near-duplicates are errors.
 */
export function buildDataset(
  rows: DatasetRows,
  { spec, strictSplits, digest }: DatasetOptions,
): Dataset {
  const warnings: DataWarning[] = []
  const warn: Warn = (warning, strict) => {
    if (warning !== null && strict && strictSplits) throw overlapError(warning)
    if (warning !== null) warnings.push(warning)
  }
  const read = (part: PartName) =>
    labelledItems(rows[part], part, spec, digest, (w) => warn(w, false))
  const plain = read('test') ?? []
  const calibration = overlapFree(read('calibration'), 'calibration', [['test', plain]], warn)
  const others = [
    ['test', plain],
    ['calibration', calibration ?? []],
  ] as const
  const train = overlapFree(read('train'), 'train', others, warn)
  const unlabelled = overlapFree(read('unlabelled'), 'unlabelled', others, warn)
  const test = clustersOfSameText(plain)
  if (test !== plain) warn(sameTextWarning(plain), true)
  if (isClosed(labelsOf(plain), plain)) warn(labelVariants([...plain, ...(train ?? [])]), false)
  const linked = linkDuplicates(plain, train ?? [])
  for (const warning of duplicateWarnings(linked, plain.length))
    warn(warning.warning, warning.strict)
  if (train !== null) {
    warn(sharedClusterWarning(plain, train), true)
    warn(unseenWarning(plain, train), false)
  }
  const part = (name: PartName, items: readonly Item[] | null) =>
    items === null ? null : datasetPart(name, items, digest)
  return {
    test: datasetPart('test', test, digest),
    calibration: part('calibration', calibration),
    train: part('train', train),
    unlabelled: part('unlabelled', unlabelled),
    labels: labelsOf(test),
    slices: slicesOf(test, spec.slices ?? []),
    clusters: clustersIn(test),
    warnings,
    leftOut: warnings.flatMap(leftOutBy),
    labelNoise: labelNoise(linked),
  }
}

/** Takes a warning; a strict one is an error with `strictSplits`. */
type Warn = (warning: DataWarning | null, strict: boolean) => void

const overlapError = ({ text, examples }: DataWarning) =>
  new RightsizeError('DATA_OVERLAP', `${text} For example: ${examples.join('; ')}`)

const whyLeftOut: Readonly<Record<string, string>> = {
  'labels-missing': 'without a label',
  'beyond-limit': 'beyond `dataset.limit`',
}

/** Rows that a warning says were left out. */
function leftOutBy({ code, count, examples }: DataWarning): readonly LeftOut[] {
  const why = code.endsWith('-overlap') ? 'also in another part of the data' : whyLeftOut[code]
  if (why === undefined) return []
  const about = { what: 'row', code, why, count, of: null, partial: false }
  return [{ ...about, examples: examples.slice(0, 3) }]
}

function labelledItems(
  rows: readonly Row[] | undefined,
  part: PartName,
  spec: DatasetSpec,
  digest: Digest,
  warn: (warning: DataWarning) => void,
): readonly Item[] | null {
  if (rows === undefined) return null
  const { items, unlabelledRows } = itemsOf(rows, part, spec, digest)
  if (items.length < rows.length) warn(limitWarning(part, items.length, rows.length))
  if (unlabelledRows.length === 0) return items
  if (unlabelledRows.length === items.length)
    throw new RightsizeError(
      'DATA_VALUE',
      `No row of ${part} has a value in \`${spec.expected}\`.`,
      {
        at: spec[part] ?? part,
        next: 'Fill the labels, or leave `dataset.expected` out to judge by agreement with the incumbent.',
      },
    )
  warn({
    code: 'labels-missing',
    text: `${unlabelledRows.length} of ${items.length} rows of ${part} have no label and were left out.`,
    count: unlabelledRows.length,
    examples: unlabelledRows.slice(0, EXAMPLES).map((row) => `row ${row}`),
  })
  return items.filter((item) => item.expected !== null)
}

function overlapFree(
  items: readonly Item[] | null,
  part: PartName,
  others: readonly (readonly [string, readonly Item[]])[],
  warn: Warn,
): readonly Item[] | null {
  if (items === null) return null
  const { kept, dropped } = droppedOverlap(
    items,
    others.flatMap(([, other]) => other),
  )
  if (dropped.length > 0)
    warn(
      {
        code: `${part}-overlap`,
        text: `${dropped.length} of ${items.length} rows of ${part} are also in ${others
          .filter(([, o]) => o.length > 0)
          .map(([name]) => name)
          .join(' or ')} and were dropped from ${part}.`,
        count: dropped.length,
        examples: dropped.slice(0, EXAMPLES).map(shown),
      },
      true,
    )
  return kept
}

/**
 * Throws DATA_LABEL when a label of the items is none that any candidate can answer. `producible` holds what each
 * candidate can answer, or null for one that can answer anything (then nothing is checked); `readAs` is the label that an
 * answer is read as.
 */
export function checkProducible(
  labels: readonly string[],
  producible: readonly (readonly string[] | null)[],
  readAs: (answer: string) => string = (answer) => answer,
): void {
  if (producible.length === 0 || producible.includes(null)) return
  const all = new Set(producible.flatMap((list) => list ?? []))
  const read = new Set([...all].map(readAs))
  const lost = labels.filter((label) => !read.has(label))
  if (lost.length === 0) return
  throw new RightsizeError(
    'DATA_LABEL',
    `No candidate can answer ${lost.length === 1 ? 'the label' : `${lost.length} labels, such as`} ${lost
      .slice(0, 3)
      .map((label) => `\`${label}\``)
      .join(', ')}.`,
    {
      next: `Correct the labels. Candidates answer: ${[...all].slice(0, 12).join(', ')}${all.size > 12 ? ', ...' : ''}`,
    },
  )
}

/** Texts of which most occur again, as labels do; free answers may well differ by case alone. */
const isClosed = (labels: readonly string[], items: readonly Item[]): boolean =>
  labels.length > 0 && labels.length <= items.length / 2

function slicesOf(
  items: readonly Item[],
  keys: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    keys.map((key) => [key, [...new Set(items.map((item) => item.slices[key] ?? ''))].sort()]),
  )
}

function clustersIn(items: readonly Item[]): number | null {
  if (items.every((item) => item.cluster === null)) return null
  const alone = items.filter((item) => item.cluster === null).length
  return (
    alone + new Set(items.flatMap((item) => (item.cluster === null ? [] : [item.cluster]))).size
  )
}
