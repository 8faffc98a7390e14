import { type DenseLayer, layerScores } from './runtime-dense.ts'
import { type FileTensors, readTensors } from './runtime-file.ts'

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
  const { metadata, tensors } = readTensors(bytes)
  if (metadata.get('format') !== 'rightsize-head@1') throw new Error('not a rightsize-head@1 file')
  const { labels, width } = JSON.parse(metadata.get('settings') ?? '{}')
  return { labels, width, layers: openLayers(tensors, width, labels?.length) }
}

/** The layers `weights.0`, `bias.0` and so on, from `inputs` numbers to `outputs` scores. */
export function openLayers(tensors: FileTensors, inputs: number, outputs: number): DenseLayer[] {
  const layers: DenseLayer[] = []
  let width = inputs
  for (let i = 0; tensors.has(`weights.${i}`); i++) {
    const weights = tensors.get(`weights.${i}`)?.data
    const bias = tensors.get(`bias.${i}`)?.data
    const typed = weights instanceof Float32Array && bias instanceof Float32Array
    if (!typed || weights.length !== width * bias.length) throw new Error(`layer ${i} does not fit`)
    layers.push({ weights, bias })
    width = bias.length
  }
  if (layers.length === 0 || width !== outputs) throw new Error('layers do not fit the labels')
  return layers
}
