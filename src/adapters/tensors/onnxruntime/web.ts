import type { InferenceSession } from 'onnxruntime-node'
import type { EngineOptions, TensorEngine, TensorSession } from '../../../contract/tensors.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { readBytes } from '../../files/read-file.ts'
import { engineError, inputInfo, messageOf, once, runSession, tensorOutputs } from './session.ts'

/** What onnxruntime-web shares with onnxruntime-node, whose types a checkout has. */
type Ort = Pick<typeof import('onnxruntime-node'), 'InferenceSession' | 'Tensor' | 'env'>

/** A string and no literal: the peer has no types in a checkout. */
const peer: string = 'onnxruntime-web'

/**
 * The engine over onnxruntime-web: WebAssembly as in a browser, one thread, loaded when this is called. Its times are those of V8 on this
 * processor. It neither profiles nor writes its optimised graph. Throws TENSOR_ENGINE_WEB_MISSING, with the command that installs it.
 */
export async function openWebEngine(
  load: () => Promise<Ort> = () => import(peer),
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
  const outputs = tensorOutputs(session)
  return {
    inputs: session.inputNames,
    outputs,
    inputInfo: inputInfo(session),
    run: (feeds, fetches) =>
      runSession(
        { Tensor: ort.Tensor, label: 'onnxruntime-web' },
        session,
        feeds,
        fetches ?? outputs,
      ),
    profile: async () => [],
    close: once(() => session.release()),
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
    throw engineError('onnxruntime-web', 'open the model', cause)
  }
}

function fileOf(path: string): Promise<Uint8Array> {
  return readBytes(path, 2 ** 31).catch((cause: unknown) => {
    throw new RightsizeError('ONNX_NOT_FOUND', `there is no file '${path}'`, { cause })
  })
}
