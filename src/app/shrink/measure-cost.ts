import type { TensorEngine, TensorSession } from '../../contract/tensors.ts'
import type { MeasuredCost } from '../../core/compress/trial.ts'
import { ratioOfRounds } from '../../core/energy/interleaved.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Model } from '../../core/onnx/model.ts'
import { textFeeds } from './text-rows.ts'

export interface CostOptions {
  readonly engine: TensorEngine
  readonly padId: number
  readonly cpuS: () => number
  readonly batch: number
  /** Pairs of windows, original and candidate in changing order. */
  readonly rounds?: number
  /** CPU seconds that the original's window is to take. */
  readonly windowS?: number
}

/**
 * CPU seconds per text of two models, in alternating windows on the same texts, with a 95 % interval of their ratio. One thread, no
 * spinning. The engine's call overhead is part of both, as it is for a user.
 */
export async function measureCost(
  original: Model,
  candidate: Model,
  ids: readonly (readonly number[])[],
  { engine, padId, cpuS, batch, rounds = 8, windowS = 0.15 }: CostOptions,
): Promise<MeasuredCost> {
  const open = (model: Model) => engine.open(encodeModel(model), { intraThreads: 1 })
  const [first, second] = [await open(original), await open(candidate)]
  try {
    const feeds = batchesOf(original, ids, batch, padId)
    const once = await window(first, feeds, 1, cpuS)
    await window(second, feeds, 1, cpuS)
    const repeats = Math.max(1, Math.round(windowS / Math.max(1e-4, once)))
    const texts = repeats * feeds.length * batch
    const pairs: { a: number; b: number }[] = []
    for (let round = 0; round < rounds; round += 1) {
      const firstGoes = round % 2 === 0
      const early = await window(firstGoes ? first : second, feeds, repeats, cpuS)
      const late = await window(firstGoes ? second : first, feeds, repeats, cpuS)
      const [a, b] = firstGoes ? [early, late] : [late, early]
      // As original over candidate: how many times less the candidate needs.
      pairs.push({ a: b / texts, b: a / texts })
    }
    return costOf(pairs, batch)
  } finally {
    await first.close()
    await second.close()
  }
}

function costOf(pairs: readonly { a: number; b: number }[], batch: number): MeasuredCost {
  const how = 'CPU time of alternating windows'
  const times = ratioOfRounds(pairs, { how, source: 'Kalibera and Jones, ISMM 2013' })
  const median = (values: readonly number[]) =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  const known = times.kind === 'known' ? times : { value: 1, low: 0, high: Number.MAX_VALUE }
  return {
    batch,
    originalCpuS: median(pairs.map(({ b }) => b)),
    cpuS: median(pairs.map(({ a }) => a)),
    times: known.value,
    low: known.low,
    high: known.high,
    rounds: pairs.length,
  }
}

/** Texts in the order they come: lengths mix as in traffic. */
function batchesOf(
  model: Model,
  ids: readonly (readonly number[])[],
  batch: number,
  padId: number,
): readonly Feeds[] {
  const count = Math.max(1, Math.floor(Math.min(ids.length, 64 * batch, 256) / batch))
  return Array.from({ length: count }, (_, at) =>
    textFeeds(
      model.graph,
      ids,
      Array.from({ length: batch }, (_, i) => (at * batch + i) % ids.length),
      padId,
    ),
  )
}

async function window(
  session: TensorSession,
  feeds: readonly Feeds[],
  repeats: number,
  cpuS: () => number,
): Promise<number> {
  const start = cpuS()
  for (let at = 0; at < repeats; at += 1) for (const one of feeds) await session.run(one)
  return cpuS() - start
}
