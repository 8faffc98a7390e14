import { sumToShape } from './broadcast.ts'
import { bySlope, gradOf, inputOf, outputOf, type RuleContext, type VjpRule } from './rule.ts'

/** Sums `grad` to the shape of operand `index`, or null when its gradient is not wanted. */
function toOperand(context: RuleContext, index: number, grad: () => string): string | null {
  if (!context.wants(index)) return null
  const { writer, dims } = context
  return sumToShape(writer, dims, grad(), outputOf(context), inputOf(context, index))
}

/** d(a+b) = da + db, for any number of operands. */
const sum: VjpRule = (context) =>
  context.node.inputs.map((_, index) => toOperand(context, index, () => gradOf(context)))

/** The largest operand gets the gradient; equal ones each get it. */
const max: VjpRule = (context) => {
  const { writer, node } = context
  return node.inputs.map((input, index) =>
    toOperand(context, index, () => {
      const largest = writer.emit('Equal', [input, outputOf(context)])
      const chosen = writer.op('Cast', [largest], { to: 1 })
      return writer.emit('Mul', [gradOf(context), chosen])
    }),
  )
}

const sub: VjpRule = (context) => [
  toOperand(context, 0, () => gradOf(context)),
  toOperand(context, 1, () => context.writer.emit('Neg', [gradOf(context)])),
]

/** d(ab) = b da + a db. */
const mul: VjpRule = (context) => {
  const { writer } = context
  return [
    toOperand(context, 0, () => writer.emit('Mul', [gradOf(context), inputOf(context, 1)])),
    toOperand(context, 1, () => writer.emit('Mul', [gradOf(context), inputOf(context, 0)])),
  ]
}

/** d(a/b) = da/b - (a/b) db/b. */
const div: VjpRule = (context) => {
  const { writer } = context
  const overB = writer.emit('Div', [gradOf(context), inputOf(context, 1)])
  const byB = (): string => writer.emit('Neg', [writer.emit('Mul', [overB, outputOf(context)])])
  return [toOperand(context, 0, () => overB), toOperand(context, 1, byB)]
}

/** d(x^p)/dx = p x^(p-1), without Pow for p = 2; d(x^p)/dp = x^p ln x, defined for x > 0 only. */
const pow: VjpRule = (context) => {
  const { writer, dims } = context
  const base = inputOf(context, 0)
  const exponent = inputOf(context, 1)
  const slope = (): string => {
    const constant = dims.number(exponent)
    if (constant === 2) return writer.emit('Mul', [base, writer.scalar(2)])
    const less = writer.emit('Sub', [exponent, writer.scalar(1)])
    return writer.emit('Mul', [writer.emit('Pow', [base, less]), exponent])
  }
  const byExponent = (): string =>
    writer.emit('Mul', [outputOf(context), writer.emit('Log', [base])])
  return [
    toOperand(context, 0, () => writer.emit('Mul', [gradOf(context), slope()])),
    toOperand(context, 1, () => writer.emit('Mul', [gradOf(context), byExponent()])),
  ]
}

const neg: VjpRule = (context) => [context.writer.emit('Neg', [gradOf(context)])]

/** d sqrt(x) = dx / (2 sqrt(x)). */
const sqrt: VjpRule = (context) => {
  const { writer } = context
  const twice = writer.emit('Mul', [outputOf(context), writer.scalar(2)])
  return [writer.emit('Div', [gradOf(context), twice])]
}

const log: VjpRule = (context) => [
  context.writer.emit('Div', [gradOf(context), inputOf(context, 0)]),
]

/** Element-wise arithmetic with broadcasting: the gradient of a broadcast operand is summed back to its shape. */
export const arithmeticRules = {
  Add: sum,
  Sum: sum,
  Sub: sub,
  Max: max,
  Mul: mul,
  Div: div,
  Pow: pow,
  Neg: neg,
  Sqrt: sqrt,
  /** d exp(x) = exp(x) dx. */
  Exp: bySlope((_, __, y) => y),
  Log: log,
  /** The sign of x; 0 at 0. */
  Abs: bySlope((writer, x) => writer.emit('Sign', [x])),
} as const satisfies Record<string, VjpRule>
