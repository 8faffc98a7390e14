import { HashIndex } from './hash-index.ts'
import { type GramSettings, gramReader } from './runtime-grams.ts'
import type { SparseRows } from './softmax-dual.ts'

/** How often each n-gram occurs in each text; n-grams are numbered by first sight. One block each for words and characters. */
interface GramBlock {
  readonly index: HashIndex
  readonly offsets: Int32Array
  readonly grams: GrowingInts
  readonly counts: GrowingInts
}

export interface GramCorpus {
  readonly texts: number
  readonly words: GramBlock
  readonly chars: GramBlock
}

/** The features kept, word n-grams first, with their inverse document frequency. */
export interface GramVocabulary {
  readonly wordFeatures: number
  readonly hashes: Int32Array
  readonly idf: Float32Array
}

/** Reads every text once. */
export function readCorpus(texts: readonly string[], settings: GramSettings): GramCorpus {
  const read = gramReader(settings)
  const words = emptyBlock(texts.length)
  const chars = emptyBlock(texts.length)
  texts.forEach((text, row) => {
    const grams = read(text)
    addRow(words, row, grams.words)
    addRow(chars, row, grams.chars)
  })
  return { texts: texts.length, words, chars }
}

/**
 * Keeps n-grams that occur in at least `minTexts` texts, and of those at most `limit`, the most frequent first
 * (earlier sight wins ties). idf = ln((1 + n) / (1 + df)) + 1, as scikit-learn's TfidfTransformer smooths it.
 */
export function chooseVocabulary(
  corpus: GramCorpus,
  minTexts: number,
  limit: number,
): GramVocabulary {
  const df = { words: textCounts(corpus.words), chars: textCounts(corpus.chars) }
  const floor = frequencyFloor([df.words, df.chars], minTexts, limit)
  const words = keep(corpus.words, df.words, floor)
  const chars = keep(corpus.chars, df.chars, floor)
  const dfs = [...words.dfs, ...chars.dfs]
  return {
    wordFeatures: words.hashes.length,
    hashes: Int32Array.from([...words.hashes, ...chars.hashes]),
    idf: Float32Array.from(dfs, (n) => Math.log((1 + corpus.texts) / (1 + n)) + 1),
  }
}

/** Each text as a row of (1 + ln count) x idf, every block scaled to length 1. */
export function weighCorpus(corpus: GramCorpus, vocabulary: GramVocabulary): SparseRows {
  const columns = new GrowingInts()
  const values = new GrowingFloats()
  const offsets = new Int32Array(corpus.texts + 1)
  const maps = columnMaps(corpus, vocabulary)
  for (let row = 0; row < corpus.texts; row++) {
    appendBlock(corpus.words, maps.words, row, vocabulary.idf, columns, values)
    appendBlock(corpus.chars, maps.chars, row, vocabulary.idf, columns, values)
    offsets[row + 1] = values.length
  }
  return {
    offsets,
    columns: columns.done(),
    values: values.done(),
    width: vocabulary.hashes.length,
  }
}

function emptyBlock(texts: number): GramBlock {
  return {
    index: new HashIndex(),
    offsets: new Int32Array(texts + 1),
    grams: new GrowingInts(),
    counts: new GrowingInts(),
  }
}

/** Sorting brings equal n-grams together; the numbers of a text then rise. */
function addRow(block: GramBlock, row: number, hashes: Int32Array): void {
  const { length } = hashes
  const grams = new Int32Array(length)
  for (let i = 0; i < length; i++) grams[i] = block.index.add(hashes[i] as number)
  grams.sort()
  for (let i = 0; i < length; ) {
    let end = i + 1
    while (end < length && grams[end] === grams[i]) end++
    block.grams.push(grams[i] as number)
    block.counts.push(end - i)
    i = end
  }
  block.offsets[row + 1] = block.grams.length
}

function textCounts(block: GramBlock): Int32Array {
  const counts = new Int32Array(block.index.size)
  const { data, length } = block.grams
  for (let i = 0; i < length; i++) {
    const gram = data[i] as number
    counts[gram] = (counts[gram] as number) + 1
  }
  return counts
}

/** The smallest document frequency at which no more than `limit` n-grams are left. */
function frequencyFloor(blocks: readonly Int32Array[], minTexts: number, limit: number): number {
  let floor = minTexts
  for (;;) {
    let kept = 0
    let next = Infinity
    for (const block of blocks) {
      for (const df of block) {
        if (df < floor) continue
        kept++
        if (df > floor && df < next) next = df
      }
    }
    if (kept <= limit || next === Infinity) return floor
    floor = next
  }
}

function keep(
  block: GramBlock,
  df: Int32Array,
  floor: number,
): { hashes: Int32Array; dfs: Int32Array } {
  const hashes = block.index.keys()
  const chosen = hashes
    .map((_, gram) => ((df[gram] as number) >= floor ? gram : -1))
    .filter((g) => g >= 0)
  return {
    hashes: chosen.map((gram) => hashes[gram] as number),
    dfs: chosen.map((gram) => df[gram] as number),
  }
}

function columnMaps(
  corpus: GramCorpus,
  vocabulary: GramVocabulary,
): { words: Int32Array; chars: Int32Array } {
  const { hashes, wordFeatures } = vocabulary
  return {
    words: columnMap(corpus.words, hashes, 0, wordFeatures),
    chars: columnMap(corpus.chars, hashes, wordFeatures, hashes.length),
  }
}

function columnMap(block: GramBlock, hashes: Int32Array, from: number, to: number): Int32Array {
  const column = new Map<number, number>()
  for (let i = from; i < to; i++) column.set(hashes[i] as number, i)
  return block.index.keys().map((hash) => column.get(hash) ?? -1)
}

function appendBlock(
  block: GramBlock,
  map: Int32Array,
  row: number,
  idf: Float32Array,
  columns: GrowingInts,
  values: GrowingFloats,
): void {
  const start = values.length
  let squares = 0
  const end = block.offsets[row + 1] as number
  for (let j = block.offsets[row] as number; j < end; j++) {
    const column = map[block.grams.data[j] as number] as number
    if (column < 0) continue
    const value = (1 + Math.log(block.counts.data[j] as number)) * (idf[column] as number)
    columns.push(column)
    values.push(value)
    squares += value * value
  }
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0
  for (let j = start; j < values.length; j++) {
    values.data[j] = (values.data[j] as number) * scale
  }
}

/** An Int32Array that doubles when full. */
class GrowingInts {
  data = new Int32Array(1024)
  length = 0
  push(value: number): void {
    if (this.length === this.data.length) {
      const bigger = new Int32Array(2 * this.length)
      bigger.set(this.data)
      this.data = bigger
    }
    this.data[this.length++] = value
  }
  done(): Int32Array {
    return this.data.slice(0, this.length)
  }
}

/** The same for float32 values. */
class GrowingFloats {
  data = new Float32Array(1024)
  length = 0
  push(value: number): void {
    if (this.length === this.data.length) {
      const bigger = new Float32Array(2 * this.length)
      bigger.set(this.data)
      this.data = bigger
    }
    this.data[this.length++] = value
  }
  done(): Float32Array {
    return this.data.slice(0, this.length)
  }
}
