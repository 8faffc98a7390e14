import { RightsizeError } from '../error/error.ts'
import * as build from '../onnx/build.ts'
import { elementCount } from '../onnx/dtype.ts'
import { type GraphIndex, indexGraph } from '../onnx/graph-index.ts'
import type { Graph, Model, Node, Tensor } from '../onnx/model.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import type { Params } from '../result/compression.ts'
import { activationRange, type ByteScale, byteScale, type RangeMethod } from './activation-range.ts'
import type {
  Artefact,
  NotApplicable,
  Pass,
  Patched,
  Proposal,
  StatRequest,
  Stats,
  Target,
} from './pass.ts'
import { byteDotProducts } from './processor.ts'
import { Rewriter } from './rewrite.ts'
import { addWeight, type CodeLimit } from './symmetric.ts'
import { statKey } from './tally.ts'
import { type Skipped, skippedText } from './weighted-product.ts'

/** Weights below this count are left alone. */
const fewest = 64

/** QuantizeLinear and DequantizeLinear began with opset 10, scales per channel with 13. Source: onnx/docs/Changelog.md. */
const [firstOpset, channelOpset] = [10, 13]

/**
 * Static int8 for convolutions.
 *
 * What it does: puts QuantizeLinear and DequantizeLinear around convolutions, with ranges from calibration, int8 weights with a scale for
 * each output channel, int32 biases; runtimes fuse that into integer convolutions.
 * When to use: convolutional models whose batch normalisation is folded already (fold first).
 * When it misleads: ranges fit the calibration inputs alone; depthwise layers lose most.
 * Source: onnxruntime docs, "Quantize ONNX models", QDQ format.
 */
export const staticQdq: Pass = {
  id: 'static-qdq',
  family: 'numeric',
  propose: ({ model }, target) => proposals(model, target),
  needs: ({ model }, { params }) => requests(model.graph, params),
  apply: (artefact, { params }, stats) => applied(artefact, params, stats),
}

interface Convolution {
  readonly node: Node
  readonly weight: Tensor
  readonly bias: Tensor | null
  readonly input: string
  /** The value that leaves it, after its activation where that can be part of it. */
  readonly result: string
}

interface FoundConvolutions {
  readonly convolutions: readonly Convolution[]
  readonly skipped: readonly Skipped[]
}

function findConvolutions(graph: Graph): FoundConvolutions {
  const index = indexGraph(graph)
  const skipped: Skipped[] = []
  const convolutions = graph.nodes.flatMap((node): readonly Convolution[] => {
    const found = convolutionOf(node, index)
    if (found === null) return []
    if (!('why' in found)) return [found]
    skipped.push(found)
    return []
  })
  return { convolutions, skipped }
}

function convolutionOf(node: Node, index: GraphIndex): Convolution | Skipped | null {
  const kinds = ['Conv', 'ConvInteger', 'QLinearConv', 'ConvTranspose', 'FusedConv']
  if (!kinds.includes(node.opType)) return null
  const what = `${node.opType} '${node.name || node.outputs[0]}'`
  if (node.opType !== 'Conv' || node.domain !== '') return { what, why: 'not known to this pass' }
  const [input = '', name = '', biasName = ''] = node.inputs
  const weight = index.initializer(name)
  const bias = index.initializer(biasName) ?? null
  if (weight === undefined)
    return { what, why: 'its weight is calculated, maybe from integers already' }
  if (weight.dtype !== 'float32') return { what, why: `its weight is ${weight.dtype}` }
  if (elementCount(weight.dims) < fewest) return { what, why: 'it is small' }
  if (biasName !== '' && bias?.dtype !== 'float32') return { what, why: 'its bias is calculated' }
  const fromBytes = index.producer(input)?.opType === 'DequantizeLinear'
  if (fromBytes) return { what, why: 'already quantized' }
  return { node, weight, bias, input, result: resultOf(node, index) }
}

/** Relu and Clip disappear into the range of the bytes behind them. */
function resultOf(node: Node, index: GraphIndex): string {
  const [output = ''] = node.outputs
  const [user, ...others] = index.consumers(output)
  const merges = user?.opType === 'Relu' || user?.opType === 'Clip'
  if (!merges || others.length > 0 || index.isOutput(output)) return output
  return user.outputs[0] ?? output
}

