import type { TensorEngine, TensorSession } from '../../contract/tensors.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Model } from '../../core/onnx/model.ts'
import type { MeasuredCost } from '../../core/result/compression.ts'
import { measurePair, type OpenWork, type PairOptions } from '../measure/pair.ts'
import type { Work } from '../measure/workload.ts'
import type { Inputs } from './inputs.ts'

/** A model with the inputs as it sees them. */
export interface Runnable {
  readonly model: Model
  readonly inputs: Inputs
}

/** How costs of two models are measured. */
export interface CostOptions extends PairOptions {
  readonly engine: TensorEngine
  /** Texts of a lap; `lapTexts` unless said. */
  readonly texts?: number
}

/** Texts of a lap: enough for the lengths of traffic to mix, and for a few batches. */
export const lapTexts = (batch: number): number => (batch === 1 ? 64 : 128)

/**
 * Cost per text of two models, in interleaved windows on the same texts. One thread, no spinning. The engine's call overhead is part of
 * both, as it is for a user. Null where CPU time was too short to be seen.
 */
export async function measureCost(
  original: Runnable,
  candidate: Runnable,
  options: CostOptions,
): Promise<MeasuredCost | null> {
  return measureWork(openRunnable(original, options), openRunnable(candidate, options), options)
}

/** A session of the model, opened for measuring: one thread. */
export const openRunnable =
  (one: Runnable, { engine, ...how }: Pick<CostOptions, 'engine' | 'batch' | 'texts'>): OpenWork =>
  async () => {
    const session = await engine.open(encodeModel(one.model), { intraThreads: 1 })
    return { work: work(session, one, how), close: () => session.close() }
  }

/** As `measureCost`, of any two ways to answer the same items. */
export async function measureWork(
  original: OpenWork,
  candidate: OpenWork,
  options: PairOptions,
): Promise<MeasuredCost | null> {
  const { batch, rounds = 8 } = options
  const { cpu, energy } = await measurePair(candidate, original, { ...options, rounds })
  const { ratio, a, b } = cpu
  if (ratio.kind !== 'known' || a.kind !== 'known' || b.kind !== 'known') return null
  const { value: times, low, high } = ratio
  return {
    ...{ batch, rounds, incumbentCpuS: b.value, cpuS: a.value, times, low, high },
    energy: { incumbent: energy.b, result: energy.a, times: energy.ratio },
  }
}

/** Items in the order they come: lengths mix as in traffic. A graph of one item a run is run once an item. */
export function work(
  session: TensorSession,
  { model, inputs }: Runnable,
  { batch, texts = lapTexts(batch) }: Pick<CostOptions, 'batch' | 'texts'>,
): Work {
  const count = Math.max(1, Math.floor(Math.min(inputs.size, texts) / batch))
  const rows = Array.from({ length: count * batch }, (_, at) => at % inputs.size)
  const most = Math.min(batch, inputs.most(model.graph) ?? batch)
  const feeds: Feeds[] = []
  for (let at = 0; at < rows.length; at += most)
    feeds.push(inputs.feeds(model.graph, rows.slice(at, at + most)))
  return runsOf(session, feeds, rows.length)
}

/** All feeds, one after the other. */
export const runsOf = (session: TensorSession, feeds: readonly Feeds[], items: number): Work => ({
  items,
  async run() {
    for (const one of feeds) await session.run(one)
  },
})
