import { RightsizeError } from '../error/error.ts'
import { intsOf } from '../onnx/attributes.ts'
import { int64Tensor, intAttribute } from '../onnx/build.ts'
import type { Graph, Node, Tensor } from '../onnx/model.ts'

/** Reductions whose axes became an input with opset 18. Source: onnx Changelog.md, version 18 (ReduceSum had it since 13). */
const reductions: ReadonlySet<string> = new Set(
  ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'].map(
    (kind) => `Reduce${kind}`,
  ),
)

interface Upgrade {
  readonly nodes: Node[]
  readonly initializers: Tensor[]
  readonly taken: Set<string>
}

function freshName({ taken }: Upgrade, hint: string): string {
  let name = hint
  while (taken.has(name)) name = `${name}_`
  taken.add(name)
  return name
}

/** Moves the `axes` attribute into a constant input. */
function axesAsInput(upgrade: Upgrade, node: Node): Node {
  const axes = intsOf(node, 'axes')
  if (axes === undefined) return node
  const name = freshName(upgrade, `${node.outputs[0]}_axes`)
  upgrade.initializers.push(int64Tensor(name, [axes.length], axes))
  const attributes = node.attributes.filter((attribute) => attribute.name !== 'axes')
  return { ...node, inputs: [...node.inputs.slice(0, 1), name], attributes }
}

/** Equal pieces have to be counted since opset 18. */
function countedSplit(node: Node): Node {
  const said = node.inputs.length > 1 || node.attributes.some(({ name }) => name === 'num_outputs')
  if (said) return node
  const count = intAttribute('num_outputs', node.outputs.length)
  return { ...node, attributes: [...node.attributes, count] }
}

/**
 * The graph of a model of opset 13 to 21 as opset 18 and later mean it, so that backward nodes can stand beside it. The ops that differ among
 * those with gradient rules are the reductions and Split; from 18 to 21 none does. Throws TRAIN_OPSET for older and newer models.
 */
export function atOpset18(graph: Graph, opset: number): Graph {
  if (opset < 13 || opset > 21)
    throw new RightsizeError('TRAIN_OPSET', `the model has opset ${opset}`)
  if (opset >= 18) return graph
  const taken = new Set(graph.nodes.flatMap((node) => node.outputs))
  for (const { name } of [...graph.initializers, ...graph.inputs]) taken.add(name)
  const upgrade: Upgrade = { nodes: [], initializers: [], taken }
  for (const node of graph.nodes)
    upgrade.nodes.push(
      reductions.has(node.opType)
        ? axesAsInput(upgrade, node)
        : node.opType === 'Split'
          ? countedSplit(node)
          : node,
    )
  return {
    ...graph,
    nodes: upgrade.nodes,
    initializers: [...graph.initializers, ...upgrade.initializers],
  }
}
