import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Graph } from '../../core/onnx/model.ts'
import { randomSource, uniform } from '../../core/train/random.ts'
import { tokenFeeds } from '../../core/train/token-batch.ts'

/** A text cut to so many tokens; the last one, which closes the text, survives the cut. */
export function cutText(ids: readonly number[], maxLength: number): readonly number[] {
  if (ids.length <= maxLength) return ids
  return [...ids.slice(0, maxLength - 1), ids.at(-1) ?? 0]
}

/** Feeds of a graph for some rows: ids, mask, and segment ids of 0 where the graph asks for them. */
export function textFeeds(
  graph: Graph,
  ids: readonly (readonly number[])[],
  rows: readonly number[],
  padId: number,
): Feeds {
  const feeds = tokenFeeds(ids, rows, Number.POSITIVE_INFINITY, padId)
  const { dims } = feeds.input_ids
  const size = (dims[0] ?? 0) * (dims[1] ?? 0)
  const all: Feeds = {
    ...feeds,
    token_type_ids: { dtype: 'int64', dims, data: new BigInt64Array(size) },
  }
  const asked = new Set(graph.inputs.map(({ name }) => name))
  return Object.fromEntries(Object.entries(all).filter(([name]) => asked.has(name)))
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
  const source = randomSource(seed, 0x5a)
  const out: (readonly number[])[] = []
  for (let copy = 0; copy < copies; copy += 1)
    for (const row of ids) {
      const other = ids[source.next() % ids.length] ?? row
      out.push(copy % 2 === 0 ? dropped(row, unknownId, source) : spliced(row, other))
    }
  return out
}

const replaceRate = 0.15

function dropped(
  row: readonly number[],
  unknownId: number,
  source: ReturnType<typeof randomSource>,
): readonly number[] {
  return row.map((id, at) =>
    at > 0 && at < row.length - 1 && uniform(source) < replaceRate ? unknownId : id,
  )
}

function spliced(row: readonly number[], other: readonly number[]): readonly number[] {
  return [...row.slice(0, Math.ceil(row.length / 2)), ...other.slice(Math.ceil(other.length / 2))]
}
