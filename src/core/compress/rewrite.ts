import { removeDead } from '../onnx/graph-edit.ts'
import { type EmitOptions, type GraphWriter, writerFor } from '../onnx/graph-writer.ts'
import type { Graph, Model, Node, Tensor } from '../onnx/model.ts'

/** From this version on initializers need not be inputs too. Source: onnx/docs/IR.md. */
const freeInitializers = 4

/** Writes what takes the place of nodes of a model. */
export class Rewriter {
  readonly #model: Model
  readonly #writer: GraphWriter
  readonly #replaced = new Map<Node, readonly Node[]>()
  readonly #once = new Map<string, unknown>()

  constructor(model: Model) {
    this.#model = model
    this.#writer = writerFor(model.graph)
  }

  /** How many nodes have been replaced. */
  get size(): number {
    return this.#replaced.size
  }

  fresh(hint: string): string {
    return this.#writer.fresh(hint)
  }

  add(tensor: Tensor): string {
    return this.#writer.add(tensor)
  }

  /** Emits a node that makes these values; its name is made from the first and the operator unless given. */
  emit(
    opType: string,
    inputs: readonly string[],
    options: EmitOptions & { readonly outputs: readonly string[] },
  ): string {
    const name = `${options.outputs[0]}/${opType}`
    return this.#writer.emit(opType, inputs, { name, ...options })
  }

  /** Emits a node whose one output, a fresh value, and whose name are called after `hint`. */
  step(
    hint: string,
    opType: string,
    inputs: readonly string[],
    attributes: EmitOptions['attributes'] = {},
  ): string {
    const output = this.fresh(hint)
    return this.#writer.emit(opType, inputs, { outputs: [output], name: output, attributes })
  }

  /** A node of the model, changed, as it is. */
  copy(node: Node): void {
    this.#writer.append(node)
  }

  /** What `write` emits takes the place of the node. */
  replace(node: Node, write: () => void): void {
    const from = this.#writer.nodes.length
    write()
    this.#replaced.set(node, this.#writer.nodes.slice(from))
  }

  /** The result of the first call for this key: what several nodes share is written once. */
  once<T>(key: string, write: () => T): T {
    if (!this.#once.has(key)) this.#once.set(key, write())
    return this.#once.get(key) as T
  }

  /** The nodes that stand in the place of a node now. */
  inPlaceOf(node: Node): readonly Node[] {
    return this.#replaced.get(node) ?? [node]
  }

  /**
   * The model with the change made. Constants that only replaced nodes used are gone, also where old files list them as inputs, and with
   * them the declared shapes of values that are gone. `opsets` are those that the new nodes need next to those of the model.
   */
  finished(opsets: Readonly<Record<string, number>> = {}): Model {
    const { graph, irVersion, opsets: own } = this.#model
    const nodes = graph.nodes.flatMap((node) => this.inPlaceOf(node))
    const initializers = [...graph.initializers, ...this.#writer.initializers]
    const live = removeDead({ ...graph, nodes, initializers }).graph
    return {
      ...this.#model,
      irVersion: Math.max(irVersion, freeInitializers),
      opsets: { ...opsets, ...own },
      graph: withoutStaleInputs(graph, live),
    }
  }
}

/** Inputs that were defaults and have lost their tensor would become inputs that callers must feed. */
function withoutStaleInputs(before: Graph, after: Graph): Graph {
  const had = new Set(before.initializers.map(({ name }) => name))
  const has = new Set(after.initializers.map(({ name }) => name))
  const inputs = after.inputs.filter(({ name }) => !had.has(name) || has.has(name))
  return { ...after, inputs }
}
