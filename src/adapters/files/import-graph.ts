import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bytesNow, textNow } from './read-file.ts'

/** Files by a name that is the same wherever the folder lies. */
export type NamedFiles = ReadonlyMap<string, string>

/**
 * The files that a module brings with it, without running any of it: itself, what it imports or requires, what those
 * import, and the code of packages that are named, with their dependencies. An import of a computed path counts every
 * code file beside the module. A file that the source names in a literal counts as well, unless the source writes files:
 * then it may be its own output. What is opened under a name that is put together elsewhere cannot be seen: it is
 * declared with `inputs`.
 */
export function importGraph(entry: string): NamedFiles {
  const graph: Graph = { files: new Map(), packages: new Set(), root: dirname(entry) }
  addModule(graph, entry)
  return graph.files
}

/** The same for a package that is found from a folder as Node finds it; empty where there is none. */
export function packageGraph(name: string, folder: string): NamedFiles {
  const graph: Graph = { files: new Map(), packages: new Set(), root: folder }
  addPackage(graph, name, folder)
  return graph.files
}

interface Graph {
  readonly files: Map<string, string>
  /** Real folders of the packages that were added. */
  readonly packages: Set<string>
  readonly root: string
}

const code = ['.mjs', '.js', '.cjs', '.ts', '.mts', '.cts']
const loaded = [...code, '.json', '.node', '.wasm']

function addModule(graph: Graph, file: string): void {
  const name = relative(graph.root, file).split(sep).join('/')
  if (graph.files.has(name)) return
  graph.files.set(name, file)
  if (!code.includes(extname(file))) return
  const folder = dirname(file)
  const { imported, named, computed } = namesIn(bytesNow(file).toString('utf8'))
  for (const specifier of imported) addImport(graph, specifier, folder)
  for (const path of named) {
    const found = fileAt(resolve(folder, path))
    if (found !== null) addModule(graph, found)
  }
  if (computed) for (const one of codeIn(folder)) addModule(graph, one)
}

