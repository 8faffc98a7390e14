import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve, sep } from 'node:path'
import { canonicalBytes } from '../../core/data/canonical.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { AdapterName } from '../../core/part/runtimes.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import { importGraph, type NamedFiles, packageGraph } from './import-graph.ts'
import { fileDigests } from './whole-file.ts'

/** Where the paths of a spec start. */
export interface Place {
  readonly baseDir: string
}

/** The export that is called, and the files that the module brings. */
export async function moduleRevision(
  { model = '' }: Pick<CandidateSpec, 'model'>,
  place: Place,
): Promise<string> {
  const [path = '', name = null] = model.split('#')
  const file = placed(path, place)
  const files = existsSync(file) ? importGraph(file) : packageGraph(path, place.baseDir)
  return digestOf({ name, ...(files.size === 0 ? { path } : {}), files: await fileDigests(files) })
}

/**
 * The words of the command line, and the files among them with what they import. With `inputs` the program alone: other
 * words may name files that it writes. Node itself counts by its version, which every program of it prints.
 */
export async function commandRevision(
  { command = [], inputs }: CandidateSpec,
  place: Place,
): Promise<string> {
  const words = command.filter(
    (word, at) => inputs === undefined || at === 0 || isProgram.test(word),
  )
  const paths = words.map((word) => placed(word, place)).filter((path) => path !== process.execPath)
  const brought = paths.filter(isFile).map(importGraph)
  const node = paths.length < words.length ? process.version : undefined
  return digestOf({ command, node, files: await Promise.all(brought.map(fileDigests)) })
}

/** A file that an interpreter runs. */
const isProgram = /\.([mc]?[jt]s|py|sh|rb|pl|php|lua|r|jl|jar|ps1|bat|exe)$/i

/** Of an adapter, as one word: what its model is, it knows itself. */
export async function adapterRevision(runtime: AdapterName): Promise<string> {
  const files: NamedFiles = isPath(runtime)
    ? importGraph(resolve(runtime))
    : packageGraph(runtime.replace(/^npm:/, ''), import.meta.dirname)
  return `code:${digestOf(await fileDigests(files))}`
}

export const isPath = (runtime: AdapterName): boolean =>
  isAbsolute(runtime) || runtime.startsWith('.')

/** The files and folders under `inputs`, as one word. Throws CANDIDATE_INPUT where one is missing. */
export async function inputsRevision(inputs: readonly string[], place: Place): Promise<string> {
  const files = inputs.flatMap((path) => filesAt(path, placed(path, place)))
  return `inputs:${digestOf(await fileDigests(files))}`
}

/** A file, or every file below a folder. Throws CANDIDATE_INPUT where there is neither. */
function filesAt(name: string, path: string): readonly (readonly [string, string])[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile()) return [[name, path]]
  if (!found?.isDirectory())
    throw new RightsizeError('CANDIDATE_INPUT', `${path} does not exist`, { at: name })
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((inner) => statSync(join(path, inner)).isFile())
    .map((inner) => [`${name}/${inner.split(sep).join('/')}`, join(path, inner)] as const)
}

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true

/** A path of the spec as a path of the disk. */
export const placed = (path: string, { baseDir }: Place): string =>
  isAbsolute(path) ? path : resolve(baseDir, path)

const digestOf = (value: unknown): string =>
  createHash('sha256').update(canonicalBytes(value)).digest('hex')
