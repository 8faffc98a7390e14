import { fewestRounds } from './interleaved.ts'
import { logHalfWidth } from './paired-cost.ts'
import type { MeteredWindow } from './window.ts'

/** When interleaved rounds say enough. Rounds are judged ones: one more warms up. */
export interface RoundsGoal {
  readonly least: number
  readonly most: number
  /** Half-width of the log ratio at which a comparison is sharp enough. */
  readonly half: number
  /** Seconds after which no round is begun beyond the three that an interval takes; after twice as many, none at all. */
  readonly maxS: number
}

/** Until every ratio to the reference is known to about 4 %: at least 5 rounds, at most 15 or 45 seconds. */
export const sharpGoal: RoundsGoal = { least: 5, most: 15, half: 0.04, maxS: 45 }

/** A fixed number of rounds. */
export const exactly = (rounds: number): RoundsGoal => ({
  least: rounds,
  most: rounds,
  half: 0,
  maxS: Number.POSITIVE_INFINITY,
})

/** Whether the rounds so far are enough; the reference is the workload that all are compared with, else the first. */
export function isEnough(
  windows: readonly MeteredWindow[],
  rounds: number,
  elapsedS: number,
  { goal, reference }: { readonly goal: RoundsGoal; readonly reference: string | null },
): boolean {
  const judged = rounds - 1
  if (judged >= goal.most) return true
  if (elapsedS > 2 * goal.maxS) return judged >= 1
  if (elapsedS > goal.maxS) return judged >= fewestRounds
  if (judged < goal.least) return false
  const ids = [...new Set(windows.map(({ workload }) => workload))]
  const base = reference !== null && ids.includes(reference) ? reference : ids[0]
  if (base === undefined) return true
  const halves = ids.filter((id) => id !== base).map((id) => logHalfWidth(windows, [id, base]))
  return Math.max(0, ...halves) <= goal.half
}
