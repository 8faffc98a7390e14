/** The config.json of a model folder, as parsed. */
export type ModelConfig = Readonly<Record<string, unknown>>

/** Class names by number, from id2label, where LABEL_0 counts as a name too; null where there are none. */
export function classNames({ id2label }: ModelConfig): readonly string[] | null {
  if (typeof id2label !== 'object' || id2label === null) return null
  return Object.entries(id2label)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, label]) => String(label))
}

/** Tokens of a text where neither model nor tokenizer say (the common limit of BERT-like encoders). */
const usualLength = 512

/**
 * The most tokens of a text: what the tokenizer says, the table of positions and the size that the graph fixes, whichever is
 * least. RoBERTa's first two positions are not for tokens (transformers, modeling_roberta.py).
 */
export function maxTokens(of: {
  readonly config: ModelConfig
  /** tokenizer_config.json as parsed. */
  readonly tokenizerConfig: unknown
  /** Inputs of the graph; the second axis of input_ids may be fixed. */
  readonly inputs: readonly { readonly name: string; readonly dims: readonly unknown[] | null }[]
}): number {
  const { model_max_length: stated } = (of.tokenizerConfig ?? {}) as { model_max_length?: unknown }
  const rows = lengthIn(of.config['max_position_embeddings'])
  const reserved = /roberta/.test(String(of.config['model_type'])) ? 2 : 0
  const limits = [lengthIn(stated), rows === null ? null : rows - reserved].filter(
    (limit) => limit !== null,
  )
  const least = limits.length === 0 ? usualLength : Math.min(...limits)
  return Math.min(least, fixedTokens(of.inputs) ?? least)
}

/** Tokens that every text has, where the graph fixes their number; null where it does not. */
export const fixedTokens = (
  inputs: readonly { readonly name: string; readonly dims: readonly unknown[] | null }[],
): number | null => lengthIn(inputs.find(({ name }) => name === 'input_ids')?.dims?.[1])

/** Tokenizers without a limit state one of 1e30. */
const lengthIn = (value: unknown): number | null =>
  typeof value === 'number' && value > 0 && value < 1e6 ? value : null
