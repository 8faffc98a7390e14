import { RightsizeError } from '../error/error.ts'
import * as build from '../onnx/build.ts'
import { freshNames } from '../onnx/graph-edit.ts'
import type { Graph, Model, Node, Tensor } from '../onnx/model.ts'
import type { Params } from '../result/compression.ts'
import type { Artefact, NotApplicable, Pass, Patched, Proposal, Target } from './pass.ts'
import { byteDotProducts, numericSpeed } from './processor.ts'
import { rewritten } from './rewrite.ts'
import { type CodeLimit, symmetricWeight } from './symmetric.ts'
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
    text: `${limit === 63 ? '7' : '8'}-bit weights for ${chosen.length} of ${products.length} matrix products, activations quantised as they come`,
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
  const writer = new Int8Writer(model, limit)
  for (const product of chosen) writer.add(product)
  return {
    artefact: { ...artefact, model: rewritten(model, writer) },
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

/** Collects the nodes and tensors that take the place of the products. */
class Int8Writer {
  readonly replaced = new Map<Node, readonly Node[]>()
  readonly initializers: Tensor[] = []
  readonly #limit: CodeLimit
  readonly #fresh: (base: string) => string
  readonly #graph: Graph
  readonly #quantized = new Map<string, readonly [string, string, string]>()
  readonly #weights = new Map<string, { readonly codes: string; readonly scales: string }>()
  #zero: string | undefined

  constructor(model: Model, limit: CodeLimit) {
    this.#limit = limit
    this.#fresh = freshNames(model.graph)
    this.#graph = model.graph
  }

  add(product: WeightedProduct): void {
    const { node, input, bias } = product
    const before: Node[] = []
    const [bytes, scale, zero] = this.#activation(input, before)
    const { codes, scales } = this.#weight(product)
    const [output = ''] = node.outputs
    const name = node.name || output
    const value = (step: string) => this.#fresh(`${output}/${step}`)
    const step = (opType: string, inputs: readonly string[], out: string) =>
      build.node(opType, inputs, [out], { name: `${name}/${opType}` })
    const [whole, floats, both] = [value('int32'), value('float'), value('scale')]
    const sumOf = bias === '' ? output : value('product')
    const biased = bias === '' ? [] : [step('Add', [sumOf, this.#bias(product)], output)]
    this.replaced.set(node, [
      ...before,
      step('MatMulInteger', [bytes, codes, zero, this.#zeroPoint()], whole),
      build.node('Cast', [whole], [floats], {
        name: `${name}/Cast`,
        attributes: [build.intAttribute('to', 1)],
      }),
      build.node('Mul', [scale, scales], [both], { name: `${name}/scale` }),
      step('Mul', [floats, both], sumOf),
      ...biased,
    ])
  }

  /** One quantiser a value, in front of its first product. */
  #activation(input: string, before: Node[]): readonly [string, string, string] {
    const known = this.#quantized.get(input)
    if (known !== undefined) return known
    const made = ['bytes', 'scale', 'zero'].map((part) => this.#fresh(`${input}/${part}`))
    const [bytes = '', scale = '', zero = ''] = made
    before.push(
      build.node('DynamicQuantizeLinear', [input], made, {
        name: `${input}/DynamicQuantizeLinear`,
      }),
    )
    this.#quantized.set(input, [bytes, scale, zero])
    return [bytes, scale, zero]
  }

  /** One pair of tensors a weight and factor, however many products share it. */
  #weight(product: WeightedProduct): { readonly codes: string; readonly scales: string } {
    const { weight, turned, columns, alpha } = product
    const key = `${alpha} ${weight.name}`
    const known = this.#weights.get(key)
    if (known !== undefined) return known
    const names = {
      codes: this.#fresh(`${weight.name}/codes`),
      scales: this.#fresh(`${weight.name}/scales`),
    }
    const made = symmetricWeight(weight, {
      names,
      limit: this.#limit,
      axis: turned ? 'rows' : 'columns',
      turned,
      scaleDims: [columns],
      factor: alpha,
    })
    this.initializers.push(made.codes, made.scales)
    this.#weights.set(key, names)
    return names
  }

  #zeroPoint(): string {
    if (this.#zero === undefined) {
      this.#zero = this.#fresh('int8/zero')
      this.initializers.push(
        build.tensor(this.#zero, { dtype: 'int8', dims: [], data: new Int8Array(1) }),
      )
    }
    return this.#zero
  }

  /** Gemm adds beta C: a factor other than 1 goes into a stored C. */
  #bias({ bias, beta, node }: WeightedProduct): string {
    if (beta === 1) return bias
    const stored = this.#graph.initializers.find(({ name }) => name === bias)
    if (stored?.dtype !== 'float32') {
      const what = `Gemm '${node.name}' adds ${beta} times a value that is not stored`
      throw new RightsizeError('SHRINK_PASS', what)
    }
    const values = new Float32Array(stored.bytes().slice().buffer)
    const name = this.#fresh(`${bias}/scaled`)
    this.initializers.push(
      build.float32Tensor(
        name,
        stored.dims,
        values.map((one) => one * beta),
      ),
    )
    return name
  }
}

/** Products with one entry a weight. */
function distinct(products: readonly WeightedProduct[]): readonly WeightedProduct[] {
  return [...new Map(products.map((product) => [product.weight.name, product])).values()]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
