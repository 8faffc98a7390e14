import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers'
import type { OpenTokenizer } from '../../contract/tokenizer.ts'

interface TokenizerJson {
  readonly padding?: { readonly pad_id?: number } | null
}
interface TokenizerConfig {
  readonly pad_token?: string | { readonly content?: string }
}

/** Names of the padding token where neither file says it. */
const padNames = ['[PAD]', '<pad>', '<|endoftext|>']

/** Opens a tokenizer.json with the official JavaScript reader: WordPiece, BPE, Unigram. Throws what that reader throws. */
export const openTokenizer: OpenTokenizer = (tokenizerJson, config = {}) => {
  const inner = new HubTokenizer(tokenizerJson as object, config as object)
  return {
    encode: (text, pair) => inner.encode(text, pair === undefined ? {} : { text_pair: pair }),
    decode: (ids) => inner.decode([...ids], { skip_special_tokens: true }),
    padId: padIdOf(inner, tokenizerJson as TokenizerJson, config as TokenizerConfig),
    vocabSize: inner.get_vocab(true).size,
  }
}

function padIdOf(inner: HubTokenizer, json: TokenizerJson, config: TokenizerConfig): number {
  if (typeof json.padding?.pad_id === 'number') return json.padding.pad_id
  const said = typeof config.pad_token === 'object' ? config.pad_token.content : config.pad_token
  const ids = [said, ...padNames].flatMap((name) => name && (inner.token_to_id(name) ?? []))
  return ids.find((id) => typeof id === 'number') ?? 0
}
