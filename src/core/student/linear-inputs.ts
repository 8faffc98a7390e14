import { gramReader } from './runtime-grams.ts'
import type { LinearModel } from './runtime-linear.ts'

/** Features of some texts, padded to the longest: the inputs of `linearOnnx`. Both are texts x features, row-major. */
export interface LinearInputs {
  readonly ids: BigInt64Array
  readonly values: Float32Array
  /** Features of the longest text, at least 1. */
  readonly features: number
}

/** Reads texts into feature numbers and tf-idf values, as the linear runtime weighs them. */
export function linearInputs(model: LinearModel, texts: readonly string[]): LinearInputs {
  const read = gramReader(model.grams)
  const columns = columnsOf(model)
  const rows = texts.map((text) => {
    const { words, chars } = read(text)
    return [...weighed(model, columns.words, words), ...weighed(model, columns.chars, chars)]
  })
  const features = rows.reduce((most, row) => Math.max(most, row.length), 1)
  const ids = new BigInt64Array(texts.length * features)
  const values = new Float32Array(texts.length * features)
  rows.forEach((row, i) => {
    row.forEach(([feature, value], j) => {
      ids[i * features + j] = BigInt(feature)
      values[i * features + j] = value
    })
  })
  return { ids, values, features }
}

function columnsOf({ hashes, wordFeatures }: LinearModel) {
  const map = (from: number, to: number) =>
    new Map(Array.from(hashes.subarray(from, to), (hash, i) => [hash, from + i] as const))
  return { words: map(0, wordFeatures), chars: map(wordFeatures, hashes.length) }
}

/** Distinct known features of one block with (1 + ln count) x idf, scaled to length 1. */
function weighed(
  model: LinearModel,
  columns: ReadonlyMap<number, number>,
  hashes: Int32Array,
): (readonly [number, number])[] {
  const counts = new Map<number, number>()
  for (const hash of hashes) {
    const column = columns.get(hash)
    if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1)
  }
  const raw = [...counts].map(
    ([column, n]) => [column, (1 + Math.log(n)) * (model.idf[column] as number)] as const,
  )
  const length = Math.hypot(...raw.map(([, value]) => value)) || 1
  return raw.map(([column, value]) => [column, value / length] as const)
}
