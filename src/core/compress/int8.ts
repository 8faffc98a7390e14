import { RightsizeError } from '../error/error.ts'
import * as build from '../onnx/build.ts'
import type { Graph, Model } from '../onnx/model.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import type { Params } from '../result/compression.ts'
import type { Artefact, NotApplicable, Pass, Patched, Proposal, Target } from './pass.ts'
import { byteDotProducts, numericSpeed } from './processor.ts'
import { Rewriter } from './rewrite.ts'
import { addWeight, type CodeLimit, type SymmetricWeight } from './symmetric.ts'
import {
  type FoundProducts,
  skippedText,
  type WeightedProduct,
  weightCount,
  weightedProducts,
} from './weighted-product.ts'

/** Weights below this count gain less than the quantiser in front of them costs. */
const fewest = 512

/** DynamicQuantizeLinear began with opset 11. Source: onnx/docs/Operators.md. */
const firstOpset = 11

/**
 * Dynamic int8 for matrix products.
 *
 * What it does: stores weights as int8 with one scale a column and quantises activations to bytes as they come, in standard operators
 * (DynamicQuantizeLinear, MatMulInteger, Cast, Mul), one quantiser for all products of one value.
 * When to use: encoders on processors with byte dot products (VNNI, ARM): 2.4 to 3 times less CPU measured.
 * When it misleads: without such instructions the gain is small; the driver measures. With 8-bit codes processors that have AVX2 alone
 * may saturate silently, hence 7 bits by default.
 * Source: onnx/docs/Operators.md; onnxruntime docs, "Quantize ONNX models", U8S8 and reduce_range.
 */
export const int8: Pass = {
  id: 'int8',
  family: 'numeric',
  propose: (artefact, target) => proposals(artefact, target),
  needs: () => [],
  apply: (artefact, proposal) => applied(artefact, proposal.params),
}

function proposals({ model }: Artefact, target: Target): readonly Proposal[] | NotApplicable {
  const why = refusal(model)
  if (why !== null) return { pass: 'int8', why }
  const { products } = weightedProducts(model.graph)
  const chosen = products.filter((product) => weightCount(product) >= fewest)
  const weights = sum(distinct(chosen).map(weightCount))
  const all = sum(distinct(products).map(weightCount))
  const speed = numericSpeed(target)
  const of = (limit: CodeLimit, risk: number): Proposal => ({
    pass: 'int8',
    params: { limit, except: '' },
    text: `${limit === 63 ? '7' : '8'}-bit weights for ${chosen.length} of ${products.length} matrix products, activations quantized at run time`,
    saves: { bytes: 3 * weights, cpuShare: (productShare * (1 - 1 / speed) * weights) / all },
    risk,
    exactness: 'lossy',
    repairs: ['distil'],
  })
  // The portable form comes first: it costs no speed, and it is right on every processor.
  return byteDotProducts(target) ? [of(63, 0.15), of(127, 0.1)] : [of(63, 0.15)]
}

/** Share of an fp32 encoder's CPU time in products with stored weights. Source: profile of the MiniLM shape at 1 x 64: MatMul 86 %, of which attention's own products take a tenth. */
const productShare = 0.8

/** Why nothing can be done; null when something can. */
function refusal(model: Model): string | null {
  const opset = model.opsets[''] ?? 0
  if (opset < firstOpset) return `opset ${opset}: DynamicQuantizeLinear began with ${firstOpset}`
  const { products, skipped } = weightedProducts(model.graph)
  if (products.some((product) => weightCount(product) >= fewest)) return null
  const notes = skippedText(skipped)
  const small = products.length > 0 ? [`${products.length} products are too small to gain`] : []
  return [`no float32 matrix product that gains`, ...small, ...notes].join('; ')
}

function applied(artefact: Artefact, params: Params): Patched {
  const { model } = artefact
  const why = refusal(model)
  if (why !== null) throw new RightsizeError('SHRINK_PASS', `int8: ${why}`)
  const limit = params['limit'] === 127 ? 127 : 63
  const except = new Set(String(params['except'] ?? '').split('\n'))
  const found = weightedProducts(model.graph)
  const chosen = found.products.filter(
    (product) => weightCount(product) >= fewest && !except.has(product.weight.name),
  )
  const rewriter = new Rewriter(model)
  for (const product of chosen)
    rewriter.replace(product.node, () => convert(rewriter, model.graph, product, limit))
  return {
    artefact: { ...artefact, model: rewriter.finished() },
    changes: changesOf(found, chosen, limit, except),
  }
}

