import type { GraphWriter } from '../onnx/graph-writer.ts'
import { bySlope, type VjpRule } from './rule.ts'

/** exp(-x^2 * scale). */
function gaussian(writer: GraphWriter, x: string, scale: number): string {
  const square = writer.emit('Mul', [x, x])
  return writer.emit('Exp', [writer.emit('Mul', [square, writer.scalar(-scale)])])
}

/** GELU(x) = x Phi(x), so its slope is Phi(x) + x phi(x) with the normal distribution's Phi and phi. Source: Hendrycks and Gimpel, arXiv 1606.08415. */
function geluSlope(writer: GraphWriter, x: string): string {
  const scaled = writer.emit('Mul', [x, writer.scalar(Math.SQRT1_2)])
  const half = writer.emit('Mul', [writer.emit('Erf', [scaled]), writer.scalar(0.5)])
  const phi = writer.emit('Mul', [
    writer.emit('Mul', [x, writer.scalar(1 / Math.sqrt(2 * Math.PI))]),
    gaussian(writer, x, 0.5),
  ])
  return writer.emit('Add', [writer.emit('Add', [half, writer.scalar(0.5)]), phi])
}

/** Element-wise activations. */
export const activationRules = {
  /** d erf(x) = 2/sqrt(pi) exp(-x^2) dx. Source: definition of erf, NIST DLMF 7.2.1. */
  Erf: bySlope((writer, x) =>
    writer.emit('Mul', [gaussian(writer, x, 1), writer.scalar(2 / Math.sqrt(Math.PI))]),
  ),
  /** d tanh(x) = (1 - tanh(x)^2) dx. */
  Tanh: bySlope((writer, _, y) =>
    writer.emit('Sub', [writer.scalar(1), writer.emit('Mul', [y, y])]),
  ),
  /** d s(x) = s(x) (1 - s(x)) dx. */
  Sigmoid: bySlope((writer, _, y) =>
    writer.emit('Mul', [y, writer.emit('Sub', [writer.scalar(1), y])]),
  ),
  /** 1 where the output is above 0; 0 at 0, as PyTorch and TensorFlow have it. */
  Relu: bySlope((writer, _, y) => writer.emit('Sign', [y])),
  Gelu: bySlope(geluSlope),
} as const satisfies Record<string, VjpRule>
