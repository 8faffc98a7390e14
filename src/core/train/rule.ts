import type { GraphWriter } from '../onnx/graph-writer.ts'
import type { Node } from '../onnx/model.ts'
import type { KnownDims } from './known-dims.ts'

/** What a vector-Jacobian rule sees of one forward node. */
export interface RuleContext {
  readonly node: Node
  /** Gradient of the loss by each output of the node; null where none arrives. At least one is there. */
  readonly grads: readonly (string | null)[]
  /** Whether the gradient by input `index` is needed. */
  wants(index: number): boolean
  readonly writer: GraphWriter
  readonly dims: KnownDims
  /** The name of output `index` of the forward node, which is added to the node when it was left out. */
  output(index: number): string
}

/** Emits the gradient by each input, given those by the outputs; null where there is none or none is wanted. */
export type VjpRule = (context: RuleContext) => readonly (string | null)[]

/** The gradient by the first output; rules with one output always have it. */
export function gradOf({ grads }: RuleContext): string {
  return grads[0] ?? ''
}

/** Input `index` of the forward node; '' when it is left out. */
export function inputOf({ node }: RuleContext, index: number): string {
  return node.inputs[index] ?? ''
}

/** Output `index` of the forward node. */
export function outputOf({ node }: RuleContext, index = 0): string {
  return node.outputs[index] ?? ''
}

/** The rule of an element-wise function of one operand: dy times its slope, which `slope` emits from input x and output y. */
export function bySlope(slope: (writer: GraphWriter, x: string, y: string) => string): VjpRule {
  return (context) => {
    const { writer } = context
    const factor = slope(writer, inputOf(context, 0), outputOf(context))
    return [writer.emit('Mul', [gradOf(context), factor])]
  }
}
