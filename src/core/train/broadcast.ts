import type { GraphWriter } from '../onnx/graph-writer.ts'
import type { Dim } from '../onnx/model.ts'
import type { KnownDims } from './known-dims.ts'

type Decision = 'keep' | 'sum' | 'unknown'

/** Whether an axis of the output has to be summed to give the target's axis; a symbol that may be 1 is summed only when the target is 1. */
function decide(output: Dim, target: Dim): Decision {
  if (target === 1) return output === 1 ? 'keep' : 'sum'
  if (typeof target === 'number') return 'keep'
  return target !== null && target === output ? 'keep' : 'unknown'
}

function sumStatically(
  writer: GraphWriter,
  grad: string,
  lead: number,
  inner: readonly number[],
): string {
  const leading = Array.from({ length: lead }, (_, index) => index)
  const summedInner =
    inner.length === 0 ? grad : writer.op('ReduceSum', [grad, writer.ints(inner)], { keepdims: 1 })
  return lead === 0
    ? summedInner
    : writer.op('ReduceSum', [summedInner, writer.ints(leading)], { keepdims: 0 })
}

/** The same at run time: axes where the target's shape, padded on the left with ones, is 1 are summed, then the shape is restored. */
function sumDynamically(writer: GraphWriter, grad: string, target: string): string {
  const shape = writer.emit('Shape', [target])
  const rank = writer.emit('Shape', [writer.emit('Shape', [grad])])
  const pad = writer.emit('Sub', [rank, writer.emit('Shape', [shape])])
  const ones = writer.emit('Expand', [writer.ints([1]), pad])
  const padded = writer.op('Concat', [ones, shape], { axis: 0 })
  const isOne = writer.emit('Equal', [padded, writer.ints([1])])
  const axes = writer.emit('Reshape', [writer.emit('NonZero', [isOne]), writer.ints([-1])])
  const summed = writer.op('ReduceSum', [grad, axes], { keepdims: 1, noop_with_empty_axes: 1 })
  return writer.emit('Reshape', [summed, shape])
}

/**
 * The gradient by an operand that was broadcast: `grad`, shaped like `output`, summed to the shape of `target`.
 * Decided before the run where the dims are known, inside the graph otherwise.
 */
export function sumToShape(
  writer: GraphWriter,
  dims: KnownDims,
  grad: string,
  output: string,
  target: string,
): string {
  const from = dims.of(output)
  const to = dims.of(target)
  if (from === undefined || to === undefined || to.length > from.length)
    return sumDynamically(writer, grad, target)
  const lead = from.length - to.length
  const decisions = to.map((dim, index) => decide(from[lead + index] ?? null, dim))
  if (decisions.includes('unknown')) return sumDynamically(writer, grad, target)
  const inner = decisions.flatMap((decision, index) => (decision === 'sum' ? [lead + index] : []))
  return sumStatically(writer, grad, lead, inner)
}
