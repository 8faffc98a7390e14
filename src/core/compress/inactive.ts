import { RightsizeError } from '../error/error.ts'
import { float32Tensor } from '../onnx/build.ts'
import { taken } from '../onnx/kept-entries.ts'
import type { Tensor } from '../onnx/model.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import type { Artefact, ChannelStats, Pass, Patched, Stats, Stillness } from './pass.ts'
import { type Dense, type FeedForward, feedForwards } from './structural-anatomy.ts'
import type { Attention } from './structural-attention.ts'
import {
  closed,
  inputRows,
  keptInputs,
  keptOutputs,
  replaceTensors,
  statsOf,
  weightOf,
} from './structural-cut.ts'
import { channelsOf, cuttableAttentions, withHeads } from './structural-heads.ts'

/**
 * Neurons and heads that do nothing or always the same.
 *
 * What it does: a neuron whose value does not change over the calibration set is folded into the next bias and removed; so is a head.
 * Neurons that calculate the same are merged: the second's outgoing weights are added to the first's. Both leave every output on the
 * calibration set as it was, but for rounding.
 * When to use: after training with ReLU, after pruning, on models that were widened or merged.
 * When it misleads: a neuron that slept on the calibration set may wake on other text: the gate looks at that.
 * Source: bias folding as in FLAP (arXiv 2312.11983), with a fluctuation of zero.
 */
export const inactive: Pass = {
  id: 'inactive',
  family: 'inactive',
  propose: (artefact) => {
    const graph = artefact.model.graph
    const [blocks, attended] = [feedForwards(graph), cuttableAttentions(graph)]
    if (blocks.length + attended.length === 0) {
      const why = 'no pair of float32 layers with an elementwise activation between, and no heads'
      return { pass: 'inactive', why }
    }
    const doubled = blocks.reduce(
      (sum, block) => sum + bytesOf(block) * doubledNeurons(block).size,
      0,
    )
    const count = blocks.reduce((sum, block) => sum + doubledNeurons(block).size, 0)
    const text = `remove neurons and heads that never change on the calibration set; ${count} neurons are doubles`
    const total = graph.initializers.reduce((sum, { byteLength }) => sum + byteLength, 0)
    const saves = { bytes: doubled, cpuShare: total === 0 ? 0 : doubled / total }
    const promise = { risk: 0.02, exactness: 'exact-on-calibration', repairs: [] } as const
    return [{ pass: 'inactive', params: {}, text, saves, ...promise }]
  },
  needs: ({ model }) => {
    const inputs = [
      ...feedForwards(model.graph).map(({ down }) => down.input),
      ...cuttableAttentions(model.graph).map(({ output }) => output.input),
    ]
    return inputs.map((value) => ({ value, kind: 'still' }))
  },
  apply: (artefact, _proposal, stats) => applied(artefact, stats),
}

/**
 * Share of what a layer sends on below which the change of one contribution counts as none. A softmax's shares add up to 1 within a few
 * roundings of 2^-24 = 6e-8, so a constant head moves by that much in each row, and deviations add up over the rows of a batch: 6e-8 times
 * the root of some 6400 rows is 5e-6. No row moves by more than the limit, and the verifier allows outputs 1e-5.
 */
const stillness = 1e-5

const bytesOf = ({ up, down }: FeedForward): number =>
  4 * (down.outWidth + up.reduce((sum, one) => sum + one.inWidth + 1, 0))

function applied(artefact: Artefact, stats: Stats): Patched {
  const { model } = artefact
  const changes: string[] = []
  let { graph } = model
  // Blocks do not share tensors, so those found first stay what they are while others change.
  for (const block of feedForwards(graph)) {
    const cut = neuronCut(block, statsOf(stats, block.down.input))
    if (cut.kept.length === block.neurons) continue
    graph = replaceTensors(graph, cut.tensors)
    changes.push(
      `${nameOf(block.down)}: ${cut.still} neurons never change, ${cut.doubled} are doubles; ${cut.kept.length} of ${block.neurons} stay`,
    )
  }
  for (const block of cuttableAttentions(graph)) {
    const figures = statsOf(stats, block.output.input)
    const kept = activeHeads(block, figures)
    if (kept.length === block.heads) continue
    graph = withHeads(graph, block, kept, outputOf(block, kept, figures))
    changes.push(
      `${nameOf(block.output)}: ${block.heads - kept.length} of ${block.heads} heads never change`,
    )
  }
  if (changes.length === 0)
    return { artefact, changes: ['every neuron and head is active and none is a double'] }
  return { artefact: { ...artefact, model: closed(model, graph) }, changes }
}

const nameOf = ({ node, weight }: Dense): string => node.name || weight.name

interface NeuronCut {
  readonly kept: readonly number[]
  readonly still: number
  readonly doubled: number
  readonly tensors: readonly Tensor[]
}

function neuronCut(block: FeedForward, stats: ChannelStats): NeuronCut {
  const { up, down, vectors, neurons } = block
  const still = new Set(stillChannels(down, stats))
  const doubles = new Map(
    [...doubledNeurons(block)].filter(([from, to]) => !still.has(from) && !still.has(to)),
  )
  const rest = range(neurons).filter((at) => !still.has(at) && !doubles.has(at))
  // A layer keeps one neuron: graphs without columns are refused by runtimes.
  const kept = rest.length > 0 ? rest : [0]
  for (const at of kept) still.delete(at)
  const rows = inputRows(down)
  const bias = shiftedBias(down, rows, still, stats)
  for (const [from, to] of doubles) addRow(rows, down.outWidth, from, to)
  const tensors = [
    ...up.flatMap((dense) => keptOutputs(dense, kept)),
    ...vectors.map((vector) => taken(vector, [0], kept)),
    weightOf(down, rowsOf(rows, down.outWidth, kept), kept.length),
    ...bias,
  ]
  return { kept, still: still.size, doubled: doubles.size, tensors }
}

