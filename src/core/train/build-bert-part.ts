import type { GraphWriter } from '../onnx/graph-writer.ts'
import type { BertConfig } from './bert-config.ts'
import type { BertWeights } from './bert-weights.ts'

/** What the functions that build a graph from a checkpoint share. */
export interface Build {
  readonly writer: GraphWriter
  readonly weights: BertWeights
  readonly config: BertConfig
}

/** x W + b; nodes are named after the module, as exporters do. */
export function dense(
  { writer, weights }: Build,
  value: string,
  at: string,
  rows: number,
  columns: number,
): string {
  const weight = weights.addTurned(`${at}.weight`, rows, columns)
  const bias = weights.add(`${at}.bias`, [columns])
  const path = at.replaceAll('.', '/')
  const product = writer.emit('MatMul', [value, weight], { name: `/${path}/MatMul` })
  return writer.emit('Add', [product, bias], { name: `/${path}/Add` })
}

export function normalised({ writer, weights, config }: Build, value: string, at: string): string {
  const scale = weights.add(`${at}.weight`, [config.width])
  const shift = weights.add(`${at}.bias`, [config.width])
  return writer.emit('LayerNormalization', [value, scale, shift], {
    attributes: { axis: -1, epsilon: { float: config.epsilon } },
    name: `/${at.replaceAll('.', '/')}/LayerNormalization`,
  })
}

/** Gelu exactly or by tanh (arXiv 1606.08415), Silu (x times its sigmoid, same paper, section 4) or Relu. */
export function activated(
  writer: GraphWriter,
  activation: BertConfig['activation'],
  x: string,
): string {
  if (activation === 'relu') return writer.emit('Relu', [x])
  if (activation === 'silu') return writer.emit('Mul', [x, writer.emit('Sigmoid', [x])])
  if (activation === 'gelu') {
    const erf = writer.emit('Erf', [writer.emit('Div', [x, writer.scalar(Math.SQRT2)])])
    const sum = writer.emit('Add', [erf, writer.scalar(1)])
    return writer.emit('Mul', [writer.emit('Mul', [x, sum]), writer.scalar(0.5)])
  }
  const square = writer.emit('Mul', [x, x])
  const cube = writer.emit('Mul', [writer.emit('Mul', [square, x]), writer.scalar(0.044715)])
  const inside = writer.emit('Mul', [
    writer.emit('Add', [x, cube]),
    writer.scalar(Math.sqrt(2 / Math.PI)),
  ])
  const sum = writer.emit('Add', [writer.emit('Tanh', [inside]), writer.scalar(1)])
  return writer.emit('Mul', [writer.emit('Mul', [x, sum]), writer.scalar(0.5)])
}

/** The first token's states, [batch, width]. */
export const firstToken = (writer: GraphWriter, states: string): string =>
  writer.op('Gather', [states, writer.integer(0)], { axis: 1 })
