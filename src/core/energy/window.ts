import type { Estimate } from '../unit/estimate.ts'

/** One window: a workload went through its items while its meter was open. */
export interface MeteredWindow {
  readonly workload: string
  readonly round: number
  readonly items: number
  /** Items that the model took at a time. */
  readonly batch: number
  readonly wallS: number
  /** User and system CPU seconds, by the worker's own count where it has one, else by the meter; null where neither sees them. */
  readonly cpuS: number | null
  readonly energy: Estimate<'J'>
  /** CPU time stolen by the host during the window, share 0..1; null where unknown. */
  readonly steal: number | null
}

/** The first round warms caches and is not judged. */
export const judgedWindows = (windows: readonly MeteredWindow[]): readonly MeteredWindow[] => {
  const later = windows.filter(({ round }) => round > 0)
  return later.length > 0 ? later : windows
}

/** Steps of its counter that a window must hold, and the longest window that is waited for, s. */
export const counterRule = { steps: 50, longestS: 30 } as const

/**
 * Seconds to aim at next, where a window of `wallS` seconds held only so many `steps` of its counter; null where it held
 * enough, or where no longer one is waited for. Windows well above the counter's update period, and never 0 J: rules of
 * Zeus (ml.energy/zeus).
 */
export function longerWindow(steps: number, aimedS: number, wallS: number): number | null {
  if (steps >= counterRule.steps || aimedS >= counterRule.longestS) return null
  const wanted = steps > 0 ? wallS * (counterRule.steps / steps) * 1.2 : aimedS * 10
  return Math.min(counterRule.longestS, Math.max(aimedS * 2, wanted))
}
