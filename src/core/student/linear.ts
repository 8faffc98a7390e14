import { seededRandom } from '../random/random.ts'
import type { LabelledText, TrainProgress } from './example.ts'
import { chooseVocabulary, type GramVocabulary, readCorpus, weighCorpus } from './gram-corpus.ts'
import type { Metric } from './judged-scores.ts'
import { indexLabels, targetsOf } from './label-set.ts'
import { stratifiedSplit } from './row-split.ts'
import type { GramSettings } from './runtime-grams.ts'
import type { LinearModel } from './runtime-linear.ts'
import type { SparseRows } from './softmax-dual.ts'
import { fitSoftmax, type SoftmaxFit, weightsToTry } from './softmax-path.ts'

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
  readonly metric?: Metric
  /** Share of the rows in the split that chooses the settings; 0.2 unless said, and at most about 5,000 rows. */
  readonly holdOut?: number
  /** An n-gram must occur in so many texts; 2, or 1 below 1,000 rows, unless said. */
  readonly minTexts?: number
  /** Upper bound of the model file; rare n-grams go first. 8e6 unless said. */
  readonly limitBytes?: number
  /** 'int8' unless said. */
  readonly precision?: 'int8' | 'float32'
}

export interface LinearReport extends Omit<SoftmaxFit, 'weights' | 'bias'> {
  readonly features: number
  /** Rows that were not used, because all together would not fit into memory. */
  readonly leftOut: number
}

export interface LinearResult {
  readonly model: LinearModel
  readonly report: LinearReport
}

/**
 * Multinomial logistic regression on tf-idf n-grams. Strength of L2, passes and class weights are chosen on one
 * stratified split; then the solver goes on over all rows from where the choice left it (n-grams are counted
 * over all rows' texts from the start, labels are not seen). Yields after every pass, so that a caller can stop
 * for its budget. The same rows, options and seed give the same model, bit for bit.
 */
export function* linearTraining(
  given: readonly LabelledText[],
  options: LinearOptions = {},
): Generator<TrainProgress, LinearResult> {
  const seed = options.seed ?? 1
  const all = indexLabels(given, options.labels)
  const { labels } = all
  const kept = affordable(given, all.indices, labels.length, seed)
  const rows = Array.from(kept, (i) => given[i] as LabelledText)
  const indices = kept.map((i) => all.indices[i] as number)
  const grams = { ...defaultGrams, ...options.grams }
  const { vocabulary, matrix } = readFeatures(rows, grams, labels.length, options)
  const source = seededRandom(seed)
  const fit = yield* fitSoftmax({
    matrix,
    targets: targetsOf(rows, indices, labels.length),
    indices,
    classes: labels.length,
    rowWeights: Float32Array.from(rows, (row) => row.weight ?? 1),
    splits: [stratifiedSplit(indices, Math.min(options.holdOut ?? 0.2, 5000 / rows.length), seed)],
    costs: options.costs ?? [3, 10, 30],
    epochs: options.epochs ?? 6,
    classWeights: weightsToTry(indices, labels.length, options.classWeights ?? 'auto'),
    metric: options.metric ?? 'accuracy',
    random: source.next,
  })
  const model = assemble(labels, grams, vocabulary, fit, options.precision ?? 'int8')
  const { weights: _, bias: __, ...choice } = fit
  const leftOut = given.length - rows.length
  return { model, report: { features: vocabulary.hashes.length, leftOut, ...choice } }
}

/** About 800 MB of dual variables and targets, and as much of n-grams. */
const AFFORDABLE = { cells: 1e8, units: 2e7 }

/** All rows, or a seeded sample of every class that fits into memory. */
function affordable(
  rows: readonly LabelledText[],
  indices: Int32Array,
  classes: number,
  seed: number,
): Int32Array {
  const units = rows.reduce((sum, row) => sum + row.text.length, 0)
  const share = Math.min(AFFORDABLE.cells / (rows.length * classes), AFFORDABLE.units / units)
  if (share >= 1) return Int32Array.from(rows, (_, i) => i)
  return stratifiedSplit(indices, share, seed).judge
}

function readFeatures(
  rows: readonly LabelledText[],
  grams: GramSettings,
  classes: number,
  options: LinearOptions,
): { readonly vocabulary: GramVocabulary; readonly matrix: SparseRows } {
  const corpus = readCorpus(
    rows.map((row) => row.text),
    grams,
  )
  const minTexts = options.minTexts ?? (rows.length < 1000 ? 1 : 2)
  const limit = Math.floor((options.limitBytes ?? 8e6) / (classes + BYTES_BESIDE_WEIGHTS))
  const vocabulary = chooseVocabulary(corpus, minTexts, limit)
  return { vocabulary, matrix: weighCorpus(corpus, vocabulary) }
}

function assemble(
  labels: readonly string[],
  grams: GramSettings,
  { hashes, idf, wordFeatures }: GramVocabulary,
  { weights, bias, temperature }: SoftmaxFit,
  precision: 'int8' | 'float32',
): LinearModel {
  const stored =
    precision === 'int8'
      ? quantiseRows(weights, labels.length)
      : { weights, scales: new Float32Array(hashes.length).fill(1) }
  return {
    labels,
    grams,
    wordFeatures,
    hashes,
    idf,
    scales: stored.scales.map((scale) => scale / temperature),
    weights: stored.weights,
    bias: bias.map((value) => value / temperature),
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
