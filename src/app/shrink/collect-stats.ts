import type { TensorEngine, TensorSession } from '../../contract/tensors.ts'
import type { StatRequest, Stats } from '../../core/compress/pass.ts'
import { histogramGraph, statisticGraph } from '../../core/compress/statistics.ts'
import { Tally } from '../../core/compress/tally.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Model } from '../../core/onnx/model.ts'
import { collectTaylor, type TaylorSource } from './collect-taylor.ts'

export interface CollectOptions {
  /** Calibration inputs, one entry a batch. Gone through twice when histograms are asked for. */
  readonly batches: readonly Feeds[]
  readonly engine: TensorEngine
  /** The input that says which positions are text (1) and which padding (0); 'attention_mask' where the model has one. */
  readonly mask?: string
  readonly threads?: number
  readonly signal?: AbortSignal
  /** What requests of Taylor importance are measured against; the model's own answers unless said. */
  readonly taylor?: TaylorSource
}

/**
 * Statistics of the requested values over the batches, calculated by the engine: only vectors come back. Keys as in `statKey`. For
 * models below 2 GiB. Throws SHRINK_STATISTICS, and TRAIN_NO_GRADIENT where Taylor importance is asked of a model without gradients.
 */
export async function collectStats(
  model: Model,
  requests: readonly StatRequest[],
  options: CollectOptions,
): Promise<Stats> {
  const tally = new Tally()
  if (requests.length === 0) return tally.stats()
  const mask = paddedBy(options.mask ?? maskOf(model), options.batches)
  const figures = statisticGraph(model, requests, mask === undefined ? {} : { mask })
  await each(figures.model, figures.fetches, options, (results) =>
    tally.add(figures.outputs, results),
  )
  const limits = tally.limits()
  if (limits.length > 0) {
    const counted = histogramGraph(model, limits)
    const fetches = counted.outputs.flatMap(({ bins, counts }) => [bins, counts])
    await each(counted.model, fetches, options, (results) =>
      tally.addHistograms(counted.outputs, results),
    )
  }
  return withTaylor(model, requests, tally.stats(), options)
}

/** The statistics with the Taylor importance of the values for which it was asked. */
export async function withTaylor(
  model: Model,
  requests: readonly StatRequest[],
  stats: Stats,
  { batches, engine, threads, signal, taylor }: CollectOptions,
): Promise<Stats> {
  const groups = new Map(
    requests.flatMap(({ value, taylor: group }) =>
      group === undefined ? [] : [[value, group] as const],
    ),
  )
  if (groups.size === 0) return stats
  const asked = [...groups].map(([value, group]) => ({ value, group }))
  const scores = await collectTaylor(model, asked, {
    batches,
    engine,
    ...taylor,
    ...(threads === undefined ? {} : { threads }),
    ...(signal === undefined ? {} : { signal }),
  })
  return new Map(
    [...stats].map(([value, one]) => {
      const score = scores.get(value)
      return [value, score === undefined ? one : { ...one, taylor: score }]
    }),
  )
}

function maskOf({ graph }: Model): string | undefined {
  return graph.inputs.find(({ name }) => name === 'attention_mask')?.name
}

/** The mask where any batch has padding; without any, rows need not be taken apart. */
function paddedBy(mask: string | undefined, batches: readonly Feeds[]): string | undefined {
  if (mask === undefined) return undefined
  const pads = ({ [mask]: values }: Feeds) =>
    values !== undefined &&
    Array.from(values.data as ArrayLike<number | bigint>).some((one) => Number(one) === 0)
  return batches.some(pads) ? mask : undefined
}

async function each(
  model: Model,
  fetches: readonly string[],
  { batches, engine, threads = 1, signal }: CollectOptions,
  take: (results: Awaited<ReturnType<TensorSession['run']>>) => void,
): Promise<void> {
  const session = await engine.open(encodeModel(model), { intraThreads: threads })
  try {
    for (const feeds of batches) {
      signal?.throwIfAborted()
      take(await session.run(feeds, fetches))
    }
  } finally {
    await session.close()
  }
}
