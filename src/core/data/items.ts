import { RightsizeError } from '../error/error.ts'
import { suggestion } from '../error/nearest.ts'
import type { HostTensor } from '../onnx/host-tensor.ts'
import type { DatasetSpec } from '../spec/spec.ts'
import { canonicalBytes, textDigest } from './canonical.ts'
import type { DatasetPart, Item } from './item.ts'
import { columnsIn, type Row } from './json-rows.ts'

/** sha256 of bytes as lowercase hex; an effect that core is handed. */
export type Digest = (bytes: Uint8Array) => string
export type PartName = DatasetPart['name']

/** Key under which a reader of raw tensors leaves the tensor of a row. */
export const TENSOR_COLUMN = '$tensor'

export interface PartItems {
  readonly items: readonly Item[]
  /** Row numbers (1-based) that have no label where the spec maps one. */
  readonly unlabelledRows: readonly number[]
}

/**
 * Rows of one part as items. Ids come from the mapped column, else rows are numbered from 1 (`train:1` outside test).
 * Throws DATA_EMPTY, DATA_COLUMN (nearest name), DATA_VALUE (row), DATA_DUPLICATE_ID (both rows).
 */
export function itemsOf(
  rows: readonly Row[],
  part: PartName,
  spec: DatasetSpec,
  digest: Digest,
): PartItems {
  const path = spec[part] ?? part
  if (rows.length === 0)
    throw new RightsizeError('DATA_EMPTY', 'The data hold no rows.', { at: path })
  const kept = spec.limit === undefined ? rows : rows.slice(0, spec.limit)
  checkColumns(kept, part, spec, path)
  const items = kept.map((row, index) => itemOf(row, index, part, spec, digest, path))
  checkIds(items, path)
  const labelled = part !== 'unlabelled' && spec.expected !== undefined
  const unlabelledRows = labelled
    ? items.flatMap((item, i) => (item.expected === null ? [i + 1] : []))
    : []
  return { items, unlabelledRows }
}

/** A part with its digest: sha256 over the items' digests, in order. */
export function datasetPart(name: PartName, items: readonly Item[], digest: Digest): DatasetPart {
  return { name, items, digest: digest(canonicalBytes(items.map((item) => item.digest))) }
}

function itemOf(
  row: Row,
  index: number,
  part: PartName,
  spec: DatasetSpec,
  digest: Digest,
  path: string,
): Item {
  const input = inputOf(row, spec, () => `${path}: row ${index + 1}`)
  const expected =
    part === 'unlabelled' || spec.expected === undefined ? null : label(column(row, spec.expected))
  const slices = spec.slices === undefined ? none : slicesOf(row, spec.slices)
  const clusterValue = spec.cluster === undefined ? undefined : column(row, spec.cluster)
  const cluster = clusterValue === undefined || clusterValue === null ? null : text(clusterValue)
  const inputDigest = isText(input)
    ? textDigest(JSON.stringify(input), digest)
    : digest(canonicalBytes(input))
  const id = idOf(row, index, part, spec, path)
  // In the order of canonical JSON, which plain members then need no more than this.
  const whole = { cluster, expected, id, input: inputDigest, slices }
  const isPlain = slices === none && (expected === null || isText(expected))
  return {
    id,
    input,
    expected,
    slices,
    cluster,
    row: TENSOR_COLUMN in row ? withoutTensor(row) : row,
    digest: isPlain ? textDigest(JSON.stringify(whole), digest) : digest(canonicalBytes(whole)),
    inputDigest,
  }
}

/** Items without slices share it: there may be a million of them. */
const none: Item['slices'] = {}

const slicesOf = (row: Row, names: readonly string[]): Item['slices'] =>
  Object.fromEntries(names.map((key) => [key, text(column(row, key))]))

function withoutTensor({ [TENSOR_COLUMN]: _, ...row }: Row): Row {
  return row
}

function idOf(row: Row, index: number, part: PartName, spec: DatasetSpec, path: string): string {
  if (spec.id === undefined) return part === 'test' ? String(index + 1) : `${part}:${index + 1}`
  const value = column(row, spec.id)
  if (value !== undefined && value !== null && value !== '') return text(value)
  throw new RightsizeError('DATA_VALUE', `The row has no \`${spec.id}\`.`, {
    at: `${path}: row ${index + 1}`,
  })
}

