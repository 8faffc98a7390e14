import { RightsizeError } from '../error/error.ts'
import { intOf } from '../onnx/attributes.ts'
import { normalAxis } from '../onnx/dims.ts'
import { gradOf, inputOf, outputOf, type RuleContext, type VjpRule } from './rule.ts'

const axisOf = ({ node }: RuleContext): number => intOf(node, 'axis', -1)

function sumOverAxis(context: RuleContext, value: string): string {
  const { writer } = context
  return writer.op('ReduceSum', [value, writer.ints([axisOf(context)])], { keepdims: 1 })
}

/** dx = y (dy - sum(dy y)). */
const softmax: VjpRule = (context) => {
  const { writer } = context
  const y = outputOf(context)
  const weighted = writer.emit('Mul', [gradOf(context), y])
  const total = sumOverAxis(context, weighted)
  return [writer.emit('Sub', [weighted, writer.emit('Mul', [y, total])])]
}

/** dx = dy - softmax(x) sum(dy). */
const logSoftmax: VjpRule = (context) => {
  const { writer } = context
  const probabilities = writer.emit('Exp', [outputOf(context)])
  const total = sumOverAxis(context, gradOf(context))
  return [writer.emit('Sub', [gradOf(context), writer.emit('Mul', [probabilities, total])])]
}

/** Number of elements that one normalisation runs over, and the rank; both must be known. */
function normalised(context: RuleContext): { rank: number; axis: number; size: number } {
  const scale = context.dims.of(inputOf(context, 1))
  const rank = context.dims.of(inputOf(context, 0))?.length
  const axis = axisOf(context)
  if (axis === -1 && typeof scale?.[0] === 'number')
    return { rank: rank ?? 0, axis: -1, size: scale[0] }
  if (rank === undefined || scale?.some((dim) => typeof dim !== 'number') !== false)
    throw new RightsizeError(
      'TRAIN_SHAPE',
      'the gradient of LayerNormalization needs the shape of its scale and the rank of its input',
      { at: context.node.name },
    )
  const size = scale.reduce<number>((product, dim) => product * Number(dim), 1)
  return { rank, axis: normalAxis(axis, rank), size }
}

function sumLeading(context: RuleContext, value: string): string {
  const { writer, dims } = context
  const scaleRank = dims.of(inputOf(context, 1))?.length ?? 1
  const rank = dims.of(inputOf(context, 0))?.length
  if (rank === undefined) {
    const rows = writer.op('Flatten', [value], { axis: -1 })
    return writer.op('ReduceSum', [rows, writer.ints([0])], { keepdims: 0 })
  }
  const axes = Array.from({ length: rank - scaleRank }, (_, index) => index)
  if (axes.length === 0) return value
  return writer.op('ReduceSum', [value, writer.ints(axes)], { keepdims: 0 })
}

/** The mean of `value` over the normalised axes, kept as axes of size 1. */
function meanOver(context: RuleContext, value: string): string {
  const { writer } = context
  const { axis, rank } = normalised(context)
  const axes = axis === -1 ? [-1] : Array.from({ length: rank - axis }, (_, index) => axis + index)
  return writer.op('ReduceMean', [value, writer.ints(axes)], { keepdims: 1 })
}

/**
 * With h = (x - mean) / deviation and g = dy scale: dx = (g - mean(g) - h mean(g h)) / deviation, dscale = sum(dy h), dbias = sum(dy).
 * Mean and 1/deviation are the node's own second and third outputs. Source: Ba, Kiros, Hinton, arXiv 1607.06450.
 */
const layerNormalization: VjpRule = (context) => {
  const { writer } = context
  const dy = gradOf(context)
  const deviation = context.output(2)
  const centred = writer.emit('Sub', [inputOf(context, 0), context.output(1)])
  const h = writer.emit('Mul', [centred, deviation])
  const dyh = writer.emit('Mul', [dy, h])
  const byInput = (): string => {
    const scale = inputOf(context, 1)
    const g = writer.emit('Mul', [dy, scale])
    const meanGh = meanOver(context, writer.emit('Mul', [dyh, scale]))
    const level = writer.emit('Sub', [g, meanOver(context, g)])
    const slope = writer.emit('Mul', [h, meanGh])
    return writer.emit('Mul', [writer.emit('Sub', [level, slope]), deviation])
  }
  return [
    context.wants(0) ? byInput() : null,
    context.wants(1) ? sumLeading(context, dyh) : null,
    context.wants(2) && inputOf(context, 2) !== '' ? sumLeading(context, dy) : null,
  ]
}

/** Normalisations along an axis, in the meaning of opset 13 and later. */
export const normalRules = {
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  LayerNormalization: layerNormalization,
} as const satisfies Record<string, VjpRule>
