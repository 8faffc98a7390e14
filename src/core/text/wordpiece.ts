/** How BERT's normaliser treats a text; the fields of BertNormalizer in tokenizer.json. */
export interface BertNormaliser {
  readonly cleanText: boolean
  readonly chineseChars: boolean
  readonly stripAccents: boolean
  readonly lowercase: boolean
}

const PLAIN = /^[\t\n\r -~]*$/
const PLAIN_WORDS = /[A-Za-z0-9]+|[!-/:-@[-`{-~]/g
const WORDS = /[^\s\p{P}!-/:-@[-`{-~]+|[\p{P}!-/:-@[-`{-~]/gu
const CONTROL = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\ufffd]/gu
const CHINESE = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/g

/** Splits a text into words and single signs, normalised as BERT does (Devlin et al., 2018, tokenization.py). */
export function bertWords(text: string, settings: BertNormaliser): readonly string[] {
  if (PLAIN.test(text)) {
    return (settings.lowercase ? text.toLowerCase() : text).match(PLAIN_WORDS) ?? []
  }
  let wide = text
  if (settings.cleanText) wide = wide.replace(CONTROL, '').replace(/\s/g, ' ')
  if (settings.chineseChars) wide = wide.replace(CHINESE, ' $& ')
  if (settings.lowercase) wide = wide.toLowerCase()
  if (settings.stripAccents) wide = wide.normalize('NFD').replace(/\p{Mn}/gu, '')
  return wide.match(WORDS) ?? []
}

/** What a WordPiece encoder needs to know. */
export interface WordPieceModel {
  readonly vocab: ReadonlyMap<string, number>
  readonly unknownId: number
  readonly prefix: string
  readonly maxWordLength: number
  readonly normaliser: BertNormaliser
  /** Special tokens that keep their id when a text contains them literally. */
  readonly specials: ReadonlyMap<string, number>
}

/** Words whose pieces are remembered, at most. */
const CACHED_WORDS = 50_000

/** Text to WordPiece ids without special tokens at the ends: greedy, longest piece first. */
export class WordPieceEncoder {
  private readonly model: WordPieceModel
  private readonly cache = new Map<string, readonly number[]>()
  private readonly special: RegExp | null
  constructor(model: WordPieceModel) {
    this.model = model
    const names = [...model.specials.keys()].sort((a, b) => b.length - a.length)
    const source = names.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')
    this.special = names.length > 0 ? new RegExp(`(${source})`) : null
  }

  encode(text: string): number[] {
    const ids: number[] = []
    if (this.special === null || !this.special.test(text)) this.append(text, ids)
    else {
      for (const part of text.split(this.special)) {
        const id = this.model.specials.get(part)
        if (id === undefined) this.append(part, ids)
        else ids.push(id)
      }
    }
    return ids
  }

  private append(text: string, ids: number[]): void {
    const words = bertWords(text, this.model.normaliser)
    for (const word of words) {
      const pieces = this.cache.get(word) ?? this.remember(word)
      for (const id of pieces) ids.push(id)
    }
  }

  private remember(word: string): readonly number[] {
    const pieces = this.pieces(word)
    if (this.cache.size < CACHED_WORDS) this.cache.set(word, pieces)
    return pieces
  }

  private pieces(word: string): readonly number[] {
    const { vocab, unknownId, prefix, maxWordLength } = this.model
    if (word.length > maxWordLength && [...word].length > maxWordLength) return [unknownId]
    const ids: number[] = []
    let start = 0
    while (start < word.length) {
      let end = word.length
      let id: number | undefined
      for (; end > start; end--) {
        const piece = word.slice(start, end)
        id = vocab.get(start > 0 ? prefix + piece : piece)
        if (id !== undefined) break
      }
      if (id === undefined) return [unknownId]
      ids.push(id)
      start = end
    }
    return ids
  }
}