/**
 * Channels whose contribution does not change: deviation ||W_row|| is nothing beside what the layer sends on. Without a bias to fold into,
 * only those that give nothing: (|reference| + deviation) ||W_row||.
 */
function stillChannels(dense: Dense, stats: ChannelStats): readonly number[] {
  const rows = inputRows(dense)
  const { outWidth, inWidth, bias } = dense
  const { reference, deviation } = stillnessOf(dense, stats)
  const norms = range(inWidth).map((row) => norm(rows, outWidth, row))
  const energy = norms.reduce(
    (sum, size, at) => sum + (stats.secondMoment[at] ?? 0) * size * size,
    0,
  )
  const limit = stillness * Math.sqrt(energy)
  return range(inWidth).filter((at) => {
    const given = bias === null ? Math.abs(reference[at] ?? 0) : 0
    return (given + (deviation[at] ?? 0)) * (norms[at] ?? 0) <= limit
  })
}

function stillnessOf({ input }: Dense, { still }: ChannelStats): Stillness {
  if (still === undefined)
    throw new RightsizeError(
      'SHRINK_PASS',
      `no distances of '${input}' from its first row were given`,
    )
  return still
}

function norm(rows: Float64Array, width: number, row: number): number {
  let sum = 0
  for (let at = row * width; at < (row + 1) * width; at += 1) sum += (rows[at] ?? 0) ** 2
  return Math.sqrt(sum)
}

/** The bias with what the still channels always give. */
function shiftedBias(
  dense: Dense,
  rows: Float64Array,
  still: ReadonlySet<number>,
  stats: ChannelStats,
): readonly Tensor[] {
  const { bias, outWidth } = dense
  if (bias === null || still.size === 0) return []
  const { reference } = stillnessOf(dense, stats)
  const sum = Float64Array.from(float32Of(bias))
  for (const at of still) {
    const value = reference[at] ?? 0
    for (let o = 0; o < outWidth; o += 1)
      sum[o] = (sum[o] ?? 0) + value * (rows[at * outWidth + o] ?? 0)
  }
  return [float32Tensor(bias.name, bias.dims, Float32Array.from(sum))]
}

function addRow(rows: Float64Array, width: number, from: number, to: number): void {
  for (let o = 0; o < width; o += 1) {
    rows[to * width + o] = (rows[to * width + o] ?? 0) + (rows[from * width + o] ?? 0)
  }
}

function rowsOf(rows: Float64Array, width: number, kept: readonly number[]): Float64Array {
  const out = new Float64Array(kept.length * width)
  for (const [line, row] of kept.entries()) {
    out.set(rows.subarray(row * width, (row + 1) * width), line * width)
  }
  return out
}

/** Neurons that calculate what an earlier one calculates, with that one: equal incoming weights, biases and scales, bit for bit. */
function doubledNeurons({ up, vectors, neurons }: FeedForward): ReadonlyMap<number, number> {
  const incoming = up.map((dense) => ({ values: float32Of(dense.weight), dense }))
  const singles = [...up.flatMap(({ bias }) => (bias === null ? [] : [bias])), ...vectors].map(
    float32Of,
  )
  const weightAt = ({ values, dense }: (typeof incoming)[number], row: number, neuron: number) =>
    values[dense.transposed ? neuron * dense.inWidth + row : row * neurons + neuron] ?? 0
  const same = (a: number, b: number) =>
    singles.every((values) => values[a] === values[b]) &&
    incoming.every((one) =>
      range(one.dense.inWidth).every((row) => weightAt(one, row, a) === weightAt(one, row, b)),
    )
  const firsts = new Map<string, number[]>()
  const doubles = new Map<number, number>()
  for (const neuron of range(neurons)) {
    const key = [
      ...singles.map((values) => values[neuron]),
      ...incoming.map((one) => weightAt(one, 0, neuron)),
    ].join(' ')
    const alike = firsts.get(key) ?? []
    const first = alike.find((one) => same(one, neuron))
    if (first === undefined) firsts.set(key, [...alike, neuron])
    else doubles.set(neuron, first)
  }
  return doubles
}

/** Heads of which some channel changes; the first where none does. */
function activeHeads(
  { output, heads, headWidth }: Attention,
  stats: ChannelStats,
): readonly number[] {
  const still = new Set(stillChannels(output, stats))
  const active = range(heads).filter((head) =>
    range(headWidth).some((at) => !still.has(head * headWidth + at)),
  )
  return active.length > 0 ? active : [0]
}

/** The output projection for these heads, what the others always give folded into its bias. */
function outputOf(
  block: Attention,
  kept: readonly number[],
  stats: ChannelStats,
): readonly Tensor[] {
  const { output, heads } = block
  const channels = channelsOf(block, kept)
  const gone = channelsOf(
    block,
    range(heads).filter((head) => !kept.includes(head)),
  )
  const bias = shiftedBias(output, inputRows(output), new Set(gone), stats)
  return [keptInputs(output, channels), ...bias]
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, at) => at)
}
