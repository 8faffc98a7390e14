import { intOf } from '../onnx/attributes.ts'
import { axesOf } from './known-dims.ts'
import { gradOf, inputOf, outputOf, type RuleContext, type VjpRule } from './rule.ts'

/** The gradient with the reduced axes put back as axes of size 1. */
function withAxes(context: RuleContext): string {
  const { writer, node, dims } = context
  if (intOf(node, 'keepdims', 1) === 1) return gradOf(context)
  const axes = axesOf(node, dims)
  if (axes?.length === 0) return gradOf(context)
  const input = axes === undefined ? inputOf(context, 1) : writer.ints(axes)
  return writer.emit('Unsqueeze', [gradOf(context), input])
}

const isNothing = ({ node, dims }: RuleContext): boolean =>
  intOf(node, 'noop_with_empty_axes', 0) === 1 && axesOf(node, dims)?.length === 0

/** Every element that was summed gets the gradient of the sum. */
const reduceSum: VjpRule = (context) => {
  const { writer } = context
  if (isNothing(context)) return [gradOf(context)]
  const shape = writer.emit('Shape', [inputOf(context, 0)])
  return [writer.emit('Expand', [withAxes(context), shape])]
}

/** The same divided by how many elements made one mean. */
const reduceMean: VjpRule = (context) => {
  const { writer } = context
  if (isNothing(context)) return [gradOf(context)]
  const shape = writer.emit('Shape', [inputOf(context, 0)])
  const all = writer.emit('Size', [inputOf(context, 0)])
  const kept = writer.emit('Size', [outputOf(context)])
  const count = writer.op('Cast', [writer.emit('Div', [all, kept])], { to: 1 })
  const share = writer.emit('Div', [withAxes(context), count])
  return [writer.emit('Expand', [share, shape])]
}

/** The output with the reduced axes put back as axes of size 1. */
function keptOutput(context: RuleContext): string {
  return withAxes({ ...context, grads: [outputOf(context)] })
}

/** d sqrt(sum x^2) = x dx / that root; 0 where all is 0. */
const reduceL2: VjpRule = (context) => {
  const { writer } = context
  // The smallest normal float32: 0 / 0 would be no number.
  const root = writer.emit('Max', [keptOutput(context), writer.scalar(1.1754944e-38)])
  const share = writer.emit('Div', [withAxes(context), root])
  return [writer.emit('Mul', [inputOf(context, 0), share])]
}

/** The largest element gets all; equal ones each get it, as Max does between operands. */
const reduceMax: VjpRule = (context) => {
  const { writer } = context
  const largest = writer.emit('Equal', [inputOf(context, 0), keptOutput(context)])
  const chosen = writer.op('Cast', [largest], { to: 1 })
  return [writer.emit('Mul', [chosen, withAxes(context)])]
}

/** Sums, means, lengths and maxima over axes. */
export const reduceRules = {
  ReduceSum: reduceSum,
  ReduceMean: reduceMean,
  ReduceL2: reduceL2,
  ReduceMax: reduceMax,
} as const satisfies Record<string, VjpRule>
