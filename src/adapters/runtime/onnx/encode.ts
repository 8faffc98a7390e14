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
    feeds[input.name] = integers(input, [batch.length, width], cellOf(input, batch, padId))
  }
  return feeds
}

type Cell = (row: number, column: number) => number

function cellOf(input: TensorInputInfo, batch: readonly EncodedText[], padId: number): Cell {
  const rows = batch.map((text) => text.ids)
  switch (input.name) {
    case 'input_ids':
      return (row, column) => rows[row]?.[column] ?? padId
    case 'attention_mask':
      return (row, column) => (column < (rows[row]?.length ?? 0) ? 1 : 0)
    case 'token_type_ids':
      return (row, column) => {
        const text = batch[row]
        return text && column >= text.firstLength && column < text.ids.length ? 1 : 0
      }
    case 'position_ids':
      return (_, column) => column
    default:
      throw new RightsizeError('MODEL_INPUT', `the graph wants an input "${input.name}"`, {
        next: 'Text models take input_ids, attention_mask, token_type_ids, position_ids; for others give raw tensors.',
      })
  }
}

/** int64 is written as pairs of 32-bit words, low first: ten times faster than one BigInt per id. */
function integers(input: TensorInputInfo, dims: readonly [number, number], cell: Cell): HostTensor {
  const [rows, columns] = dims
  const words = input.dtype === 'int32' ? 1 : 2
  const data = new Int32Array(rows * columns * words)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      data[(row * columns + column) * words] = cell(row, column)
  return words === 1
    ? { dtype: 'int32', dims, data }
    : { dtype: 'int64', dims, data: new BigInt64Array(data.buffer) }
}
