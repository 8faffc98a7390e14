import { intOf } from '../onnx/attributes.ts'
import { type GraphIndex, indexGraph } from '../onnx/graph-index.ts'
import type { Graph, Node, Tensor } from '../onnx/model.ts'
import { integersOf } from '../onnx/tensor-values.ts'

/** Everything in a graph that has one entry for each token id. */
export interface VocabularyRows {
  /** Tokens that the model has rows for. */
  readonly rows: number
  /** Tensors with the axis of the tokens. */
  readonly tensors: ReadonlyMap<Tensor, number>
  /** Single ids that the graph compares with, the padding's for example. */
  readonly ids: readonly Tensor[]
  /** Outputs with one score for each token. */
  readonly outputs: readonly string[]
}

type Found = VocabularyRows | { readonly why: string }

class Refusal extends Error {}

/** Inputs that carry token ids. */
const isIds = (name: string): boolean => /(^|_)input_ids$/.test(name)

/**
 * The tables that token ids look up, an output layer over the vocabulary, and ids in comparisons; or why they cannot all be told:
 * an operator that does something else with ids, a table with another use.
 */
export function vocabularyRows(graph: Graph): Found {
  try {
    return find(graph)
  } catch (refusal) {
    if (refusal instanceof Refusal) return { why: refusal.message }
    throw refusal
  }
}

function find(graph: Graph): VocabularyRows {
  const index = indexGraph(graph)
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]))
  const uses = usesOfIds(graph, index)
  if (uses.length === 0) throw new Refusal('the graph has no input of token ids (input_ids)')
  const tensors = new Map<Tensor, number>()
  const ids: Tensor[] = []
  for (const { node, value } of uses) {
    if (node.opType === 'Equal') ids.push(comparedWith(node, value, constants))
    else for (const table of tablesOf(node, constants)) tensors.set(table, 0)
  }
  const rows = commonRows([...tensors.keys()])
  const heads = graph.outputs.flatMap(({ name, dims }) => {
    const head = headOf(name, { index, constants, rows })
    const asMany = dims?.length === 3 && dims[2] === rows
    if (head === null && asMany)
      throw new Refusal(`the output '${name}' has a score for each token by unknown operators`)
    return head !== null && (head.tied || asMany) ? [{ ...head, name }] : []
  })
  for (const head of heads) for (const [tensor, axis] of head.tensors) tensors.set(tensor, axis)
  const known = new Set([...uses.map(({ node }) => node), ...heads.flatMap(({ nodes }) => nodes)])
  for (const tensor of [...tensors.keys(), ...ids]) requireOnly(tensor, index, known)
  return { rows, tensors, ids, outputs: heads.map(({ name }) => name) }
}

interface Use {
  readonly node: Node
  /** The value that carries the ids. */
  readonly value: string
}

/** Nodes that do something with ids beside asking for their shape. */
function usesOfIds(graph: Graph, index: GraphIndex): readonly Use[] {
  const uses: Use[] = []
  const open = graph.inputs.map(({ name }) => name).filter(isIds)
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    for (const node of index.consumers(value)) {
      if (node.opType === 'Shape' || node.opType === 'Size') continue
      if (passesOn(node)) open.push(node.outputs[0] ?? '')
      else if (looksUp(node, value) || node.opType === 'Equal') uses.push({ node, value })
      else throw new Refusal(`${node.opType} '${node.name}' calculates with token ids`)
    }
  }
  return uses
}

/** TensorProto.DataType of int32 and int64. */
const wholeNumbers = [6, 7]

const passesOn = (node: Node): boolean =>
  node.opType === 'Identity' ||
  (node.opType === 'Cast' && wholeNumbers.includes(intOf(node, 'to', 0)))

function looksUp(node: Node, value: string): boolean {
  if (node.inputs[1] !== value || node.inputs[0] === value) return false
  if (node.opType === 'Gather') return intOf(node, 'axis', 0) === 0
  return node.opType === 'GatherBlockQuantized' && intOf(node, 'gather_axis', 0) === 0
}

