import { RightsizeError } from '../error/error.ts'
import * as build from '../onnx/build.ts'
import { elementCount } from '../onnx/dtype.ts'
import { freshNames } from '../onnx/graph-edit.ts'
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
import { rewritten } from './rewrite.ts'
import { type CodeLimit, symmetricWeight } from './symmetric.ts'
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
  if (fromBytes) return { what, why: 'quantised already' }
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
  const writer = new QdqWriter(model, scales, params['limit'] === 127 ? 127 : 63)
  for (const convolution of found.convolutions) writer.convolution(convolution)
  const nodes = writer.nodes()
  const rewrite = { replaced: nodes, initializers: writer.initializers }
  return {
    artefact: { ...artefact, model: rewritten(model, rewrite) },
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

class QdqWriter {
  readonly initializers: Tensor[] = []
  readonly #fresh: (base: string) => string
  readonly #model: Model
  readonly #scales: ReadonlyMap<string, ByteScale>
  readonly #limit: CodeLimit
  readonly #weights = new Map<string, { readonly value: string; readonly scales: Tensor }>()
  readonly #replaced = new Map<Node, readonly Node[]>()
  /** Graph inputs and tensors have no node that could be renamed: what they become. */
  readonly #inputs = new Map<string, string>()

  constructor(model: Model, scales: ReadonlyMap<string, ByteScale>, limit: CodeLimit) {
    this.#model = model
    this.#scales = scales
    this.#limit = limit
    this.#fresh = freshNames(model.graph)
  }

  /** Replaces the weight and bias by dequantised ones, and an input of the graph by its rounded form. */
  convolution({ node, weight, bias, input }: Convolution): void {
    const before: Node[] = []
    const source = this.#source(input, before)
    const stored = this.#weight(weight, before)
    const inputs = [source, stored.value]
    if (bias !== null) inputs.push(this.#bias(bias, input, stored.scales, before))
    this.#replaced.set(node, [...before, { ...node, inputs }])
  }

  /** Every node that changes: convolutions, and the makers of values that are rounded. */
  nodes(): ReadonlyMap<Node, readonly Node[]> {
    const all = new Map(this.#replaced)
    for (const node of this.#model.graph.nodes) {
      const rounded = node.outputs.filter((output) => this.#scales.has(output))
      if (rounded.length === 0) continue
      const current = all.get(node) ?? [node]
      const names = new Map(rounded.map((value) => [value, this.#fresh(`${value}/float`)]))
      const main = current.map((one) => ({
        ...one,
        outputs: one.outputs.map((name) => names.get(name) ?? name),
      }))
      const after = rounded.flatMap((value) =>
        this.#rounding(value, names.get(value) ?? value, value),
      )
      all.set(node, [...main, ...after])
    }
    return all
  }

  #source(input: string, before: Node[]): string {
    const made = this.#model.graph.nodes.some(({ outputs }) => outputs.includes(input))
    if (made) return input
    const known = this.#inputs.get(input)
    if (known !== undefined) return known
    const value = this.#fresh(`${input}/rounded`)
    before.push(...this.#rounding(input, input, value))
    this.#inputs.set(input, value)
    return value
  }

  /** QuantizeLinear and DequantizeLinear from one value to another. */
  #rounding(scaleOf: string, from: string, to: string): readonly Node[] {
    const { scale, zero } = this.#scales.get(scaleOf) ?? { scale: 1, zero: 0 }
    const names = [this.#fresh(`${scaleOf}/scale`), this.#fresh(`${scaleOf}/zero`)] as const
    const bytes = this.#fresh(`${scaleOf}/bytes`)
    this.initializers.push(
      build.float32Tensor(names[0], [], [scale]),
      build.tensor(names[1], { dtype: 'uint8', dims: [], data: Uint8Array.of(zero) }),
    )
    return [
      build.node('QuantizeLinear', [from, ...names], [bytes], {
        name: `${scaleOf}/QuantizeLinear`,
      }),
      build.node('DequantizeLinear', [bytes, ...names], [to], {
        name: `${scaleOf}/DequantizeLinear`,
      }),
    ]
  }

  #weight(weight: Tensor, before: Node[]) {
    const known = this.#weights.get(weight.name)
    if (known !== undefined) return known
    const perChannel = (this.#model.opsets[''] ?? 1) >= channelOpset
    const scaleDims = perChannel ? [weight.dims[0] ?? 0] : []
    const names = {
      codes: this.#fresh(`${weight.name}/codes`),
      scales: this.#fresh(`${weight.name}/scales`),
    }
    const matrix = perChannel ? weight : { ...weight, dims: [1, elementCount(weight.dims)] }
    const layout = {
      names,
      limit: this.#limit,
      axis: 'rows',
      scaleDims,
      dims: weight.dims,
    } as const
    const { codes, scales } = symmetricWeight(matrix, layout)
    const zero = this.#fresh(`${weight.name}/zero`)
    const zeros = new Int8Array(elementCount(scaleDims))
    const value = this.#fresh(`${weight.name}/rounded`)
    this.initializers.push(
      codes,
      scales,
      build.tensor(zero, { dtype: 'int8', dims: scaleDims, data: zeros }),
    )
    before.push(
      build.node('DequantizeLinear', [codes.name, scales.name, zero], [value], {
        name: `${weight.name}/DequantizeLinear`,
        attributes: perChannel ? [build.intAttribute('axis', 0)] : [],
      }),
    )
    const made = { value, scales }
    this.#weights.set(weight.name, made)
    return made
  }

  /** Biases are whole numbers of (input scale x weight scale). */
  #bias(bias: Tensor, input: string, weightScales: Tensor, before: Node[]): string {
    const { scale: inputScale } = this.#scales.get(input) ?? { scale: 1 }
    const perWeight = float32Of(weightScales)
    const floats = float32Of(bias)
    const scales = perWeight.map((scale) => scale * inputScale)
    const data = Int32Array.from(floats, (value, at) => {
      const code = Math.round(value / (scales[perWeight.length === 1 ? 0 : at] ?? 1))
      return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, code))
    })
    const [codes, scaleName, value] = ['codes', 'scales', 'rounded'].map((part) =>
      this.#fresh(`${bias.name}/${part}`),
    ) as [string, string, string]
    this.initializers.push(
      build.tensor(codes, { dtype: 'int32', dims: bias.dims, data }),
      build.float32Tensor(scaleName, weightScales.dims, scales),
    )
    before.push(
      build.node('DequantizeLinear', [codes, scaleName], [value], {
        name: `${bias.name}/DequantizeLinear`,
        attributes: weightScales.dims.length === 0 ? [] : [build.intAttribute('axis', 0)],
      }),
    )
    return value
  }
}
