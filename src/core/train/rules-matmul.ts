import { RightsizeError } from '../error/error.ts'
import { floatOf, intOf } from '../onnx/attributes.ts'
import { sumToShape } from './broadcast.ts'
import { gradOf, inputOf, outputOf, type RuleContext, type VjpRule } from './rule.ts'

/** op(a) x op(b), batched; the transposes are inside the product, which costs nothing in onnxruntime. */
function product(
  { writer }: RuleContext,
  a: string,
  b: string,
  transA: boolean,
  transB: boolean,
  alpha: number,
): string {
  if (!transA && !transB && alpha === 1) return writer.emit('MatMul', [a, b])
  return writer.emit('FusedMatMul', [a, b], {
    domain: 'com.microsoft',
    attributes: { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } },
  })
}

/** a flattened to [rows, columns]; the columns must be known. */
function asRows({ writer, dims }: RuleContext, name: string): string {
  const known = dims.of(name)
  if (known?.length === 2) return name
  const columns = known?.at(-1)
  const size = typeof columns === 'number' ? columns : 0
  if (size === 0) return writer.op('Flatten', [name], { axis: -1 })
  return writer.emit('Reshape', [name, writer.ints([-1, size])])
}

/** For a weight [K, N] used as x W: one product X^T dY over all rows at once. */
function weightGradient(context: RuleContext): string {
  const x = asRows(context, inputOf(context, 0))
  const dy = asRows(context, gradOf(context))
  return context.writer.op('Gemm', [x, dy], { transA: 1 })
}

function refuseVectors(context: RuleContext): void {
  for (const index of [0, 1]) {
    const known = context.dims.of(inputOf(context, index))
    if (known !== undefined && known.length < 2)
      throw new RightsizeError(
        'TRAIN_SHAPE',
        `the gradient of ${context.node.opType} needs operands of rank 2 or more; operand ${index} has rank ${known.length}`,
        { at: context.node.name },
      )
  }
}

/** How a node multiplies: alpha op(A) op(B). */
function formOf({ node }: RuleContext) {
  const flag = (name: string) => intOf(node, name, 0) === 1
  return { transA: flag('transA'), transB: flag('transB'), alpha: floatOf(node, 'alpha', 1) }
}

type Multiply = (a: string, b: string, transA: boolean, transB: boolean, alpha: number) => string

/** The gradient of alpha op(A) op(B) by one of its factors. */
function factorGradient(context: RuleContext, index: 0 | 1, multiply: Multiply): string {
  const { transA, transB, alpha } = formOf(context)
  const dy = gradOf(context)
  const [a, b] = [inputOf(context, 0), inputOf(context, 1)]
  if (index === 0)
    return transA ? multiply(b, dy, transB, true, alpha) : multiply(dy, b, false, !transB, alpha)
  return transB ? multiply(dy, a, true, transA, alpha) : multiply(a, dy, !transA, false, alpha)
}

function batchedGradient(context: RuleContext, index: 0 | 1): string {
  const multiply: Multiply = (...factors) => product(context, ...factors)
  return sumOverBatch(context, factorGradient(context, index, multiply), index)
}

/** Sums over batch axes that the operand was broadcast along; the two matrix axes always fit. */
function sumOverBatch(context: RuleContext, grad: string, index: 0 | 1): string {
  const { writer, dims } = context
  const own = dims.of(inputOf(context, index))
  const other = dims.of(inputOf(context, 1 - index))
  const alike =
    own !== undefined &&
    own.length === other?.length &&
    own.slice(0, -2).every((dim, axis) => dim !== null && dim === other[axis])
  const covers = own !== undefined && other?.length === 2
  return alike || covers ? grad : sumToShape(writer, dims, grad, grad, inputOf(context, index))
}

/** Y = A B: dA = dY B^T, dB = A^T dY, summed over broadcast batch axes; a plain weight takes all rows in one product. */
const matMul: VjpRule = (context) => {
  refuseVectors(context)
  const { node, dims } = context
  const plain = node.opType === 'MatMul'
  const weight = plain && dims.of(inputOf(context, 1))?.length === 2
  return [
    context.wants(0) ? batchedGradient(context, 0) : null,
    context.wants(1) ? (weight ? weightGradient(context) : batchedGradient(context, 1)) : null,
  ]
}

/** The gradient by C of alpha A B + beta C: beta dY summed to the shape of C. */
function gemmBias(context: RuleContext): string | null {
  const { node, writer, dims } = context
  if (inputOf(context, 2) === '' || !context.wants(2)) return null
  const beta = floatOf(node, 'beta', 1)
  const dy = gradOf(context)
  const scaled = beta === 1 ? dy : writer.emit('Mul', [dy, writer.scalar(beta)])
  return sumToShape(writer, dims, scaled, outputOf(context), inputOf(context, 2))
}

/** Y = alpha op(A) op(B) + beta C, over matrices. */
const gemm: VjpRule = (context) => {
  const multiply: Multiply = (a, b, transA, transB, alpha) =>
    context.writer.op('Gemm', [a, b], {
      transA: Number(transA),
      transB: Number(transB),
      alpha: { float: alpha },
    })
  const by = (index: 0 | 1) =>
    context.wants(index) ? factorGradient(context, index, multiply) : null
  return [by(0), by(1), gemmBias(context)]
}

/** Matrix products, plain, batched, broadcast and with fused transposes (com.microsoft FusedMatMul, contract read in onnxruntime's ContribOperators.md). */
export const matMulRules = {
  MatMul: matMul,
  FusedMatMul: matMul,
  Gemm: gemm,
} as const satisfies Record<string, VjpRule>
