import { drain, type LabelledText, type TrainProgress } from './example.ts'
import { chooseVocabulary, type GramVocabulary, readCorpus, weighCorpus } from './gram-corpus.ts'
import { indexLabels, targetsOf } from './label-set.ts'
import { seededRandom } from './random.ts'
import { type RowSplit, stratifiedSplit } from './row-split.ts'
import type { GramSettings } from './runtime-grams.ts'
import type { LinearModel } from './runtime-linear.ts'
import { SoftmaxDual, type SparseRows } from './softmax-dual.ts'
import {
  accuracyOf,
  fitTemperature,
  type JudgedScores,
  logLossOf,
  macroF1Of,
} from './temperature.ts'

const defaultGrams: GramSettings = { charMin: 2, charMax: 5, wordMax: 2 }

/** Hash, idf and scale of a feature. */
const BYTES_BESIDE_WEIGHTS = 12

export interface LinearOptions {
  /** Order of the labels; sorted labels of the rows unless said. Needed with `soft` rows. */
  readonly labels?: readonly string[]
  readonly seed?: number
  readonly grams?: Partial<GramSettings>
  /** Inverse strengths of L2 to try, rising; `[3, 10, 30]` unless said. */
  readonly costs?: readonly number[]
  /** Passes over the rows at each strength, at most; 6 unless said. */
  readonly epochs?: number
  /** 'auto' tries both where the largest class has twice the rows of the smallest. */
  readonly classWeights?: 'none' | 'balanced' | 'auto'
  /** What the split judges by; accuracy unless said. */
  readonly metric?: 'accuracy' | 'macroF1'
  /** Share of the rows in the split that chooses the settings; 0.2 unless said. */
  readonly holdOut?: number
  /** An n-gram must occur in so many texts; 2, or 1 below 1,000 rows, unless said. */
  readonly minTexts?: number
  /** Upper bound of the model file; rare n-grams go first. 8e6 unless said. */
  readonly limitBytes?: number
  /** 'int8' unless said. */
  readonly precision?: 'int8' | 'float32'
  readonly onProgress?: (progress: TrainProgress) => void
}

/** What one setting reached on the held-out split. */
export interface LinearTrial {
  readonly cost: number
  readonly epochs: number
  readonly classWeights: 'none' | 'balanced'
  readonly accuracy: number
  readonly macroF1: number
  /** Nats, before the temperature. */
  readonly logLoss: number
}

export interface LinearReport {
  readonly rows: number
  readonly classes: number
  readonly emptyTexts: number
  readonly features: number
  readonly seed: number
  readonly chosen: LinearTrial
  readonly trials: readonly LinearTrial[]
  /** Rows held out while choosing; the final model learned from all rows. */
  readonly heldOut: number
  readonly temperature: number
  /** Passes over all rows after choosing. */
  readonly fitEpochs: number
  /** Mean training loss of the last pass, nats. */
  readonly trainLoss: number
}

export interface LinearResult {
  readonly model: LinearModel
  readonly report: LinearReport
}

/** Trains the n-gram classifier; see `linearTraining`. */
export function trainLinear(
  rows: readonly LabelledText[],
  options: LinearOptions = {},
): LinearResult {
  return drain(linearTraining(rows, options), options.onProgress)
}

/**
 * Multinomial logistic regression on tf-idf n-grams. Strength of L2, passes and class weights are chosen on one
 * stratified split; then the solver goes on over all rows from where the choice left it (n-grams are counted
 * over all rows' texts from the start, labels are not seen). Yields after every pass, so that a caller can stop
 * for its budget. The same rows, options and seed give the same model, bit for bit.
 */
export function* linearTraining(
  rows: readonly LabelledText[],
  options: LinearOptions = {},
): Generator<TrainProgress, LinearResult> {
  const plan = planLinear(rows, options)
  const trials: Trial[] = []
  for (const classWeights of plan.classWeights) yield* explore(plan, classWeights, trials)
  const chosen = bestTrial(trials, options.metric ?? 'accuracy')
  const temperature = fitTemperature(chosen.judged)
  chosen.solver.scaleCosts(chosen.setting.cost / (plan.costs.at(-1) ?? 1))
  const trainLoss = yield* fitAll(plan, chosen)
  const model = assembleLinear(plan, chosen.solver, temperature, options.precision ?? 'int8')
  return { model, report: reportOf(plan, trials, chosen, temperature, trainLoss) }
}

