import { RightsizeError } from '../error/error.ts'
import { type GraphWriter, writerFor } from '../onnx/graph-writer.ts'
import type { Graph, Model, ValueInfo } from '../onnx/model.ts'
import { inferShapes } from '../onnx/shapes.ts'
import { gradient, gradientName } from '../train/gradient.ts'
import { lossNames, withLoss } from '../train/loss.ts'
import { atOpset18 } from '../train/upgrade.ts'

/**
 * What the loss of the Taylor importance compares with: `labels` fed by the caller (input `labels`), or a class `drawn` from the model's
 * own answer (input `draws`, uniform in [0, 1), one a row).
 */
export type TaylorTargets = 'labels' | 'drawn'

/** Name of the input with the numbers by which classes are drawn. */
export const drawsName = 'draws'

/** A value with the number of neighbouring channels that stay or go together. */
export interface TaylorRequest {
  readonly value: string
  readonly group: number
}

/** A model whose outputs are the sums over texts of squared first-order terms, one vector a value. */
export interface TaylorGraph {
  readonly model: Model
  readonly outputs: readonly { readonly value: string; readonly squares: string }[]
}

/** The output that holds the classes: `logits`, else the first. */
function answers({ graph }: Model): ValueInfo {
  const found = graph.outputs.find(({ name }) => name === 'logits') ?? graph.outputs[0]
  if (found === undefined) throw new RightsizeError('SHRINK_STATISTICS', 'the model has no output')
  return found
}

/** Why no Taylor importance can be had of a model in these values; null where it can. */
export function taylorRefusal(model: Model, values: readonly string[]): string | null {
  const { name, dims } = answers(model)
  if (dims !== null && dims.length !== 2)
    return `no gradient: '${name}' is not one row of classes a text`
  try {
    taylorGraph(
      model,
      values.map((value) => ({ value, group: 1 })),
      'drawn',
    )
    return null
  } catch (error) {
    if (error instanceof RightsizeError) return `no gradient: ${error.message}`
    throw error
  }
}

/**
 * The model with the first-order Taylor importance of the requested values as its outputs: per group of channels the sum over texts of
 * (sum over positions and channels of x dL/dx)^2, L the cross-entropy of one text. x dL/dx summed over positions is the slope of L by a
 * gate on the channel, and equals sum_j W_ij dL/dW_ij of the layer that reads it, so no gradient by a weight is calculated.
 * Sources: Molchanov et al., arXiv 1906.10771, eq. 8 and 3.3 (gates); Michel et al., arXiv 1905.10650, eq. 2 (heads, with absolute values).
 * With classes drawn from the model's own answers the mean of the squares is the Fisher information of the gates: what the
 * Kullback-Leibler divergence from the original grows by, twice over, to second order (Theis et al., arXiv 1801.05787; Kwon et al.,
 * arXiv 2204.09656). The cross-entropy against the model's own soft answers would not do: its slope is 0 at the original.
 * Inputs beside the model's: `weights` [batch], and `labels` int64 [batch] or `draws` float32 [batch]. Texts must not influence each
 * other. Throws TRAIN_NO_GRADIENT, TRAIN_OPSET and TRAIN_PARAMETER.
 */
export function taylorGraph(
  model: Model,
  requests: readonly TaylorRequest[],
  targets: TaylorTargets,
): TaylorGraph {
  const { name } = answers(model)
  const forward = atOpset18(model.graph, model.opsets[''] ?? 1)
  const shapes = inferShapes(forward)
  const told = targets === 'labels' ? forward : drawing(forward, name)
  const losing = withLoss(told, name, { kind: 'cross-entropy' })
  const asked =
    targets === 'labels'
      ? losing
      : { ...losing, inputs: losing.inputs.filter((input) => input.name !== lossNames.labels) }
  const graph = gradient(
    asked,
    lossNames.loss,
    requests.map(({ value }) => value),
  )
  const writer = writerFor(graph, 'taylor/')
  const outputs = requests.map((request) => ({
    value: request.value,
    squares: squaredTerms(writer, request, shapes.get(request.value)?.dims?.length ?? null),
  }))
  return {
    model: {
      ...model,
      opsets: { ...model.opsets, '': Math.max(18, model.opsets[''] ?? 1), 'com.microsoft': 1 },
      graph: writer.extending(graph, {
        outputs: outputs.map(({ squares }) => ({ name: squares, dtype: 'float32', dims: [null] })),
      }),
    },
    outputs,
  }
}

/** The graph with one class a row, drawn from its own answers: the first whose cumulative share lies above the number drawn. */
function drawing(graph: Graph, logits: string): Graph {
  const writer = writerFor(graph, 'drawn/')
  const shares = writer.op('Softmax', [logits], { axis: -1 })
  const steps = writer.emit('CumSum', [shares, writer.integer(-1)])
  const draws = writer.emit('Unsqueeze', [drawsName, writer.ints([1])])
  // The last share is left out of the count: rounding may keep the sum below the number drawn.
  const before = writer.emit('Slice', [
    writer.emit('LessOrEqual', [steps, draws]),
    ...[[0], [-1], [1]].map((values) => writer.ints(values)),
  ])
  const passed = writer.op('Cast', [before], { to: 7 })
  writer.emit('ReduceSum', [passed, writer.ints([1])], {
    outputs: [lossNames.labels],
    attributes: { keepdims: 0 },
  })
  return writer.extending(graph, {
    inputs: [...graph.inputs, { name: drawsName, dtype: 'float32', dims: [null] }],
  })
}

/** Sum over texts of squares; positions are all axes between the first and the last. A value of rank 2 counts its rows as texts. */
function squaredTerms(
  writer: GraphWriter,
  { value, group }: TaylorRequest,
  rank: number | null,
): string {
  const positions = Array.from({ length: Math.max(0, (rank ?? 2) - 2) }, (_, at) => at + 1)
  const over = { attributes: { keepdims: 0 } }
  const terms = writer.emit('Mul', [value, gradientName(value)])
  const channels =
    positions.length === 0 ? terms : writer.emit('ReduceSum', [terms, writer.ints(positions)], over)
  const gates =
    group === 1
      ? channels
      : writer.emit(
          'ReduceSum',
          [writer.emit('Reshape', [channels, writer.ints([0, -1, group])]), writer.ints([2])],
          over,
        )
  const squares = writer.emit('Mul', [gates, gates])
  return writer.emit('ReduceSum', [squares, writer.ints([0])], over)
}
