import { RightsizeError } from '../error/error.ts'

/** How the learning rate moves: up from 0 in a straight line over `warmup` (share of all steps), then down to `floor` times the peak. */
export interface ScheduleSpec {
  readonly peak: number
  readonly warmup?: number
  /** `cosine` after Loshchilov and Hutter, arXiv 1608.03983, eq. 5, without restarts. */
  readonly shape?: 'cosine' | 'linear' | 'constant'
  readonly floor?: number
}

/** The learning rate of step `step` (1-based) of `steps`. */
export function learningRate(
  { peak, warmup = 0.1, shape = 'cosine', floor = 0 }: ScheduleSpec,
  step: number,
  steps: number,
): number {
  if (!(peak > 0) || warmup < 0 || warmup > 1 || floor < 0 || floor > 1)
    throw new RightsizeError(
      'TRAIN_OPTIONS',
      'a schedule needs peak > 0 and warmup and floor in [0, 1]',
      { at: 'schedule' },
    )
  const rising = Math.round(warmup * steps)
  if (step <= rising) return (peak * step) / rising
  if (shape === 'constant') return peak
  // Counted from the step before, so that the last step still learns.
  const done = Math.min(1, (step - rising - 1) / Math.max(1, steps - rising))
  const share = shape === 'linear' ? 1 - done : (1 + Math.cos(Math.PI * done)) / 2
  return peak * (floor + (1 - floor) * share)
}
