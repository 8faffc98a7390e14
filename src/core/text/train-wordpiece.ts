import { type CountedWords, trainMerges } from './merge-training.ts'
import { bracketTemplate, specialTokens, type TokenizerJson } from './tokenizer-json.ts'
import { type BertNormaliser, bertWords } from './wordpiece.ts'

export interface WordPieceTraining {
  /** Upper bound of the vocabulary, special tokens included. */
  readonly vocabSize: number
  /** A pair of pieces seen less often is never joined; 2 unless said. */
  readonly minFrequency?: number
  /** Characters kept at most, the most frequent first; 1,000 unless said. */
  readonly maxAlphabet?: number
  readonly lowercase?: boolean
  /** Follows `lowercase` unless said, as in BERT. */
  readonly stripAccents?: boolean
}

const SPECIALS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const
const PREFIX = '##'
const LONGEST_WORD = 100

/**
 * Trains a WordPiece vocabulary and returns it as a `tokenizer.json`: BERT's normaliser and words, pieces by
 * byte-pair merges on characters, as Hugging Face's WordPieceTrainer does. Every letter or digit of the alphabet
 * is kept both as a first and as a later piece, so a word of known letters is never unknown. Ids: special tokens
 * (`[PAD]` is 0), the alphabet, then merges by falling frequency. The same texts in any order give the same file.
 */
export function trainWordPiece(texts: Iterable<string>, options: WordPieceTraining): TokenizerJson {
  const normaliser = normaliserOf(options)
  const counted = countWords(texts, normaliser)
  const vocabulary = new Vocabulary()
  for (const special of SPECIALS) vocabulary.add(special)
  const alphabet = alphabetOf(counted, options.maxAlphabet ?? 1000)
  for (const char of alphabet) vocabulary.add(char)
  for (const char of alphabet) if (!SIGN.test(char)) vocabulary.add(PREFIX + char)
  trainMerges(asSymbols(counted, vocabulary), {
    join: (left, right) => vocabulary.join(left, right),
    room: () => vocabulary.size < options.vocabSize,
    minCount: options.minFrequency ?? 2,
  })
  return wordPieceJson(vocabulary.tokens, normaliser)
}

const SIGN = /[\p{P}!-/:-@[-`{-~]/u

function normaliserOf({
  lowercase = true,
  stripAccents = lowercase,
}: WordPieceTraining): BertNormaliser {
  return { cleanText: true, chineseChars: true, lowercase, stripAccents }
}

/** Distinct words in sorted order with their counts; longer ones than a WordPiece model reads are left out. */
function countWords(texts: Iterable<string>, normaliser: BertNormaliser): [string, number][] {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const word of bertWords(text, normaliser)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return [...counts].filter(([word]) => word.length <= LONGEST_WORD).sort(byText)
}

const byText = ([a]: readonly [string, number], [b]: readonly [string, number]): number =>
  a < b ? -1 : a > b ? 1 : 0

function alphabetOf(words: readonly (readonly [string, number])[], limit: number): string[] {
  const counts = new Map<string, number>()
  for (const [word, count] of words) {
    for (const char of word) counts.set(char, (counts.get(char) ?? 0) + count)
  }
  const frequent = [...counts].sort(byText).sort((a, b) => b[1] - a[1])
  return frequent
    .slice(0, limit)
    .map(([char]) => char)
    .sort()
}

/** Words with a character outside the alphabet are unknown as a whole, so they teach nothing. */
function asSymbols(
  words: readonly (readonly [string, number])[],
  vocabulary: Vocabulary,
): CountedWords {
  const symbols: number[][] = []
  const counts: number[] = []
  for (const [word, count] of words) {
    const ids = [...word].map((char, i) => vocabulary.idOf(i === 0 ? char : PREFIX + char))
    if (ids.includes(-1)) continue
    symbols.push(ids)
    counts.push(count)
  }
  return { symbols, counts }
}

class Vocabulary {
  readonly tokens: string[] = []
  private readonly ids = new Map<string, number>()
  get size(): number {
    return this.tokens.length
  }
  idOf(token: string): number {
    return this.ids.get(token) ?? -1
  }
  add(token: string): number {
    const known = this.ids.get(token)
    if (known !== undefined) return known
    this.ids.set(token, this.tokens.length)
    return this.tokens.push(token) - 1
  }
  join(left: number, right: number): number {
    return this.add((this.tokens[left] ?? '') + (this.tokens[right] ?? '').slice(PREFIX.length))
  }
}

/** The tokenizer.json of a WordPiece vocabulary in id order; it must hold the five special tokens of BERT. */
export function wordPieceJson(
  tokens: readonly string[],
  normaliser: BertNormaliser,
): TokenizerJson {
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]))
  const idOf = (token: string): number => vocab[token] ?? 0
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens(SPECIALS, idOf),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: normaliser.cleanText,
      handle_chinese_chars: normaliser.chineseChars,
      strip_accents: normaliser.stripAccents,
      lowercase: normaliser.lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: bracketTemplate('[CLS]', '[SEP]', idOf),
    decoder: { type: 'WordPiece', prefix: PREFIX, cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: PREFIX,
      max_input_chars_per_word: LONGEST_WORD,
      vocab,
    },
  }
}
