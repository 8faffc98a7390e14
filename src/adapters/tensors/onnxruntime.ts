import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type {
  EngineOptions,
  NodeProfile,
  TensorEngine,
  TensorInputInfo,
  TensorSession,
} from '../../contract/tensors.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Feeds, HostTensor } from '../../core/onnx/host-tensor.ts'
import type { Dtype } from '../../core/onnx/model.ts'
import { recogniseOther } from '../../core/onnx/other-format.ts'
import { nodeTimes } from './onnxruntime/profile.ts'

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
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    inputInfo: inputInfo(session),
    run: (feeds, fetches) => runSession(ort, session, feeds, fetches),
    profile: once(() => endProfile(session, profileFolder)),
    close: once(async () => {
      await session.release()
      if (profileFolder !== undefined) await rm(profileFolder, { recursive: true, force: true })
    }),
  }
}

/** Sequences, maps and optionals have no shape; models with such inputs get none described. */
function inputInfo(session: InferenceSession): readonly TensorInputInfo[] {
  return session.inputMetadata.flatMap((input) =>
    input.isTensor
      ? [{ name: input.name, dtype: input.type as Dtype, dims: [...input.shape] }]
      : [],
  )
}

function create(
  ort: Ort,
  model: Uint8Array | string,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
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

async function runSession(
  ort: Ort,
  session: InferenceSession,
  feeds: Feeds,
  fetches: readonly string[] | undefined,
): Promise<Record<string, HostTensor>> {
  try {
    const inputs: Record<string, OrtTensor> = {}
    for (const [name, tensor] of Object.entries(feeds)) inputs[name] = toOrt(ort, tensor)
    const results =
      fetches === undefined ? await session.run(inputs) : await session.run(inputs, fetches)
    const outputs: Record<string, HostTensor> = {}
    for (const [name, value] of Object.entries(results)) outputs[name] = toHost(value)
    return outputs
  } catch (cause) {
    throw engineError('run the model', cause)
  }
}

/** Where the platform has Float16Array, onnxruntime wants it for float16; the bits are the same. */
function toOrt(ort: Ort, { dtype, dims, data }: HostTensor): OrtTensor {
  const halves = (globalThis as { Float16Array?: HalfArray }).Float16Array
  const fitted =
    dtype === 'float16' && halves !== undefined && data instanceof Uint16Array
      ? new halves(data.buffer, data.byteOffset, data.length)
      : data
  const construct = ort.Tensor as unknown as new (
    type: string,
    data: unknown,
    dims: readonly number[],
  ) => OrtTensor
  return new construct(dtype, fitted, dims)
}

type HalfArray = new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayBufferView

function toHost(value: OrtTensor): HostTensor {
  const dtype = value.type as Dtype
  const data = value.data as HostTensor['data']
  if (dtype !== 'float16' || data instanceof Uint16Array) return { dtype, dims: value.dims, data }
  const view = data as unknown as ArrayBufferView
  const bits = new Uint16Array(view.buffer, view.byteOffset, view.byteLength / 2)
  return { dtype, dims: value.dims, data: bits }
}

async function endProfile(
  session: InferenceSession,
  folder: string | undefined,
): Promise<readonly NodeProfile[]> {
  if (folder === undefined) return []
  session.endProfiling()
  const files = await readdir(folder)
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  await rm(folder, { recursive: true, force: true })
  return texts.flatMap(nodeTimes)
}

/** The same promise for every call. */
function once<T>(act: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    result ??= act()
    return result
  }
}

function engineError(what: string, cause: unknown): RightsizeError {
  const message = `onnxruntime could not ${what}: ${messageOf(cause)}`
  return new RightsizeError('TENSOR_ENGINE_FAILED', message, { cause })
}

/** Why a model was not opened: another format or an ancient file by its own error, else the runtime's words. */
async function openError(model: Uint8Array | string, cause: unknown): Promise<RightsizeError> {
  const at = typeof model === 'string' ? { at: model } : {}
  const head = typeof model === 'string' ? await headOf(model) : model
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
  return engineError('open the model', cause)
}

/** The first bytes of a file, or null when it cannot be read. */
async function headOf(path: string): Promise<Uint8Array | null> {
  const file = await open(path, 'r').catch(() => null)
  if (file === null) return null
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(64), 0, 64, 0)
    return buffer.subarray(0, bytesRead)
  } catch {
    return null
  } finally {
    await file.close()
  }
}

/** The first lines of an error without the runtime's source lines and C++ signatures, at most 600 characters. */
function messageOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  const signature =
    /\/onnxruntime_src\/\S+:\d+ [^(]*\((?:[^()]|\([^()]*\))*\)(?: const)?(?: \[[^\]]*\])? ?/g
  const lines = text
    .replace(signature, '')
    .split('\n')
    .map((line) => line.trim())
  return lines
    .filter((line) => line !== '')
    .slice(0, 3)
    .join(' ')
    .slice(0, 600)
}
