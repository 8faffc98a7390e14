import { RightsizeError } from '../error/error.ts'
import { node } from '../onnx/build.ts'
import { removeDead } from '../onnx/graph-edit.ts'
import type { Graph } from '../onnx/model.ts'
import type { Artefact, Pass, Patched, Proposal, Target } from './pass.ts'
import { type Block, type Layer, layersOf } from './structural-blocks.ts'
import { closed } from './structural-cut.ts'
import { cpuShareOf } from './structural-share.ts'

/** The graph in which residual blocks are left out: what came in goes on. A block that fed another hands on its own entry. */
export function without(graph: Graph, blocks: readonly Block[]): Graph {
  const entries = new Map(blocks.map(({ exit, entry }) => [exit, entry]))
  const source = (value: string): string => {
    const entry = entries.get(value)
    return entry === undefined ? value : source(entry)
  }
  // Where a block makes an output of the graph, what came in takes its name.
  const outputs = graph.outputs.map(({ name }) => name).filter((name) => entries.has(name))
  const gone = (output: string) => (outputs.includes(output) ? '' : output)
  const nodes = graph.nodes.map((one) => ({
    ...one,
    inputs: one.inputs.map(source),
    outputs: outputs.length === 0 ? one.outputs : one.outputs.map(gone),
  }))
  const named = outputs.map((name) => node('Identity', [source(name)], [name]))
  return removeDead({ ...graph, nodes: [...nodes, ...named] }).graph
}

const bytesOf = ({ initializers }: Graph): number =>
  initializers.reduce((sum, { byteLength }) => sum + byteLength, 0)

/** Runs of neighbouring layers of one length, each once. */
function runs(count: number, length: number): readonly (readonly number[])[] {
  return Array.from({ length: count - length + 1 }, (_, first) =>
    Array.from({ length }, (_, at) => first + at),
  )
}

function proposal(
  artefact: Artefact,
  target: Target,
  layers: readonly Layer[],
  drop: readonly number[],
): Proposal {
  const { graph } = artefact.model
  const blocks = blocksOf(layers, drop)
  const rest = without(graph, blocks)
  const bytes = bytesOf(graph) - bytesOf(rest)
  // Nodes are compared by what they make: leaving blocks out makes new ones of all that stay.
  const made = new Set(rest.nodes.map(({ outputs }) => outputs[0]))
  const gone = graph.nodes.filter(({ outputs }) => !made.has(outputs[0]))
  const names = drop.map((at) => at + 1).join(', ')
  return {
    pass: 'layers',
    params: { drop },
    text: `leave out ${drop.length === 1 ? 'layer' : 'layers'} ${names} of ${layers.length}`,
    saves: { bytes, cpuShare: cpuShareOf(artefact, target, bytes, [{ nodes: gone, fraction: 1 }]) },
    risk: Math.min(0.95, 0.3 + (0.6 * drop.length) / layers.length),
    exactness: 'lossy',
    repairs: ['distil'],
  }
}

function blocksOf(layers: readonly Layer[], drop: readonly number[]): readonly Block[] {
  return drop.flatMap((at) => {
    const layer = layers[at]
    if (layer === undefined)
      throw new RightsizeError('SHRINK_PASS', `there is no layer ${at + 1} of ${layers.length}`)
    return [layer.attention, layer.feedForward]
  })
}

function apply(artefact: Artefact, { params }: Proposal): Patched {
  const { model } = artefact
  const layers = layersOf(model.graph)
  const drop = params['drop'] as readonly number[]
  const graph = without(model.graph, blocksOf(layers, drop))
  const names = drop.map((at) => at + 1).join(', ')
  return {
    artefact: { ...artefact, model: closed(model, graph) },
    changes: [`left out of ${layers.length} layers: ${names}`],
  }
}

/**
 * Leaves whole layers out. Which ones is found by trying: the driver measures every single one before any is fine-tuned.
 * No importance score is trusted here (compression study 3.5).
 */
export const layers: Pass = {
  id: 'layers',
  family: 'structural',
  propose(artefact, target) {
    const found = layersOf(artefact.model.graph)
    if (found.length < 2)
      return { pass: 'layers', why: `${found.length} residual layers were recognized` }
    const most = found.length - 1
    const lengths =
      most > 4 ? [most, Math.ceil(most / 2), 1] : Array.from({ length: most }, (_, i) => most - i)
    return lengths.flatMap((length) =>
      runs(found.length, length).map((drop) => proposal(artefact, target, found, drop)),
    )
  },
  needs: () => [],
  apply,
}
