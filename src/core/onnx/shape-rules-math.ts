import { intOf, intsOf, textOf } from './attributes.ts'
import { broadcastDims, type Dims, normalAxis, slidingDim } from './dims.ts'
import type { Dim, Dtype, Node } from './model.ts'
import { overDims, type ShapeRule, unknownFacts, type ValueFacts } from './value-facts.ts'

const first = overDims((dims) => dims)

function firstAs(...dtypes: readonly (Dtype | null)[]): ShapeRule {
  return (_node, [input]) => dtypes.map((dtype) => ({ dtype, dims: input?.dims ?? null }))
}

function broadcastAll(inputs: readonly ValueFacts[]): Dims | null {
  const [head, ...rest] = inputs.map(({ dims }) => dims)
  return head === undefined ? null : rest.reduce(broadcastDims, head)
}

/** Arithmetic with two or more inputs; shapes on their way to a Reshape are calculated along. */
function arithmetic(calculate?: (left: number, right: number) => number): ShapeRule {
  return (_node, inputs) => {
    const dims = broadcastAll(inputs)
    const dtype = inputs[0]?.dtype ?? inputs[1]?.dtype ?? null
    const [left, right] = [inputs[0]?.content, inputs[1]?.content]
    if (calculate === undefined || left === undefined || right === undefined)
      return [{ dtype, dims }]
    return [{ dtype, dims, content: calculated(left, right, calculate) }]
  }
}

function calculated(left: Dims, right: Dims, calculate: (a: number, b: number) => number): Dims {
  const length = left.length === 0 || right.length === 0 ? 0 : Math.max(left.length, right.length)
  return Array.from({ length }, (_, index) => {
    const a = left[left.length === 1 ? 0 : index]
    const b = right[right.length === 1 ? 0 : index]
    return typeof a === 'number' && typeof b === 'number' ? calculate(a, b) : null
  })
}

const compare: ShapeRule = (_node, inputs) => [{ dtype: 'bool', dims: broadcastAll(inputs) }]

const where: ShapeRule = (_node, inputs) => [
  { dtype: inputs[1]?.dtype ?? inputs[2]?.dtype ?? null, dims: broadcastAll(inputs) },
]

/** Dims of a matrix product with NumPy's rules for rank 1. */
function productDims(left: Dims | null, right: Dims | null): Dims | null {
  if (left === null || right === null || left.length === 0 || right.length === 0) return null
  const batch = broadcastDims(left.slice(0, -2), right.slice(0, -2)) ?? []
  const rows = left.length > 1 ? [left.at(-2) ?? null] : []
  const columns = right.length > 1 ? [right.at(-1) ?? null] : []
  return [...batch, ...rows, ...columns]
}

function product(dtype?: Dtype): ShapeRule {
  return (_node, [left, right]) => [
    {
      dtype: dtype ?? left?.dtype ?? null,
      dims: productDims(left?.dims ?? null, right?.dims ?? null),
    },
  ]
}

/** A product whose operands may be turned in their last two axes. Source: onnxruntime/docs/ContribOperators.md, FusedMatMul. */
const fusedProduct: ShapeRule = (node, [left, right]) => {
  const batches = ['transBatchA', 'transBatchB'].some((key) => intOf(node, key, 0) === 1)
  const dtype = left?.dtype ?? null
  if (batches) return [{ dtype, dims: null }]
  const turned = (dims: Dims | null, key: string): Dims | null =>
    dims !== null && dims.length > 1 && intOf(node, key, 0) === 1
      ? [...dims.slice(0, -2), dims.at(-1) ?? null, dims.at(-2) ?? null]
      : dims
  const [a, b] = [turned(left?.dims ?? null, 'transA'), turned(right?.dims ?? null, 'transB')]
  return [{ dtype, dims: productDims(a, b) }]
}

const gemm: ShapeRule = (node, [left, right]) => {
  const side = (facts: ValueFacts | undefined, key: string, at: number): Dim => {
    const flipped = intOf(node, key, 0) === 1
    return facts?.dims?.[flipped ? 1 - at : at] ?? null
  }
  const dims = [side(left, 'transA', 0), side(right, 'transB', 1)]
  return [{ dtype: left?.dtype ?? right?.dtype ?? null, dims }]
}

/** Weights are packed; an attribute holds N. Source: onnxruntime/docs/ContribOperators.md, MatMulNBits. */
const matMulBits = overDims((dims, node) => [
  ...dims.slice(0, -1),
  intOf(node, 'N', undefined) ?? null,
])

const layerNorm: ShapeRule = (node, [input]) => {
  const { dtype, dims } = input ?? unknownFacts
  const axis = dims === null ? 0 : normalAxis(intOf(node, 'axis', -1), dims.length)
  const stats = dims?.map((dim, index) => (index < axis ? dim : 1)) ?? null
  const statsType = dtype === 'float64' ? 'float64' : 'float32'
  return [
    { dtype, dims },
    { dtype: statsType, dims: stats },
    { dtype: statsType, dims: stats },
  ]
}

const reduce = overDims((dims, node, [, axesInput]) => {
  const fromInput = node.inputs[1] !== undefined && node.inputs[1] !== ''
  const axes = fromInput ? axesInput?.content : (intsOf(node, 'axes') ?? [])
  if (axes === undefined) return null
  if (axes.length === 0 && intOf(node, 'noop_with_empty_axes', 0) === 1) return dims
  return withoutAxes(node, dims, axes)
})

