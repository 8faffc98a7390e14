import { floatOf, intOf } from '../onnx/attributes.ts'
import { sumToShape } from './broadcast.ts'
import { gradOf, inputOf, outputOf, type RuleContext, type VjpRule } from './rule.ts'
import { zerosLike } from './rules-shape.ts'

/** Gather along axis 0 of a matrix [V, H]: rows are added up where an index occurs more than once. */
function gatherRows(context: RuleContext, width: number): string {
  const { writer } = context
  const rows = writer.emit('Reshape', [gradOf(context), writer.ints([-1, width])])
  const column = writer.emit('Reshape', [inputOf(context, 1), writer.ints([-1, 1])])
  const indices = writer.emit('Expand', [column, writer.emit('Shape', [rows])])
  return scatterAdd(context, indices, rows, 0)
}

/**
 * ScatterElements with reduction add (opset 18): right for repeated indices at any thread count.
 * ScatterND(add) is not: it loses sums at two threads (measured, onnxruntime 1.30).
 */
function scatterAdd(context: RuleContext, indices: string, rows: string, axis: number): string {
  const zeros = zerosLike(context, inputOf(context, 0))
  return context.writer.op('ScatterElements', [zeros, indices, rows], { axis, reduction: 'add' })
}

/** Any axis: the gradient is seen as [before, indices, after] and the indices are spread over that shape. */
function gatherAlong(context: RuleContext): string {
  const { writer } = context
  const axis = intOf(context.node, 'axis', 0)
  const data = writer.emit('Shape', [inputOf(context, 0)])
  const count = writer.emit('Reshape', [
    writer.emit('Size', [inputOf(context, 1)]),
    writer.ints([1]),
  ])
  const at = writer.ints([axis])
  const shape = writer.op('ScatterElements', [data, at, count], { axis: 0 })
  const updates = writer.emit('Reshape', [gradOf(context), shape])
  const rank = writer.emit('Shape', [data])
  const ones = writer.emit('Expand', [writer.ints([1]), rank])
  const line = writer.op('ScatterElements', [ones, at, count], { axis: 0 })
  const flat = writer.emit('Reshape', [inputOf(context, 1), line])
  const indices = writer.emit('Expand', [flat, shape])
  return scatterAdd(context, indices, updates, axis)
}

const gather: VjpRule = (context) => {
  if (!context.wants(0)) return [null, null]
  const dims = context.dims.of(inputOf(context, 0))
  const width = dims?.[1]
  const rows = intOf(context.node, 'axis', 0) === 0 && dims?.length === 2
  return [
    rows && typeof width === 'number' ? gatherRows(context, width) : gatherAlong(context),
    null,
  ]
}

/** The gradient goes where the value came from. */
const where: VjpRule = (context) => {
  const { writer, dims } = context
  const zero = writer.scalar(0)
  const branch = (index: 1 | 2): string | null => {
    if (!context.wants(index)) return null
    const pair = index === 1 ? [gradOf(context), zero] : [zero, gradOf(context)]
    const chosen = writer.emit('Where', [inputOf(context, 0), ...pair])
    return sumToShape(writer, dims, chosen, outputOf(context), inputOf(context, index))
  }
  return [null, branch(1), branch(2)]
}

/** In training mode the kept elements are scaled by 1/(1 - ratio); otherwise Dropout is the identity. Source: onnx Operators.md, Dropout-13. */
const dropout: VjpRule = (context) => {
  const { writer, dims, node } = context
  if (inputOf(context, 2) === '') return [gradOf(context)]
  const ratio = dims.number(inputOf(context, 1)) ?? floatOf(node, 'ratio', 0.5)
  const kept = writer.op('Cast', [context.output(1)], { to: 1 })
  const scale = writer.emit('Mul', [kept, writer.scalar(1 / (1 - ratio))])
  return [writer.emit('Mul', [gradOf(context), scale]), null, null]
}

/** Ops that choose which values go on. */
export const selectRules = {
  Gather: gather,
  Where: where,
  Dropout: dropout,
} as const satisfies Record<string, VjpRule>
