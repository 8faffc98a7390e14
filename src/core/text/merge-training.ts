/** A corpus as distinct words with counts; each word is a sequence of symbol ids. */
export interface CountedWords {
  readonly symbols: number[][]
  readonly counts: readonly number[]
}

/** One merge: the two symbols, in order of training. */
export interface Merge {
  readonly left: number
  readonly right: number
  /** How often the pair occurred when it was merged. */
  readonly count: number
}

export interface MergeTraining {
  /** Gives the id of the joined symbol, and makes one where it is new. */
  join(left: number, right: number): number
  /** Asked before each merge; training ends at the first false. */
  room(): boolean
  /** Pairs seen less often are never merged. */
  readonly minCount: number
}

/** Symbols stay below 2^24, so a pair fits into a double exactly. */
const PAIR = 2 ** 24

/**
 * Byte-pair merges: joins the most frequent neighbours until there is no room or none is frequent enough
 * (Sennrich, Haddow and Birch, ACL 2016). Ties go to the lower left id, then the lower right id. Changes
 * `words.symbols` in place.
 */
export function trainMerges(words: CountedWords, training: MergeTraining): Merge[] {
  const pairs = new PairTable(words)
  const merges: Merge[] = []
  while (training.room()) {
    const top = pairs.pop()
    if (top === null || top.count < training.minCount) break
    const left = Math.floor(top.pair / PAIR)
    const right = top.pair % PAIR
    const joined = training.join(left, right)
    merges.push({ left, right, count: top.count })
    pairs.merge(top.pair, joined)
  }
  return merges
}

/** Counts of neighbouring pairs, the words that hold them, and a lazy max-heap. */
class PairTable {
  private readonly words: CountedWords
  private readonly counts = new Map<number, number>()
  private readonly places = new Map<number, Set<number>>()
  private readonly heap = new PairHeap()
  constructor(words: CountedWords) {
    this.words = words
    for (let word = 0; word < words.counts.length; word++) this.add(word, 1)
    for (const [pair, count] of this.counts) this.heap.push({ pair, count })
  }

  /** The most frequent pair; entries whose count has changed go back with the true one. */
  pop(): { pair: number; count: number } | null {
    for (;;) {
      const top = this.heap.pop()
      if (top === null) return null
      const count = this.counts.get(top.pair) ?? 0
      if (count === top.count && count > 0) return top
      if (count > 0 && count < top.count) this.heap.push({ pair: top.pair, count })
    }
  }

  merge(pair: number, joined: number): void {
    const left = Math.floor(pair / PAIR)
    const right = pair % PAIR
    const grown = new Set<number>()
    for (const word of this.places.get(pair) ?? []) {
      this.add(word, -1)
      joinIn(this.words.symbols[word] ?? [], left, right, joined)
      this.add(word, 1, grown)
    }
    this.counts.delete(pair)
    this.places.delete(pair)
    for (const other of grown) this.heap.push({ pair: other, count: this.counts.get(other) ?? 0 })
  }

  private add(word: number, sign: 1 | -1, grown?: Set<number>): void {
    const symbols = this.words.symbols[word] ?? []
    const weight = sign * (this.words.counts[word] ?? 0)
    for (let i = 1; i < symbols.length; i++) {
      const pair = (symbols[i - 1] as number) * PAIR + (symbols[i] as number)
      this.counts.set(pair, (this.counts.get(pair) ?? 0) + weight)
      if (sign < 0) continue
      grown?.add(pair)
      const places = this.places.get(pair)
      if (places === undefined) this.places.set(pair, new Set([word]))
      else places.add(word)
    }
  }
}

function joinIn(symbols: number[], left: number, right: number, joined: number): void {
  let kept = 0
  for (let i = 0; i < symbols.length; i++) {
    const match = symbols[i] === left && symbols[i + 1] === right
    symbols[kept++] = match ? joined : (symbols[i] as number)
    if (match) i++
  }
  symbols.length = kept
}

interface Ranked {
  readonly pair: number
  readonly count: number
}

const above = (a: Ranked, b: Ranked): boolean =>
  a.count > b.count || (a.count === b.count && a.pair < b.pair)

class PairHeap {
  private readonly items: Ranked[] = []

  push(item: Ranked): void {
    const { items } = this
    let at = items.push(item) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!above(item, items[parent] as Ranked)) break
      items[at] = items[parent] as Ranked
      at = parent
    }
    items[at] = item
  }

  pop(): Ranked | null {
    const { items } = this
    const top = items[0]
    const last = items.pop()
    if (top === undefined || last === undefined) return null
    if (items.length > 0) this.sink(last)
    return top
  }

  private sink(item: Ranked): void {
    const { items } = this
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= items.length) break
      const right = items[child + 1]
      if (right !== undefined && above(right, items[child] as Ranked)) child++
      if (!above(items[child] as Ranked, item)) break
      items[at] = items[child] as Ranked
      at = child
    }
    items[at] = item
  }
}
