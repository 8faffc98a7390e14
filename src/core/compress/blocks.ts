import { RightsizeError } from '../error/error.ts'
import type { Tensor } from '../onnx/model.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import type { Params } from '../result/compression.ts'
import type { Artefact, NotApplicable, Pass, Patched, Proposal, Target } from './pass.ts'
import { Rewriter } from './rewrite.ts'
import { skippedText, type WeightedProduct, weightedProducts } from './weighted-product.ts'

/** How a weight is cut: bits of a code, and inputs of one output that share a scale. */
export interface BlockForm {
  readonly bits: 4 | 8
  readonly size: 32 | 128
}

/** Forms that were executed and measured, best first. */
const forms: readonly BlockForm[] = [
  { bits: 8, size: 128 },
  { bits: 4, size: 32 },
  { bits: 4, size: 128 },
]

/**
 * Weights in blocks of 4 or 8 bits.
 *
 * What it does: replaces matrix products by com.microsoft.MatMulNBits, whose weights have a scale for every 32 or 128 inputs; activations
 * are quantised inside (accuracy level 4: without it the kernel is as slow as float32).
 * When to use: where size counts more than speed on native runtimes: 1.1 to 1.7 times faster than float32, int8 is 2.4 to 3.
 * When it misleads: under WebAssembly it is 1.1 to 2.9 times slower than float32 (measured), so it is not offered there.
 * Source: onnxruntime docs/ContribOperators.md, com.microsoft.MatMulNBits.
 */
export const blocks: Pass = {
  id: 'blocks',
  family: 'numeric',
  propose: proposals,
  needs: () => [],
  apply: (artefact, proposal) => applied(artefact, formOf(proposal.params)),
}

function formOf(params: Params): BlockForm {
  const found = forms.find(({ bits, size }) => bits === params['bits'] && size === params['size'])
  if (found !== undefined) return found
  const what = `blocks: no form of ${params['bits']} bits in blocks of ${params['size']}`
  throw new RightsizeError('SHRINK_PASS', what)
}

/** Products of at least one whole block of inputs. */
function chosenIn(artefact: Artefact, { size }: BlockForm) {
  const { products, skipped } = weightedProducts(artefact.model.graph)
  return { chosen: products.filter(({ rows }) => rows >= size), skipped }
}

function proposals(artefact: Artefact, target: Target): readonly Proposal[] | NotApplicable {
  const pass = 'blocks'
  if (target.runtime === 'onnxruntime-web') {
    return { pass, why: 'MatMulNBits is 1.1 to 2.9 times slower than float32 under WebAssembly' }
  }
  const offered = forms.flatMap((form): readonly Proposal[] => {
    const { chosen } = chosenIn(artefact, form)
    if (chosen.length === 0) return []
    const { bits, size } = form
    const bytes = chosen.reduce(
      (sum, one) => sum + 4 * one.rows * one.columns - blockBytes(one, form),
      0,
    )
    const text = `${bits}-bit weights in blocks of ${size} for ${chosen.length} matrix products`
    const saves = { bytes, cpuShare: 0.2 }
    const risk = bits === 4 ? 0.4 : 0.05
    return [
      { pass, params: { bits, size }, text, saves, risk, exactness: 'lossy', repairs: ['distil'] },
    ]
  })
  if (offered.length > 0) return offered
  const { skipped } = weightedProducts(artefact.model.graph)
  const why = ['no float32 matrix product with 32 inputs or more', ...skippedText(skipped)]
  return { pass, why: why.join('; ') }
}

function blockBytes({ rows, columns }: WeightedProduct, { bits, size }: BlockForm): number {
  const count = columns * Math.ceil(rows / size)
  return count * ((size * bits) / 8) + 4 * count
}

function applied(artefact: Artefact, form: BlockForm): Patched {
  const { chosen, skipped } = chosenIn(artefact, form)
  if (chosen.length === 0) throw new RightsizeError('SHRINK_PASS', 'blocks: no product fits')
  const rewriter = new Rewriter(artefact.model)
  for (const product of chosen)
    if (product.beta === 1) rewriter.replace(product.node, () => convert(rewriter, product, form))
  return {
    artefact: { ...artefact, model: rewriter.finished({ 'com.microsoft': 1 }) },
    changes: [
      `${rewriter.size} matrix products in ${form.bits}-bit blocks of ${form.size}`,
      ...skippedText(skipped),
    ],
  }
}

/** Codes [columns, blocks, bytes of a block] and scales [columns x blocks]. */
export interface BlockWeight {
  readonly codes: Tensor
  readonly scales: Tensor
}

