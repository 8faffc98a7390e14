import type { TensorInputInfo } from '../../../contract/tensors.ts'
import type { Tokenizer } from '../../../contract/tokenizer.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import type { Feeds, HostTensor } from '../../../core/onnx/host-tensor.ts'

/** One text as the model will see it. */
export interface EncodedText {
  readonly ids: readonly number[]
  readonly tokens: readonly string[]
  /** How many ids belong to the first of two texts; all of them where there is one. */
  readonly firstLength: number
}

/** How many special tokens the tokenizer puts behind a text: they survive truncation. */
export function trailingSpecials(tokenizer: Tokenizer): number {
  const empty = tokenizer.encode('').ids
  const some = tokenizer.encode('a').ids
  let shared = 0
  while (shared < empty.length && empty.at(-1 - shared) === some.at(-1 - shared)) shared++
  return Math.min(shared, Math.max(0, some.length - 1))
}

/** Encodes one text or a pair, cut to `maxLength` ids with the trailing special tokens kept. */
export function encodeText(
  tokenizer: Tokenizer,
  text: readonly [string, string?],
  limit: { readonly maxLength: number; readonly trailing: number },
): EncodedText {
  const [first, second] = text
  const { ids, tokens } = tokenizer.encode(first, second)
  const firstLength = second === undefined ? ids.length : tokenizer.encode(first).ids.length
  if (ids.length <= limit.maxLength) return { ids, tokens, firstLength }
  const head = limit.maxLength - limit.trailing
  const keep = <T>(list: readonly T[]): readonly T[] => [
    ...list.slice(0, head),
    ...list.slice(list.length - limit.trailing),
  ]
  return { ids: keep(ids), tokens: keep(tokens), firstLength: Math.min(firstLength, head) }
}

/**
 * Feeds for one batch of encoded texts: `[batch, length]`, padded on the right with `padId` and mask 0.
 * Knows input_ids, attention_mask, token_type_ids and position_ids in int64 or int32.
 */
export function textFeeds(
  inputs: readonly TensorInputInfo[],
  batch: readonly EncodedText[],
  padId: number,
): Feeds {
  const longest = batch.reduce((most, text) => Math.max(most, text.ids.length), 1)
  const feeds: Record<string, HostTensor> = {}
  for (const input of inputs) {
    const fixed = input.dims[1]
    const width = typeof fixed === 'number' && fixed > 0 ? fixed : longest
    feeds[input.name] = integers(input, batch, width, padId)
  }
  return feeds
}

/** Writes the values of one text into its row; `step` words lie between two values. */
type Fill = (words: Int32Array, row: Row, text: EncodedText) => void
interface Row {
  readonly from: number
  readonly step: number
  readonly width: number
}

const fills: Readonly<Record<string, Fill>> = {
  input_ids: (words, { from, step }, { ids }) => {
    for (let i = 0; i < ids.length; i++) words[from + i * step] = ids[i] ?? 0
  },
  attention_mask: (words, { from, step }, { ids }) => {
    for (let i = 0; i < ids.length; i++) words[from + i * step] = 1
  },
  token_type_ids: (words, { from, step }, { ids, firstLength }) => {
    for (let i = firstLength; i < ids.length; i++) words[from + i * step] = 1
  },
  position_ids: (words, { from, step, width }) => {
    for (let i = 0; i < width; i++) words[from + i * step] = i
  },
}

/** int64 is written as pairs of 32-bit words, low first: ten times faster than one BigInt per id. */
function integers(
  input: TensorInputInfo,
  batch: readonly EncodedText[],
  width: number,
  padId: number,
): HostTensor {
  const fill = Object.hasOwn(fills, input.name) ? fills[input.name] : undefined
  if (!fill)
    throw new RightsizeError('MODEL_INPUT', `the graph wants an input "${input.name}"`, {
      next: 'Text models take input_ids, attention_mask, token_type_ids, position_ids; for others give raw tensors.',
    })
  const step = input.dtype === 'int32' ? 1 : 2
  const words = new Int32Array(batch.length * width * step)
  if (padId !== 0 && input.name === 'input_ids')
    for (let i = 0; i < words.length; i += step) words[i] = padId
  for (let row = 0; row < batch.length; row++) {
    const text = batch[row]
    if (text) fill(words, { from: row * width * step, step, width }, text)
  }
  const dims = [batch.length, width]
  return step === 1
    ? { dtype: 'int32', dims, data: words }
    : { dtype: 'int64', dims, data: new BigInt64Array(words.buffer) }
}
