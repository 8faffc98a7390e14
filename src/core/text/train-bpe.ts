import { type CountedWords, trainMerges } from './merge-training.ts'
import { specialTokens, type TokenizerJson } from './tokenizer-json.ts'

export interface BpeTraining {
  /** Upper bound of the vocabulary, special tokens and the 256 bytes included. */
  readonly vocabSize: number
  /** A pair seen less often is never merged; 2 unless said. */
  readonly minFrequency?: number
  /** First ids, in order; `<pad>` and `<unk>` unless said. */
  readonly specials?: readonly string[]
}

/** GPT-2's words: contractions, letters, digits or signs with the space before them, and runs of spaces. */
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu

/**
 * Trains a byte-level BPE tokenizer (Radford et al., 2019, encoder.py) and returns it as a `tokenizer.json`. Every
 * byte is in the vocabulary, so no text is unknown. Ids: special tokens, the 256 bytes by their stand-ins, merges by falling frequency.
 * The same texts in any order give the same file.
 */
export function trainBpe(texts: Iterable<string>, options: BpeTraining): TokenizerJson {
  const specials = options.specials ?? ['<pad>', '<unk>']
  const names = byteNames()
  const tokens = [...specials, ...[...names].sort()]
  const ids = new Map(tokens.map((token, id) => [token, id]))
  const merged = trainMerges(
    countWords(
      texts,
      names.map((name) => ids.get(name) ?? 0),
    ),
    {
      join: (left, right) => {
        const token = (tokens[left] ?? '') + (tokens[right] ?? '')
        const known = ids.get(token)
        if (known !== undefined) return known
        ids.set(token, tokens.length)
        return tokens.push(token) - 1
      },
      room: () => tokens.length < options.vocabSize,
      minCount: options.minFrequency ?? 2,
    },
  )
  const merges = merged.map(({ left, right }) => [tokens[left] ?? '', tokens[right] ?? ''] as const)
  return bpeJson(tokens, merges, specials)
}

/** Printable stand-ins for the 256 bytes, as GPT-2 maps them: itself where printable, else U+0100 and up. */
function byteNames(): string[] {
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173)
    return String.fromCharCode(printable ? byte : next++)
  })
}

function countWords(texts: Iterable<string>, byteIds: readonly number[]): CountedWords {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const word of text.match(WORDS) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const words = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
  const encoder = new TextEncoder()
  return {
    symbols: words.map(([word]) => Array.from(encoder.encode(word), (byte) => byteIds[byte] ?? 0)),
    counts: words.map(([, count]) => count),
  }
}

function bpeJson(
  tokens: readonly string[],
  merges: readonly (readonly [string, string])[],
  specials: readonly string[],
): TokenizerJson {
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]))
  const byteLevel = {
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: true,
  }
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens(specials, (token) => vocab[token] ?? 0),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab,
      merges,
    },
  }
}
