import { readFile } from 'node:fs/promises'
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web'
import type { EngineOptions, TensorEngine, TensorSession } from '../../contract/tensors.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Feeds, HostTensor } from '../../core/onnx/host-tensor.ts'
import type { Dtype } from '../../core/onnx/model.ts'

type Ort = typeof import('onnxruntime-web')

/**
 * The engine over onnxruntime-web: WebAssembly as in a browser, one thread, loaded when this is called. Its times are those of V8 on this
 * processor. It neither profiles nor writes its optimised graph. Throws TENSOR_ENGINE_WEB_MISSING, with the command that installs it.
 */
export async function openWebEngine(
  load: () => Promise<Ort> = () => import('onnxruntime-web'),
): Promise<TensorEngine> {
  const ort = await load().catch((cause: unknown) => {
    const what = `onnxruntime-web could not be loaded: ${messageOf(cause)}`
    throw new RightsizeError('TENSOR_ENGINE_WEB_MISSING', what, { cause })
  })
  ort.env.logLevel = 'fatal'
  // More threads need workers and shared memory, which a page has only with cross-origin isolation.
  ort.env.wasm.numThreads = 1
  return {
    name: 'onnxruntime-web',
    version: ort.env.versions.web ?? ort.env.versions.common,
    open: (model, options = {}) => openSession(ort, model, options),
  }
}

async function openSession(
  ort: Ort,
  model: Uint8Array | string,
  options: EngineOptions,
): Promise<TensorSession> {
  const session = await create(ort, model, options)
  let closing: Promise<void> | undefined
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    inputInfo: session.inputMetadata.flatMap((input) =>
      input.isTensor
        ? [{ name: input.name, dtype: input.type as Dtype, dims: [...input.shape] }]
        : [],
    ),
    run: (feeds, fetches) => runSession(ort, session, feeds, fetches),
    profile: async () => [],
    close: () => {
      closing ??= session.release()
      return closing
    },
  }
}

async function create(
  ort: Ort,
  model: Uint8Array | string,
  { optimization = 'all', externalData }: EngineOptions,
): Promise<InferenceSession> {
  const bytes = typeof model === 'string' ? await fileOf(model) : model
  try {
    return await ort.InferenceSession.create(bytes, {
      executionProviders: ['wasm'],
      graphOptimizationLevel: optimization,
      logSeverityLevel: 4,
      ...(externalData === undefined ? {} : { externalData }),
    })
  } catch (cause) {
    throw engineError('open the model', cause)
  }
}

function fileOf(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new RightsizeError('ONNX_NOT_FOUND', `there is no file '${path}'`, { cause })
  })
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
      fetches === undefined ? await session.run(inputs) : await session.run(inputs, [...fetches])
    return Object.fromEntries(
      Object.entries(results).map(([name, value]) => [name, toHost(value as OrtTensor)]),
    )
  } catch (cause) {
    throw engineError('run the model', cause)
  }
}

type HalfArray = new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayBufferView

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

function toHost(value: OrtTensor): HostTensor {
  const dtype = value.type as Dtype
  const data = value.data as HostTensor['data']
  if (dtype !== 'float16' || data instanceof Uint16Array) return { dtype, dims: value.dims, data }
  const view = data as unknown as ArrayBufferView
  const bits = new Uint16Array(view.buffer, view.byteOffset, view.byteLength / 2)
  return { dtype, dims: value.dims, data: bits }
}

function engineError(what: string, cause: unknown): RightsizeError {
  const message = `onnxruntime-web could not ${what}: ${messageOf(cause)}`
  return new RightsizeError('TENSOR_ENGINE_FAILED', message, { cause })
}

/** The first lines of an error, at most 600 characters. */
function messageOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  return text.split('\n').slice(0, 3).join(' ').slice(0, 600)
}
