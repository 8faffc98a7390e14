import { RightsizeError } from '../error/error.ts'

export type Fields = Readonly<Record<string, unknown>>

export interface IfPlugin {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly config: Fields
  /** Its parameters go by other names in this manifest. */
  readonly mapped: boolean
}

/** A node without children, with what it takes over from those above it. */
export interface IfLeaf {
  /** Names from the root, joined by a slash. */
  readonly path: string
  readonly node: Fields
  readonly defaults: Fields
  /** Names in the order of the pipeline, also those of no plugin. */
  readonly compute: readonly string[]
  /** The plugins of the pipeline that are there. */
  readonly plugins: readonly IfPlugin[]
}

export interface IfTree {
  readonly plugins: ReadonlyMap<string, IfPlugin>
  readonly leaves: readonly IfLeaf[]
  readonly root: Fields
}

/** Plugins and leaves of a parsed manifest. Throws IMPORT_INVALID where it is none. */
export function readTree(manifest: unknown): IfTree {
  const { initialize, tree } = record(manifest, 'the manifest')
  const raw = record(record(initialize, 'initialize')['plugins'], 'initialize.plugins')
  const plugins = new Map(Object.entries(raw).map(([name, one]) => [name, pluginOf(name, one)]))
  const root = record(tree, 'tree')
  const leaves = leavesOf(root, '', { defaults: {}, compute: [] }, 0).map((leaf) => ({
    ...leaf,
    plugins: leaf.compute.flatMap((name) => plugins.get(name) ?? []),
  }))
  return { plugins, leaves, root }
}

function pluginOf(name: string, value: unknown): IfPlugin {
  const { method, path, config, mapping } = record(value, `plugin ${name}`)
  const mapped = Object.keys(fieldsOf(mapping)).length > 0
  return {
    name,
    method: String(method ?? ''),
    path: String(path ?? ''),
    config: fieldsOf(config),
    mapped,
  }
}

const depthLimit = 20

interface Above {
  readonly defaults: Fields
  readonly compute: readonly string[]
}

function leavesOf(
  node: Fields,
  path: string,
  above: Above,
  depth: number,
): readonly Omit<IfLeaf, 'plugins'>[] {
  if (depth > depthLimit) throw invalid(`the tree has more than ${depthLimit} levels`)
  const defaults = { ...above.defaults, ...fieldsOf(node['defaults']) }
  const own = pipelineOf(node)
  const compute = own.length > 0 ? own : above.compute
  const { children } = node
  if (typeof children !== 'object' || children === null) return [{ path, node, defaults, compute }]
  return Object.entries(children).flatMap(([name, child]) =>
    leavesOf(
      record(child, name),
      path === '' ? name : `${path}/${name}`,
      { defaults, compute },
      depth + 1,
    ),
  )
}

function pipelineOf({ pipeline }: Fields): readonly string[] {
  const { compute } = fieldsOf(pipeline)
  return Array.isArray(compute) ? compute.map(String) : []
}

/** Rows of a node, or none. */
export const rowsOf = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.map((row) => record(row, 'a row')) : []

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}

export function record(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${what} is not a mapping`)
  return value as Fields
}

function invalid(what: string): RightsizeError {
  return new RightsizeError('IMPORT_INVALID', `Impact Framework manifest: ${what}`)
}
