import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import type { RuntimeContext } from '../../../contract/runtime.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { externalFiles } from '../../../core/onnx/external-files.ts'
import { filesBeside, modelIdentity } from '../../../core/result/model-identity.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'
import { requireInside } from '../../files/confinement.ts'
import { fileSource } from '../../files/file-source.ts'
import { bytesNow, textNow } from '../../files/read-file.ts'
import { fileDigest, fileDigests } from '../../files/whole-file.ts'

/** A model on disk, found but not yet loaded. */
export interface ModelFolder {
  /** The .onnx file that will be run. */
  readonly file: string
  /** Where its config and tokenizer lie. */
  readonly root: string
  /** Files of tensor data that the graph names, by the path that it names. */
  readonly externalFiles: Readonly<Record<string, string>>
  readonly bytes: number
  /** fp32, fp16, int8 ...: as the name of the file says; fp32 where it says nothing. */
  readonly precision: string
  readonly config: Readonly<Record<string, unknown>>
  readonly tokenizerFile: string | null
  readonly tokenizerConfig: unknown
}

/**
 * Suffixes that transformers.js gives to the builds of one model, by what they hold
 * (source: huggingface.co/docs/transformers.js/guides/dtypes).
 */
const suffixPrecision: Readonly<Record<string, string>> = {
  _quantized: 'int8',
  _int8: 'int8',
  _uint8: 'uint8',
  _fp16: 'fp16',
  _q4: 'q4',
  _q4f16: 'q4f16',
  _bnb4: 'bnb4',
}
const int8Suffixes = ['_quantized', '_int8', '_uint8'] as const

/** Finds the files of a model. `variant` is a suffix without its underscore; `int8` takes the first 8-bit build. */
export function findModel(
  path: string,
  wanted: { readonly int8?: boolean; readonly variant?: string } = {},
): ModelFolder {
  if (!existsSync(path)) throw new RightsizeError('MODEL_NOT_FOUND', `${path} does not exist`)
  const isFile = statSync(path).isFile()
  const file = isFile ? path : chooseFile(path, wanted)
  refuseLfsPointer(file)
  const root = isFile ? folderOf(path) : path
  const externalFiles = externalData(file)
  const tokenizer = join(root, 'tokenizer.json')
  const data = Object.values(externalFiles)
  return {
    file,
    root,
    externalFiles,
    bytes: [file, ...data].reduce((sum, name) => sum + statSync(name).size, 0),
    precision: precisionOf(file),
    config: (readJson(join(root, 'config.json')) ?? {}) as Readonly<Record<string, unknown>>,
    tokenizerFile: existsSync(tokenizer) ? tokenizer : null,
    tokenizerConfig: readJson(join(root, 'tokenizer_config.json')),
  }
}

/** The model that a candidate names, in the build that its settings choose. Throws MODEL_NOT_FOUND. */
export function openedModel(
  { id, model, settings }: CandidateSpec,
  { baseDir }: Pick<RuntimeContext, 'baseDir'>,
): ModelFolder {
  if (!model) throw new RightsizeError('MODEL_NOT_FOUND', `candidate ${id} names no model`)
  const { int8, variant } = settings
  return findModel(isAbsolute(model) ? model : join(baseDir, model), {
    ...(int8 === undefined ? {} : { int8 }),
    ...(typeof variant === 'string' ? { variant } : {}),
  })
}

/** The identity of a model: of every file that a loader of its folder reads. */
export async function digestModel({ file, root, externalFiles }: ModelFolder): Promise<string> {
  const beside = filesBeside.flatMap((name) =>
    existsSync(join(root, name)) ? [[name, join(root, name)] as const] : [],
  )
  const parts = {
    graph: await fileDigest(file),
    data: await fileDigests(Object.entries(externalFiles)),
    beside: await fileDigests(beside),
  }
  return modelIdentity(parts, (bytes) => createHash('sha256').update(bytes).digest('hex'))
}

/** A model given as onnx/model.onnx has its tokenizer one folder up. */
function folderOf(file: string): string {
  const folder = dirname(file)
  return basename(folder) === 'onnx' ? dirname(folder) : folder
}

function chooseFile(folder: string, wanted: { int8?: boolean; variant?: string }): string {
  const suffixes = wanted.variant ? [`_${wanted.variant}`] : wanted.int8 ? [...int8Suffixes] : ['']
  const names = suffixes.flatMap((suffix) => [`onnx/model${suffix}.onnx`, `model${suffix}.onnx`])
  const found = names.map((name) => join(folder, name)).find((name) => existsSync(name))
  if (found) return found
  const there = onnxFiles(folder)
  const only = there[0]
  if (there.length === 1 && only && suffixes.includes('')) return only
  const list = there.map((name) => name.slice(folder.length + 1)).join(', ') || 'no .onnx file'
  throw new RightsizeError('MODEL_NOT_FOUND', `${folder} holds ${list}, not ${names.join(' or ')}`)
}

function onnxFiles(folder: string): readonly string[] {
  return [folder, join(folder, 'onnx')]
    .filter((place) => existsSync(place) && statSync(place).isDirectory())
    .flatMap((place) => readdirSync(place).map((name) => join(place, name)))
    .filter((name) => name.endsWith('.onnx'))
}

/** Tensor data under whatever name the graph gives it. Throws ONNX_EXTERNAL_DATA where a file is missing. */
function externalData(file: string): Readonly<Record<string, string>> {
  const named = externalFiles(fileSource(file)).map((name) => {
    const path = resolve(dirname(file), name)
    requireInside(path)
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return [name, path] as const
    throw new RightsizeError('ONNX_EXTERNAL_DATA', `'${name}' is missing`, { at: file })
  })
  return Object.fromEntries(named)
}

/** A pointer is a text of about 130 bytes that begins with this line (source: git-lfs docs/spec.md). */
function refuseLfsPointer(file: string): void {
  if (statSync(file).size > 1024) return
  if (bytesNow(file).toString('latin1').startsWith('version https://git-lfs.github.com/spec/'))
    throw new RightsizeError('MODEL_LFS_POINTER', `${file} is a Git-LFS pointer`)
}

function precisionOf(file: string): string {
  const stem = basename(file, '.onnx')
  const suffix = Object.keys(suffixPrecision).find((ending) => stem.endsWith(ending))
  return (suffix && suffixPrecision[suffix]) ?? 'fp32'
}

function readJson(path: string): unknown {
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(textNow(path))
  } catch (cause) {
    if (cause instanceof RightsizeError) throw cause
    throw new RightsizeError('MODEL_CANNOT_LOAD', `${path} is not JSON`, {
      cause,
      next: 'Copy the file again from where the model came from.',
    })
  }
}
