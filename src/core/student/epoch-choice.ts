import { RightsizeError } from '../error/error.ts'
import type { TrainProgress } from './example.ts'
import {
  fitTemperature,
  isBetter,
  type JudgedScores,
  joinJudged,
  type Measures,
  type Metric,
  measuresOf,
} from './judged-scores.ts'
import type { RowSplit } from './row-split.ts'

/** Something that learns in passes over rows. */
export interface Learner {
  /** One pass in random order; returns the mean cross-entropy seen on the way, nats. */
  epoch(rows: Int32Array): number
  judge(rows: Int32Array): JudgedScores
}

export interface EpochSearch {
  /** Number of rows. */
  readonly rows: number
  readonly splits: readonly RowSplit[]
  /** Passes at most. */
  readonly epochs: number
  /** Passes without gain after which a split ends; none unless said. */
  readonly patience?: number
  readonly metric: Metric
}

export interface EpochMeasures extends Measures {
  readonly epochs: number
}

export interface EpochChoice<L> {
  /** Has learned from all rows in the chosen number of passes. */
  readonly learner: L
  readonly chosen: EpochMeasures
  readonly trials: readonly EpochMeasures[]
  /** Rows that judged. */
  readonly heldOut: number
  /** Divide scores by it for calibrated probabilities. */
  readonly temperature: number
}

/** Chooses the number of passes on the rows held out, then makes so many over all rows. Yields after every pass. Throws STUDENT_INPUT for 0 passes. */
export function* chooseEpochs<L extends Learner>(
  create: () => L,
  search: EpochSearch,
): Generator<TrainProgress, EpochChoice<L>> {
  const steps = (search.splits.length + 1) * search.epochs
  const runs: (readonly JudgedScores[])[] = []
  for (const [at, { learn, judge }] of search.splits.entries())
    runs.push(yield* explore(create(), learn, judge, search, at * search.epochs, steps))
  const shortest = Math.min(...runs.map((run) => run.length))
  const judged = Array.from({ length: shortest }, (_, epoch) =>
    joinJudged(runs.flatMap((run) => run[epoch] ?? [])),
  )
  const trials = judged.map((one, at) => ({ epochs: at + 1, ...measuresOf(one) }))
  const [first, ...others] = trials
  if (first === undefined) throw new RightsizeError('STUDENT_INPUT', 'there are no passes to make')
  const chosen = others.reduce(
    (best, one) => (isBetter(one, best, search.metric) ? one : best),
    first,
  )
  const learner = create()
  const all = Int32Array.from({ length: search.rows }, (_, row) => row)
  for (let pass = 1; pass <= chosen.epochs; pass++) {
    const loss = learner.epoch(all)
    yield { phase: 'fit', step: steps - chosen.epochs + pass, steps, loss }
  }
  const answers = judged[chosen.epochs - 1] as JudgedScores
  const temperature = fitTemperature(answers)
  return { learner, chosen, trials, heldOut: answers.truth.length, temperature }
}

/** What the learner says of the rows held out after each pass. */
function* explore(
  learner: Learner,
  learn: Int32Array,
  judge: Int32Array,
  { epochs, patience = Number.POSITIVE_INFINITY, metric }: EpochSearch,
  before: number,
  steps: number,
): Generator<TrainProgress, readonly JudgedScores[]> {
  const run: JudgedScores[] = []
  let best: EpochMeasures | undefined
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const loss = learner.epoch(learn)
    const judged = learner.judge(judge)
    run.push(judged)
    const measures = { epochs: epoch, ...measuresOf(judged) }
    if (best === undefined || isBetter(measures, best, metric)) best = measures
    yield { phase: 'select', step: before + epoch, steps, loss, accuracy: measures.accuracy }
    if (epoch - best.epochs >= patience) break
  }
  return run
}