function withoutAxes(node: Node, dims: Dims, axes: Dims): Dims | null {
  if (axes.some((axis) => typeof axis !== 'number')) return null
  const all = axes.length === 0 ? dims.map((_, index) => index) : (axes as readonly number[])
  const gone = new Set(all.map((axis) => normalAxis(axis, dims.length)))
  if (intOf(node, 'keepdims', 1) === 1) return dims.map((dim, index) => (gone.has(index) ? 1 : dim))
  return dims.filter((_, index) => !gone.has(index))
}

const argument: ShapeRule = (node, [input]) => {
  const dims = input?.dims ?? null
  const left = dims === null ? null : withoutAxes(node, dims, [intOf(node, 'axis', 0)])
  return [{ dtype: 'int64', dims: left }]
}

/** Convolution and pooling; `channels` comes from the weights, or stays. */
function sliding(node: Node, dims: Dims, windows: Dims, channels: Dim): Dims {
  const spatial = dims.slice(2)
  const strides = intsOf(node, 'strides') ?? spatial.map(() => 1)
  const dilations = intsOf(node, 'dilations') ?? spatial.map(() => 1)
  const pads = intsOf(node, 'pads') ?? spatial.flatMap(() => [0, 0])
  const auto = textOf(node, 'auto_pad', 'NOTSET')
  const ceil = intOf(node, 'ceil_mode', 0) === 1
  const sizes = spatial.map((size, index) => {
    const window = windows[index]
    const stride = strides[index] ?? 1
    if (auto.startsWith('SAME')) return typeof size === 'number' ? Math.ceil(size / stride) : null
    if (typeof window !== 'number') return null
    const reach = (dilations[index] ?? 1) * (window - 1) + 1
    const padding = auto === 'VALID' ? 0 : (pads[index] ?? 0) + (pads[index + spatial.length] ?? 0)
    return slidingDim(size, { window: reach, stride, pads: padding, ceil })
  })
  return [dims[0] ?? null, channels, ...sizes]
}

const conv = overDims((dims, node, [, weight]) => {
  if (weight?.dims === undefined || weight.dims === null) return null
  const windows = intsOf(node, 'kernel_shape') ?? weight.dims.slice(2)
  return sliding(node, dims, windows, weight.dims[0] ?? null)
})

const pool: ShapeRule = (node, [input]) => {
  const { dtype, dims } = input ?? unknownFacts
  // With ceil_mode the rule of the last window changed between opsets: not decided here.
  if (dims === null || intOf(node, 'ceil_mode', 0) === 1) return [{ dtype, dims: null }]
  const pooled = sliding(node, dims, intsOf(node, 'kernel_shape') ?? [], dims[1] ?? null)
  return [
    { dtype, dims: pooled },
    { dtype: 'int64', dims: pooled },
  ]
}

const globalPool = overDims((dims) => dims.map((dim, index) => (index < 2 ? dim : 1)))

const dynamicQuantize: ShapeRule = (_node, [input]) => [
  { dtype: 'uint8', dims: input?.dims ?? null },
  { dtype: 'float32', dims: [] },
  { dtype: 'uint8', dims: [] },
]

/** Type of the zero point, uint8 without one. */
const quantize: ShapeRule = (_node, [input, , zero]) => [
  { dtype: zero?.dtype ?? null, dims: input?.dims ?? null },
]

/** Type of the scale. */
const dequantize: ShapeRule = (_node, [input, scale]) => [
  { dtype: scale?.dtype ?? null, dims: input?.dims ?? null },
]

/** Operators whose output is like their first input. */
const unary = `
  Abs Acos Acosh Asin Asinh Atan Atanh BatchNormalization BiasGelu Ceil Celu Clip Cos Cosh CumSum
  Elu Erf Exp FastGelu Floor Gelu GroupNormalization HardSigmoid HardSwish Hardmax
  InstanceNormalization LRN LeakyRelu Log LogSoftmax LpNormalization MeanVarianceNormalization
  Mish Neg Not QuickGelu RMSNormalization Reciprocal Relu Round Selu Sigmoid Sign
  SimplifiedLayerNormalization Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh
  ThresholdedRelu Trilu
`
const reductions = 'L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare'

const listed = (names: string): readonly string[] => names.trim().split(/\s+/)

/** Rules of operators that calculate. */
export const mathRules: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries(listed(unary).map((name) => [name, first])),
  ...Object.fromEntries(listed(reductions).map((name) => [`Reduce${name}`, reduce])),
  Add: arithmetic((a, b) => a + b),
  Sub: arithmetic((a, b) => a - b),
  Mul: arithmetic((a, b) => a * b),
  Div: arithmetic((a, b) => Math.trunc(a / b)),
  Max: arithmetic(),
  Min: arithmetic(),
  Mean: arithmetic(),
  Sum: arithmetic(),
  Mod: arithmetic(),
  Pow: (_node, inputs) => [{ dtype: inputs[0]?.dtype ?? null, dims: broadcastAll(inputs) }],
  PRelu: first,
  And: compare,
  Or: compare,
  Xor: compare,
  Equal: compare,
  Less: compare,
  LessOrEqual: compare,
  Greater: compare,
  GreaterOrEqual: compare,
  IsNaN: firstAs('bool'),
  IsInf: firstAs('bool'),
  Where: where,
  MatMul: product(),
  FusedMatMul: fusedProduct,
  MatMulInteger: product('int32'),
  MatMulIntegerToFloat: product('float32'),
  DynamicQuantizeMatMul: product('float32'),
  MatMulNBits: matMulBits,
  Gemm: gemm,
  LayerNormalization: layerNorm,
  ArgMax: argument,
  ArgMin: argument,
  Conv: conv,
  MaxPool: pool,
  AveragePool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  DynamicQuantizeLinear: dynamicQuantize,
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
}
