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
import { SoftmaxDual, type SparseRows } from './softmax-dual.ts'

export type ClassWeights = 'none' | 'balanced'

export interface SoftmaxSetting {
  /** Inverse strength of L2. */
  readonly cost: number
  readonly epochs: number
  readonly classWeights: ClassWeights
}

/** What one setting reached on the rows held out. */
export type SoftmaxMeasures = SoftmaxSetting & Measures

/** Rows, right answers and the settings to try. */
export interface SoftmaxTask {
  readonly matrix: SparseRows
  /** rows x classes, each row summing to 1. */
  readonly targets: Float32Array
  /** The right class of each row. */
  readonly indices: Int32Array
  readonly classes: number
  /** Relative importance of each row. */
  readonly rowWeights: Float32Array
  /** One split, or the folds of a cross-validation. */
  readonly splits: readonly RowSplit[]
  /** Rising inverse strengths of L2. */
  readonly costs: readonly number[]
  readonly epochs: number
  readonly classWeights: readonly ClassWeights[]
  readonly metric: Metric
  readonly random: () => number
}

export interface SoftmaxFit {
  /** width x classes. */
  readonly weights: Float32Array
  readonly bias: Float32Array
  readonly chosen: SoftmaxMeasures
  readonly trials: readonly SoftmaxMeasures[]
  /** Rows that judged the settings. */
  readonly heldOut: number
  /** Divide scores by it for calibrated probabilities. */
  readonly temperature: number
  /** Passes over all rows after choosing. */
  readonly fitEpochs: number
}

/**
 * Chooses strength of L2, passes and class weights on the held-out rows, then goes on over all rows from where
 * the choice left the solver. Rising strengths start from the one before. Yields after every pass.
 */
export function* fitSoftmax(task: SoftmaxTask): Generator<TrainProgress, SoftmaxFit> {
  const trials: Judged[] = []
  const solvers = new Map<ClassWeights, SoftmaxDual>()
  const progress = progressOf(task)
  for (const weights of task.classWeights) {
    const runs: Judged[][] = []
    for (const split of task.splits) {
      const solver = new SoftmaxDual(
        task.matrix,
        task.targets,
        task.classes,
        rowCosts(task, weights),
      )
      runs.push(yield* explore(task, split, weights, solver, progress))
      solvers.set(weights, solver)
    }
    trials.push(...pooled(task, runs))
  }
  const chosen = bestTrial(trials, task)
  const solver = solvers.get(chosen.setting.classWeights)
  if (solver === undefined) throw new Error('no solver was kept')
  solver.scaleCosts(chosen.setting.cost / (task.costs.at(-1) ?? 1))
  const fitEpochs = Math.max(4, chosen.setting.epochs)
  yield* fitAll(task, solver, fitEpochs, progress)
  return {
    weights: solver.weights,
    bias: solver.bias,
    chosen: chosen.setting,
    trials: trials.map((trial) => trial.setting),
    heldOut: chosen.judged.truth.length,
    temperature: fitTemperature(chosen.judged),
    fitEpochs,
  }
}

/** A setting with what it said of the rows held out. */
interface Judged {
  readonly setting: SoftmaxMeasures
  readonly judged: JudgedScores
}

interface Progress {
  step: number
  readonly steps: number
}

function progressOf(task: SoftmaxTask): Progress {
  const paths = task.classWeights.length * task.splits.length
  return { step: 0, steps: (paths * task.costs.length + 1) * task.epochs }
}

/** 'auto' tries balanced weights too where the largest class has twice the rows of the smallest. */
export function weightsToTry(
  indices: Int32Array,
  classes: number,
  wanted: ClassWeights | 'auto',
): readonly ClassWeights[] {
  if (wanted !== 'auto') return [wanted]
  const counts = classCounts(indices, classes).filter((n) => n > 0)
  return Math.max(...counts) >= 2 * Math.min(...counts) ? ['none', 'balanced'] : ['none']
}

function classCounts(indices: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0)
  for (const k of indices) counts[k] = (counts[k] ?? 0) + 1
  return counts
}

/** The first cost times the row's weight, times rows / (classes x rows of the class) when balanced. */
function rowCosts(task: SoftmaxTask, classWeights: ClassWeights): Float32Array {
  const counts = classCounts(task.indices, task.classes)
  const present = counts.filter((n) => n > 0).length
  const first = task.costs[0] ?? 1
  return task.rowWeights.map((weight, i) => {
    const size = counts[task.indices[i] as number] ?? 1
    const balance = classWeights === 'balanced' ? task.indices.length / (present * size) : 1
    return first * weight * balance
  })
}

function* explore(
  task: SoftmaxTask,
  split: RowSplit,
  classWeights: ClassWeights,
  solver: SoftmaxDual,
  progress: Progress,
): Generator<TrainProgress, Judged[]> {
  const trials: Judged[] = []
  let last = task.costs[0] ?? 1
  for (const cost of task.costs) {
    solver.scaleCosts(cost / last)
    last = cost
    for (let epochs = 1; epochs <= task.epochs; epochs++) {
      const loss = solver.epoch(split.learn, task.random)
      const trial = judge(task, split.judge, solver, { cost, epochs, classWeights })
      trials.push(trial)
      progress.step++
      yield { phase: 'select', ...progress, loss, accuracy: trial.setting.accuracy }
    }
  }
  return trials
}

function judge(
  { indices, classes }: SoftmaxTask,
  rows: Int32Array,
  solver: SoftmaxDual,
  setting: SoftmaxSetting,
): Judged {
  const truth = rows.map((row) => indices[row] as number)
  const judged = { scores: solver.scoresOf(rows), classes, truth }
  return { setting: { ...setting, ...measuresOf(judged) }, judged }
}

/** The same setting's answers over all folds as one. A first pass is never chosen: it has seen each row once. */
function pooled(task: SoftmaxTask, runs: readonly (readonly Judged[])[]): Judged[] {
  const first = runs[0] ?? []
  const joined = first.map((trial, i) => {
    if (runs.length === 1) return trial
    const judged = joinJudged(runs.map((run) => (run[i] ?? trial).judged))
    return { setting: { ...trial.setting, ...measuresOf(judged) }, judged }
  })
  return joined.filter(({ setting }) => setting.epochs > 1 || task.epochs === 1)
}

/**
 * The best by the metric; the lower log loss wins ties, then the earlier trial. With nothing to judge by (one row
 * of each class), the middle strength and all passes.
 */
function bestTrial(trials: readonly Judged[], task: SoftmaxTask): Judged {
  const middle = task.costs[Math.floor(task.costs.length / 2)]
  const blind = trials.filter(({ setting }) => setting.cost === middle).at(-1)
  if (blind?.judged.truth.length === 0) return blind
  return trials.reduce((best, trial) =>
    isBetter(trial.setting, best.setting, task.metric) ? trial : best,
  )
}

/** At least four passes: the rows that were held out start from nothing. */
function* fitAll(
  task: SoftmaxTask,
  solver: SoftmaxDual,
  passes: number,
  { steps }: Progress,
): Generator<TrainProgress, void> {
  const all = Int32Array.from(task.indices, (_, i) => i)
  for (let pass = 1; pass <= passes; pass++) {
    const loss = solver.epoch(all, task.random)
    yield { phase: 'fit', step: steps - passes + pass, steps, loss }
  }
}
