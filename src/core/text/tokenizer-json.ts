/** A `tokenizer.json` as Hugging Face tokenizers writes and reads it (https://huggingface.co/docs/tokenizers). */
export interface TokenizerJson {
  readonly version: '1.0'
  readonly truncation: null
  readonly padding: null
  readonly added_tokens: readonly AddedToken[]
  readonly normalizer: Readonly<Record<string, unknown>> | null
  readonly pre_tokenizer: Readonly<Record<string, unknown>>
  readonly post_processor: Readonly<Record<string, unknown>> | null
  readonly decoder: Readonly<Record<string, unknown>>
  readonly model: Readonly<Record<string, unknown>> & {
    readonly vocab: Readonly<Record<string, number>>
  }
}

export interface AddedToken {
  readonly id: number
  readonly content: string
  readonly single_word: boolean
  readonly lstrip: boolean
  readonly rstrip: boolean
  readonly normalized: boolean
  readonly special: boolean
}

/** The special tokens as added tokens. */
export function specialTokens(
  names: readonly string[],
  idOf: (token: string) => number,
): AddedToken[] {
  return names.map((content) => ({
    id: idOf(content),
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }))
}

/** Post-processor `[first] A [last]` and `[first] A [last] B [last]`. */
export function bracketTemplate(
  first: string,
  last: string,
  idOf: (token: string) => number,
): Readonly<Record<string, unknown>> {
  const special = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } })
  const sequence = (id: 'A' | 'B', type: number) => ({ Sequence: { id, type_id: type } })
  const single = [special(first, 0), sequence('A', 0), special(last, 0)]
  const entry = (token: string) => ({ id: token, ids: [idOf(token)], tokens: [token] })
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, sequence('B', 1), special(last, 1)],
    special_tokens: { [first]: entry(first), [last]: entry(last) },
  }
}

/** An untrusted part of a tokenizer.json or tokenizer_config.json: every field may be anything. */
export type RawPart = {
  readonly [field in
    | 'added_tokens'
    | 'clean_text'
    | 'cls'
    | 'content'
    | 'continuing_subword_prefix'
    | 'do_lowercase_and_remove_accent'
    | 'handle_chinese_chars'
    | 'id'
    | 'ids'
    | 'lowercase'
    | 'max_input_chars_per_word'
    | 'model'
    | 'normalized'
    | 'normalizer'
    | 'pad_id'
    | 'pad_token'
    | 'padding'
    | 'post_processor'
    | 'pre_tokenizer'
    | 'remove_space'
    | 'sep'
    | 'single'
    | 'single_word'
    | 'special'
    | 'special_tokens'
    | 'SpecialToken'
    | 'strip_accents'
    | 'type'
    | 'unk_token'
    | 'vocab']?: unknown
}

/** The value as a part; anything but an object is an empty one. */
export const rawPart = (value: unknown): RawPart =>
  typeof value === 'object' && value !== null ? value : {}

/** The value as a list; anything but an array is an empty one. */
export const rawList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
