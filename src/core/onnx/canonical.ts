import { encodeChunks } from './encode.ts'
import type { Model, Tensor } from './model.ts'
import { joinBytes } from './protobuf.ts'
import { mapModel } from './walk.ts'

/**
 * The model with everything that has no order put in one: opsets by domain, metadata by key, attributes and initializers by name.
 * Two files that differ only in field order, in packed or typed storage, or in where tensor data lie have the same canonical form;
 * encoded, they are the same bytes. Names, doc strings and producer stay: they are part of the model.
 */
export function canonicalModel(model: Model): Model {
  const ordered = mapModel(model, {
    node: (node) => ({ ...node, attributes: byName(node.attributes) }),
    graph: (graph) => ({ ...graph, initializers: byName(graph.initializers) }),
  })
  return { ...ordered, opsets: byKey(model.opsets), metadata: byKey(model.metadata) }
}

/**
 * The model's identity: the digest of its canonical form, in which the data of each tensor are replaced by their own digest, so that
 * a model of any size is hashed one tensor at a time. `digest` is sha256 as hex wherever identities are stored.
 */
export function modelIdentity(model: Model, digest: (bytes: Uint8Array) => string): string {
  const encoder = new TextEncoder()
  const tensor = (one: Tensor): Tensor => {
    if (one.dtype === 'string') return one
    const data = encoder.encode(digest(one.bytes()))
    return { ...one, byteLength: data.length, bytes: () => data }
  }
  const skeleton = mapModel(canonicalModel(model), { tensor })
  return digest(joinBytes([...encodeChunks(skeleton).chunks()]))
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
