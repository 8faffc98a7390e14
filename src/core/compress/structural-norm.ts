import type { GraphIndex } from '../onnx/graph-index.ts'
import type { Node } from '../onnx/model.ts'

const whole: ReadonlySet<string> = new Set([
  'LayerNormalization',
  'SimplifiedLayerNormalization',
  'RMSNormalization',
])

/**
 * What a layer normalisation that makes `value` reads; null where something else makes it. Before opset 17 exporters write it out:
 * d = x - mean(x), d / sqrt(mean(d^2) + e) * scale + shift (torch.onnx, symbolic_opset9.py, layer_norm).
 */
export function normInput(index: GraphIndex, value: string): string | null {
  const node = index.producer(value)
  if (node !== undefined && whole.has(node.opType)) return node.inputs[0] ?? null
  const scaled = behindConstant(index, node, 'Add')
  const divided = behindConstant(index, scaled, 'Mul')
  if (divided?.opType !== 'Div') return null
  const centred = index.producer(divided.inputs[0] ?? '')
  const root = index.producer(divided.inputs[1] ?? '')
  if (centred?.opType !== 'Sub' || root?.opType !== 'Sqrt') return null
  const [x = '', mean = ''] = centred.inputs
  const average = index.producer(mean)
  return average?.opType === 'ReduceMean' && average.inputs[0] === x ? x : null
}

/** The node whose output is added to (or multiplied by) a vector of constants. */
function behindConstant(index: GraphIndex, node: Node | undefined, op: string): Node | undefined {
  if (node?.opType !== op) return undefined
  const other = node.inputs.filter((input) => index.initializer(input) === undefined)
  return other.length === 1 ? index.producer(other[0] ?? '') : undefined
}

/** The output of the layer normalisation that reads `value` and nothing else does; null where there is none. */
export function normOutput(index: GraphIndex, value: string): string | null {
  const users = index.consumers(value).filter(({ opType }) => opType !== 'Shape')
  const [user] = users
  if (users.length === 1 && user !== undefined)
    return whole.has(user.opType) ? (user.outputs[0] ?? null) : null
  const parts = users.filter(({ opType }) => opType === 'ReduceMean' || opType === 'Sub')
  if (parts.length !== users.length) return null
  for (const centred of users.filter(({ opType }) => opType === 'Sub')) {
    const end = ['Div', 'Mul', 'Add'].reduce<Node | undefined>(
      (node, op) =>
        node && index.consumers(node.outputs[0] ?? '').find(({ opType }) => opType === op),
      centred,
    )
    const output = end?.outputs[0]
    if (output !== undefined && normInput(index, output) === value) return output
  }
  return null
}
