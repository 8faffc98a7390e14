import type { Feeds, HostTensor } from '../../core/onnx/host-tensor.ts'
import type { Graph } from '../../core/onnx/model.ts'
import { seededRandom } from '../../core/random/random.ts'

/** A text cut to so many tokens; the last one, which closes the text, survives the cut. */
export function cutText(ids: readonly number[], maxLength: number): readonly number[] {
  if (ids.length <= maxLength) return ids
  return [...ids.slice(0, maxLength - 1), ids.at(-1) ?? 0]
}

/** What text models ask for, each [rows x length], from the ids of a row. */
export const textInputs: Readonly<
  Record<string, (ids: readonly number[], at: number, pad: number) => number>
> = {
  input_ids: (ids, at, pad) => ids[at] ?? pad,
  attention_mask: (ids, at) => (at < ids.length ? 1 : 0),
  token_type_ids: () => 0,
  position_ids: (_, at) => at,
}

/**
 * Feeds of a graph for some rows, padded to the longest of them, or to the length that the graph fixes, in the number type that it asks for.
 * Inputs that no text fills are left out.
 */
export function textFeeds(
  graph: Graph,
  ids: readonly (readonly number[])[],
  rows: readonly number[],
  padId: number,
): Feeds {
  const longest = rows.reduce((most, row) => Math.max(most, ids[row]?.length ?? 0), 1)
  const feeds: Record<string, HostTensor> = {}
  for (const { name, dtype, dims } of graph.inputs) {
    const value = Object.hasOwn(textInputs, name) ? textInputs[name] : undefined
    if (value === undefined) continue
    const fixed = dims?.[1]
    const length = typeof fixed === 'number' && fixed > 0 ? fixed : longest
    // int64 as pairs of 32-bit words, low first: ten times faster than one BigInt an id. No id is negative.
    const step = dtype === 'int32' ? 1 : 2
    const words = new Int32Array(rows.length * length * step)
    for (const [line, row] of rows.entries()) {
      const own = ids[row] ?? []
      for (let at = 0; at < length; at += 1)
        words[(line * length + at) * step] = value(own, at, padId)
    }
    const shape = [rows.length, length]
    feeds[name] =
      step === 1
        ? { dtype: 'int32', dims: shape, data: words }
        : { dtype: 'int64', dims: shape, data: new BigInt64Array(words.buffer) }
  }
  return feeds
}

/**
 * Texts for the student beyond the given ones, so that the original can be asked about more than it has learned by heart: each text once with
 * tokens replaced by the unknown token (rate 0.15), and once spliced with the end of another. Source of the idea:
 * Jiao et al., TinyBERT, arXiv 1909.10351, 3.3 (data augmentation for task distillation).
 */
export function moreTexts(
  ids: readonly (readonly number[])[],
  unknownId: number,
  seed: number,
  copies: number,
): readonly (readonly number[])[] {
  const source = seededRandom(seed, 0x5a)
  const out: (readonly number[])[] = []
  for (let copy = 0; copy < copies; copy += 1)
    for (const row of ids) {
      const other = ids[source.bits() % ids.length] ?? row
      out.push(copy % 2 === 0 ? dropped(row, unknownId, source) : spliced(row, other))
    }
  return out
}

const replaceRate = 0.15

function dropped(
  row: readonly number[],
  unknownId: number,
  source: ReturnType<typeof seededRandom>,
): readonly number[] {
  return row.map((id, at) =>
    at > 0 && at < row.length - 1 && source.next() < replaceRate ? unknownId : id,
  )
}

function spliced(row: readonly number[], other: readonly number[]): readonly number[] {
  return [...row.slice(0, Math.ceil(row.length / 2)), ...other.slice(Math.ceil(other.length / 2))]
}
