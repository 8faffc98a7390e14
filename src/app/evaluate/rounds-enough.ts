import { meanInterval } from '../../core/energy/interleaved.ts'
import type { RoundWindow } from './rounds.ts'

const goal = {
  /** The first round warms caches and is not judged. */
  warmUp: 1,
  least: 5,
  most: 16,
  /** Half-width of the log ratio at which a comparison is sharp enough. */
  half: 0.04,
  maxS: 45,
}

/** Rounds that are judged: the first one warms caches up. */
export const judgedWindows = (windows: readonly RoundWindow[]): readonly RoundWindow[] =>
  windows.some((window) => window.round > 0)
    ? windows.filter((window) => window.round >= goal.warmUp)
    : windows

/** CPU seconds per item of one window, or joules where a sensor is behind it. */
export function amountPerItem(window: RoundWindow): number {
  const { energy } = window.reading
  if (energy.kind === 'known' && energy.method === 'measured') return energy.value / window.items
  return (window.workerCpuS ?? window.reading.cpuS ?? 0) / window.items
}

/** Stops when every ratio to the reference is known to about 4 %, after 16 rounds, or when the time is spent. */
export function enoughRounds(
  reference: string | null,
  nowS: () => number,
): (windows: readonly RoundWindow[], rounds: number) => boolean {
  const started = nowS()
  return (windows, rounds) => {
    if (rounds >= goal.most || nowS() - started > goal.maxS) return rounds > goal.warmUp
    if (rounds < goal.least + goal.warmUp) return false
    return widest(judgedWindows(windows), reference) <= goal.half
  }
}

function widest(windows: readonly RoundWindow[], reference: string | null): number {
  const ids = [...new Set(windows.map((window) => window.candidate))]
  const base = reference !== null && ids.includes(reference) ? reference : ids[0]
  const halves = ids
    .filter((id) => id !== base)
    .map((id) => {
      const logs = windows.flatMap((window) => {
        const other = windows.find((two) => two.candidate === base && two.round === window.round)
        if (window.candidate !== id || !other) return []
        return [Math.log(amountPerItem(window) / amountPerItem(other))]
      })
      return meanInterval(logs, 0.95).half
    })
  return Math.max(0, ...halves)
}
