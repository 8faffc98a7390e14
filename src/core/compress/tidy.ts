import { elementCount } from '../onnx/dtype.ts'
import { removeDead, renameValues } from '../onnx/graph-edit.ts'
import { capturedBy, indexGraph } from '../onnx/graph-index.ts'
import type { Graph, Model, Node, Tensor } from '../onnx/model.ts'
import { subgraphsOf } from '../onnx/walk.ts'
import { hashBytes } from '../random/hash.ts'
import type { Artefact, NotApplicable, Pass, Patched, Proposal } from './pass.ts'

/**
 * What can go without changing a single bit.
 *
 * What it does: removes nodes and tensors that no output depends on, lets equal tensors be stored once, and takes
 * out Identity and idle Dropout.
 * When to use: always, first. Folding constants is a step of its own: the engine does it (app/shrink/fold).
 * When it misleads: the saving is of file size; runtimes do most of this themselves while loading.
 */
export const tidy: Pass = {
  id: 'tidy',
  family: 'tidy',
  propose: ({ model }) => proposals(model),
  needs: () => [],
  apply: (artefact) => applied(artefact),
}

interface Tidied {
  readonly model: Model
  readonly changes: readonly string[]
}

function proposals(model: Model): readonly Proposal[] | NotApplicable {
  const { model: after, changes } = tidied(model)
  if (changes.length === 0) return { pass: 'tidy', why: 'nothing is dead, doubled or idle' }
  const bytes = storedBytes(model.graph) - storedBytes(after.graph)
  const text = changes.join(', ')
  return [
    {
      pass: 'tidy',
      params: {},
      text,
      saves: { bytes, cpuShare: 0 },
      risk: 0,
      exactness: 'bitwise',
      repairs: [],
    },
  ]
}

function applied(artefact: Artefact): Patched {
  const { model, changes } = tidied(artefact.model)
  return { artefact: { ...artefact, model }, changes }
}

/** All steps, until none finds anything: what one removes can make another's work. */
function tidied(model: Model): Tidied {
  let current = model
  const counts = new Map<string, number>()
  for (let found = true; found; ) {
    found = false
    for (const [text, step] of steps) {
      const { graph, count } = step(current.graph)
      if (count === 0) continue
      found = true
      counts.set(text, (counts.get(text) ?? 0) + count)
      current = { ...current, graph }
    }
  }
  return { model: current, changes: [...counts].map(([text, count]) => `${count} ${text}`) }
}

interface Step {
  readonly graph: Graph
  readonly count: number
}

const steps: readonly (readonly [string, (graph: Graph) => Step])[] = [
  ['idle nodes removed', withoutIdle],
  ['doubled tensors shared', shared],
  ['dead nodes and tensors removed', withoutDead],
]

function withoutDead(graph: Graph): Step {
  const { graph: live, nodes, initializers } = removeDead(graph)
  const defaults = new Set(initializers)
  // An input whose default is dead stays as an input that nobody reads: it goes with its default.
  const inputs = live.inputs.filter(({ name }) => !defaults.has(name))
  return { graph: { ...live, inputs }, count: nodes.length + initializers.length }
}

/** Identity, and Dropout whose mask nobody reads and that is not told to train. */
function withoutIdle(graph: Graph): Step {
  const index = indexGraph(graph)
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const fixed = new Set([...graph.inputs, ...graph.initializers].map(({ name }) => name))
  const names = new Map<string, string>()
  const gone = new Set<Node>()
  for (const node of graph.nodes) {
    const [input = ''] = node.inputs
    const [output = ''] = node.outputs
    if (!isIdle(node, index.consumers) || gone.has(node)) continue
    if (!outputs.has(output)) names.set(output, names.get(input) ?? input)
    else if (canTakeName(input, output)) names.set(input, output)
    else continue
    gone.add(node)
  }
  function canTakeName(input: string, output: string): boolean {
    const maker = index.producer(input)
    const free = !outputs.has(input) && !fixed.has(input) && !names.has(input)
    return free && maker !== undefined && !gone.has(maker) && !names.has(output) && !clashes(input)
  }
  // A value that inner graphs read keeps its name: one of them may make the new name itself.
  function clashes(value: string): boolean {
    return index
      .consumers(value)
      .some((node) => subgraphsOf(node).some((inner) => capturedBy(inner).has(value)))
  }
  if (gone.size === 0) return { graph, count: 0 }
  const nodes = graph.nodes.filter((node) => !gone.has(node))
  const valueInfo = graph.valueInfo.filter(({ name }) => !names.has(name))
  return { graph: renamed({ ...graph, nodes, valueInfo }, names), count: gone.size }
}

function isIdle(node: Node, consumers: (value: string) => readonly Node[]): boolean {
  if (node.domain !== '') return false
  if (node.opType === 'Identity') return true
  if (node.opType !== 'Dropout') return false
  const [, mask = ''] = node.outputs
  return (node.inputs[2] ?? '') === '' && (mask === '' || consumers(mask).length === 0)
}

/** Renames with chains followed to their end. */
function renamed(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const final = new Map<string, string>()
  for (const from of names.keys()) {
    let to = from
    for (let steps = 0; steps <= names.size; steps += 1) to = names.get(to) ?? to
    final.set(from, to)
  }
  return renameValues(graph, final)
}

/**
 * Equal tensors (type, dims, bytes) are stored once. Defaults of inputs are left: callers may feed them apart. So are single numbers: one costs
 * no more than its name, and a pass may have to change it in one place only (the padding's id is the same number as many an axis).
 */
function shared(graph: Graph): Step {
  const fixed = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name))
  const groups = new Map<string, Tensor[]>()
  for (const tensor of graph.initializers) {
    const left = tensor.dtype === 'string' || tensor.unknown !== undefined
    if (left || fixed.has(tensor.name) || elementCount(tensor.dims) < 2) continue
    const key = `${tensor.dtype} ${tensor.dims.join('x')}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [tensor])
    else group.push(tensor)
  }
  const names = new Map<string, string>()
  for (const group of groups.values()) if (group.length > 1) noteEqual(group, names)
  if (names.size === 0) return { graph, count: 0 }
  const initializers = graph.initializers.filter(({ name }) => !names.has(name))
  const valueInfo = graph.valueInfo.filter(({ name }) => !names.has(name))
  return { graph: renameValues({ ...graph, initializers, valueInfo }, names), count: names.size }
}

/** Adds later name -> first name for every tensor that equals an earlier one. */
function noteEqual(group: readonly Tensor[], names: Map<string, string>): void {
  const byHash = new Map<number, Tensor[]>()
  for (const tensor of group) {
    const bytes = tensor.bytes()
    // Every byte of small tensors, about 4,096 spread bytes of large ones: equality is decided by all bytes.
    const hash = hashBytes(bytes, Math.max(1, Math.floor(bytes.length / 4096) | 1))
    const alike = byHash.get(hash) ?? []
    const first = alike.find((one) => sameBytes(one.bytes(), tensor.bytes()))
    if (first === undefined) byHash.set(hash, [...alike, tensor])
    else names.set(tensor.name, first.name)
  }
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return false
  return true
}

const storedBytes = ({ initializers }: Graph): number =>
  initializers.reduce((sum, { byteLength }) => sum + byteLength, 0)
