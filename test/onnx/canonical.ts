import type { Model } from '../../src/core/onnx/model.ts'
import { mapGraph } from '../../src/core/onnx/walk.ts'

/**
 * The model with everything that has no order put in one: opsets by domain, metadata by key, attributes and initializers by name.
 * Two files that differ only in field order, in packed or typed storage, or in where tensor data lie have the same canonical form;
 * encoded, they are the same bytes.
 */
export function canonicalModel(model: Model): Model {
  const graph = mapGraph(model.graph, {
    node: (node) => ({ ...node, attributes: byName(node.attributes) }),
    graph: (one) => ({ ...one, initializers: byName(one.initializers) }),
  })
  return { ...model, graph, opsets: byKey(model.opsets), metadata: byKey(model.metadata) }
}

function byName<T extends { readonly name: string }>(list: readonly T[]): readonly T[] {
  return list.toSorted((left, right) => compareText(left.name, right.name))
}

function byKey<T>(table: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const entries = Object.entries(table)
  return Object.fromEntries(entries.sort(([left], [right]) => compareText(left, right)))
}

/** By UTF-16 code units: the same on every machine, unlike localeCompare. */
function compareText(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
