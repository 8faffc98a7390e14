import { RightsizeError } from '../error/error.ts'
import * as build from '../onnx/build.ts'
import { type GraphWriter, writerFor } from '../onnx/graph-writer.ts'
import type { Model } from '../onnx/model.ts'
import { inferShapes } from '../onnx/shapes.ts'
import type { ValueFacts } from '../onnx/value-facts.ts'
import type { StatRequest } from './pass.ts'

/** Names of the outputs that hold the figures of one value. */
export interface StatOutputs {
  readonly request: StatRequest
  /** Shape of the rows that were counted: [rows, channels]. */
  readonly shape: string
  /** Null where stillness alone is asked for. */
  readonly sum: string | null
  readonly squares: string | null
  /** Null where nobody reads extremes. */
  readonly min: string | null
  readonly max: string | null
  readonly gram: string | null
  /** The first row that counts, [1, channels]; of (x - reference), the sum and the sum of squares. Null where nobody asks for stillness. */
  readonly still: StillOutputs | null
  /** Whether rows of padding were taken out. */
  readonly masked: boolean
}

export interface StillOutputs {
  readonly reference: string
  readonly offsets: string
  readonly spread: string
}

/** A model with the figures as further outputs: what leaves the engine are vectors, never activations. */
export interface StatisticGraph {
  readonly model: Model
  readonly outputs: readonly StatOutputs[]
  readonly fetches: readonly string[]
}

/** Where figures are emitted, and in which opset. */
interface Addition {
  readonly opset: number
  readonly writer: GraphWriter
}

const additionTo = ({ graph, opsets }: Model, prefix: string): Addition => ({
  opset: opsets[''] ?? 1,
  writer: writerFor(graph, prefix),
})

/**
 * The model with sums, sums of squares, distances from the first row, extremes and X^T X of the requested values as further outputs, as far
 * as asked for, over rows: all axes but the last; extremes over all numbers. With a mask input [batch, sequence], values [batch, sequence, channels] count the rows alone where it is
 * not 0. Two requests for one value are joined. Throws SHRINK_STATISTICS for values that the graph does not make or that are no float32.
 */
export function statisticGraph(
  model: Model,
  requests: readonly StatRequest[],
  { mask }: { readonly mask?: string } = {},
): StatisticGraph {
  const { graph } = model
  const facts = inferShapes(graph)
  const addition = additionTo(model, 'statistic/')
  const keep = mask === undefined ? null : rowsToKeep(addition, mask)
  const outputs = joined(requests).map((one) =>
    emitFigures(addition, one, factsOf(facts, one.request.value), keep),
  )
  const infos = outputs.flatMap(figureInfos)
  const augmented = addition.writer.extending(graph, { outputs: [...graph.outputs, ...infos] })
  return { model: { ...model, graph: augmented }, outputs, fetches: infos.map(({ name }) => name) }
}

/** What is calculated of one value in one layout: all that its requests ask for. */
interface Joined {
  readonly request: StatRequest
  readonly kinds: ReadonlySet<StatRequest['kind']>
}

/** One entry a value and layout; a histogram (its own second run) comes with the range. */
function joined(requests: readonly StatRequest[]): readonly Joined[] {
  const byValue = new Map<string, Joined>()
  for (const { value, kind } of requests) {
    const whole = kind === 'range' || kind === 'histogram'
    const key = `${whole ? 'whole' : 'channels'} ${value}`
    const known = byValue.get(key)
    const stays = known !== undefined && (!whole || kind === 'range') ? known.request : null
    const kinds = new Set([...(known?.kinds ?? []), kind])
    byValue.set(key, { request: stays ?? { value, kind }, kinds })
  }
  return [...byValue.values()]
}

function factsOf(facts: ReadonlyMap<string, ValueFacts>, value: string): ValueFacts {
  const found = facts.get(value)
  if (found === undefined) {
    throw new RightsizeError('SHRINK_STATISTICS', `the graph makes no value '${value}'`)
  }
  if (found.dtype !== null && found.dtype !== 'float32') {
    const what = `'${value}' is ${found.dtype}; statistics are collected of float32 values`
    throw new RightsizeError('SHRINK_STATISTICS', what)
  }
  return found
}

/** The mask as one condition a row. */
function rowsToKeep({ writer }: Addition, mask: string): string {
  const flat = writer.emit('Reshape', [mask, writer.ints([-1])])
  return writer.op('Cast', [flat], { to: 9 })
}

