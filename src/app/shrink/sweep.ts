import type { TensorEngine } from '../../contract/tensors.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { RuntimeSetting } from '../../core/result/compression.ts'
import { quantileInterval } from '../../core/stats/quantile.ts'
import { orderedBatches } from '../../core/train/batches.ts'
import type { OwnProcess } from '../measure/own-process.ts'
import { timeRequests } from '../measure/requests.ts'
import type { Runnable } from './measure-cost.ts'

export interface SweepOptions {
  /** The engine of the target runtime. */
  readonly engine: TensorEngine
  readonly own: OwnProcess
  readonly pause: (ms: number) => Promise<void>
  /** Whether the runtime lets the user choose threads and spinning. */
  readonly choosesThreads: boolean
  readonly signal?: AbortSignal | undefined
}

/** Pause between two requests of a service: 50 a second. */
const gapMs = 20
const singleRuns = 24
const batchTexts = 256

/**
 * One model under several settings of the runtime: single requests with pauses at one and several threads, with and without spinning, and
 * batches without pauses, texts as they come and texts of like length together. CPU time counts every thread of the process, waiting included.
 */
export async function sweep(
  of: RuntimeSetting['of'],
  model: Runnable,
  options: SweepOptions,
): Promise<readonly RuntimeSetting[]> {
  const several = options.choosesThreads ? Math.min(4, options.own.machine.threads ?? 2) : 1
  const threads = several > 1 ? [1, several] : [1]
  const rows: RuntimeSetting[] = []
  for (const count of threads)
    for (const spinning of count === 1 ? [false] : [false, true])
      rows.push(await singles({ of, threads: count, spinning }, model, options))
  for (const buckets of [false, true]) rows.push(await batches({ of, buckets }, model, options))
  return rows
}

/** Seconds that both sweeps of a result take, of models that take `itemS` for a text. */
export function sweepSeconds(itemS: number, { choosesThreads }: SweepOptions): number {
  const single = (singleRuns + warmUp) * (gapMs / 1e3 + itemS)
  const batched = (batchTexts + warmUp * 32) * itemS
  return 2 * ((choosesThreads ? 3 : 1) * single + 2 * batched)
}

/** p95 in ms of single requests without pauses, one thread, no spinning. */
export async function latencyOf(model: Runnable, options: SweepOptions): Promise<number> {
  const row = await singles({ of: 'result', threads: 1, spinning: false }, model, options)
  return row.p95Ms
}

async function singles(
  how: Pick<RuntimeSetting, 'of' | 'threads' | 'spinning'>,
  { model, inputs }: Runnable,
  options: SweepOptions,
): Promise<RuntimeSetting> {
  const feeds = Array.from({ length: singleRuns }, (_, at) =>
    inputs.feeds(model.graph, [at % inputs.size]),
  )
  const settings = { intraThreads: how.threads, spinning: how.spinning }
  const run = await timed(encodeModel(model), settings, feeds, gapMs, options)
  return { ...how, batch: 1, buckets: false, gapMs, ...run, cpuS: run.cpuS / singleRuns }
}

async function batches(
  how: Pick<RuntimeSetting, 'of' | 'buckets'>,
  { model, inputs }: Runnable,
  options: SweepOptions,
): Promise<RuntimeSetting> {
  const batch = Math.min(32, inputs.most(model.graph) ?? 32)
  const texts = Math.min(batchTexts, inputs.size)
  const lengths = inputs.lengths.slice(0, texts)
  const feeds = (how.buckets ? orderedBatches(lengths, batch) : inOrder(texts, batch)).map((rows) =>
    inputs.feeds(model.graph, rows),
  )
  const run = await timed(
    encodeModel(model),
    { intraThreads: 1, spinning: false },
    feeds,
    0,
    options,
  )
  const settings = { threads: 1, spinning: false, batch, gapMs: 0 }
  return { ...how, ...settings, ...run, cpuS: run.cpuS / texts }
}

const inOrder = (texts: number, batch: number): readonly (readonly number[])[] =>
  Array.from({ length: Math.ceil(texts / batch) }, (_, at) =>
    Array.from({ length: Math.min(batch, texts - at * batch) }, (__, i) => at * batch + i),
  )

/** Runs after three that warm up; wall times of each, CPU time of all with the pauses between. */
async function timed(
  model: Uint8Array,
  settings: { readonly intraThreads: number; readonly spinning: boolean },
  feeds: readonly Feeds[],
  pauseMs: number,
  { engine, own: { cpuS, wallS }, pause, signal }: SweepOptions,
): Promise<Pick<RuntimeSetting, 'cpuS' | 'p50Ms' | 'p95Ms' | 'runs'>> {
  const session = await engine.open(model, settings)
  const run = async (feed: Feeds | undefined): Promise<number> => {
    signal?.throwIfAborted()
    const from = wallS()
    await session.run(feed ?? {})
    return wallS() - from
  }
  try {
    for (const one of feeds.slice(0, warmUp)) await run(one)
    const start = cpuS()
    const walls = await timeRequests({
      ...{ count: feeds.length, warmUp: 0, nowS: wallS, one: (at) => run(feeds[at]) },
      ...(pauseMs > 0 ? { pause: () => pause(pauseMs) } : {}),
    })
    const total = cpuS() - start
    const ms = (p: number) => 1e3 * (quantileInterval(walls, p)?.value ?? 0)
    return { cpuS: total, p50Ms: ms(0.5), p95Ms: ms(0.95), runs: walls.length }
  } finally {
    await session.close()
  }
}

const warmUp = 3
