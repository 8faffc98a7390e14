import { type GraphIndex, indexGraph } from '../onnx/graph-index.ts'
import type { Graph } from '../onnx/model.ts'
import { type Dense, feedForwards } from './structural-anatomy.ts'
import { attentions, only } from './structural-attention.ts'
import { normInput, normOutput } from './structural-norm.ts'

/** A residual block: `exit` = block(entry) + entry, with the normalisations that belong to it. */
export interface Block {
  readonly kind: 'attention' | 'feed-forward'
  readonly entry: string
  readonly exit: string
}

/** A layer: an attention block followed by its feed-forward block. */
export interface Layer {
  readonly attention: Block
  readonly feedForward: Block
}

/** The residual layers in order: attention and feed-forward blocks with the values where they begin and end. */
export function layersOf(graph: Graph): readonly Layer[] {
  const index = indexGraph(graph)
  const blocks: Block[] = []
  const [attended, fed] = [attentions(graph), feedForwards(graph)]
  const at = (dense: Dense) => index.position(dense.node)
  for (const attention of attended) {
    const block = residualAround(index, attention.query.input, attention.output.output)
    const next = fed.find(({ up }) => up[0] !== undefined && at(up[0]) > at(attention.output))
    const up = next?.up[0]
    const after = up && next && residualAround(index, up.input, next.down.output)
    if (block === null || !after || after.entry !== block.exit) continue
    blocks.push({ kind: 'attention', ...block }, { kind: 'feed-forward', ...after })
  }
  return Array.from({ length: blocks.length / 2 }, (_, i) => ({
    attention: blocks[2 * i] as Block,
    feedForward: blocks[2 * i + 1] as Block,
  }))
}

/**
 * Where a block begins and ends. Normalised before (pre): entry -> norm -> block -> + entry. After (post, BERT):
 * entry -> block -> + entry -> norm. Source: Xiong et al., arXiv 2002.04745, figure 1.
 */
function residualAround(
  index: GraphIndex,
  input: string,
  output: string,
): { readonly entry: string; readonly exit: string } | null {
  const add = only(index, output, 'Add')
  if (add === undefined) return null
  const other = add.inputs[0] === output ? add.inputs[1] : add.inputs[0]
  const sum = add.outputs[0] ?? ''
  if (other === input) {
    const exit = normOutput(index, sum)
    return exit === null ? null : { entry: input, exit }
  }
  if (other === undefined || normInput(index, input) !== other) return null
  return { entry: other, exit: sum }
}