interface Plan {
  readonly rows: readonly LabelledText[]
  readonly labels: readonly string[]
  readonly indices: Int32Array
  readonly targets: Float32Array
  readonly grams: GramSettings
  readonly vocabulary: GramVocabulary
  readonly matrix: SparseRows
  readonly split: RowSplit
  readonly seed: number
  readonly costs: readonly number[]
  readonly epochs: number
  readonly classWeights: readonly ('none' | 'balanced')[]
  readonly random: () => number
  readonly steps: number
}

interface Trial {
  readonly setting: LinearTrial
  readonly judged: JudgedScores
  readonly solver: SoftmaxDual
}

function planLinear(rows: readonly LabelledText[], options: LinearOptions): Plan {
  const { labels, indices } = indexLabels(rows, options.labels)
  const grams = { ...defaultGrams, ...options.grams }
  const minTexts = options.minTexts ?? (rows.length < 1000 ? 1 : 2)
  const corpus = readCorpus(
    rows.map((row) => row.text),
    grams,
  )
  const limit = Math.floor((options.limitBytes ?? 8e6) / (labels.length + BYTES_BESIDE_WEIGHTS))
  const vocabulary = chooseVocabulary(corpus, minTexts, limit)
  const seed = options.seed ?? 1
  const costs = options.costs ?? [3, 10, 30]
  const epochs = options.epochs ?? 6
  const classWeights = weightsToTry(indices, labels.length, options.classWeights ?? 'auto')
  return {
    rows,
    labels,
    indices,
    targets: targetsOf(rows, indices, labels.length),
    grams,
    vocabulary,
    matrix: weighCorpus(corpus, vocabulary),
    split: stratifiedSplit(indices, options.holdOut ?? 0.2, seed),
    seed,
    costs,
    epochs,
    classWeights,
    random: seededRandom(seed),
    steps: (classWeights.length * costs.length + 1) * epochs,
  }
}

function weightsToTry(
  indices: Int32Array,
  classes: number,
  wanted: 'none' | 'balanced' | 'auto',
): readonly ('none' | 'balanced')[] {
  if (wanted !== 'auto') return [wanted]
  const counts = classCounts(indices, classes).filter((n) => n > 0)
  return Math.max(...counts) >= 2 * Math.min(...counts) ? ['none', 'balanced'] : ['none']
}

function classCounts(indices: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0)
  for (const k of indices) counts[k] = (counts[k] ?? 0) + 1
  return counts
}

/** c_i: the cost times the row's weight, times n / (classes x rows of the class) when balanced. */
function rowCosts(plan: Plan, cost: number, classWeights: 'none' | 'balanced'): Float32Array {
  const counts = classCounts(plan.indices, plan.labels.length)
  const present = counts.filter((n) => n > 0).length
  return Float32Array.from(plan.rows, (row, i) => {
    const size = counts[plan.indices[i] as number] ?? 1
    const balance = classWeights === 'balanced' ? plan.rows.length / (present * size) : 1
    return cost * (row.weight ?? 1) * balance
  })
}

/** Rises through the strengths, each warm-started from the one before, and judges after every pass but the first. */
function* explore(
  plan: Plan,
  classWeights: 'none' | 'balanced',
  trials: Trial[],
): Generator<TrainProgress, void> {
  let last = plan.costs[0] ?? 1
  const costs = rowCosts(plan, last, classWeights)
  const solver = new SoftmaxDual(plan.matrix, plan.targets, plan.labels.length, costs)
  for (const cost of plan.costs) {
    solver.scaleCosts(cost / last)
    last = cost
    for (let epochs = 1; epochs <= plan.epochs; epochs++) {
      const loss = solver.epoch(plan.split.learn, plan.random)
      const trial = judge(plan, solver, { cost, epochs, classWeights })
      if (epochs > 1 || plan.epochs === 1) trials.push(trial)
      const step = trials.length
      yield { phase: 'select', step, steps: plan.steps, loss, accuracy: trial.setting.accuracy }
    }
  }
}

