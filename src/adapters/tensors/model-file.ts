import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { ModelFiles, WriteModelOptions, WrittenModel } from '../../contract/model-files.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { decodeModel } from '../../core/onnx/decode.ts'
import { protobufLimit } from '../../core/onnx/encode.ts'
import { encodeFiles } from '../../core/onnx/external-write.ts'
import { executableGraph } from '../../core/onnx/graph-check.ts'
import { liftedConstants } from '../../core/onnx/lift-constants.ts'
import type { ByteSource, Model } from '../../core/onnx/model.ts'
import { fileSource, folderSources } from '../files/file-source.ts'
import { writeDraft } from './model-file/write-chunks.ts'

/** ONNX models on the local disk. */
export const modelFiles: ModelFiles = { read, write, locate, withScratch }

/** A safetensors or GGUF file, read in pieces by position. Throws ONNX_NOT_FOUND. */
export function tensorFile(path: string): ByteSource {
  try {
    return fileSource(path)
  } catch (cause) {
    throw new RightsizeError('ONNX_NOT_FOUND', `there is no file '${path}'`, { cause })
  }
}

async function read(path: string): Promise<Model> {
  const file = await locate(path)
  const source = fileSource(file)
  if (source.size > protobufLimit) {
    const what = `${source.size} bytes; an ONNX file ends at 2 GiB, larger models store tensors in a separate file`
    throw new RightsizeError('ONNX_TOO_LARGE', what, { at: file })
  }
  try {
    const bytes = source.read(0, source.size)
    const model = decodeModel(bytes, { external: folderSources(dirname(file)) })
    return liftedConstants({ ...model, graph: executableGraph(model.graph) })
  } catch (error) {
    throw named(error, file)
  }
}

/** The error with the file's name before the byte and field. */
function named(error: unknown, file: string): unknown {
  if (!(error instanceof RightsizeError)) return error
  const at = error.at === undefined ? file : `${file}: ${error.at}`
  return new RightsizeError(error.code, error.message, { at, next: error.next, cause: error.cause })
}

async function write(
  path: string,
  model: Model,
  { externalAbove }: WriteModelOptions = {},
): Promise<WrittenModel> {
  const dataPath = `${basename(path)}_data`
  const threshold = externalAbove === undefined ? {} : { threshold: externalAbove }
  const files = encodeFiles(model, { dataPath, ...threshold })
  const main = await writeDraft(path, files.model)
  if (files.data === null) {
    await main.commit()
    return { paths: [path], bytes: files.model.byteLength }
  }
  const beside = join(dirname(path), dataPath)
  // Both drafts are whole before either gets its name: the tensors may still be read from the files being replaced.
  const data = await writeDraft(beside, files.data).catch(async (cause: unknown) => {
    await main.discard()
    throw cause
  })
  await data.commit()
  await main.commit()
  return { paths: [path, beside], bytes: files.model.byteLength + files.data.byteLength }
}

async function locate(path: string): Promise<string> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new RightsizeError('ONNX_NOT_FOUND', `there is no file or folder '${path}'`, { cause })
  })
  if (!found.isDirectory()) return path
  for (const name of ['onnx/model.onnx', 'model.onnx']) {
    const isFile = await stat(join(path, name)).then(
      (entry) => entry.isFile(),
      () => false,
    )
    if (isFile) return join(path, name)
  }
  return onlyModel(path)
}

async function onlyModel(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.onnx')).sort()
  const [first] = names
  if (first !== undefined && names.length === 1) return join(folder, first)
  const what =
    names.length === 0
      ? `the folder '${folder}' holds no onnx/model.onnx, model.onnx or other .onnx file`
      : `the folder '${folder}' holds several models: ${names.slice(0, 8).join(', ')}`
  throw new RightsizeError('ONNX_NOT_FOUND', what)
}

async function withScratch<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'rightsize-'))
  try {
    return await act(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