function proposals(model: Model, target: Target): readonly Proposal[] | NotApplicable {
  const pass = 'static-qdq'
  const opset = model.opsets[''] ?? 0
  if (opset < firstOpset) {
    return { pass, why: `opset ${opset}: QuantizeLinear began with ${firstOpset}` }
  }
  const { convolutions, skipped } = findConvolutions(model.graph)
  if (convolutions.length === 0) {
    return { pass, why: ['no float32 convolution', ...skippedText(skipped)].join('; ') }
  }
  const bytes = convolutions.reduce((sum, { weight }) => sum + 3 * elementCount(weight.dims), 0)
  const of = (method: RangeMethod, limit: CodeLimit, risk: number): Proposal => ({
    pass,
    params: { method, limit },
    text: `${convolutions.length} convolutions in ${limit === 63 ? '7' : '8'}-bit integers, ranges by ${method}`,
    saves: { bytes, cpuShare: 0.3 },
    risk,
    exactness: 'lossy',
    repairs: [],
  })
  const wide = byteDotProducts(target) ? [of('minmax', 127, 0.25)] : []
  return [of('minmax', 63, 0.3), ...wide, of('percentile', 63, 0.3), of('entropy', 63, 0.35)]
}

function methodOf(params: Params): RangeMethod {
  const { method } = params
  return method === 'percentile' || method === 'entropy' ? method : 'minmax'
}

function valuesOf({ convolutions }: FoundConvolutions): readonly string[] {
  return [...new Set(convolutions.flatMap(({ input, result }) => [input, result]))]
}

function requests(graph: Graph, params: Params): readonly StatRequest[] {
  const kind = methodOf(params) === 'minmax' ? 'range' : 'histogram'
  return valuesOf(findConvolutions(graph)).map((value) => ({ value, kind }))
}

function applied(artefact: Artefact, params: Params, stats: Stats): Patched {
  const { model } = artefact
  const found = findConvolutions(model.graph)
  if (found.convolutions.length === 0) {
    throw new RightsizeError('SHRINK_PASS', 'static-qdq: no float32 convolution')
  }
  const method = methodOf(params)
  const scales = new Map(
    valuesOf(found).map((value) => [
      value,
      byteScale(activationRange(statsFor(stats, value), method)),
    ]),
  )
  const rewriter = new Rewriter(model)
  const qdq: Qdq = { rewriter, model, scales, limit: params['limit'] === 127 ? 127 : 63 }
  for (const convolution of found.convolutions)
    rewriter.replace(convolution.node, () => convert(qdq, convolution))
  for (const node of model.graph.nodes) roundOutputs(qdq, node)
  return {
    artefact: { ...artefact, model: rewriter.finished() },
    changes: [
      `${found.convolutions.length} convolutions in integers, ranges of ${scales.size} values by ${method}`,
      ...skippedText(found.skipped),
    ],
  }
}

function statsFor(stats: Stats, value: string) {
  const found = stats.get(statKey(value, true))
  if (found !== undefined) return found
  throw new RightsizeError('SHRINK_PASS', `static-qdq: no range of '${value}' was collected`)
}

/** What every step of the rewriting needs. */
interface Qdq {
  readonly rewriter: Rewriter
  readonly model: Model
  readonly scales: ReadonlyMap<string, ByteScale>
  readonly limit: CodeLimit
}

/** The convolution with its weight and bias dequantized, and an input of the graph in its rounded form. */
function convert(qdq: Qdq, { node, weight, bias, input }: Convolution): void {
  const source = rounded(qdq, input)
  const stored = storedWeight(qdq, weight)
  const inputs = [source, stored.value]
  if (bias !== null) inputs.push(storedBias(qdq, bias, input, stored.scales))
  qdq.rewriter.copy({ ...node, inputs })
}

