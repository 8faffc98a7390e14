import type { TensorEngine, TensorSession } from '../../contract/tensors.ts'
import { parametersOf } from '../../core/compress/inspection.ts'
import type { PairedCost } from '../../core/energy/paired-cost.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { tensorDistance } from '../../core/onnx/compare-tensors.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Feeds, HostTensor } from '../../core/onnx/host-tensor.ts'
import type { Model } from '../../core/onnx/model.ts'
import { hostNumbers } from '../../core/onnx/tensor-values.ts'
import { wilson } from '../../core/stats/proportion-interval.ts'
import { measurePair, type OpenWork, type PairOptions } from '../measure/pair.ts'
import { runsOf } from '../shrink/measure-cost.ts'
import type { JudgedPair } from './judge-pair.ts'

/** One of the two models, with its own inputs for every item. */
export interface ComparedModel {
  readonly name: string
  readonly model: Model
  /** Of the file, with its external data. */
  readonly bytes: number
  readonly feeds: readonly Feeds[]
}

export interface CompareOptions extends Omit<PairOptions, 'batch'> {
  readonly engine: TensorEngine
  /** Inputs that take an output of the item before, by name: how a detector on a stream keeps its state. */
  readonly carry?: Readonly<Record<string, string>>
  /** Whether the answer is a vector (an embedding), not scores of classes. */
  readonly vectors?: boolean
  /** Judges the answers of both, item by item: the claim of the comparison. */
  readonly judge?: (answers: Answers) => Promise<JudgedPair>
}

/** Item by item the class at every place, as a text; the numbers themselves where they are whole. */
export type Answers = readonly [readonly string[], readonly string[]]

export interface Share {
  readonly value: number
  readonly low: number
  readonly high: number
  readonly level: number
}

export interface ComparedSize {
  readonly name: string
  readonly bytes: number
  /** Numbers in weights and constants of the graph, inner graphs included; whole numbers of 32 and 64 bits (shapes) not counted. */
  readonly parameters: number
}

export interface Comparison extends PairedCost {
  readonly a: ComparedSize
  readonly b: ComparedSize
  readonly items: number
  /** The output that is read as the answer. */
  readonly answer: string
  /** Share of items with the same answer, with Wilson's 95 % interval; null where the answer is a vector. */
  readonly agreement: (Share & { readonly same: number }) | null
  /** Smallest and mean cosine of the answers; null where they are no vectors. */
  readonly cosine: { readonly mean: number; readonly least: number } | null
  /** Largest absolute difference of each output that both have; null where counts of numbers differ, or one is not finite and the other is. */
  readonly difference: Readonly<Record<string, number | null>>
  /** What labels state of B in the place of A; null where there are none. */
  readonly proof: JudgedPair | null
}

/** Items of one window's lap: enough to mix lengths, few enough to come round. */
const lapItems = 64

/**
 * Two models on the same items: answers, outputs, CPU time, energy, sizes. Items go through one at a time, in order; the answer is the first
 * output (`logits` where there is one): the largest class at every place, or above 0.5 where it is one probability (above 0 where it is no probability).
 * Throws ONNX_VERIFY when there are no items or the first outputs have no answer.
 */
export async function compareModels(
  a: ComparedModel,
  b: ComparedModel,
  options: CompareOptions,
): Promise<Comparison> {
  const items = Math.min(a.feeds.length, b.feeds.length)
  if (items === 0) throw new RightsizeError('ONNX_VERIFY', 'there is nothing to compare them on')
  const { engine } = options
  const { answers, ...compared } = await compareAnswers(a, b, items, options)
  const proof = (await options.judge?.(answers)) ?? null
  const lap =
    ({ model, feeds }: ComparedModel): OpenWork =>
    async () => {
      const session = await opened(model, engine)
      const work = runsOf(session, feeds.slice(0, lapItems), Math.min(feeds.length, lapItems))
      return { work, close: () => session.close() }
    }
  const cost = await measurePair(lap(a), lap(b), { ...options, batch: 1 })
  return { a: sizeOf(a), b: sizeOf(b), items, ...compared, proof, ...cost }
}

const opened = (model: Model, engine: TensorEngine): Promise<TensorSession> =>
  engine.open(encodeModel(model), { intraThreads: 1 })

type Results = Readonly<Record<string, HostTensor>>

type Side = readonly [ComparedModel, TensorSession]

type Compared = Pick<Comparison, 'answer' | 'agreement' | 'cosine' | 'difference'> & {
  readonly answers: Answers
}

async function compareAnswers(
  a: ComparedModel,
  b: ComparedModel,
  items: number,
  options: CompareOptions,
): Promise<Compared> {
  const first = await opened(a.model, options.engine)
  try {
    const second = await opened(b.model, options.engine)
    try {
      return await answersOf([a, first], [b, second], items, options)
    } finally {
      await second.close()
    }
  } finally {
    await first.close()
  }
}

