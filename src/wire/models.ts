import { rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { textOrNull, writeWhole } from '../adapters/files/whole-file.ts'
import { hardwareThreads } from '../adapters/machine/this-machine.ts'
import { openProcesses } from '../adapters/processes/table.ts'
import type { Effects } from '../app/evaluate/effects.ts'
import type { CompareRequest, ModelComparison } from '../app/shrink/compare-paths.ts'
import type { GgufRequest, GgufVariants } from '../app/shrink/gguf-variants.ts'
import type { ImportedFolder } from '../app/shrink/import-folder.ts'
import type { TensorEngine } from '../contract/tensors.ts'
import type { Inspection } from '../core/compress/inspection.ts'
import type { WireOptions } from './options.ts'
import type { ShrinkHow } from './shrink.ts'
import { monotonicS, ownCpuS, readText } from './world.ts'

/** What `shrink` is told about a GGUF file; paths may be relative, `program` also a name. */
export type GgufFlags = GgufRequest

/** What `import` is told: a checkpoint folder, where the model goes, and a file with outputs that it must give. */
export interface ImportRequest {
  readonly folder: string
  readonly out: string
  readonly logits: string | undefined
}

export async function inspectModel(model: string, options: WireOptions): Promise<Inspection> {
  const { inspect } = await import('../app/shrink/inspect.ts')
  const { modelFiles, tensorFile } = await import('../adapters/tensors/model-file.ts')
  const { processorFeatures } = await import('../adapters/machine/this-machine.ts')
  const remote = /^https?:\/\//.test(model)
  const features = processorFeatures()
  return inspect(
    remote ? model : resolve(options.cwd, model),
    { runtime: 'onnxruntime-node', features, threads: 1 },
    { files: modelFiles, source: tensorFile, fetch: options.fetch ?? fetch, text: textOrNull },
  )
}

export async function compareOnnx(
  request: CompareRequest,
  {
    effects,
    at,
    signal,
  }: {
    readonly effects: Effects
    readonly at: (path: string) => string
    readonly signal: AbortSignal
  },
): Promise<ModelComparison> {
  const { comparePaths } = await import('../app/shrink/compare-paths.ts')
  const { modelFiles } = await import('../adapters/tensors/model-file.ts')
  const { findModel } = await import('../adapters/runtime/onnx/folder.ts')
  const { openTokenizer } = await import('../adapters/tokenizer/huggingface.ts')
  const { data, a, b } = request
  const placed = { ...request, a: at(a), b: at(b), data: data === undefined ? data : at(data) }
  return comparePaths(placed, {
    engine: await engineOf(request.runtime),
    openMeters: (binding) => effects.openMeters(inThisProcess, binding),
    binding: { pids: [process.pid], threads: 1 },
    machineThreads: effects.machineThreads,
    files: modelFiles,
    find: findModel,
    openTokenizer,
    readText,
    readRows: effects.readRows,
    cpuS: ownCpuS,
    signal,
  })
}

/** Two models that this process runs itself: nothing but its own pid is bound. */
export const inThisProcess = {
  id: 'compare',
  runtime: 'onnx',
  settings: {},
  base: 'compare',
} as const

export async function engineOf(runtime: CompareRequest['runtime']): Promise<TensorEngine> {
  if (runtime === 'onnxruntime-web')
    return (await import('../adapters/tensors/onnxruntime/web.ts')).openWebEngine()
  return (await import('../adapters/tensors/onnxruntime.ts')).openEngine()
}

export async function importCheckpoint(request: ImportRequest): Promise<ImportedFolder> {
  const { importFolder } = await import('../app/shrink/import-folder.ts')
  const { openEngine } = await import('../adapters/tensors/onnxruntime.ts')
  const { modelFiles } = await import('../adapters/tensors/model-file.ts')
  const { fileSource } = await import('../adapters/tensors/model-file/file-source.ts')
  const { openTokenizer } = await import('../adapters/tokenizer/huggingface.ts')
  return importFolder(request, {
    engine: await openEngine(),
    files: modelFiles,
    openTokenizer,
    textOrNull,
    source: fileSource,
    write: writeWhole,
    join,
  })
}

export function placedGguf(request: GgufFlags, at: (path: string) => string): GgufRequest {
  const { model, out, imatrix, program } = request
  return {
    ...request,
    ...{ model: at(model), out: at(out), imatrix: imatrix === undefined ? imatrix : at(imatrix) },
    // A bare name is looked for in PATH.
    program: /[\\/]/.test(program) ? at(program) : program,
  }
}

export async function quantiseGguf(
  request: GgufRequest,
  { say, signal }: ShrinkHow,
): Promise<GgufVariants> {
  const { makeGgufVariants } = await import('../app/shrink/gguf-variants.ts')
  const { programRunner } = await import('../adapters/processes/program.ts')
  const { tensorFile } = await import('../adapters/tensors/model-file.ts')
  const { fileDigest, makeRoom } = await import('../adapters/files/whole-file.ts')
  const processes = openProcesses(process.platform)
  return makeGgufVariants(request, {
    ...{ say, signal, join, rename, makeRoom, digest: fileDigest, write: writeWhole },
    remove: (path) => rm(path, { force: true }),
    source: tensorFile,
    run: programRunner({ processes, nowS: monotonicS }),
    machineThreads: hardwareThreads(),
  })
}
