import {
  float32Tensor,
  floatAttribute,
  int64Tensor,
  intAttribute,
  intsAttribute,
  stringAttribute,
} from '../onnx/build.ts'
import type { Attribute, Node, Tensor } from '../onnx/model.ts'

/** An attribute value as a builder writes it: integers are ONNX ints, `{ float }` is an ONNX float. */
export type AttributeValue = number | readonly number[] | string | { readonly float: number }

export interface EmitOptions {
  readonly attributes?: Readonly<Record<string, AttributeValue>>
  /** '' (ai.onnx) unless said. */
  readonly domain?: string
  /** Names of the outputs; one fresh name unless said. */
  readonly outputs?: readonly string[]
  /** Name of the node; made from the op unless said. */
  readonly name?: string
}

/** Collects nodes and constants with names that are free in the graph being extended. Names depend on call order only, so the same calls give the same bytes. */
export interface GraphWriter {
  readonly nodes: readonly Node[]
  readonly initializers: readonly Tensor[]
  /** Appends a node and returns the name of its first output. */
  emit(opType: string, inputs: readonly string[], options?: EmitOptions): string
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
}

/** The IR form of a builder's attribute. */
function attributeOf(name: string, value: AttributeValue): Attribute {
  if (typeof value === 'number') return intAttribute(name, value)
  if (typeof value === 'string') return stringAttribute(name, value)
  if ('float' in value) return floatAttribute(name, value.float)
  return intsAttribute(name, value)
}

/** A writer whose fresh names avoid `taken` and carry `prefix`. */
export function graphWriter(taken: Iterable<string> = [], prefix = ''): GraphWriter {
  const nodes: Node[] = []
  const initializers: Tensor[] = []
  const used = new Set<string>(taken)
  const shared = new Map<string, string>()
  const counts = new Map<string, number>()

  const fresh = (hint: string): string => {
    let count = counts.get(hint) ?? 0
    let name = `${prefix}${hint}`
    while (used.has(name)) {
      count += 1
      name = `${prefix}${hint}_${count}`
    }
    counts.set(hint, count)
    used.add(name)
    return name
  }
  const add = (tensor: Tensor): string => {
    used.add(tensor.name)
    initializers.push(tensor)
    return tensor.name
  }
  const share = (key: string, make: (name: string) => Tensor): string => {
    const known = shared.get(key)
    if (known !== undefined) return known
    const name = add(make(fresh(key)))
    shared.set(key, name)
    return name
  }
  return {
    nodes,
    initializers,
    fresh,
    add,
    scalar: (value) =>
      share(`scalar_${value}`, (name) => float32Tensor(name, [], Float32Array.of(value))),
    ints: (values) =>
      share(`ints_${values.join('_')}`, (name) => int64Tensor(name, [values.length], values)),
    integer: (value) => share(`integer_${value}`, (name) => int64Tensor(name, [], [value])),
    emit(opType, inputs, { attributes = {}, domain = '', outputs, name } = {}) {
      const made = outputs ?? [fresh(opType.toLowerCase())]
      for (const output of made) used.add(output)
      nodes.push({
        name: name ?? made[0] ?? opType,
        opType,
        domain,
        inputs,
        outputs: made,
        attributes: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
      })
      return made[0] ?? ''
    },
  }
}
