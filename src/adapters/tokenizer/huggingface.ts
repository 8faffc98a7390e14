import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers'
import type { OpenTokenizer, Tokenizer } from '../../contract/tokenizer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { isWordPiece, openWordPiece } from '../../core/text/open-wordpiece.ts'
import { type RawPart, rawList, rawPart } from '../../core/text/tokenizer-json.ts'

/**
 * Opens WordPiece, BPE and Unigram tokenizers through @huggingface/tokenizers; BERT's WordPiece through our own
 * encoder, which gives the same ids and needs about a tenth of the CPU time. `decode` leaves special tokens out.
 * Throws TOKENIZER_INVALID.
 */
export const openTokenizer: OpenTokenizer = (tokenizerJson, config) => {
  if (readsAlike(tokenizerJson, rawPart(config))) return openWordPiece(tokenizerJson)
  try {
    return wrap(tokenizerJson, rawPart(config))
  } catch (cause) {
    if (cause instanceof RightsizeError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new RightsizeError('TOKENIZER_INVALID', `the tokenizer cannot be opened: ${why}`, {
      cause,
    })
  }
}

/** Ours stands in where no added token needs more than a literal match and the config rewrites nothing. */
function readsAlike(json: unknown, config: RawPart): boolean {
  const rewrites = config.do_lowercase_and_remove_accent === true || config.remove_space === true
  const literal = rawList(rawPart(json).added_tokens).every((token) => {
    const { special, normalized, single_word } = rawPart(token)
    return special === true && normalized === false && single_word !== true
  })
  return isWordPiece(json) && literal && !rewrites
}

/** Older files do not say their kind; the library then guesses. */
const KINDS = ['WordPiece', 'BPE', 'Unigram']

function wrap(json: unknown, config: RawPart): Tokenizer {
  const size = vocabSizeOf(json)
  if (size === 0) throw new RightsizeError('TOKENIZER_INVALID', 'the tokenizer has no vocabulary')
  const kind = rawPart(rawPart(json).model).type
  if (typeof kind === 'string' && !KINDS.includes(kind)) {
    throw new RightsizeError('TOKENIZER_INVALID', `a tokenizer of kind "${kind}" is not supported`)
  }
  const inner = new HuggingFaceTokenizer(completed(json) as never, config as never)
  return {
    encode: (text, pair) => {
      const { ids, tokens } = inner.encode(text, pair === undefined ? {} : { text_pair: pair })
      return { ids, tokens }
    },
    decode: (ids) =>
      ids.length === 0 ? '' : inner.decode([...ids], { skip_special_tokens: true }),
    padId: padIdOf(json, config),
    vocabSize: size,
  }
}

/** The library wants every part named; files in the wild leave out what they do not use. */
function completed(json: unknown): RawPart {
  const parts = { decoder: null, post_processor: null, pre_tokenizer: null, normalizer: null }
  return { ...parts, added_tokens: [], ...rawPart(json) }
}

function addedIds(json: unknown): ReadonlyMap<string, number> {
  const added = rawList(rawPart(json).added_tokens).map(rawPart)
  return new Map(added.map((token) => [String(token.content), Number(token.id)]))
}

function vocabSizeOf(json: unknown): number {
  const vocab = rawPart(rawPart(json).model).vocab
  const ids = Array.isArray(vocab) ? [vocab.length - 1] : Object.values(rawPart(vocab)).map(Number)
  let top = -1
  for (const id of [...ids, ...addedIds(json).values()]) if (id > top) top = id
  return top + 1
}

/** Where it is named: in the config, as padding in the file, or by one of the usual names. 0 otherwise. */
function padIdOf(json: unknown, config: RawPart): number {
  const ids = addedIds(json)
  const token = config.pad_token
  const named = ids.get(String(rawPart(token).content ?? token))
  const padding = rawPart(rawPart(json).padding).pad_id
  const usual = ids.get('[PAD]') ?? ids.get('<pad>') ?? ids.get('<|endoftext|>')
  return named ?? (typeof padding === 'number' ? padding : (usual ?? 0))
}
