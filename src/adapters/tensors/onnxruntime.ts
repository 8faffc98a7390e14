import { statSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InferenceSession } from 'onnxruntime-node'
import type {
  EngineOptions,
  NodeProfile,
  TensorEngine,
  TensorSession,
} from '../../contract/tensors.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { recogniseOther } from '../../core/onnx/other-format.ts'
import { requireInside } from '../files/confinement.ts'
import { fileSource } from '../files/file-source.ts'
import { readText, requireRegular } from '../files/read-file.ts'
import { nodeTimes } from './onnxruntime/profile.ts'
import {
  engineError,
  inputInfo,
  messageOf,
  once,
  runSession,
  tensorOutputs,
} from './onnxruntime/session.ts'

type Ort = typeof import('onnxruntime-node')

/**
 * The engine over onnxruntime-node, loaded when this is called. Throws TENSOR_ENGINE_MISSING, with the command that installs it,
 * when the package or its native library is absent.
 */
export async function openEngine(
  load: () => Promise<Ort> = () => import('onnxruntime-node'),
): Promise<TensorEngine> {
  const ort = await load().catch((cause: unknown) => {
    const what = `onnxruntime-node could not be loaded: ${messageOf(cause)}`
    throw new RightsizeError('TENSOR_ENGINE_MISSING', what, { cause })
  })
  return {
    name: 'onnxruntime-node',
    version: ort.env.versions.node ?? ort.env.versions.common,
    open: (model, options = {}) => openSession(ort, model, options),
  }
}

async function openSession(
  ort: Ort,
  model: Uint8Array | string,
  options: EngineOptions,
): Promise<TensorSession> {
  const profileFolder = options.profiling
    ? await mkdtemp(join(tmpdir(), 'rightsize-profile-'))
    : undefined
  const settings = sessionOptions(options, profileFolder)
  const session = await create(ort, model, settings).catch(async (cause: unknown) => {
    if (profileFolder !== undefined) await rm(profileFolder, { recursive: true, force: true })
    throw await openError(model, cause)
  })
  const outputs = tensorOutputs(session)
  return {
    inputs: session.inputNames,
    outputs,
    inputInfo: inputInfo(session),
    run: (feeds, fetches) =>
      runSession({ Tensor: ort.Tensor, label: 'onnxruntime' }, session, feeds, fetches ?? outputs),
    profile: once(() => endProfile(session, profileFolder)),
    close: once(async () => {
      await session.release()
      if (profileFolder !== undefined) await rm(profileFolder, { recursive: true, force: true })
    }),
  }
}

function create(
  ort: Ort,
  model: Uint8Array | string,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  if (typeof model === 'string') requireFile(model)
  return typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options)
}

/** Idle workers do not spin unless asked: spinning costs 3.5 to 4.9 times the CPU time at 20 ms between requests (docs/methods/codec.md). */
function sessionOptions(
  options: EngineOptions,
  profileFolder: string | undefined,
): InferenceSession.SessionOptions {
  const spin = options.spinning ? '1' : '0'
  return {
    intraOpNumThreads: options.intraThreads ?? 1,
    interOpNumThreads: 1,
    executionProviders: ['cpu'],
    graphOptimizationLevel: options.optimization ?? 'all',
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: spin }, inter_op: { allow_spinning: spin } } },
    ...(options.saveOptimizedTo === undefined
      ? {}
      : { optimizedModelFilePath: options.saveOptimizedTo }),
    ...(options.externalData === undefined ? {} : { externalData: options.externalData }),
    ...(profileFolder === undefined
      ? {}
      : { enableProfiling: true, profileFilePrefix: join(profileFolder, 'ort') }),
  }
}

async function endProfile(
  session: InferenceSession,
  folder: string | undefined,
): Promise<readonly NodeProfile[]> {
  if (folder === undefined) return []
  session.endProfiling()
  const files = await readdir(folder)
  const texts = await Promise.all(files.map((file) => readText(join(folder, file))))
  await rm(folder, { recursive: true, force: true })
  return texts.flatMap(nodeTimes)
}

/** Why a model was not opened: another format or an ancient file by its own error, else the runtime's words. */
async function openError(model: Uint8Array | string, cause: unknown): Promise<RightsizeError> {
  const at = typeof model === 'string' ? { at: model } : {}
  const head = typeof model === 'string' ? headOf(model) : model
  if (head === null) {
    return new RightsizeError('ONNX_NOT_FOUND', `there is no file '${model}'`, { cause })
  }
  const other = recogniseOther(head)
  if (other !== null) {
    return new RightsizeError('ONNX_NOT_A_MODEL', other.what, { ...at, ...other.detail, cause })
  }
  if (/Missing opset/.test(messageOf(cause))) {
    return new RightsizeError('ONNX_TOO_OLD', 'the model names no operator set', { ...at, cause })
  }
  return engineError('onnxruntime', 'open the model', cause)
}

/** The engine would wait for a pipe for ever. One that is not there is its own error. */
function requireFile(path: string): void {
  requireInside(path)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats) requireRegular(stats, path, Number.POSITIVE_INFINITY)
}

/** The first bytes of a file, or null when it cannot be read. */
function headOf(path: string): Uint8Array | null {
  try {
    const source = fileSource(path)
    return source.read(0, Math.min(64, source.size))
  } catch {
    return null
  }
}
