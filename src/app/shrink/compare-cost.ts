import type { Meter, MeterBinding } from '../../contract/meter.ts'
import type { TensorSession } from '../../contract/tensors.ts'
import { lineErrorOf, wattsPerBusyThread, workloadPower } from '../../core/energy/cpu-model.ts'
import { perItem, ratioOfRounds } from '../../core/energy/interleaved.ts'
import { mayRank, noiseOf } from '../../core/energy/noise.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import { type Estimate, unknown } from '../../core/unit/estimate.ts'

/** One model that is open, with its inputs. */
export interface CostSide {
  readonly session: TensorSession
  readonly feeds: readonly Feeds[]
}

export interface CostOptions {
  /** CPU seconds of this process. */
  readonly cpuS: () => number
  /** What meters this process; without a sensor energy is modelled from CPU seconds. Null where nothing can be seen. */
  readonly meter?: Meter | null
  readonly binding?: MeterBinding
  /** Hardware threads of the machine; null inside a virtual machine. */
  readonly machineThreads?: number | null
  /** Pairs of windows; 8 unless said. */
  readonly rounds?: number
  /** CPU seconds of a window; 0.15 unless said, 0.5 under a sensor, whose share of a process has steps of 10 ms. */
  readonly windowS?: number
  readonly signal?: AbortSignal
}

/** A figure of both models per inference, and b over a: below 1, b needs less. */
export interface Compared<U extends 'sPerItem' | 'JPerItem'> {
  readonly a: Estimate<U>
  readonly b: Estimate<U>
  readonly ratio: Estimate<'ratio'>
}

export interface ComparedCost {
  readonly cpu: Compared<'sPerItem'>
  readonly energy: Compared<'JPerItem'>
  /** Which of both needs less energy; null with the reason where it may not be said. */
  readonly cheaper: 'a' | 'b' | null
  readonly why: string | null
  /** Share of CPU time that the host took away, or why timings are not to be trusted; null where the machine was quiet or does not tell. */
  readonly noise: string | null
}

interface Window {
  readonly cpuS: number
  readonly joules: Estimate<'J'>
  readonly steal: number | null
  /** Inferences in it. */
  readonly items: number
}

/** Items of one window's lap: enough to mix lengths, few enough to come round. */
const lap = 64

/**
 * Cost of one inference of both, one thread, batch 1, from windows that alternate; the order changes every round, so that a drift of the
 * machine cancels. Energy is what the meter's sensor says, else modelled: CPU seconds x 3.15 W per busy thread, with the workload's
 * power as an uncertainty that does not cancel (src/core/energy/cpu-model.ts). Idle and memory are not counted: both models share one process.
 */
export async function compareCost(
  a: CostSide,
  b: CostSide,
  options: CostOptions,
): Promise<ComparedCost> {
  const sensor = options.meter?.sensor === true
  const { rounds = 8, windowS = sensor ? 0.5 : 0.15, signal } = options
  const warm = await window(a, 1, options)
  await window(b, 1, options)
  const laps = Math.max(1, Math.round(windowS / Math.max(1e-4, warm.cpuS)))
  const pairs: { readonly a: Window; readonly b: Window }[] = []
  for (let round = 0; round < rounds; round += 1) {
    signal?.throwIfAborted()
    const [early, late] = round % 2 === 0 ? [a, b] : [b, a]
    const [first, second] = [await window(early, laps, options), await window(late, laps, options)]
    pairs.push(round % 2 === 0 ? { a: first, b: second } : { a: second, b: first })
  }
  return costOf(pairs, sensor, options)
}

async function window(
  { session, feeds }: CostSide,
  laps: number,
  { cpuS, meter, binding = {} }: CostOptions,
): Promise<Window> {
  const some = feeds.slice(0, lap)
  const metered = await meter?.start(binding)
  const start = cpuS()
  for (let at = 0; at < laps; at += 1) for (const one of some) await session.run(one)
  const used = cpuS() - start
  const reading = await metered?.stop()
  const joules = reading?.energy ?? unknown('there is no meter')
  return { cpuS: used, joules, steal: reading?.steal ?? null, items: laps * some.length }
}

