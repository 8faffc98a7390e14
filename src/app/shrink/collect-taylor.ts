import type { TensorEngine } from '../../contract/tensors.ts'
import {
  drawsName,
  type TaylorRequest,
  type TaylorTargets,
  taylorGraph,
} from '../../core/compress/taylor.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Feeds, HostTensor } from '../../core/onnx/host-tensor.ts'
import type { Model } from '../../core/onnx/model.ts'
import { seededRandom } from '../../core/random/random.ts'
import { lossNames } from '../../core/train/loss.ts'

/** What the importance is measured against. */
export interface TaylorSource {
  /**
   * Class numbers of each batch's rows, -1 for rows that do not count. Without them a class is drawn for each row from the model's own
   * answer: no label is looked at, so a later judgement on the same texts stays clean.
   */
  readonly labels?: readonly (readonly number[])[]
  /** Of the draws; 1 unless said. */
  readonly seed?: number
}

export interface CollectTaylorOptions extends TaylorSource {
  readonly batches: readonly Feeds[]
  readonly engine: TensorEngine
  readonly threads?: number
  readonly signal?: AbortSignal
}

/**
 * Mean over the texts of squared first-order terms of the loss, one per group of channels, by value name (see `taylorGraph`). Costs about
 * two further inferences a batch. Throws TRAIN_NO_GRADIENT for models with an operator that has no gradient, quantised ones for
 * example, and SHRINK_STATISTICS where no row counts or a slope is not finite.
 */
export async function collectTaylor(
  model: Model,
  requests: readonly TaylorRequest[],
  { batches, engine, labels, seed = 1, threads = 1, signal }: CollectTaylorOptions,
): Promise<ReadonlyMap<string, Float64Array>> {
  const targets: TaylorTargets = labels === undefined ? 'drawn' : 'labels'
  const { model: backward, outputs } = taylorGraph(model, requests, targets)
  const sums = new Map<string, Float64Array>()
  let texts = 0
  const session = await engine.open(encodeModel(backward), { intraThreads: threads })
  try {
    for (const [at, feeds] of batches.entries()) {
      signal?.throwIfAborted()
      const rows = rowsOf(feeds)
      const given = labels === undefined ? drawn(rows, seed, at) : told(labels[at] ?? [], rows)
      if (given.count === 0) continue
      const results = await session.run({ ...feeds, ...given.feeds })
      for (const { value, squares } of outputs) add(sums, value, results[squares], given.count)
      texts += given.count
    }
  } finally {
    await session.close()
  }
  if (texts === 0)
    throw new RightsizeError('SHRINK_STATISTICS', 'no row has a label, so no slope can be measured')
  return new Map([...sums].map(([value, sum]) => [value, sum.map((one) => one / texts)]))
}

function rowsOf(feeds: Feeds): number {
  return Object.values(feeds)[0]?.dims[0] ?? 0
}

interface Given {
  readonly feeds: Feeds
  /** Rows that count. */
  readonly count: number
}

const floats = (data: Float32Array): HostTensor => ({
  dtype: 'float32',
  dims: [data.length],
  data,
})

function drawn(rows: number, seed: number, batch: number): Given {
  const source = seededRandom(seed, 0x7a, batch)
  const draws = Float32Array.from({ length: rows }, source.next)
  const weights = new Float32Array(rows).fill(1)
  return {
    count: rows,
    feeds: { [drawsName]: floats(draws), [lossNames.weights]: floats(weights) },
  }
}

function told(labels: readonly number[], rows: number): Given {
  const classes = Array.from({ length: rows }, (_, row) => labels[row] ?? -1)
  const weights = Float32Array.from(classes, (label) => (label < 0 ? 0 : 1))
  const data = BigInt64Array.from(classes, (label) => BigInt(Math.max(0, label)))
  return {
    count: weights.reduce((sum, one) => sum + one, 0),
    feeds: {
      [lossNames.labels]: { dtype: 'int64', dims: [rows], data },
      [lossNames.weights]: floats(weights),
    },
  }
}

/** The loss is a mean over the rows that count, so its slopes are too small by their number. */
function add(
  sums: Map<string, Float64Array>,
  value: string,
  squares: HostTensor | undefined,
  rows: number,
): void {
  const data = squares?.data
  if (!(data instanceof Float32Array) || !data.every(Number.isFinite))
    throw new RightsizeError('SHRINK_STATISTICS', `slopes by '${value}' are not finite`)
  const sum = sums.get(value) ?? new Float64Array(data.length)
  for (let at = 0; at < sum.length; at += 1)
    sum[at] = (sum[at] ?? 0) + (data[at] ?? 0) * rows * rows
  sums.set(value, sum)
}
