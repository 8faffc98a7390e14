import { openStudent } from './runtime-file.ts'

/** One dense layer: y = x W + b; W is inputs x outputs, row-major. */
export interface DenseLayer {
  readonly weights: Float32Array
  readonly bias: Float32Array
}

/** Scores after all layers, with max(0, y) between them. */
export function layerScores(layers: readonly DenseLayer[], input: ArrayLike<number>): Float64Array {
  let x = Float64Array.from(input)
  layers.forEach(({ weights, bias }, depth) => {
    if (depth > 0) x = x.map((value) => Math.max(0, value))
    const out = Float64Array.from(bias)
    for (let i = 0; i < x.length; i++) {
      const v = x[i] as number
      if (v === 0) continue
      const base = i * out.length
      for (let k = 0; k < out.length; k++) {
        out[k] = (out[k] as number) + v * (weights[base + k] as number)
      }
    }
    x = out
  })
  return x
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
  return layerScores(model.layers, embedding)
}

/** Opens the bytes of a `rightsize-head@1` file. Throws a plain Error that says what does not fit. */
export function openHead(bytes: Uint8Array): HeadModel {
  const file = openStudent(bytes, 'rightsize-head@1')
  const { labels, width } = file.settings
  return { labels, width, layers: openLayers(file, width, labels.length) }
}

/** The layers `weights.0`, `bias.0` and so on, from `inputs` numbers to `outputs` scores. */
export function openLayers(
  { has, get }: ReturnType<typeof openStudent>,
  inputs: number,
  outputs: number,
): DenseLayer[] {
  const layers: DenseLayer[] = []
  let width = inputs
  for (let i = 0; has(`weights.${i}`); i++) {
    const bias = get(`bias.${i}`)
    layers.push({ weights: get(`weights.${i}`, width * bias.length), bias })
    width = bias.length
  }
  if (layers.length === 0 || width !== outputs) throw new Error('layers do not fit the labels')
  return layers
}
