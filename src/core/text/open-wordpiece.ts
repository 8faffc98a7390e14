import { RightsizeError } from '../error/error.ts'
import { type RawPart, rawList, rawPart } from './tokenizer-json.ts'
import { type BertNormaliser, WordPieceEncoder, type WordPieceModel } from './wordpiece.ts'

/** Our own WordPiece tokenizer; the same shape as the tokenizer contract. */
export interface WordPieceTokenizer {
  /** Ids with the special tokens of the post-processor, and the tokens they stand for. */
  encode(
    text: string,
    pair?: string,
  ): { readonly ids: readonly number[]; readonly tokens: readonly string[] }
  /** Ids without special tokens at the ends: what static models pool. */
  pieces(text: string): readonly number[]
  /** Joins pieces to text, without special tokens. */
  decode(ids: readonly number[]): string
  readonly padId: number
  readonly vocabSize: number
  readonly model: WordPieceModel
}

/**
 * Opens a tokenizer.json of BERT's kind: BertNormalizer, BertPreTokenizer, WordPiece, and a TemplateProcessing or
 * BertProcessing post-processor. Gives the same ids as @huggingface/tokenizers 0.2.0. Throws TOKENIZER_INVALID.
 */
export function openWordPiece(json: unknown): WordPieceTokenizer {
  const model = wordPieceModel(json)
  const encoder = new WordPieceEncoder(model)
  const ends = endsOf(json)
  const names = tokenNames(model.vocab, model.specials)
  const special = new Set(model.specials.values())
  const namesOf = (ids: readonly number[]) =>
    ids.filter((id) => !special.has(id)).map((id) => names[id] ?? '')
  const encode = (text: string, pair?: string) => {
    const first = [...ends.first, ...encoder.encode(text), ...ends.last]
    const ids =
      pair === undefined || pair === '' ? first : [...first, ...encoder.encode(pair), ...ends.last]
    return { ids, tokens: ids.map((id) => names[id] ?? '') }
  }
  return {
    encode,
    pieces: (text) => encoder.encode(text),
    decode: (ids) => joinPieces(namesOf(ids), model.prefix),
    padId: model.specials.get('[PAD]') ?? model.vocab.get('[PAD]') ?? 0,
    vocabSize: names.length,
    model,
  }
}

/** Whether `openWordPiece` reads this tokenizer.json. */
export function isWordPiece(json: unknown): boolean {
  const { model, normalizer, pre_tokenizer } = rawPart(json)
  const kinds = [rawPart(model).type, rawPart(normalizer).type, rawPart(pre_tokenizer).type]
  return kinds.join() === 'WordPiece,BertNormalizer,BertPreTokenizer'
}

function wordPieceModel(json: unknown): WordPieceModel {
  if (!isWordPiece(json)) {
    const kind = String(rawPart(rawPart(json).model).type)
    throw new RightsizeError(
      'TOKENIZER_INVALID',
      `our own encoder reads BERT's WordPiece, this tokenizer is ${kind}`,
    )
  }
  const { model, normalizer, added_tokens } = rawPart(json)
  const fields = rawPart(model)
  const vocab = new Map<string, number>()
  for (const [token, id] of Object.entries(rawPart(fields.vocab))) vocab.set(token, Number(id))
  const unknownId = vocab.get(String(fields.unk_token))
  if (unknownId === undefined) {
    throw new RightsizeError(
      'TOKENIZER_INVALID',
      `the vocabulary lacks its own unknown token "${fields.unk_token}"`,
    )
  }
  return {
    vocab,
    unknownId,
    prefix: String(fields.continuing_subword_prefix ?? '##'),
    maxWordLength: Number(fields.max_input_chars_per_word ?? 100),
    normaliser: normaliserOf(rawPart(normalizer)),
    specials: new Map(
      rawList(added_tokens).map((t) => [String(rawPart(t).content), Number(rawPart(t).id)]),
    ),
  }
}

/** `strip_accents: null` follows `lowercase`, as in BERT. */
function normaliserOf(fields: RawPart): BertNormaliser {
  const lowercase = fields.lowercase === true
  const strip = fields.strip_accents
  return {
    cleanText: fields.clean_text === true,
    chineseChars: fields.handle_chinese_chars === true,
    lowercase,
    stripAccents: lowercase ? strip !== false : strip === true,
  }
}

interface Ends {
  readonly first: readonly number[]
  readonly last: readonly number[]
}

function endsOf(json: unknown): Ends {
  const post = rawPart(rawPart(json).post_processor)
  if (post.type === 'BertProcessing') {
    return { first: [Number(rawList(post.cls)[1])], last: [Number(rawList(post.sep)[1])] }
  }
  if (post.type !== 'TemplateProcessing') return { first: [], last: [] }
  const ids = rawList(post.single).map((part) => specialIds(post, part))
  const at = ids.indexOf(null)
  const before = ids.slice(0, at).flatMap((part) => part ?? [])
  const after = ids.slice(at + 1).flatMap((part) => part ?? [])
  return { first: before, last: after }
}

/** Ids of a special token of the template; null for the text itself. */
function specialIds(post: RawPart, part: unknown): readonly number[] | null {
  const special = rawPart(part).SpecialToken
  if (special === undefined) return null
  const entries = Object.entries(rawPart(post.special_tokens))
  const entry = entries.find(([name]) => name === rawPart(special).id)
  return rawList(rawPart(entry?.[1]).ids).map(Number)
}

function tokenNames(...maps: readonly ReadonlyMap<string, number>[]): string[] {
  const names: string[] = []
  for (const map of maps) for (const [token, id] of map) names[id] = token
  return names
}

/** The cleanup that BERT's decoder does: no space before signs and contractions. */
function joinPieces(tokens: readonly string[], prefix: string): string {
  const joined = tokens
    .map((token, i) =>
      i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`,
    )
    .join('')
  return joined
    .replace(/ ([.?!,])/g, '$1')
    .replace(/ ' /g, "'")
    .replace(/ (n't|'m|'s|'ve|'re)/g, '$1')
}
