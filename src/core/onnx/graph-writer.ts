import {
  float32Tensor,
  floatAttribute,
  int64Tensor,
  intAttribute,
  intsAttribute,
  stringAttribute,
} from './build.ts'
import { takenNames } from './graph-index.ts'
import type { Attribute, Graph, Node, Tensor } from './model.ts'

/** An attribute value as a builder writes it: integers are ONNX ints, `{ float }` is an ONNX float. */
export type AttributeValue = number | readonly number[] | string | { readonly float: number }

export interface EmitOptions {
  readonly attributes?: Readonly<Record<string, AttributeValue>>
  /** '' (ai.onnx) unless said. */
  readonly domain?: string
  /** Names of the outputs; one fresh name unless said. */
  readonly outputs?: readonly string[]
  /** Name of the node; that of its first output unless said. */
  readonly name?: string
}

/** Collects nodes and constants with names that are free in the graph being extended. Names depend on call order only, so the same calls give the same bytes. */
export interface GraphWriter {
  readonly nodes: readonly Node[]
  readonly initializers: readonly Tensor[]
  /** Appends a node and returns the name of its first output. */
  emit(opType: string, inputs: readonly string[], options?: EmitOptions): string
  /** The same with nothing but attributes to say. */
  op(opType: string, inputs: readonly string[], attributes?: EmitOptions['attributes']): string
  /** Appends a ready node. */
  append(node: Node): void
  /** A float32 scalar constant, shared by value. */
  scalar(value: number): string
  /** A one-dimensional int64 constant, shared by value. */
  ints(values: readonly number[]): string
  /** An int64 constant without axes, shared by value. */
  integer(value: number): string
  /** Adds a ready tensor under its own name. */
  add(tensor: Tensor): string
  /** A name that nothing in the graph has. */
  fresh(hint: string): string
  /** The graph with everything written behind its own nodes and initializers; `parts` replaces the rest. */
  extending(graph: Graph, parts?: Partial<Omit<Graph, 'nodes' | 'initializers'>>): Graph
}

/** The IR form of a builder's attribute. */
function attributeOf(name: string, value: AttributeValue): Attribute {
  if (typeof value === 'number') return intAttribute(name, value)
  if (typeof value === 'string') return stringAttribute(name, value)
  if ('float' in value) return floatAttribute(name, value.float)
  return intsAttribute(name, value)
}

function nodeOf(opType: string, inputs: readonly string[], options: EmitOptions): Node {
  const { attributes = {}, domain = '', outputs = [], name = outputs[0] ?? '' } = options
  const listed = Object.entries(attributes).map(([key, value]) => attributeOf(key, value))
  return { name, opType, domain, inputs, outputs, attributes: listed }
}

/** A writer of nodes for this graph; fresh names carry `prefix`. */
export const writerFor = (graph: Graph, prefix = ''): GraphWriter =>
  graphWriter(takenNames(graph), prefix)

/** A writer whose fresh names avoid `taken` and carry `prefix`. */
export function graphWriter(taken: Iterable<string> = [], prefix = ''): GraphWriter {
  const nodes: Node[] = []
  const initializers: Tensor[] = []
  const names = new Names(taken, prefix)
  const constants = new Map<string, string>()
  const add = (tensor: Tensor): string => {
    names.take(tensor.name)
    initializers.push(tensor)
    return tensor.name
  }
  const constant = (key: string, create: (name: string) => Tensor): string => {
    const name = constants.get(key) ?? add(create(names.fresh(key)))
    constants.set(key, name)
    return name
  }
  const append = (node: Node): void => {
    for (const output of node.outputs) names.take(output)
    nodes.push(node)
  }
  const emit: GraphWriter['emit'] = (opType, inputs, options = {}) => {
    const outputs = options.outputs ?? [names.fresh(opType.toLowerCase())]
    append(nodeOf(opType, inputs, { ...options, outputs }))
    return outputs[0] ?? ''
  }
  return {
    nodes,
    initializers,
    add,
    append,
    fresh: (hint) => names.fresh(hint),
    scalar: (value) => constant(`scalar_${value}`, (name) => float32Tensor(name, [], [value])),
    ints: (values) =>
      constant(`ints_${values.join('_')}`, (name) => int64Tensor(name, [values.length], values)),
    integer: (value) => constant(`integer_${value}`, (name) => int64Tensor(name, [], [value])),
    emit,
    op: (opType, inputs, attributes = {}) => emit(opType, inputs, { attributes }),
    extending: (graph, parts = {}) => ({
      ...graph,
      ...parts,
      nodes: [...graph.nodes, ...nodes],
      initializers: [...graph.initializers, ...initializers],
    }),
  }
}

/** Names that are taken, and fresh ones: the hint itself, else with the lowest free number behind it. */
class Names {
  readonly #taken: Set<string>
  readonly #prefix: string
  readonly #counts = new Map<string, number>()
  constructor(taken: Iterable<string>, prefix: string) {
    this.#taken = new Set(taken)
    this.#prefix = prefix
  }
  take(name: string): void {
    this.#taken.add(name)
  }
  fresh(hint: string): string {
    let count = this.#counts.get(hint) ?? 0
    let name = `${this.#prefix}${hint}`
    while (this.#taken.has(name)) {
      count += 1
      name = `${this.#prefix}${hint}_${count}`
    }
    this.#counts.set(hint, count)
    this.#taken.add(name)
    return name
  }
}