type Pairs = readonly { readonly a: Window; readonly b: Window }[]

function costOf(pairs: Pairs, sensor: boolean, options: CostOptions): ComparedCost {
  const cpu = cpuOf(pairs)
  const energy = sensor ? measuredEnergy(pairs) : modeledEnergy(pairs, options)
  const steals = pairs.flatMap(({ a, b }) => [a.steal, b.steal])
  const rank = mayRank(energy.ratio, steals)
  const below = energy.ratio.kind === 'known' && energy.ratio.value < 1
  return {
    ...{ cpu, energy, noise: noiseOf(steals) },
    cheaper: rank.ranks ? (below ? 'b' : 'a') : null,
    why: rank.ranks ? null : rank.why,
  }
}

const ratioSource = 'Kalibera and Jones, ISMM 2013'

/** Per inference, and as pairs; 0 where a window measured nothing. */
function perInference(
  pairs: Pairs,
  amount: (window: Window) => number,
): { readonly a: number[]; readonly b: number[]; readonly rounds: { a: number; b: number }[] } {
  const rounds = pairs.map(({ a, b }) => ({ a: amount(a) / a.items, b: amount(b) / b.items }))
  return { rounds, a: rounds.map(({ a }) => a), b: rounds.map(({ b }) => b) }
}

function cpuOf(pairs: Pairs): Compared<'sPerItem'> {
  const { a, b, rounds } = perInference(pairs, ({ cpuS }) => cpuS)
  const how = 'CPU time of alternating windows, one thread, batch 1'
  const about = { method: 'measured', how, source: 'user and system time of the process' } as const
  return {
    a: perItem('sPerItem', a, about),
    b: perItem('sPerItem', b, about),
    ratio: ratioOfRounds(rounds, { how, source: ratioSource }),
  }
}

function modeledEnergy(pairs: Pairs, { machineThreads = null }: CostOptions): Compared<'JPerItem'> {
  const { a, b, rounds } = perInference(pairs, ({ cpuS }) => wattsPerBusyThread * cpuS)
  const how = `CPU seconds x ${wattsPerBusyThread} W per busy thread; no idle, no memory`
  const [low, high] = lineErrorOf({ threads: machineThreads })
  const meterError = [low * workloadPower[0], high * workloadPower[1]] as const
  const source = 'SPECpower_ssj2008 results 2018+, per thread'
  const about = { method: 'modeled', how, source, meterError } as const
  return {
    a: perItem('JPerItem', a, about),
    b: perItem('JPerItem', b, about),
    // The error of the line is shared and cancels; what two programs draw per busy thread does not.
    ratio: ratioOfRounds(rounds, { modeled: true, how, source: ratioSource }),
  }
}

function measuredEnergy(pairs: Pairs): Compared<'JPerItem'> {
  const all = pairs.flatMap(({ a, b }) => [a.joules, b.joules])
  const silent = all.find((one) => one.kind !== 'known')
  if (silent !== undefined) {
    const none = silent.kind === 'unknown' ? silent : unknown('the meter gave no figure')
    return { a: none, b: none, ratio: none }
  }
  const { a, b, rounds } = perInference(pairs, ({ joules }) =>
    joules.kind === 'known' ? joules.value : 0,
  )
  const known = all.filter((one) => one.kind === 'known')
  const how = known[0]?.how ?? 'a sensor'
  const meterError = [
    Math.min(1, ...known.map(({ value, low }) => (value > 0 ? low / value : 1))),
    Math.max(1, ...known.map(({ value, high }) => (value > 0 ? high / value : 1))),
  ] as const
  const about = { method: 'measured', how, source: known[0]?.source ?? how, meterError } as const
  return {
    a: perItem('JPerItem', a, about),
    b: perItem('JPerItem', b, about),
    ratio: ratioOfRounds(rounds, { how, source: ratioSource }),
  }
}
