import { type AdamState, adamStart, adamStep } from '../train/adam.ts'
import { softmaxInPlace } from './cross-entropy.ts'
import type { ColumnScale, DenseRows } from './dense-rows.ts'
import { chooseEpochs, type EpochMeasures, type EpochSearch, type Learner } from './epoch-choice.ts'
import type { TrainProgress } from './example.ts'
import type { JudgedScores } from './judged-scores.ts'
import { visitShuffled } from './row-split.ts'
import type { DenseLayer } from './runtime-head.ts'

export interface PerceptronTask extends Omit<EpochSearch, 'rows'> {
  /** Standardised embeddings. */
  readonly inputs: DenseRows
  readonly indices: Int32Array
  readonly targets: Float32Array
  readonly classes: number
  readonly rowWeights: Float32Array
  readonly random: () => number
  readonly hidden: number
}

export interface HeadFit {
  readonly layers: readonly DenseLayer[]
  readonly chosen: EpochMeasures
  readonly trials: readonly EpochMeasures[]
  readonly heldOut: number
  readonly temperature: number
}

/** AdamW at the rate that Kingma and Ba propose (arXiv 1412.6980); decay and batch are the usual small-head settings. */
const RATE = 1e-3
const DECAY = 1e-2
const BATCH = 32

/** One hidden layer with max(0, y), by AdamW; the number of passes is chosen on the rows held out. Yields after every pass. */
export function* fitPerceptron(task: PerceptronTask): Generator<TrainProgress, HeadFit> {
  const search = { ...task, rows: task.indices.length }
  const { learner, ...choice } = yield* chooseEpochs(() => new Perceptron(task), search)
  return { ...choice, layers: learner.layers() }
}

class Perceptron implements Learner {
  private readonly task: PerceptronTask
  private readonly inner: DenseLayer
  private readonly outer: DenseLayer
  private readonly gradients: ReadonlyMap<string, Float32Array>
  private readonly parameters: ReadonlyMap<string, Float32Array>
  private readonly units: Float64Array
  private readonly scores: Float64Array
  private state: AdamState
  constructor(task: PerceptronTask) {
    this.task = task
    this.inner = randomLayer(task.inputs.width, task.hidden, task.random)
    this.outer = randomLayer(task.hidden, task.classes, task.random)
    this.parameters = new Map([
      ['inner.weights', this.inner.weights],
      ['inner.bias', this.inner.bias],
      ['outer.weights', this.outer.weights],
      ['outer.bias', this.outer.bias],
    ])
    this.gradients = new Map(
      [...this.parameters].map(([name, values]) => [name, new Float32Array(values.length)]),
    )
    this.state = adamStart(this.parameters)
    this.units = new Float64Array(task.hidden)
    this.scores = new Float64Array(task.classes)
  }

  layers(): readonly DenseLayer[] {
    return [this.inner, this.outer]
  }

  epoch(rows: Int32Array): number {
    return visitShuffled(rows, this.task.random, (row, left) => {
      const loss = this.backward(row, 1 / BATCH)
      if (left % BATCH === 0) this.update()
      return loss
    })
  }

  judge(rows: Int32Array): JudgedScores {
    const { classes, indices } = this.task
    const scores = new Float32Array(rows.length * classes)
    rows.forEach((row, i) => {
      this.forward(row)
      scores.set(this.scores, i * classes)
    })
    return { scores, classes, truth: rows.map((row) => indices[row] as number) }
  }

  private update(): void {
    const inputs = { rate: RATE, norm: 0, decayed: DECAYED }
    this.state = adamStep(this.parameters, this.gradients, this.state, inputs, { decay: DECAY })
    for (const gradient of this.gradients.values()) gradient.fill(0)
  }

  private forward(row: number): void {
    const { data, width } = this.task.inputs
    layer(this.inner, data, row * width, width, this.units)
    for (let h = 0; h < this.units.length; h++) this.units[h] = Math.max(0, this.units[h] as number)
    layer(this.outer, this.units, 0, this.units.length, this.scores)
  }