function judge(
  plan: Plan,
  solver: SoftmaxDual,
  setting: Pick<LinearTrial, 'cost' | 'epochs' | 'classWeights'>,
): Trial {
  const { judge: rows } = plan.split
  const judged = {
    scores: solver.scoresOf(rows),
    classes: plan.labels.length,
    truth: rows.map((row) => plan.indices[row] as number),
  }
  const measures = {
    accuracy: accuracyOf(judged),
    macroF1: macroF1Of(judged),
    logLoss: logLossOf(judged),
  }
  return { setting: { ...setting, ...measures }, judged, solver }
}

/** The best by the metric; the lower log loss wins ties, then the earlier trial. */
function bestTrial(trials: readonly Trial[], metric: 'accuracy' | 'macroF1'): Trial {
  return trials.reduce((best, trial) => {
    const gain = trial.setting[metric] - best.setting[metric]
    const better = gain > 0 || (gain === 0 && trial.setting.logLoss < best.setting.logLoss)
    return better ? trial : best
  })
}

/** At least four passes: the rows that were held out start from nothing. */
function* fitAll(plan: Plan, chosen: Trial): Generator<TrainProgress, number> {
  const all = Int32Array.from(plan.rows, (_, i) => i)
  const passes = fitEpochs(chosen.setting)
  let loss = 0
  for (let pass = 1; pass <= passes; pass++) {
    loss = chosen.solver.epoch(all, plan.random)
    yield { phase: 'fit', step: plan.steps - passes + pass, steps: plan.steps, loss }
  }
  return loss
}

const fitEpochs = (setting: LinearTrial): number => Math.max(4, setting.epochs)

function reportOf(
  plan: Plan,
  trials: readonly Trial[],
  chosen: Trial,
  temperature: number,
  trainLoss: number,
): LinearReport {
  return {
    rows: plan.rows.length,
    classes: plan.labels.length,
    emptyTexts: plan.rows.filter((row) => row.text.trim() === '').length,
    features: plan.vocabulary.hashes.length,
    seed: plan.seed,
    chosen: chosen.setting,
    trials: trials.map((trial) => trial.setting),
    heldOut: plan.split.judge.length,
    temperature,
    fitEpochs: fitEpochs(chosen.setting),
    trainLoss,
  }
}

function assembleLinear(
  plan: Plan,
  solver: SoftmaxDual,
  temperature: number,
  precision: 'int8' | 'float32',
): LinearModel {
  const { hashes, idf, wordFeatures } = plan.vocabulary
  const classes = plan.labels.length
  const { weights, scales } =
    precision === 'int8'
      ? quantiseRows(solver.weights, classes)
      : { weights: solver.weights, scales: new Float32Array(hashes.length).fill(1) }
  return {
    labels: plan.labels,
    grams: plan.grams,
    wordFeatures,
    hashes,
    idf,
    scales: scales.map((scale) => scale / temperature),
    weights,
    bias: solver.bias.map((value) => value / temperature),
  }
}

/** Each row as int8 with its own scale max|w| / 127, so no weight moves by more than half a scale. */
export function quantiseRows(
  weights: Float32Array,
  width: number,
): { readonly weights: Int8Array; readonly scales: Float32Array } {
  const scales = new Float32Array(weights.length / width)
  const out = new Int8Array(weights.length)
  for (let row = 0; row < scales.length; row++) {
    let top = 0
    for (let k = row * width; k < (row + 1) * width; k++)
      top = Math.max(top, Math.abs(weights[k] as number))
    scales[row] = top / 127
    const inverse = top > 0 ? 127 / top : 0
    for (let k = row * width; k < (row + 1) * width; k++)
      out[k] = Math.round((weights[k] as number) * inverse)
  }
  return { weights: out, scales }
}
