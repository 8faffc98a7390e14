import { RightsizeError } from '../error/error.ts'
import type { Feeds, HostTensor } from './host-tensor.ts'
import type { RawInput } from './raw-feeds.ts'

/** A text as token ids. */
export interface TextIds {
  readonly ids: readonly number[]
  /** How many of them belong to the first of two texts; all where there is one. */
  readonly firstLength?: number
}

/** What a tokenizer says of itself that feeds need. */
export interface TokenFacts {
  readonly padId: number
  /** Special tokens that it puts behind a text: they survive a cut. */
  readonly trailing: number
}

/** The facts of a tokenizer, from what it makes of two texts. */
export function tokenFacts(tokenizer: {
  readonly padId: number
  encode(text: string): { readonly ids: readonly number[] }
}): TokenFacts {
  const empty = tokenizer.encode('').ids
  const some = tokenizer.encode('a').ids
  let shared = 0
  while (shared < empty.length && empty.at(-1 - shared) === some.at(-1 - shared)) shared += 1
  const trailing = Math.min(shared, Math.max(0, some.length - 1))
  return { padId: tokenizer.padId, trailing }
}

/** At most `maxLength` tokens; the trailing special ones are kept. */
export function cutTokens<T>(
  tokens: readonly T[],
  maxLength: number,
  { trailing }: Pick<TokenFacts, 'trailing'>,
): readonly T[] {
  if (tokens.length <= maxLength) return tokens
  const last = tokens.slice(tokens.length - trailing)
  return [...tokens.slice(0, maxLength - trailing), ...(trailing === 0 ? [] : last)]
}

/** Writes the values of one text into its row; `step` words lie between two values. */
type Fill = (words: Int32Array, row: Row, text: TextIds) => void
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
  token_type_ids: (words, { from, step }, { ids, firstLength = ids.length }) => {
    for (let i = firstLength; i < ids.length; i++) words[from + i * step] = 1
  },
  position_ids: (words, { from, step, width }) => {
    for (let i = 0; i < width; i++) words[from + i * step] = i
  },
}

/** Throws MODEL_INPUT where a graph that takes text has an input that a text does not fill. */
export function requireTextInputs(inputs: readonly Pick<RawInput, 'name'>[]): void {
  const other = inputs.find(({ name }) => !Object.hasOwn(fills, name))
  if (other === undefined) return
  throw new RightsizeError('MODEL_INPUT', `the graph wants an input "${other.name}"`, {
    next: `A text fills ${Object.keys(fills).join(', ')}: export the model without the other input, or give raw tensors.`,
  })
}

/**
 * Feeds for one batch of texts: `[batch, length]`, padded on the right with `padId` and mask 0 to the longest text, or to the
 * length that the graph fixes; int32 where the graph asks for it, else int64. Inputs that no text fills are left out.
 */
export function textFeeds(
  inputs: readonly RawInput[],
  batch: readonly TextIds[],
  padId: number,
): Feeds {
  const longest = batch.reduce((most, { ids }) => Math.max(most, ids.length), 1)
  return Object.fromEntries(
    inputs.flatMap((input) => {
      const fill = Object.hasOwn(fills, input.name) ? fills[input.name] : undefined
      const fixed = input.dims[1]
      const width = typeof fixed === 'number' && fixed > 0 ? fixed : longest
      return fill === undefined
        ? []
        : [[input.name, integers(input, batch, { fill, width, padId })]]
    }),
  )
}

/** int64 is written as pairs of 32-bit words, low first: ten times faster than one BigInt per id. No id is negative. */
function integers(
  { name, dtype }: RawInput,
  batch: readonly TextIds[],
  { fill, width, padId }: { readonly fill: Fill; readonly width: number; readonly padId: number },
): HostTensor {
  const step = dtype === 'int32' ? 1 : 2
  const words = new Int32Array(batch.length * width * step)
  if (padId !== 0 && name === 'input_ids')
    for (let i = 0; i < words.length; i += step) words[i] = padId
  for (const [row, text] of batch.entries())
    fill(words, { from: row * width * step, step, width }, text)
  const dims = [batch.length, width]
  return step === 1
    ? { dtype: 'int32', dims, data: words }
    : { dtype: 'int64', dims, data: new BigInt64Array(words.buffer) }
}
