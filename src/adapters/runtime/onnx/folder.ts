import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { RightsizeError } from '../../../core/error/error.ts'
import { modelIdentity } from '../../../core/result/model-identity.ts'

/** A model on disk, found but not yet loaded. */
export interface ModelFolder {
  /** The .onnx file that will be run. */
  readonly file: string
  /** Tensor data that the .onnx file points to, beside it. */
  readonly externalFiles: readonly string[]
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
  return {
    file,
    externalFiles,
    bytes: [file, ...externalFiles].reduce((sum, name) => sum + statSync(name).size, 0),
    precision: precisionOf(file),
    config: (readJson(join(root, 'config.json')) ?? {}) as Readonly<Record<string, unknown>>,
    tokenizerFile: existsSync(tokenizer) ? tokenizer : null,
    tokenizerConfig: readJson(join(root, 'tokenizer_config.json')),
  }
}

/** The identity of a model: of everything that decides what it answers. */
export async function digestModel(model: ModelFolder): Promise<string> {
  const data: Record<string, string> = {}
  for (const file of model.externalFiles) data[basename(file)] = await digestFile(file)
  const { tokenizerFile, tokenizerConfig = null, config } = model
  const tokenizer = tokenizerFile === null ? null : await digestFile(tokenizerFile)
  const graph = await digestFile(model.file)
  return modelIdentity({ graph, data, tokenizer, tokenizerConfig, config }, sha256)
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function digestFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
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

/** Exporters name external data model.onnx_data, model.onnx.data or model.onnx_data_1. */
function externalData(file: string): readonly string[] {
  const name = basename(file)
  return readdirSync(dirname(file))
    .filter((other) => other.startsWith(`${name}_data`) || other.startsWith(`${name}.data`))
    .sort()
    .map((other) => join(dirname(file), other))
}

/** A pointer is a text of about 130 bytes that begins with this line (source: git-lfs docs/spec.md). */
function refuseLfsPointer(file: string): void {
  if (statSync(file).size > 1024) return
  if (readFileSync(file, 'utf8').startsWith('version https://git-lfs.github.com/spec/'))
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
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new RightsizeError('MODEL_CANNOT_LOAD', `${path} is not JSON`, {
      cause,
      next: 'Copy the file again from where the model came from.',
    })
  }
}