/**
 * A weight in blocks, made when its bytes are asked for. scale = (the value of largest magnitude, with its sign) / -2^(bits-1), so that
 * this value takes the lowest code and none is lost; code = round(w / scale) + 2^(bits-1). Source: llama.cpp, quantize_row_q4_0_reference.
 */
export function blockWeight(
  product: Pick<WeightedProduct, 'weight' | 'turned' | 'rows' | 'columns' | 'alpha'>,
  form: BlockForm,
  fresh: (base: string) => string,
): BlockWeight {
  const { weight, rows, columns, alpha } = product
  const { bits, size } = form
  const count = Math.ceil(rows / size)
  const blob = (size * bits) / 8
  const codes: Tensor = {
    name: fresh(`${weight.name}/blocks`),
    dtype: 'uint8',
    dims: [columns, count, blob],
    byteLength: columns * count * blob,
    bytes: () => codesOf(product, form, scalesOf(product, form)),
  }
  const scales: Tensor = {
    name: fresh(`${weight.name}/scales`),
    dtype: 'float32',
    dims: [columns * count],
    byteLength: 4 * columns * count,
    bytes: () => {
      const values = scalesOf(product, form).map((scale) => scale * alpha)
      return new Uint8Array(values.buffer)
    },
  }
  return { codes, scales }
}

type Matrix = Pick<WeightedProduct, 'weight' | 'turned' | 'rows' | 'columns'>

function scalesOf(
  { weight, turned, rows, columns }: Matrix,
  { bits, size }: BlockForm,
): Float32Array {
  const values = float32Of(weight)
  const count = Math.ceil(rows / size)
  const most = new Float32Array(columns * count)
  const [rowStep, columnStep] = turned ? [1, rows] : [columns, 1]
  for (let row = 0; row < rows; row += 1) {
    const block = Math.floor(row / size)
    for (let column = 0; column < columns; column += 1) {
      const value = values[row * rowStep + column * columnStep] as number
      const at = column * count + block
      if (!(Math.abs(value) <= Math.abs(most[at] as number))) most[at] = value
    }
  }
  if (!most.every(Number.isFinite)) {
    const what = `the weight '${weight.name}' holds values that are not finite`
    throw new RightsizeError('SHRINK_PASS', what)
  }
  return most.map((value) => (value === 0 ? 1 : value / -(2 ** (bits - 1))))
}

function codesOf(
  { weight, turned, rows, columns }: Matrix,
  { bits, size }: BlockForm,
  scales: Float32Array,
): Uint8Array {
  const values = float32Of(weight)
  const count = Math.ceil(rows / size)
  const blob = (size * bits) / 8
  const middle = 2 ** (bits - 1)
  const top = 2 ** bits - 1
  // What lies behind the last input counts as zero.
  const codes = new Uint8Array(columns * count * blob).fill(bits === 8 ? middle : middle * 17)
  const [rowStep, columnStep] = turned ? [1, rows] : [columns, 1]
  for (let row = 0; row < rows; row += 1) {
    const [block, inside] = [Math.floor(row / size), row % size]
    const [place, shift] = bits === 8 ? [inside, 0] : [inside >> 1, 4 * (inside & 1)]
    const others = bits === 8 ? 0 : 0xf0 >> shift
    for (let column = 0; column < columns; column += 1) {
      const at = column * count + block
      const value = values[row * rowStep + column * columnStep] as number
      const code = Math.min(top, Math.max(0, Math.round(value / (scales[at] as number)) + middle))
      const byte = at * blob + place
      codes[byte] = ((codes[byte] as number) & others) | (code << shift)
    }
  }
  return codes
}

function convert(rewriter: Rewriter, product: WeightedProduct, form: BlockForm): void {
  const { node, input, bias, rows, columns, weight, alpha } = product
  const { codes, scales } = rewriter.once(`weight ${alpha} ${weight.name}`, () => {
    const made = blockWeight(product, form, (base) => rewriter.fresh(base))
    return { codes: rewriter.add(made.codes), scales: rewriter.add(made.scales) }
  })
  const [output = ''] = node.outputs
  const sum = bias === '' ? output : rewriter.fresh(`${output}/product`)
  const { bits, size } = form
  rewriter.emit('MatMulNBits', [input, codes, scales], {
    outputs: [sum],
    name: node.name || output,
    domain: 'com.microsoft',
    attributes: { K: rows, N: columns, bits, block_size: size, accuracy_level: 4 },
  })
  if (bias !== '') rewriter.emit('Add', [sum, bias], { outputs: [output] })
}
