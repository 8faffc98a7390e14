import { type Estimate, type Known, unknown } from '../unit/estimate.ts'
import { meanInterval, type PairedRound, perItem, ratioOfRounds } from './interleaved.ts'
import { mayRank, noiseOf } from './noise.ts'
import { judgedWindows, type MeteredWindow } from './window.ts'

/** What windows are read for. */
export type Quantity = 'energy' | 'cpu'

/** A quantity of two workloads per item, and b over a: below 1, b needs less. */
export interface Paired<U extends 'sPerItem' | 'JPerItem'> {
  readonly a: Estimate<U>
  readonly b: Estimate<U>
  readonly ratio: Estimate<'ratio'>
}

/** Two workloads in the same interleaved windows. */
export interface PairedCost {
  readonly cpu: Paired<'sPerItem'>
  readonly energy: Paired<'JPerItem'>
  /** Which of both needs less energy; null with the reason where it may not be said. */
  readonly cheaper: 'a' | 'b' | null
  readonly why: string | null
  /** Why timings are not to be trusted: the host took CPU time away; null where the machine was quiet or does not tell. */
  readonly noise: string | null
}

/** Everything that windows say of two workloads, named by their ids. */
export function pairedCost(
  windows: readonly MeteredWindow[],
  [a, b]: readonly [string, string],
): PairedCost {
  const own = judgedWindows(windows).filter(({ workload }) => workload === a || workload === b)
  const of = (id: string) => own.filter(({ workload }) => workload === id)
  const energy = {
    a: energyPerItem(of(a)),
    b: energyPerItem(of(b)),
    ratio: pairedRatio(own, [a, b], 'energy'),
  }
  const steals = own.map(({ steal }) => steal)
  const rank = mayRank(energy.ratio, steals)
  const below = energy.ratio.kind === 'known' && energy.ratio.value < 1
  return {
    cpu: { a: cpuPerItem(of(a)), b: cpuPerItem(of(b)), ratio: pairedRatio(own, [a, b], 'cpu') },
    energy,
    cheaper: rank.ranks ? (below ? 'b' : 'a') : null,
    why: rank.ranks ? null : rank.why,
    noise: noiseOf(steals),
  }
}

/**
 * b over a per item, from the rounds in which both were metered. Modelled joules carry what two programs may differ by in
 * watts per busy thread. Unknown where a window of either says nothing of the quantity: a ratio without its short windows
 * would be one of the others.
 */
export function pairedRatio(
  windows: readonly MeteredWindow[],
  [a, b]: readonly [string, string],
  quantity: Quantity,
): Estimate<'ratio'> {
  const own = judgedWindows(windows).filter(({ workload }) => workload === a || workload === b)
  const silent = own.map((one) => silence(one, quantity)).find((why) => why !== null)
  if (silent) return unknown(silent)
  const rounds = roundsOf(own, [a, b], quantity)
  const measured = isMeasured(own)
  const name = quantity === 'cpu' ? 'CPU time (energy proxy)' : 'energy'
  return ratioOfRounds(rounds, {
    modeled: quantity === 'energy' && !measured,
    how: `${rounds.length} interleaved rounds, batch ${batchesOf(own)}, ${name}`,
    source: quantity === 'cpu' ? 'CPU time of each process' : sourceOf(own),
  })
}

/** Energy where a sensor measured every window, else CPU time: joules and seconds never meet in one ratio. */
export const headlineQuantity = (windows: readonly MeteredWindow[]): Quantity =>
  isMeasured(judgedWindows(windows)) ? 'energy' : 'cpu'

/** Half the width of the log ratio's 95 % interval over rounds; infinite with fewer than two. */
export function logHalfWidth(
  windows: readonly MeteredWindow[],
  pair: readonly [string, string],
): number {
  const own = judgedWindows(windows).filter(({ workload }) => pair.includes(workload))
  const logs = roundsOf(own, pair, headlineQuantity(own)).map((round) =>
    Math.log(round.b / round.a),
  )
  return meanInterval(logs, 0.95).half
}

/** Mean of one workload's windows with its t interval, widened by what the meter's own figures may be off by. */
export function energyPerItem(windows: readonly MeteredWindow[]): Estimate<'JPerItem'> {
  const known = windows.flatMap(({ energy, items }) =>
    energy.kind === 'known' && energy.value > 0 ? [{ energy, items }] : [],
  )
  const [first] = known
  if (first === undefined) return unknown(windows.map(silentEnergy).find(Boolean) ?? 'no window')
  const total = (of: (energy: Known<'J'>) => number): number =>
    known.reduce((sum, { energy }) => sum + of(energy), 0)
  const sum = total(({ value }) => value)
  const amounts = known.map(({ energy, items }) => energy.value / items)
  const { method, how, source } = first.energy
  const meterError = [total(({ low }) => low) / sum, total(({ high }) => high) / sum] as const
  return perItem('JPerItem', amounts, { method, how: windowsHow(windows, how), source, meterError })
}

/** CPU seconds per item of one workload, with its t interval. */
export function cpuPerItem(windows: readonly MeteredWindow[]): Estimate<'sPerItem'> {
  const amounts = windows.flatMap(({ cpuS, items }) => (cpuS === null ? [] : [cpuS / items]))
  if (amounts.length === 0)
    return unknown('its work is not in a process that can be seen from here')
  return perItem('sPerItem', amounts, {
    method: 'measured',
    how: windowsHow(windows, 'CPU time'),
    source: 'user and system time of the process',
  })
}

const windowsHow = (windows: readonly MeteredWindow[], meter: string): string =>
  `interleaved windows, batch ${batchesOf(windows)}, ${meter}`

const batchesOf = (windows: readonly MeteredWindow[]): string =>
  [...new Set(windows.map(({ batch }) => batch))].sort((a, b) => b - a).join(' and ')

const isMeasured = (windows: readonly MeteredWindow[]): boolean =>
  windows.length > 0 &&
  windows.every(({ energy }) => energy.kind === 'known' && energy.method === 'measured')

function roundsOf(
  windows: readonly MeteredWindow[],
  [a, b]: readonly [string, string],
  quantity: Quantity,
): readonly PairedRound[] {
  const of = (id: string) =>
    new Map(windows.flatMap((one) => (one.workload === id ? [[one.round, one] as const] : [])))
  const others = of(b)
  return [...of(a)].flatMap(([round, window]) => {
    const other = others.get(round)
    if (other === undefined) return []
    return [{ a: amountPerItem(window, quantity), b: amountPerItem(other, quantity) }]
  })
}

/** Joules or CPU seconds per item; 0 where the window says nothing. */
function amountPerItem({ energy, cpuS, items }: MeteredWindow, quantity: Quantity): number {
  if (quantity === 'cpu') return (cpuS ?? 0) / items
  return energy.kind === 'known' ? energy.value / items : 0
}

const silence = (window: MeteredWindow, quantity: Quantity): string | null =>
  quantity === 'energy'
    ? silentEnergy(window)
    : window.cpuS === null
      ? 'its work is not in a process that can be seen from here'
      : null

function silentEnergy({ energy }: MeteredWindow): string | null {
  if (energy.kind === 'known') return null
  return energy.kind === 'unknown' ? energy.why : energy.reason
}

function sourceOf(windows: readonly MeteredWindow[]): string {
  const found = windows.find(({ energy }) => energy.kind === 'known')?.energy
  return found?.kind === 'known' ? found.source : 'no meter'
}