  /** Adds the row's gradient; returns its cross-entropy. */
  private backward(row: number, share: number): number {
    this.forward(row)
    const { targets, classes, rowWeights, inputs } = this.task
    const loss = softmaxInPlace(this.scores, targets, row * classes)
    const weight = share * (rowWeights[row] as number)
    const slope = this.scores.map((p, k) => weight * (p - (targets[row * classes + k] as number)))
    const back = new Float64Array(this.units.length)
    accumulate(this.gradients.get('outer.weights'), this.units, 0, slope)
    accumulate(this.gradients.get('outer.bias'), [1], 0, slope)
    for (let h = 0; h < back.length; h++) {
      if ((this.units[h] as number) <= 0) continue
      let sum = 0
      for (let k = 0; k < classes; k++) {
        sum += (slope[k] as number) * (this.outer.weights[h * classes + k] as number)
      }
      back[h] = sum
    }
    accumulate(this.gradients.get('inner.weights'), inputs.data, row * inputs.width, back)
    accumulate(this.gradients.get('inner.bias'), [1], 0, back)
    return loss * (rowWeights[row] as number)
  }
}

const DECAYED: ReadonlySet<string> = new Set(['inner.weights', 'outer.weights'])

/** Uniform in +-sqrt(6 / inputs): He et al., arXiv 1502.01852. */
function randomLayer(inputs: number, outputs: number, random: () => number): DenseLayer {
  const reach = Math.sqrt(6 / inputs)
  const weights = new Float32Array(inputs * outputs)
  for (let i = 0; i < weights.length; i++) weights[i] = (2 * random() - 1) * reach
  return { weights, bias: new Float32Array(outputs) }
}

function layer(
  { weights, bias }: DenseLayer,
  x: ArrayLike<number>,
  from: number,
  length: number,
  out: Float64Array,
): void {
  out.set(bias)
  for (let i = 0; i < length; i++) {
    const v = x[from + i] as number
    if (v === 0) continue
    const base = i * out.length
    for (let k = 0; k < out.length; k++)
      out[k] = (out[k] as number) + v * (weights[base + k] as number)
  }
}

/** gradient += x (outer product) slope, for as many inputs as the gradient has rows. */
function accumulate(
  gradient: Float32Array | undefined,
  x: ArrayLike<number>,
  from: number,
  slope: Float64Array,
): void {
  if (gradient === undefined) return
  const rows = gradient.length / slope.length
  for (let i = 0; i < rows; i++) {
    const v = x[from + i] as number
    if (v === 0) continue
    const base = i * slope.length
    for (let k = 0; k < slope.length; k++) {
      gradient[base + k] = (gradient[base + k] as number) + v * (slope[k] as number)
    }
  }
}

/** Layers that read raw columns: W / deviation, b - mean W / deviation in the first one. */
export function foldScale(
  layers: readonly DenseLayer[],
  { mean, deviation }: ColumnScale,
): DenseLayer[] {
  return layers.map(({ weights, bias }, depth) => {
    if (depth > 0) return { weights, bias }
    const outputs = bias.length
    const folded = weights.map((w, at) => w / (deviation[Math.floor(at / outputs)] as number))
    const shift = Float64Array.from(bias)
    folded.forEach((w, at) => {
      const k = at % outputs
      shift[k] = (shift[k] as number) - w * (mean[Math.floor(at / outputs)] as number)
    })
    return { weights: folded, bias: Float32Array.from(shift) }
  })
}

/** The last layer divided by the temperature. */
export function cooled(layers: readonly DenseLayer[], temperature: number): DenseLayer[] {
  return layers.map(({ weights, bias }, depth) => {
    if (depth < layers.length - 1) return { weights, bias }
    return { weights: weights.map((w) => w / temperature), bias: bias.map((b) => b / temperature) }
  })
}
