import { axesOf, readInt } from './dims.ts'
import { gradOf, inputOf, type RuleContext, type VjpRule } from './rule.ts'

/** The gradient with the reduced axes put back as axes of size 1. */
function withAxes(context: RuleContext): string {
  const { writer, node, dims } = context
  if (readInt(node, 'keepdims', 1) === 1) return gradOf(context)
  const axes = axesOf(node, dims)
  if (axes?.length === 0) return gradOf(context)
  const input = axes === undefined ? inputOf(context, 1) : writer.ints(axes)
  return writer.emit('Unsqueeze', [gradOf(context), input])
}

const isNothing = ({ node, dims }: RuleContext): boolean =>
  readInt(node, 'noop_with_empty_axes', 0) === 1 && axesOf(node, dims)?.length === 0

/** Every element that was summed gets the gradient of the sum. */
const reduceSum: VjpRule = (context) => {
  const { writer } = context
  if (isNothing(context)) return [gradOf(context)]
  const shape = writer.emit('Shape', [inputOf(context, 0)])
  return [writer.emit('Expand', [withAxes(context), shape])]
}

/** The same divided by how many elements made one mean. */
const reduceMean: VjpRule = (context) => {
  const { writer, node } = context
  if (isNothing(context)) return [gradOf(context)]
  const shape = writer.emit('Shape', [inputOf(context, 0)])
  const all = writer.emit('Size', [inputOf(context, 0)])
  const kept = writer.emit('Size', [node.outputs[0] ?? ''])
  const count = writer.emit('Cast', [writer.emit('Div', [all, kept])], { attributes: { to: 1 } })
  const share = writer.emit('Div', [withAxes(context), count])
  return [writer.emit('Expand', [share, shape])]
}

/** Sums and means over axes. */
export const reduceRules = {
  ReduceSum: reduceSum,
  ReduceMean: reduceMean,
} as const satisfies Record<string, VjpRule>
