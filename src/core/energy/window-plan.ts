/** When a set of windows says enough. */
export interface WindowGoal {
  readonly minWindows: number
  readonly maxWindows: number
  /** Coefficient of variation of the mean of energy per item at which we stop, share. */
  readonly cvTarget: number
  /** A window must hold this many steps of its counter. */
  readonly minSteps: number
  readonly maxWindowS: number
}

/**
 * First window dropped as warm-up, then at least five, until the mean is known to 2 % or 40 windows are spent.
 * Rules of Zeus (ml.energy/zeus): several trials, first discarded, accept when the spread is below a threshold,
 * windows well above the counter's update period, never report 0 J.
 */
export const defaultGoal: WindowGoal = {
  minWindows: 5,
  maxWindows: 40,
  cvTarget: 0.02,
  minSteps: 50,
  maxWindowS: 30,
}

export interface WindowSeen {
  readonly items: number
  readonly wallS: number
  /** Energy, or CPU seconds where that is what is compared; null where the meter could not say. */
  readonly amount: number | null
  /** Smallest step of the counter in the same unit; null where unknown. */
  readonly step: number | null
}

export type NextWindow =
  | { readonly kind: 'enough'; readonly cv: number }
  /** Run another window this long. */
  | { readonly kind: 'more'; readonly windowS: number; readonly why: string }
  | { readonly kind: 'stop'; readonly why: string }

/** What to do after the windows seen so far, which were `windowS` long. The first one is warm-up and not judged. */
export function nextWindow(
  seen: readonly WindowSeen[],
  windowS: number,
  goal: WindowGoal = defaultGoal,
): NextWindow {
  const judged = seen.slice(1)
  const last = seen.at(-1)
  if (last && tooShort(last, goal)) return lengthen(last, windowS, goal)
  const cv = meanCv(judged)
  if (judged.length >= goal.minWindows && cv !== null && cv <= goal.cvTarget)
    return { kind: 'enough', cv }
  if (seen.length >= goal.maxWindows)
    return { kind: 'stop', why: `${seen.length} windows, spread of the mean ${percent(cv)}` }
  const why = judged.length < goal.minWindows ? 'too few windows' : `spread ${percent(cv)}`
  return { kind: 'more', windowS, why }
}

/** A window too short for its counter is repeated longer, never reported as 0 J. */
function tooShort({ amount, step }: WindowSeen, goal: WindowGoal): boolean {
  return amount !== null && step !== null && amount < step * goal.minSteps
}

function lengthen(last: WindowSeen, windowS: number, goal: WindowGoal): NextWindow {
  const steps = (last.amount ?? 0) / (last.step ?? 1)
  const wanted = steps > 0 ? last.wallS * (goal.minSteps / steps) * 1.2 : windowS * 10
  const next = Math.min(goal.maxWindowS, Math.max(windowS * 2, wanted))
  return windowS >= goal.maxWindowS
    ? { kind: 'stop', why: `the counter moves too little in ${goal.maxWindowS} s` }
    : { kind: 'more', windowS: next, why: `${Math.floor(steps)} steps of the counter` }
}

/** Coefficient of variation of the mean of amount per item; null with fewer than two windows or nothing counted. */
export function meanCv(seen: readonly WindowSeen[]): number | null {
  const perItem = seen.flatMap(({ amount, items }) => (amount === null ? [] : [amount / items]))
  const mean = perItem.reduce((sum, value) => sum + value, 0) / perItem.length
  if (perItem.length < 2 || !(mean > 0)) return null
  const squares = perItem.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (perItem.length - 1) / perItem.length) / mean
}

const percent = (share: number | null): string =>
  share === null ? 'unknown' : `${(share * 100).toFixed(1)} %`