/** Where a row stands, for errors: not written for a million rows that have none. */
type At = () => string

function inputOf(row: Row, spec: DatasetSpec, at: At): Item['input'] {
  if (typeof spec.input === 'string') return oneInput(row, spec.input, at)
  if (isColumnList(spec.input))
    return Object.fromEntries(spec.input.map((name) => [name, present(row, name, at)]))
  const tensor = row[TENSOR_COLUMN]
  if (tensor === undefined)
    throw new RightsizeError('DATA_VALUE', 'The row has no tensor.', { at: at() })
  return tensor as HostTensor
}

function oneInput(row: Row, name: string, at: At): Item['input'] {
  const value = present(row, name, at)
  if (typeof value === 'string') return value
  if (typeof value !== 'object') return String(value)
  return Array.isArray(value) ? { [name]: value } : (value as Readonly<Record<string, unknown>>)
}

function present(row: Row, name: string, at: At): unknown {
  const value = column(row, name)
  if (value !== undefined && value !== null) return value
  throw new RightsizeError('DATA_VALUE', `The row has no \`${name}\`.`, { at: at() })
}

/** The value of a column; `a.b` reaches into an object where no column has that name. */
export function column(row: Row, name: string): unknown {
  if (name in row || !name.includes('.')) return row[name]
  return name
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Row)[key] : undefined,
      row,
    )
}

/** Every column that the spec maps must be in some row, else it is a typing error. */
function checkColumns(rows: readonly Row[], part: PartName, spec: DatasetSpec, path: string): void {
  for (const [key, name] of mappedColumns(part, spec)) {
    if (rows.some((row) => column(row, name) !== undefined)) continue
    const columns = columnsIn(rows)
    throw new RightsizeError('DATA_COLUMN', `No row has the column \`${name}\` (dataset.${key}).`, {
      at: path,
      next: `Correct \`dataset.${key}\`: ${suggestion(name, columns)}`,
    })
  }
}

function mappedColumns(part: PartName, spec: DatasetSpec): readonly (readonly [string, string])[] {
  const names =
    typeof spec.input === 'string'
      ? [spec.input]
      : isColumnList(spec.input)
        ? spec.input
        : [TENSOR_COLUMN]
  const judged = part !== 'unlabelled' && part !== 'train'
  return [
    ...names.map((name) => ['input', name] as const),
    ...(part !== 'unlabelled' && spec.expected !== undefined
      ? [['expected', spec.expected] as const]
      : []),
    ...(judged && spec.id !== undefined ? [['id', spec.id] as const] : []),
    ...(judged && spec.cluster !== undefined ? [['cluster', spec.cluster] as const] : []),
    ...(judged ? (spec.slices ?? []).map((name) => ['slices', name] as const) : []),
  ]
}

function checkIds(items: readonly Item[], path: string): void {
  if (new Set(items.map(({ id }) => id)).size === items.length) return
  const rows = new Map<string, number>()
  const twice: string[] = []
  items.forEach(({ id }, index) => {
    const before = rows.get(id)
    if (before === undefined) rows.set(id, index + 1)
    else twice.push(`\`${id}\` (rows ${before} and ${index + 1})`)
  })
  const shown = twice.slice(0, 3).join(', ')
  throw new RightsizeError(
    'DATA_DUPLICATE_ID',
    `${twice.length} row${twice.length > 1 ? 's repeat ids' : ' repeats an id'}: ${shown}${twice.length > 3 ? ', ...' : ''}.`,
    { at: path },
  )
}

const isColumnList = (input: DatasetSpec['input']): input is readonly string[] =>
  Array.isArray(input)
const isText = (value: unknown): value is string => typeof value === 'string'
const label = (value: unknown): unknown => (value === undefined || value === '' ? null : value)
const text = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : typeof value === 'object' && value !== null
      ? new TextDecoder().decode(canonicalBytes(value))
      : String(value ?? '')
