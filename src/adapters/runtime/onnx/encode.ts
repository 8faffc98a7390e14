import type { Tokenizer } from '../../../contract/tokenizer.ts'
import { cutTokens, type TextIds, type TokenFacts } from '../../../core/onnx/text-feeds.ts'

/** One text as the model will see it. */
export interface EncodedText extends Required<TextIds> {
  readonly tokens: readonly string[]
}

/** Encodes one text or a pair, cut to `maxLength` ids with the trailing special tokens kept. */
export function encodeText(
  tokenizer: Tokenizer,
  [first, second]: readonly [string, string?],
  { maxLength, facts }: { readonly maxLength: number; readonly facts: TokenFacts },
): EncodedText {
  const { ids, tokens } = tokenizer.encode(first, second)
  const firstLength = second === undefined ? ids.length : tokenizer.encode(first).ids.length
  const head = ids.length <= maxLength ? ids.length : maxLength - facts.trailing
  return {
    ids: cutTokens(ids, maxLength, facts),
    tokens: cutTokens(tokens, maxLength, facts),
    firstLength: Math.min(firstLength, head),
  }
}