function emitFigures(
  addition: Addition,
  { request, kinds }: Joined,
  { dims }: ValueFacts,
  keep: string | null,
): StatOutputs {
  const { writer } = addition
  const { value } = request
  const whole = kinds.has('range') || kinds.has('histogram')
  const masked = keep !== null && dims?.length === 3 && !whole
  const last = dims === null ? -1 : dims.length - 1
  const rows = whole
    ? writer.emit('Reshape', [value, writer.ints([-1, 1])])
    : writer.op('Flatten', [value], { axis: last })
  const kept = masked ? writer.op('Compress', [rows, keep], { axis: 0 }) : rows
  const sums = whole || kinds.has('energy') || kinds.has('gram')
  return {
    request,
    masked,
    shape: writer.emit('Shape', [kept]),
    sum: sums ? reduce(addition, 'ReduceSum', kept, 13) : null,
    squares: sums ? sumOfSquares(addition, kept) : null,
    min: whole ? reduce(addition, 'ReduceMin', kept, 18) : null,
    max: whole ? reduce(addition, 'ReduceMax', kept, 18) : null,
    gram: kinds.has('gram') ? writer.op('Gemm', [kept, kept], { transA: 1 }) : null,
    still: kinds.has('still') ? emitStill(addition, kept) : null,
  }
}

/** Not ReduceSumSquare: onnxruntime has a fast path over the first axis for ReduceSum alone. */
function sumOfSquares(addition: Addition, rows: string): string {
  return reduce(addition, 'ReduceSum', addition.writer.emit('Mul', [rows, rows]), 13)
}

/** How far rows lie from the first: nothing cancels, so a value that never changes gives exactly 0. */
function emitStill(addition: Addition, rows: string): StillOutputs {
  const reference = firstRow(addition, rows)
  const offset = addition.writer.emit('Sub', [rows, reference])
  const offsets = reduce(addition, 'ReduceSum', offset, 13)
  return { reference, offsets, spread: sumOfSquares(addition, offset) }
}

/** The first row, none where there is none. Source: onnx/docs/Changelog.md, Slice has its bounds as inputs from opset 10 on. */
function firstRow({ opset, writer }: Addition, rows: string): string {
  if (opset < 10) return writer.op('Slice', [rows], { starts: [0], ends: [1], axes: [0] })
  const [zero, one] = [writer.ints([0]), writer.ints([1])]
  return writer.emit('Slice', [rows, zero, one, zero])
}

/** Sums and extremes over the rows; from `inputSince` on the axes are an input. Source: onnx/docs/Changelog.md. */
function reduce(
  { opset, writer }: Addition,
  opType: string,
  rows: string,
  inputSince: number,
): string {
  if (opset < inputSince) return writer.op(opType, [rows], { axes: [0], keepdims: 0 })
  return writer.op(opType, [rows, writer.ints([0])], { keepdims: 0 })
}

function figureInfos({ shape, sum, squares, min, max, gram, still }: StatOutputs) {
  const present = (names: readonly (string | null | undefined)[], dims: readonly null[]) =>
    names.flatMap((name) =>
      name === null || name === undefined ? [] : [build.valueInfo(name, 'float32', dims)],
    )
  return [
    build.valueInfo(shape, 'int64', [2]),
    ...present([sum, squares, min, max, still?.offsets, still?.spread], [null]),
    ...present([gram, still?.reference], [null, null]),
  ]
}

/** A value whose magnitudes are to be counted in bins from 0 to `limit`. */
export interface HistogramRequest {
  readonly value: string
  readonly limit: number
}

/** Outputs with the bins that occur (ascending) and how often each does. */
export interface HistogramOutputs extends HistogramRequest {
  readonly bins: string
  readonly counts: string
}

/** Bins of a histogram of magnitudes. Source: TensorRT's entropy calibration (NVIDIA, GTC 2017), which takes 2048. */
export const histogramBins = 2048

/**
 * The model with histograms of |x| as further outputs: floor(|x| bins / limit), at most the last bin, counted by Unique. Edges are
 * fixed beforehand, so that histograms of batches can be added.
 */
export function histogramGraph(
  model: Model,
  requests: readonly HistogramRequest[],
): { readonly model: Model; readonly outputs: readonly HistogramOutputs[] } {
  const { graph } = model
  const { writer } = additionTo(model, 'histogram/')
  const outputs = requests.map((request) => emitHistogram(writer, request))
  const infos = outputs.flatMap(({ bins, counts }) => [
    build.valueInfo(bins, 'float32', [null]),
    build.valueInfo(counts, 'int64', [null]),
  ])
  const augmented = writer.extending(graph, { outputs: [...graph.outputs, ...infos] })
  return { model: { ...model, graph: augmented }, outputs }
}

function emitHistogram(writer: GraphWriter, request: HistogramRequest): HistogramOutputs {
  const flat = writer.emit('Reshape', [request.value, writer.ints([-1])])
  const perUnit = writer.scalar(request.limit > 0 ? histogramBins / request.limit : 0)
  const scaled = writer.emit('Mul', [writer.emit('Abs', [flat]), perUnit])
  const last = writer.scalar(histogramBins - 1)
  const bin = writer.emit('Min', [writer.emit('Floor', [scaled]), last])
  const [bins, counts] = [writer.fresh('bins'), writer.fresh('counts')]
  writer.emit('Unique', [bin], { outputs: [bins, '', '', counts] })
  return { ...request, bins, counts }
}
