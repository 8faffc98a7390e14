import { RightsizeError } from '../error/error.ts'
import { intOf, intsOf } from '../onnx/attributes.ts'
import { sumToShape } from './broadcast.ts'
import { gradOf, inputOf, outputOf, type RuleContext, type VjpRule } from './rule.ts'

/** The gradient in the shape of the input; for every op that only renames positions in row-major order. */
const reshapeBack: VjpRule = (context) => {
  const { writer } = context
  const shape = writer.emit('Shape', [inputOf(context, 0)])
  return [writer.op('Reshape', [gradOf(context), shape], { allowzero: 1 })]
}

const passThrough: VjpRule = (context) => [gradOf(context)]

/** The inverse permutation; without `perm` the axes are reversed, which is its own inverse. */
const transpose: VjpRule = (context) => {
  const { writer, node } = context
  const perm = intsOf(node, 'perm')
  if (perm === undefined) return [writer.emit('Transpose', [gradOf(context)])]
  const inverse = perm.map((_, index) => perm.indexOf(index))
  return [writer.op('Transpose', [gradOf(context)], { perm: inverse })]
}

/** The size of `name` along `axis` as a tensor of one int64. */
function sizeAlong({ writer }: RuleContext, name: string, axis: number): string {
  return writer.op('Gather', [writer.emit('Shape', [name]), writer.ints([axis])], { axis: 0 })
}

/** The gradient is cut where the inputs were joined. */
const concat: VjpRule = (context) => {
  const { writer, node } = context
  const axis = intOf(node, 'axis', 0)
  const sizes = node.inputs.map((name) => sizeAlong(context, name, axis))
  const splits = writer.op('Concat', sizes, { axis: 0 })
  const outputs = node.inputs.map(() => writer.fresh('split'))
  writer.emit('Split', [gradOf(context), splits], { attributes: { axis }, outputs })
  return outputs
}

/** A float32 tensor of zeros (ConstantOfShape's default value) in the shape of `name`. */
export function zerosLike({ writer }: RuleContext, name: string): string {
  const shape = writer.emit('Shape', [name])
  return writer.emit('ConstantOfShape', [shape])
}

/** The gradients of the pieces, joined; a piece without gradient counts as zeros. */
const split: VjpRule = (context) => {
  const { writer, node, grads } = context
  const pieces = node.outputs.map((name, index) => grads[index] ?? zerosLike(context, name))
  return [writer.op('Concat', pieces, { axis: intOf(node, 'axis', 0) })]
}

/**
 * Whatever a Slice took, by position: the same slice of the numbers 0..n-1 says where each gradient goes.
 * Exact for every start, end and step, also when they are only known at run time.
 */
const slice: VjpRule = (context) => {
  const { writer, node } = context
  if (node.attributes.length > 0)
    throw new RightsizeError(
      'TRAIN_SHAPE',
      'Slice with attributes (opset 9 or older) has no gradient',
      {
        at: node.name,
      },
    )
  const flat = writer.ints([-1])
  const shape = writer.emit('Shape', [inputOf(context, 0)])
  const count = writer.op('ReduceProd', [shape], { keepdims: 0 })
  const zero = writer.integer(0)
  const one = writer.integer(1)
  const positions = writer.emit('Reshape', [writer.emit('Range', [zero, count, one]), shape])
  const taken = writer.emit('Slice', [positions, ...node.inputs.slice(1)])
  const zeros = writer.emit('ConstantOfShape', [writer.emit('Reshape', [count, writer.ints([1])])])
  const filled = writer.op(
    'ScatterElements',
    [zeros, writer.emit('Reshape', [taken, flat]), writer.emit('Reshape', [gradOf(context), flat])],
    { axis: 0, reduction: 'add' },
  )
  return [writer.emit('Reshape', [filled, shape])]
}

const expand: VjpRule = (context) => {
  const { writer, dims } = context
  return [sumToShape(writer, dims, gradOf(context), outputOf(context), inputOf(context, 0))]
}

/** Between float types the gradient is cast back; a cast that makes integers ends it (onnx TensorProto: 1 float, 10 float16, 11 double, 16 bfloat16). */
const cast: VjpRule = (context) => {
  const { writer, node } = context
  const to = intOf(node, 'to', 0)
  if (![1, 10, 11, 16].includes(to)) return [null]
  return [writer.emit('CastLike', [gradOf(context), inputOf(context, 0)])]
}

/** Ops that move values without computing on them. */
export const shapeRules = {
  Reshape: reshapeBack,
  Flatten: reshapeBack,
  Squeeze: reshapeBack,
  Unsqueeze: reshapeBack,
  Identity: passThrough,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Expand: expand,
  Cast: cast,
} as const satisfies Record<string, VjpRule>
