import type { TensorEngine, TensorSession } from '../../contract/tensors.ts'
import type { MeasuredCost } from '../../core/compress/trial.ts'
import { ratioOfRounds } from '../../core/energy/interleaved.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Model } from '../../core/onnx/model.ts'
import type { Inputs } from './inputs.ts'

export interface CostOptions {
  readonly cpuS: () => number
  readonly batch: number
  /** Pairs of windows, original and candidate in changing order. */
  readonly rounds?: number
  /** CPU seconds that the original's window is to take. */
  readonly windowS?: number
}

/** A model with the inputs as it sees them. */
export interface Runnable {
  readonly model: Model
  readonly inputs: Inputs
}

/**
 * CPU seconds per text of two models, in alternating windows on the same texts, with a 95 % interval of their ratio. One thread, no
 * spinning. The engine's call overhead is part of both, as it is for a user.
 */
export async function measureCost(
  original: Runnable,
  candidate: Runnable,
  options: CostOptions & { readonly engine: TensorEngine },
): Promise<MeasuredCost> {
  const open = ({ model }: Runnable) => options.engine.open(encodeModel(model), { intraThreads: 1 })
  const [first, second] = [await open(original), await open(candidate)]
  try {
    const { batch } = options
    return await measureWork(work(first, original, batch), work(second, candidate, batch), options)
  } finally {
    await first.close()
    await second.close()
  }
}

/** Something that is done to so many items. */
export interface Work {
  readonly items: number
  run(): Promise<void>
}

/** As `measureCost`, of any two ways to answer the same items. */
export async function measureWork(
  original: Work,
  candidate: Work,
  { cpuS, batch, rounds = 8, windowS = 0.15 }: CostOptions,
): Promise<MeasuredCost> {
  await window(original, 1, cpuS)
  await window(candidate, 1, cpuS)
  const once = await window(original, 1, cpuS)
  const repeats = Math.max(1, Math.round(windowS / Math.max(1e-4, once)))
  const pairs: { a: number; b: number }[] = []
  for (let round = 0; round < rounds; round += 1) {
    const firstGoes = round % 2 === 0
    const early = await window(firstGoes ? original : candidate, repeats, cpuS)
    const late = await window(firstGoes ? candidate : original, repeats, cpuS)
    const [first, second] = firstGoes ? [early, late] : [late, early]
    // As original over candidate: how many times less the candidate needs.
    pairs.push({ a: second / (repeats * candidate.items), b: first / (repeats * original.items) })
  }
  return costOf(pairs, batch)
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

/** Items in the order they come: lengths mix as in traffic. A graph of one item a run is run once an item. */
export function work(session: TensorSession, { model, inputs }: Runnable, batch: number): Work {
  const count = Math.max(1, Math.floor(Math.min(inputs.size, 64 * batch, 256) / batch))
  const rows = Array.from({ length: count * batch }, (_, at) => at % inputs.size)
  const most = Math.min(batch, inputs.most(model.graph) ?? batch)
  const feeds: Feeds[] = []
  for (let at = 0; at < rows.length; at += most)
    feeds.push(inputs.feeds(model.graph, rows.slice(at, at + most)))
  return {
    items: rows.length,
    async run() {
      for (const one of feeds) await session.run(one)
    },
  }
}

async function window(one: Work, repeats: number, cpuS: () => number): Promise<number> {
  const start = cpuS()
  for (let at = 0; at < repeats; at += 1) await one.run()
  return cpuS() - start
}
