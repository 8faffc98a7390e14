import type { Feeds, HostTensor } from '../onnx/host-tensor.ts'
import type { RawInput } from '../onnx/raw-feeds.ts'
import { textFeeds } from '../onnx/text-feeds.ts'
import type { Random } from '../random/random.ts'
import { lossNames } from './loss.ts'

/** Tokenised examples with what they should give: class numbers, or a teacher's probabilities, or both. */
export interface TokenExamples {
  readonly ids: readonly (readonly number[])[]
  readonly labels?: readonly number[]
  /** One row of `classes` probabilities (or of a target vector) per example. */
  readonly targets?: readonly Float32Array[]
  /** Weight of each example in the loss; 1 unless given. */
  readonly weights?: readonly number[]
}

export interface TokenDropout {
  readonly rate: number
  /** What a dropped token becomes. */
  readonly id: number
  /** Ids below this one are never dropped; 5 keeps BERT's special tokens. */
  readonly from?: number
}

/** The chosen rows with tokens replaced at random; other rows are left empty. Source: word dropout, Iyyer et al., ACL 2015, section 3. */
export function withoutTokens(
  ids: readonly (readonly number[])[],
  rows: readonly number[],
  { rate, id, from = 0 }: TokenDropout,
  source: Random,
): readonly (readonly number[])[] {
  const changed: (readonly number[])[] = []
  for (const row of rows)
    changed[row] = (ids[row] ?? []).map((token) =>
      token >= from && source.next() < rate ? id : token,
    )
  return changed
}

const inputs = ['input_ids', 'attention_mask'].map(
  (name): RawInput => ({ name, dtype: 'int64', dims: ['batch', 'sequence'] }),
)

/** Ids and mask of the rows, padded on the right to the longest of them and to at least one token; longer rows are cut at `maxLength`. */
export function tokenFeeds(
  ids: readonly (readonly number[])[],
  rows: readonly number[],
  maxLength: number,
  padId: number,
): Feeds {
  const batch = rows.map((row) => ({ ids: (ids[row] ?? []).slice(0, maxLength) }))
  return textFeeds(inputs, batch, padId)
}

/** What the loss head wants for the rows: only the inputs that the examples can fill. */
export function targetFeeds(
  { labels, targets, weights }: Omit<TokenExamples, 'ids'>,
  rows: readonly number[],
): Feeds {
  const dims = [rows.length]
  const feeds: Record<string, HostTensor> = {
    [lossNames.weights]: {
      dtype: 'float32',
      dims,
      data: Float32Array.from(rows, (row) => weights?.[row] ?? 1),
    },
  }
  if (labels !== undefined) {
    const data = BigInt64Array.from(rows, (row) => BigInt(labels[row] ?? 0))
    feeds[lossNames.labels] = { dtype: 'int64', dims, data }
  }
  const width = targets?.[0]?.length ?? 0
  if (targets !== undefined && width > 0) {
    const data = new Float32Array(rows.length * width)
    for (const [line, row] of rows.entries()) {
      const target = targets[row]
      if (target !== undefined) data.set(target, line * width)
    }
    feeds[lossNames.targets] = { dtype: 'float32', dims: [rows.length, width], data }
  }
  return feeds
}
