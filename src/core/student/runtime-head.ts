import { readTensors } from './runtime-file.ts'

/** One dense layer: y = x W + b; W is inputs x outputs, row-major. */
export interface DenseLayer {
  readonly weights: Float32Array
  readonly bias: Float32Array
}

/** A classifier on embeddings: one layer, or two with max(0, y) between. Standardisation is folded in. */
export interface HeadModel {
  readonly labels: readonly string[]
  /** Length of an embedding. */
  readonly width: number
  readonly layers: readonly DenseLayer[]
}

/** Class scores of one embedding. */
export function headScores(model: HeadModel, embedding: ArrayLike<number>): Float64Array {
  let x: ArrayLike<number> = embedding
  let scores: Float64Array = new Float64Array(0)
  model.layers.forEach((layer, depth) => {
    scores = dense(layer, x)
    if (depth < model.layers.length - 1) x = scores.map((value) => Math.max(0, value))
  })
  return scores
}

function dense({ weights, bias }: DenseLayer, x: ArrayLike<number>): Float64Array {
  const out = Float64Array.from(bias)
  for (let i = 0; i < x.length; i++) {
    const v = x[i] as number
    const base = i * out.length
    for (let k = 0; k < out.length; k++) {
      out[k] = (out[k] as number) + v * (weights[base + k] as number)
    }
  }
  return out
}

/** Opens the bytes of a `rightsize-head@1` file. Throws a plain Error that says what does not fit. */
export function openHead(bytes: Uint8Array): HeadModel {
  const { metadata, tensors } = readTensors(bytes)
  if (metadata.get('format') !== 'rightsize-head@1')
    throw new Error(`format ${metadata.get('format')}`)
  const { labels, width } = JSON.parse(metadata.get('settings') ?? '{}')
  const layers: DenseLayer[] = []
  let inputs = width
  for (let i = 0; tensors.has(`weights.${i}`); i++) {
    const weights = tensors.get(`weights.${i}`)?.data
    const bias = tensors.get(`bias.${i}`)?.data
    const fits = weights instanceof Float32Array && bias instanceof Float32Array
    if (!fits || weights.length !== inputs * bias.length) throw new Error(`layer ${i} does not fit`)
    layers.push({ weights, bias })
    inputs = bias.length
  }
  if (layers.length === 0 || inputs !== labels?.length)
    throw new Error('layers do not fit the labels')
  return { labels, width, layers }
}