function addImport(graph: Graph, specifier: string, folder: string): void {
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return
  const path = specifier.startsWith('file:') ? fileURLToPath(specifier) : specifier
  if (/^(\.{1,2}([/\\]|$)|[/\\]|[A-Za-z]:[/\\])/.test(path)) {
    const found = moduleAt(resolve(folder, path.replace(/[?#].*$/, '')))
    if (found !== null) addModule(graph, found)
  } else if (!addOwn(graph, path, folder)) addPackage(graph, path, folder)
}

/** What a package names for itself: `#name` of its `imports`, and its own name; false where it is neither. */
function addOwn(graph: Graph, specifier: string, from: string): boolean {
  const root = ownFolder(from)
  const manifest = root === null ? null : join(root, 'package.json')
  if (root === null || manifest === null) return false
  const { name, imports, exports } = fieldsOfManifest(manifest)
  const isInner = specifier.startsWith('#')
  const isSelf =
    typeof name === 'string' && (specifier === name || specifier.startsWith(`${name}/`))
  if (!isInner && !(isSelf && exports !== undefined)) return false
  const key = isInner ? specifier : `.${specifier.slice(String(name).length)}`
  addModule(graph, manifest)
  for (const target of targetsOf(isInner ? imports : exports, key))
    if (!target.startsWith('#')) addImport(graph, target, root)
  return true
}

/** The nearest folder, from this one upwards, that is a package. */
function ownFolder(from: string): string | null {
  for (let folder = realpathSync(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder)) return null
  }
}

/** Every path that a key of `imports` or `exports` may stand for, under whatever conditions. */
function targetsOf(map: unknown, key: string): readonly string[] {
  if (typeof map === 'string') return key === '.' ? [map] : []
  const entries = typeof map === 'object' && map !== null ? Object.entries(map) : []
  if (!entries.some(([name]) => /^[#.]/.test(name))) return key === '.' ? leavesOf(map) : []
  return entries.flatMap(([name, value]) => {
    const [head = '', tail] = name.split('*')
    if (tail === undefined) return name === key ? leavesOf(value) : []
    if (!key.startsWith(head) || !key.endsWith(tail) || key.length < name.length) return []
    const star = key.slice(head.length, key.length - tail.length)
    return leavesOf(value).map((path) => path.replaceAll('*', () => star))
  })
}

const leavesOf = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : []
}

/** The file that Node takes for a path: itself, with an ending, or the index of a folder. */
function moduleAt(path: string): string | null {
  const endings = ['', '.js', '.json', '.node', '.mjs', '.cjs', '.ts', '/index.js', '/index.json']
  for (const ending of endings) {
    const found = fileAt(`${path}${ending}`)
    if (found !== null) return found
  }
  return null
}

const fileAt = (path: string): string | null =>
  statSync(path, { throwIfNoEntry: false })?.isFile() ? path : null

const codeIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && code.includes(extname(entry.name)))
    .map((entry) => join(folder, entry.name))

/** All code of a package, and of the packages that it depends on. */
function addPackage(graph: Graph, specifier: string, from: string): void {
  const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
  const folder = packageFolder(name, from)
  if (folder === null || graph.packages.has(folder)) return
  graph.packages.add(folder)
  const manifest = readManifest(join(folder, 'package.json'))
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const parts = path.split(sep)
    if (parts.includes('node_modules') || !loaded.includes(extname(path))) continue
    const file = fileAt(join(folder, path))
    if (file !== null) graph.files.set(`npm:${name}@${manifest.version}/${parts.join('/')}`, file)
  }
  for (const other of manifest.needs) addPackage(graph, other, folder)
}

function packageFolder(name: string, from: string): string | null {
  for (let folder = realpathSync(from); ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name)
    if (existsSync(join(place, 'package.json'))) return realpathSync(place)
    if (folder === dirname(folder)) return null
  }
}

interface Manifest {
  readonly name?: unknown
  readonly imports?: unknown
  readonly exports?: unknown
  readonly version?: string
  readonly dependencies?: object
  readonly optionalDependencies?: object
  readonly peerDependencies?: object
}

function readManifest(path: string): {
  readonly version: string
  readonly needs: readonly string[]
} {
  const { version = 'unknown', ...rest } = fieldsOfManifest(path)
  const { dependencies, optionalDependencies, peerDependencies } = rest
  const needs = { ...dependencies, ...optionalDependencies, ...peerDependencies }
  return { version: String(version), needs: Object.keys(needs).sort() }
}

function fieldsOfManifest(path: string): Manifest {
  const text = textNow(path)
  try {
    const manifest = JSON.parse(text) as Manifest | null
    return typeof manifest === 'object' && manifest !== null ? manifest : {}
  } catch {
    return {} // Node refuses such a package when it is imported
  }
}

/** A comment may stand between the word and the literal: bundlers read settings there. */
const gap = '\\s{0,200}(?:/\\*[^*]{0,300}\\*/\\s{0,200})?'
const importWords = `(?:\\bfrom|\\bimport|\\b(?:import|require|resolve)\\s{0,20}\\()${gap}`
const literal = '([\'"`])([^\'"`\\\\\\n$]{1,300})'

/** Every quotation mark may begin a literal: one in a comment (`don't`) must not hide the next. */
const anyLiteral = new RegExp(`(?=${literal}\\1)`, 'g')
/** Calls that write a file, or open one that may be written. */
const writing =
  /\b(?:write|append|copy|truncate)(?:File|v|Sync)|createWriteStream|\bopen(?:Sync)?\s{0,20}\(|database|sqlite|\brename/i

/** What a source imports, the paths that it names, and whether it imports what it computes. Comments count as well. */
export function namesIn(source: string): {
  readonly imported: readonly string[]
  readonly named: readonly string[]
  readonly computed: boolean
} {
  const imports = new RegExp(`${importWords}${literal}\\1`, 'g')
  const imported = Array.from(source.matchAll(imports), (found) => found[2] ?? '')
  const literals = writing.test(source) ? [] : Array.from(source.matchAll(anyLiteral))
  const named = literals.map((found) => found[2] ?? '').filter((text) => isPath.test(text))
  const computed = new RegExp(
    `\\b(?:import|require)\\s{0,20}\\(${gap}(?:[A-Za-z_$]|\`[^\`]{0,300}\\$\\{)`,
  )
  return { imported, named: [...new Set(named)], computed: computed.test(source) }
}

const isPath = /^\.{0,2}[/\\]|\.[A-Za-z0-9]{1,11}$/
