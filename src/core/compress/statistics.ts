import { RightsizeError } from '../error/error.ts'
import * as build from '../onnx/build.ts'
import { freshNames } from '../onnx/graph-edit.ts'
import type { Attribute, Model, Node, Tensor } from '../onnx/model.ts'
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

/** Collects nodes and constants that are added to a graph. */
interface Addition {
  readonly opset: number
  readonly nodes: Node[]
  readonly initializers: Tensor[]
  readonly fresh: (base: string) => string
}

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
  const fresh = freshNames(graph)
  const addition = { opset: model.opsets[''] ?? 1, nodes: [], initializers: [], fresh }
  const keep = mask === undefined ? null : rowsToKeep(addition, mask)
  const outputs = joined(requests).map((one) =>
    emitFigures(addition, one, factsOf(facts, one.request.value), keep),
  )
  const infos = outputs.flatMap(figureInfos)
  const augmented = {
    ...graph,
    nodes: [...graph.nodes, ...addition.nodes],
    initializers: [...graph.initializers, ...addition.initializers],
    outputs: [...graph.outputs, ...infos],
  }
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
function rowsToKeep(addition: Addition, mask: string): string {
  const flat = emit(addition, 'Reshape', [mask, shapeConstant(addition, [-1])])
  return emit(addition, 'Cast', [flat], [build.intAttribute('to', 9)])
}

function emitFigures(
  addition: Addition,
  { request, kinds }: Joined,
  { dims }: ValueFacts,
  keep: string | null,
): StatOutputs {
  const { value } = request
  const whole = kinds.has('range') || kinds.has('histogram')
  const masked = keep !== null && dims?.length === 3 && !whole
  const rows = whole
    ? emit(addition, 'Reshape', [value, shapeConstant(addition, [-1, 1])])
    : emit(
        addition,
        'Flatten',
        [value],
        [build.intAttribute('axis', dims === null ? -1 : dims.length - 1)],
      )
  const kept = masked
    ? emit(addition, 'Compress', [rows, keep], [build.intAttribute('axis', 0)])
    : rows
  const sums = whole || kinds.has('energy') || kinds.has('gram')
  return {
    request,
    masked,
    shape: emit(addition, 'Shape', [kept]),
    sum: sums ? reduce(addition, 'ReduceSum', kept, 13) : null,
    squares: sums ? sumOfSquares(addition, kept) : null,
    min: whole ? reduce(addition, 'ReduceMin', kept, 18) : null,
    max: whole ? reduce(addition, 'ReduceMax', kept, 18) : null,
    gram: kinds.has('gram')
      ? emit(addition, 'Gemm', [kept, kept], [build.intAttribute('transA', 1)])
      : null,
    still: kinds.has('still') ? emitStill(addition, kept) : null,
  }
}

/** Not ReduceSumSquare: onnxruntime has a fast path over the first axis for ReduceSum alone. */
function sumOfSquares(addition: Addition, rows: string): string {
  return reduce(addition, 'ReduceSum', emit(addition, 'Mul', [rows, rows]), 13)
}

/** How far rows lie from the first: nothing cancels, so a value that never changes gives exactly 0. */
function emitStill(addition: Addition, rows: string): StillOutputs {
  const reference = firstRow(addition, rows)
  const offset = emit(addition, 'Sub', [rows, reference])
  const offsets = reduce(addition, 'ReduceSum', offset, 13)
  return { reference, offsets, spread: sumOfSquares(addition, offset) }
}

/** The first row, none where there is none. Source: onnx/docs/Changelog.md, Slice has its bounds as inputs from opset 10 on. */
function firstRow(addition: Addition, rows: string): string {
  if (addition.opset < 10) {
    const bounds = { starts: 0, ends: 1, axes: 0 }
    const attributes = Object.entries(bounds).map(([name, at]) => build.intsAttribute(name, [at]))
    return emit(addition, 'Slice', [rows], attributes)
  }
  const [zero, one] = [shapeConstant(addition, [0]), shapeConstant(addition, [1])]
  return emit(addition, 'Slice', [rows, zero, one, zero])
}

/** Sums and extremes over the rows; from `inputSince` on the axes are an input. Source: onnx/docs/Changelog.md. */
function reduce(addition: Addition, opType: string, rows: string, inputSince: number): string {
  const keepdims = build.intAttribute('keepdims', 0)
  if (addition.opset < inputSince) {
    return emit(addition, opType, [rows], [build.intsAttribute('axes', [0]), keepdims])
  }
  return emit(addition, opType, [rows, shapeConstant(addition, [0])], [keepdims])
}

function emit(
  { nodes, fresh }: Addition,
  opType: string,
  inputs: readonly string[],
  attributes: readonly Attribute[] = [],
): string {
  const output = fresh(`statistic/${opType}`)
  nodes.push(build.node(opType, inputs, [output], { name: output, attributes }))
  return output
}

function shapeConstant({ initializers, fresh }: Addition, values: readonly number[]): string {
  const name = fresh(`statistic/${values.join('x')}`)
  initializers.push(build.int64Tensor(name, [values.length], values))
  return name
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
  const fresh = freshNames(graph)
  const addition: Addition = { opset: model.opsets[''] ?? 1, nodes: [], initializers: [], fresh }
  const outputs = requests.map((request) => emitHistogram(addition, request))
  const infos = outputs.flatMap(({ bins, counts }) => [
    build.valueInfo(bins, 'float32', [null]),
    build.valueInfo(counts, 'int64', [null]),
  ])
  const augmented = {
    ...graph,
    nodes: [...graph.nodes, ...addition.nodes],
    initializers: [...graph.initializers, ...addition.initializers],
    outputs: [...graph.outputs, ...infos],
  }
  return { model: { ...model, graph: augmented }, outputs }
}

function emitHistogram(addition: Addition, request: HistogramRequest): HistogramOutputs {
  const { nodes, initializers, fresh } = addition
  const scalar = (value: number) => {
    const name = fresh('histogram/scalar')
    initializers.push(build.float32Tensor(name, [], [value]))
    return name
  }
  const flat = emit(addition, 'Reshape', [request.value, shapeConstant(addition, [-1])])
  const perUnit = scalar(request.limit > 0 ? histogramBins / request.limit : 0)
  const scaled = emit(addition, 'Mul', [emit(addition, 'Abs', [flat]), perUnit])
  const bin = emit(addition, 'Min', [emit(addition, 'Floor', [scaled]), scalar(histogramBins - 1)])
  const [bins, counts] = [fresh('histogram/bins'), fresh('histogram/counts')]
  nodes.push(build.node('Unique', [bin], [bins, '', '', counts], { name: bins }))
  return { ...request, bins, counts }
}