function tablesOf(node: Node, constants: ReadonlyMap<string, Tensor>): readonly Tensor[] {
  const places = node.opType === 'Gather' ? [0] : [0, 2, 3]
  return places.flatMap((place) => {
    const name = node.inputs[place]
    if (name === undefined || name === '') return []
    const table = constants.get(name)
    if (table === undefined) throw new Refusal(`'${name}', which token ids look up, is calculated`)
    if (table.byteLength % Math.max(1, table.dims[0] ?? 0) !== 0)
      throw new Refusal(`the rows of '${name}' do not end at whole bytes`)
    return [table]
  })
}

function comparedWith(node: Node, value: string, constants: ReadonlyMap<string, Tensor>): Tensor {
  const other = node.inputs.find((name) => name !== value) ?? ''
  const constant = constants.get(other)
  const single = constant?.dtype === 'int64' || constant?.dtype === 'int32'
  if (constant === undefined || !single || integersOf(constant).length !== 1)
    throw new Refusal(`Equal '${node.name}' compares token ids with more than one number`)
  return constant
}

function commonRows(tables: readonly Tensor[]): number {
  const rows = new Set(tables.map(({ dims }) => dims[0] ?? 0))
  const [first] = rows
  if (first === undefined) throw new Refusal('token ids look up no table')
  if (rows.size > 1) throw new Refusal(`tables of ${[...rows].join(' and ')} rows share token ids`)
  return first
}

function requireOnly(tensor: Tensor, index: GraphIndex, known: ReadonlySet<Node>): void {
  const other = index.consumers(tensor.name).find((node) => !known.has(node))
  if (other !== undefined)
    throw new Refusal(`'${tensor.name}' is shared with ${other.opType} '${other.name}'`)
  if (index.isOutput(tensor.name)) throw new Refusal(`'${tensor.name}' is an output`)
}

interface Head {
  readonly tensors: ReadonlyMap<Tensor, number>
  readonly nodes: readonly Node[]
  /** Whether its weight is the table itself, or lies as the table does. */
  readonly tied: boolean
}

interface Around {
  readonly index: GraphIndex
  readonly constants: ReadonlyMap<string, Tensor>
  readonly rows: number
}

/** The output layer that ends in this value: a product with the table or a weight of as many columns, and its bias. */
function headOf(output: string, around: Around): Head | null {
  const { index, constants, rows } = around
  const last = index.producer(output)
  if (last === undefined) return null
  if (last.opType === 'Add') {
    const bias = last.inputs.map((name) => constants.get(name)).find((tensor) => tensor)
    const before = last.inputs.find((name) => !constants.has(name))
    const head = before === undefined ? null : headOf(before, around)
    if (head === null || bias === undefined || bias.dims.at(-1) !== rows) return null
    const tensors = new Map([...head.tensors, [bias, bias.dims.length - 1] as const])
    return { ...head, tensors, nodes: [...head.nodes, last] }
  }
  if (last.opType !== 'MatMul' && last.opType !== 'Gemm') return null
  const weight = constants.get(last.inputs[1] ?? '')
  if (weight !== undefined) {
    const axis = last.opType === 'Gemm' && intOf(last, 'transB', 0) === 1 ? 0 : 1
    if (weight.dims.length !== 2 || weight.dims[axis] !== rows) return null
    const bias = last.opType === 'Gemm' ? constants.get(last.inputs[2] ?? '') : undefined
    const tensors = new Map([[weight, axis]])
    if (bias?.dims.at(-1) === rows) tensors.set(bias, bias.dims.length - 1)
    const tied = index.consumers(weight.name).some(({ opType }) => opType === 'Gather')
    return { tensors, nodes: [last], tied }
  }
  const turned = index.producer(last.inputs[1] ?? '')
  const table = constants.get(turned?.inputs[0] ?? '')
  if (turned?.opType !== 'Transpose' || table?.dims[0] !== rows) return null
  const tied = index.consumers(table.name).some(({ opType }) => opType === 'Gather')
  return { tensors: new Map([[table, 0]]), nodes: [last, turned], tied }
}