function changesOf(
  { products, skipped }: FoundProducts,
  chosen: readonly WeightedProduct[],
  limit: CodeLimit,
  except: ReadonlySet<string>,
): readonly string[] {
  const small = products.filter((product) => weightCount(product) < fewest).length
  const named = [...except].filter((name) => name !== '')
  return [
    `${chosen.length} matrix products in int8, codes from -${limit} to ${limit}, one scale a column`,
    ...(small > 0 ? [`left alone: ${small} products below ${fewest} weights`] : []),
    ...named.map((name) => `left alone: '${name}': excepted`),
    ...skippedText(skipped),
  ]
}

/** Writes what takes the place of a product. */
function convert(
  rewriter: Rewriter,
  graph: Graph,
  product: WeightedProduct,
  limit: CodeLimit,
): void {
  const { node, input, bias } = product
  const [output = ''] = node.outputs
  const [bytes, scale, zero] = rewriter.once(`bytes ${input}`, () => quantized(rewriter, input))
  const { codes, scales } = storedWeight(rewriter, product, limit)
  const int8Zero = rewriter.once('int8 zero', () => {
    const name = rewriter.fresh('int8/zero')
    return rewriter.add(build.tensor(name, { dtype: 'int8', dims: [], data: new Int8Array(1) }))
  })
  const whole = rewriter.step(`${output}/int32`, 'MatMulInteger', [
    bytes,
    codes.name,
    zero,
    int8Zero,
  ])
  const floats = rewriter.step(`${output}/float`, 'Cast', [whole], { to: 1 })
  const both = rewriter.step(`${output}/scale`, 'Mul', [scale, scales.name])
  if (bias === '') {
    rewriter.emit('Mul', [floats, both], { outputs: [output] })
    return
  }
  const sum = rewriter.step(`${output}/product`, 'Mul', [floats, both])
  rewriter.emit('Add', [sum, storedBias(rewriter, graph, product)], { outputs: [output] })
}

/** One quantizer a value, in front of its first product: bytes, scale and zero point. */
function quantized(rewriter: Rewriter, input: string): readonly [string, string, string] {
  const [bytes, scale, zero] = [
    rewriter.fresh(`${input}/bytes`),
    rewriter.fresh(`${input}/scale`),
    rewriter.fresh(`${input}/zero`),
  ] as const
  rewriter.emit('DynamicQuantizeLinear', [input], { outputs: [bytes, scale, zero] })
  return [bytes, scale, zero]
}

/** One pair of tensors a weight and factor, however many products share it. */
function storedWeight(
  rewriter: Rewriter,
  { weight, turned, columns, alpha }: WeightedProduct,
  limit: CodeLimit,
): SymmetricWeight {
  return rewriter.once(`weight ${alpha} ${weight.name}`, () =>
    addWeight(rewriter, weight, {
      limit,
      axis: turned ? 'rows' : 'columns',
      turned,
      scaleDims: [columns],
      factor: alpha,
    }),
  )
}

/** Gemm adds beta C: a factor other than 1 goes into a stored C. */
function storedBias(
  rewriter: Rewriter,
  graph: Graph,
  { bias, beta, node }: WeightedProduct,
): string {
  if (beta === 1) return bias
  const stored = graph.initializers.find(({ name }) => name === bias)
  if (stored?.dtype !== 'float32') {
    const what = `Gemm '${node.name}' adds ${beta} times a value that is not stored`
    throw new RightsizeError('SHRINK_PASS', what)
  }
  const values = float32Of(stored).map((one) => one * beta)
  return rewriter.add(build.float32Tensor(rewriter.fresh(`${bias}/scaled`), stored.dims, values))
}

/** Products with one entry a weight. */
function distinct(products: readonly WeightedProduct[]): readonly WeightedProduct[] {
  return [...new Map(products.map((product) => [product.weight.name, product])).values()]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
