import type { GraphWriter } from '../onnx/graph-writer.ts'
import { gradOf, inputOf, type VjpRule } from './rule.ts'

/** exp(-x^2 * scale). */
function gaussian(writer: GraphWriter, x: string, scale: number): string {
  const square = writer.emit('Mul', [x, x])
  return writer.emit('Exp', [writer.emit('Mul', [square, writer.scalar(-scale)])])
}

/** d erf(x) = 2/sqrt(pi) exp(-x^2) dx. Source: definition of erf, NIST DLMF 7.2.1. */
const erf: VjpRule = (context) => {
  const { writer } = context
  const bell = gaussian(writer, inputOf(context, 0), 1)
  const slope = writer.emit('Mul', [bell, writer.scalar(2 / Math.sqrt(Math.PI))])
  return [writer.emit('Mul', [gradOf(context), slope])]
}

/** d tanh(x) = (1 - tanh(x)^2) dx. */
const tanh: VjpRule = (context) => {
  const { writer, node } = context
  const y = node.outputs[0] ?? ''
  const slope = writer.emit('Sub', [writer.scalar(1), writer.emit('Mul', [y, y])])
  return [writer.emit('Mul', [gradOf(context), slope])]
}

/** d s(x) = s(x) (1 - s(x)) dx. */
const sigmoid: VjpRule = (context) => {
  const { writer, node } = context
  const y = node.outputs[0] ?? ''
  const slope = writer.emit('Mul', [y, writer.emit('Sub', [writer.scalar(1), y])])
  return [writer.emit('Mul', [gradOf(context), slope])]
}

/** 1 where the output is above 0; 0 at 0, as PyTorch and TensorFlow have it. */
const relu: VjpRule = (context) => {
  const { writer, node } = context
  return [writer.emit('Mul', [gradOf(context), writer.emit('Sign', [node.outputs[0] ?? ''])])]
}

/** GELU(x) = x Phi(x), so its slope is Phi(x) + x phi(x) with the normal distribution's Phi and phi. Source: Hendrycks and Gimpel, arXiv 1606.08415. */
const gelu: VjpRule = (context) => {
  const { writer } = context
  const x = inputOf(context, 0)
  const scaled = writer.emit('Mul', [x, writer.scalar(Math.SQRT1_2)])
  const half = writer.emit('Mul', [writer.emit('Erf', [scaled]), writer.scalar(0.5)])
  const phi = writer.emit('Mul', [
    writer.emit('Mul', [x, writer.scalar(1 / Math.sqrt(2 * Math.PI))]),
    gaussian(writer, x, 0.5),
  ])
  const slope = writer.emit('Add', [writer.emit('Add', [half, writer.scalar(0.5)]), phi])
  return [writer.emit('Mul', [gradOf(context), slope])]
}

/** Element-wise activations. */
export const activationRules = {
  Erf: erf,
  Tanh: tanh,
  Sigmoid: sigmoid,
  Relu: relu,
  Gelu: gelu,
} as const satisfies Record<string, VjpRule>