async function answersOf(
  [a, first]: Side,
  [b, second]: Side,
  items: number,
  { carry = {}, vectors = false, signal }: CompareOptions,
): Promise<Compared> {
  const [answerA, answerB] = [answerOutput(a.model), answerOutput(b.model)]
  const difference: Record<string, number | null> = {}
  const cosines: number[] = []
  const [ofA, ofB]: [Scores[], Scores[]] = [[], []]
  let [stateA, stateB]: [Feeds, Feeds] = [{}, {}]
  for (let at = 0; at < items; at += 1) {
    signal?.throwIfAborted()
    const left = await first.run({ ...a.feeds[at], ...stateA })
    const right = await second.run({ ...b.feeds[at], ...stateB })
    stateA = carried(left, first.inputs, carry)
    stateB = carried(right, second.inputs, carry)
    addDifferences(difference, left, right, answerA, answerB)
    const [x, y] = [scoresOf(left, answerA, a.name), scoresOf(right, answerB, b.name)]
    if (vectors) cosines.push(cosine(x.values, y.values))
    else {
      ofA.push(x)
      ofB.push(y)
    }
  }
  const answers = [decisionsOf(ofA), decisionsOf(ofB)] as const
  const same = answers[0].filter((one, at) => one === answers[1][at]).length
  const { low, high } = wilson(same, items, 0.95)
  const mean = cosines.reduce((sum, value) => sum + value, 0) / Math.max(1, cosines.length)
  return {
    answer: answerA,
    answers,
    difference,
    agreement: vectors ? null : { same, value: same / items, low, high, level: 0.95 },
    cosine: vectors ? { mean, least: Math.min(...cosines) } : null,
  }
}

function answerOutput({ graph }: Model): string {
  const output = graph.outputs.find(({ name }) => name === 'logits') ?? graph.outputs[0]
  if (output === undefined) throw new RightsizeError('ONNX_VERIFY', 'a model has no output')
  return output.name
}

function carried(
  results: Results,
  inputs: readonly string[],
  carry: Readonly<Record<string, string>>,
): Feeds {
  return Object.fromEntries(
    Object.entries(carry).flatMap(([input, output]) => {
      const tensor = results[output]
      return tensor !== undefined && inputs.includes(input) ? [[input, tensor]] : []
    }),
  )
}

/** Adds to the largest differences; answers are compared with each other also under different names. */
function addDifferences(
  largest: Record<string, number | null>,
  left: Results,
  right: Results,
  answerA: string,
  answerB: string,
): void {
  for (const [name, tensor] of Object.entries(left)) {
    const other = right[name === answerA ? answerB : name]
    if (other === undefined) continue
    const distance = distanceOf(tensor, other)
    const before = largest[name]
    if (before === null || !Number.isFinite(distance)) largest[name] = null
    else largest[name] = Math.max(before ?? 0, distance)
  }
}

/** Number by number, whatever the shapes and the kinds of float; infinite where counts differ. */
function distanceOf(left: HostTensor, right: HostTensor): number {
  if (left.dtype === 'string' || right.dtype === 'string') return Number.POSITIVE_INFINITY
  const distance = tensorDistance(flat(left), flat(right))
  return 'what' in distance ? Number.POSITIVE_INFINITY : distance.absolute
}

function flat(tensor: HostTensor): HostTensor {
  const data = Float64Array.from(hostNumbers(tensor))
  return { dtype: 'float64', dims: [data.length], data }
}

interface Scores {
  readonly values: ArrayLike<number>
  /** Length of the last axis. */
  readonly classes: number
  /** Whole numbers are answers themselves. */
  readonly whole: boolean
}

function scoresOf(results: Results, output: string, name: string): Scores {
  const tensor = results[output]
  if (tensor === undefined || tensor.dtype === 'string')
    throw new RightsizeError('ONNX_VERIFY', `${name} gives no numbers as '${output}'`)
  const { dtype, dims } = tensor
  return { values: hostNumbers(tensor), classes: dims.at(-1) ?? 1, whole: !dtype.includes('float') }
}

/**
 * The largest class at every place of each item, as a text. Where one number is the whole scale it is a probability and
 * read against 0.5; against 0 where it is none on some item.
 */
function decisionsOf(all: readonly Scores[]): readonly string[] {
  const single = all.every(({ classes, whole }) => classes === 1 && !whole)
  const probable = all.every(({ values }) => Array.from(values).every((v) => v >= 0 && v <= 1))
  const over = (value: number) => (probable ? value >= 0.5 : value > 0)
  return all.map((one) =>
    single ? Array.from(one.values, (value) => Number(over(value))).join() : decisions(one),
  )
}

function decisions({ values, classes, whole }: Scores): string {
  if (whole) return Array.from(values).join()
  const best: number[] = []
  for (let from = 0; from < values.length; from += classes) {
    let top = 0
    for (let at = 1; at < classes; at += 1)
      if ((values[from + at] ?? 0) > (values[from + top] ?? 0)) top = at
    best.push(top)
  }
  return best.join()
}

function cosine(left: ArrayLike<number>, right: ArrayLike<number>): number {
  if (left.length !== right.length)
    throw new RightsizeError('ONNX_VERIFY', `vectors of ${left.length} and ${right.length} numbers`)
  let [dot, a, b] = [0, 0, 0]
  for (let at = 0; at < left.length; at += 1) {
    const [x, y] = [left[at] ?? 0, right[at] ?? 0]
    dot += x * y
    a += x * x
    b += y * y
  }
  return a === 0 || b === 0 ? Number(a === b) : dot / Math.sqrt(a * b)
}

function sizeOf({ name, bytes, model }: ComparedModel): ComparedSize {
  return { name, bytes, parameters: parametersOf(model.graph) }
}