/** A value that a node makes is rounded behind that node; a graph input or tensor has no node, so it is rounded before its first use. */
function rounded({ rewriter, model, scales }: Qdq, input: string): string {
  const made = model.graph.nodes.some(({ outputs }) => outputs.includes(input))
  if (made) return input
  return rewriter.once(`input ${input}`, () => {
    const value = rewriter.fresh(`${input}/rounded`)
    round(rewriter, scales, input, input, value)
    return value
  })
}

/** The values that a node makes and that are rounded get their names from the rounding behind it. */
function roundOutputs({ rewriter, scales }: Qdq, node: Node): void {
  const values = node.outputs.filter((output) => scales.has(output))
  if (values.length === 0) return
  const names = new Map(values.map((value) => [value, rewriter.fresh(`${value}/float`)]))
  const renamed = (name: string) => names.get(name) ?? name
  const current = rewriter.inPlaceOf(node)
  rewriter.replace(node, () => {
    for (const one of current) rewriter.copy({ ...one, outputs: one.outputs.map(renamed) })
    for (const value of values) round(rewriter, scales, value, renamed(value), value)
  })
}

/** QuantizeLinear and DequantizeLinear from one value to another. */
function round(
  rewriter: Rewriter,
  scales: Qdq['scales'],
  scaleOf: string,
  from: string,
  to: string,
): void {
  const { scale, zero } = scales.get(scaleOf) ?? { scale: 1, zero: 0 }
  const byte = { dtype: 'uint8', dims: [], data: Uint8Array.of(zero) } as const
  const names = [
    rewriter.add(build.float32Tensor(rewriter.fresh(`${scaleOf}/scale`), [], [scale])),
    rewriter.add(build.tensor(rewriter.fresh(`${scaleOf}/zero`), byte)),
  ]
  const bytes = rewriter.step(`${scaleOf}/bytes`, 'QuantizeLinear', [from, ...names])
  const name = `${scaleOf}/DequantizeLinear`
  rewriter.emit('DequantizeLinear', [bytes, ...names], { outputs: [to], name })
}

function storedWeight({ rewriter, model, limit }: Qdq, weight: Tensor) {
  return rewriter.once(`weight ${weight.name}`, () => {
    const perChannel = (model.opsets[''] ?? 1) >= channelOpset
    const scaleDims = perChannel ? [weight.dims[0] ?? 0] : []
    const matrix = perChannel ? weight : { ...weight, dims: [1, elementCount(weight.dims)] }
    const layout = { limit, axis: 'rows', scaleDims, dims: weight.dims } as const
    const { codes, scales } = addWeight(rewriter, matrix, layout)
    const zeros = new Int8Array(elementCount(scaleDims))
    const zero = rewriter.add(
      build.tensor(rewriter.fresh(`${weight.name}/zero`), {
        ...{ dtype: 'int8', dims: scaleDims, data: zeros },
      }),
    )
    const axis = perChannel ? { axis: 0 } : {}
    const inputs = [codes.name, scales.name, zero]
    const value = rewriter.step(`${weight.name}/rounded`, 'DequantizeLinear', inputs, axis)
    return { value, scales }
  })
}

/** Biases are whole numbers of (input scale x weight scale). */
function storedBias(
  { rewriter, scales: inputScales }: Qdq,
  bias: Tensor,
  input: string,
  weightScales: Tensor,
): string {
  const { scale: inputScale } = inputScales.get(input) ?? { scale: 1 }
  const scales = float32Of(weightScales).map((scale) => scale * inputScale)
  const data = Int32Array.from(float32Of(bias), (value, at) => {
    const code = Math.round(value / (scales[scales.length === 1 ? 0 : at] ?? 1))
    return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, code))
  })
  const codes = { dtype: 'int32', dims: bias.dims, data } as const
  const inputs = [
    rewriter.add(build.tensor(rewriter.fresh(`${bias.name}/codes`), codes)),
    rewriter.add(
      build.float32Tensor(rewriter.fresh(`${bias.name}/scales`), weightScales.dims, scales),
    ),
  ]
  const axis = weightScales.dims.length === 0 ? {} : { axis: 0 }
  return rewriter.step(`${bias.name}/rounded`, 'DequantizeLinear', inputs, axis)
}
