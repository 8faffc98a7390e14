/** Text to token ids, with the special tokens that the tokenizer's post-processor adds. */
export interface Tokenizer {
  encode(
    text: string,
    pair?: string,
  ): { readonly ids: readonly number[]; readonly tokens: readonly string[] }
  decode(ids: readonly number[]): string
  readonly padId: number
  readonly vocabSize: number
}

/** Opens a `tokenizer.json` (and `tokenizer_config.json` where there is one), given as parsed JSON. */
export type OpenTokenizer = (tokenizerJson: unknown, config?: unknown) => Tokenizer
