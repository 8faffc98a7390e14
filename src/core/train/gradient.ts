import { RightsizeError } from '../error/error.ts'
import { takenNames } from '../onnx/graph-index.ts'
import { type GraphWriter, writerFor } from '../onnx/graph-writer.ts'
import type { Graph, Node, ValueInfo } from '../onnx/model.ts'
import { type KnownDims, knownDims } from './known-dims.ts'
import { ruleOf } from './rules.ts'

/** The name under which `gradient` puts out the gradient by `parameter`. */
export function gradientName(parameter: string): string {
  return `grad:${parameter}`
}

/** Ops whose output says nothing about small changes of their input: shapes, positions, comparisons, steps. */
const flatOps: ReadonlySet<string> = new Set([
  ...['Shape', 'Size', 'ArgMax', 'ArgMin', 'NonZero', 'IsNaN', 'IsInf', 'Not', 'And', 'Or'],
  ...['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'Sign', 'Floor', 'Ceil'],
])

/** Every value that changes smoothly with one of `wrt`. */
function reachedFrom(graph: Graph, wrt: readonly string[]): ReadonlySet<string> {
  const reached = new Set(wrt)
  for (const node of graph.nodes) {
    if (flatOps.has(node.opType) || !node.inputs.some((input) => reached.has(input))) continue
    for (const output of node.outputs) if (output !== '') reached.add(output)
  }
  return reached
}

/** The gradients that reached a value so far; several are added when the value is asked for. */
class Cotangents {
  readonly #parts = new Map<string, string[]>()
  readonly #writer: GraphWriter
  constructor(writer: GraphWriter) {
    this.#writer = writer
  }
  give(name: string, grad: string): void {
    const parts = this.#parts.get(name)
    if (parts === undefined) this.#parts.set(name, [grad])
    else parts.push(grad)
  }
  of(name: string): string | null {
    const [first, ...rest] = this.#parts.get(name) ?? []
    if (first === undefined) return null
    if (rest.length === 0) return first
    const sum = this.#writer.emit('Sum', [first, ...rest])
    this.#parts.set(name, [sum])
    return sum
  }
}

interface Walk {
  readonly writer: GraphWriter
  readonly dims: KnownDims
  readonly reached: ReadonlySet<string>
  readonly cotangents: Cotangents
  /** Forward nodes whose optional outputs were asked for, by position. */
  readonly widened: Map<number, Node>
}

/** The node's output `index`, adding names for outputs that it had left out. */
function outputOf(walk: Walk, nodes: readonly Node[], position: number, index: number): string {
  const node = walk.widened.get(position) ?? nodes[position]
  const outputs = [...(node?.outputs ?? [])]
  const known = outputs[index]
  if (node === undefined || (known !== undefined && known !== '')) return known ?? ''
  while (outputs.length < index) outputs.push(walk.writer.fresh(`${node.outputs[0]}_aside`))
  const name = walk.writer.fresh(`${node.outputs[0]}_extra`)
  outputs[index] = name
  walk.widened.set(position, { ...node, outputs })
  return name
}

function noRule(node: Node): RightsizeError {
  const op = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`
  return new RightsizeError(
    'TRAIN_NO_GRADIENT',
    `no gradient rule for ${op} at node "${node.name}"`,
    {
      at: node.name,
    },
  )
}

/** Sends the gradients of one node's outputs on to its inputs. */
function visit(walk: Walk, nodes: readonly Node[], position: number): void {
  const node = nodes[position]
  if (node === undefined || !node.inputs.some((input) => walk.reached.has(input))) return
  const grads = node.outputs.map((output) => walk.cotangents.of(output))
  if (grads.every((grad) => grad === null)) return
  const rule = ruleOf(node.domain, node.opType)
  if (rule === undefined) throw noRule(node)
  const given = rule({
    node,
    grads,
    writer: walk.writer,
    dims: walk.dims,
    wants: (index) => walk.reached.has(node.inputs[index] ?? ''),
    output: (index) => outputOf(walk, nodes, position, index),
  })
  for (const [index, grad] of given.entries()) {
    const input = node.inputs[index] ?? ''
    if (grad !== null && walk.reached.has(input)) walk.cotangents.give(input, grad)
  }
}

/** Puts the gradient by `name` out under its public name. */
function putOut(walk: Walk, name: string): ValueInfo {
  const grad = walk.cotangents.of(name)
  if (grad === null)
    throw new RightsizeError('TRAIN_PARAMETER', `the loss does not depend on "${name}"`, {
      at: name,
    })
  const output = gradientName(name)
  walk.writer.emit('Identity', [grad], { outputs: [output], name: output })
  return { name: output, dtype: 'float32', dims: walk.dims.of(name) ?? null }
}

function refuseUnknown(graph: Graph, wrt: readonly string[]): void {
  const known = new Set(takenNames(graph))
  for (const name of wrt)
    if (!known.has(name))
      throw new RightsizeError('TRAIN_PARAMETER', `there is no value "${name}" in the graph`, {
        at: name,
      })
}

/**
 * The graph with its backward pass: the forward nodes, then nodes that compute d loss / d name for each of `wrt`
 * (initializers, inputs or inner values, float32), put out as `grad:NAME` beside the loss and the outputs it had.
 * `loss` is a value with one element. Emitted nodes are opset 18 of ai.onnx plus com.microsoft FusedMatMul; nodes must be in topological order.
 * Throws TRAIN_NO_GRADIENT naming op and node, TRAIN_PARAMETER for a name that is not there or without influence.
 */
export function gradient(graph: Graph, loss: string, wrt: readonly string[]): Graph {
  refuseUnknown(graph, [loss, ...wrt])
  const writer = writerFor(graph, 'b/')
  const walk: Walk = {
    writer,
    dims: knownDims(graph),
    reached: reachedFrom(graph, wrt),
    cotangents: new Cotangents(writer),
    widened: new Map(),
  }
  const seed = writer.emit('Expand', [writer.scalar(1), writer.emit('Shape', [loss])])
  walk.cotangents.give(loss, seed)
  for (let position = graph.nodes.length - 1; position >= 0; position--)
    visit(walk, graph.nodes, position)
  const gradients = wrt.map((name) => putOut(walk, name))
  const lossInfo: ValueInfo = { name: loss, dtype: 'float32', dims: null }
  const kept = graph.outputs.filter(({ name }) => name !== loss)
  const nodes = graph.nodes.map((node, position) => walk.widened.get(position) ?? node)
  return writer.extending({ ...graph, nodes }, { outputs: [...kept, lossInfo, ...gradients] })
}
