import { lastTraining, type Weighing } from '../../core/compress/moves.ts'
import { type Bench, type Run, type State, stopped } from './bench.ts'

/** Texts a step of fine-tuning. */
export const trainingBatch = 32

/** Shares of the search's time that one training may take. */
const trainingShares = { short: 0.12, long: 0.35 } as const

export function fineTuningFor(
  state: State,
  { bench, repairSteps, seconds }: Run,
): Weighing['fineTuning'] {
  if (bench.training === null) return null
  const texts = seconds / Math.max(1e-9, itemSecondsOf(state, bench))
  const { short, long } = trainingShares
  return {
    ...repairSteps,
    batch: trainingBatch,
    most: { short: short * texts, long: long * texts },
  }
}

/** CPU seconds an item of a state: smaller models take less; bytes stand in for what was not measured. */
const itemSecondsOf = ({ bytes }: State, { itemCpuS, originalBytes }: Bench): number =>
  itemCpuS * Math.min(1, bytes / Math.max(1, originalBytes))

/** Steps of training the whole model once more, within the time that one training may take and that is left; null where there is none. */
export function polishSteps(state: State, run: Run): number | null {
  const [fineTuning, left] = [fineTuningFor(state, run), textsLeft(state, run)]
  return lastTraining({ fineTuning, left })?.steps ?? null
}

/** Bytes of the incumbent from which on a model is not trained once more: nearly nothing was cut. */
const nearlyWhole = 0.9

export const isTrainedOnce = (state: State, { bench }: Run): boolean =>
  state.bytes < nearlyWhole * bench.originalBytes && bench.training !== null

/** Share of the time that is kept at most for training the whole model once more. */
const polishShare = 0.3

/** Why no other step is begun at a state: time is kept for training it once more, as much as that takes. */
export function ended(state: State, run: Run): string | null {
  const fineTuning = isTrainedOnce(state, run) ? fineTuningFor(state, run) : null
  const texts = lastTraining({ fineTuning, left: Number.POSITIVE_INFINITY })?.texts ?? 0
  const kept = Math.min(polishShare * run.seconds, texts * textSeconds(state, run))
  return stopped({ ...run, budget: { ...run.budget, seconds: run.seconds - kept } })
}

/** CPU time that work took beyond what the texts that go through the model say (sessions, optimiser, encoding): 1.2 to 1.4 times it with students. */
const overhead = 1.4

/** Wall seconds for each text that goes through a state. */
const textSeconds = (state: State, { bench, spent }: Run): number =>
  Math.max(1e-9, overhead * spent().slowdown * itemSecondsOf(state, bench))

/** Work for which there is time, in texts that go through the model. */
export const textsLeft = (state: State, run: Run): number =>
  (run.seconds - run.spent().seconds) / textSeconds(state, run)

/** Why a search ends where moves are left that take too long. */
export const tooLong = ({ seconds }: Run): string =>
  `nothing that is left to try fits into its part of the ${seconds} seconds`
