import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { TensorInputInfo } from '../../../contract/tensors.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import type { Feeds, HostTensor } from '../../../core/onnx/host-tensor.ts'
import type { Dtype } from '../../../core/onnx/model.ts'

/** A package of onnxruntime: its tensors, and its name for messages. */
export interface TensorMaker {
  readonly Tensor: unknown
  readonly label: string
}

/** What both packages' sessions have. */
export type Session = Pick<InferenceSession, 'run' | 'inputMetadata'>

/** Runs a session of either package: both have onnxruntime-common's tensors. */
export async function runSession(
  ort: TensorMaker,
  session: Session,
  feeds: Feeds,
  fetches: readonly string[],
): Promise<Record<string, HostTensor>> {
  try {
    const inputs: Record<string, OrtTensor> = {}
    for (const [name, tensor] of Object.entries(feeds)) inputs[name] = toOrt(ort, tensor)
    const results = await session.run(inputs, [...fetches])
    const outputs: Record<string, HostTensor> = {}
    for (const [name, value] of Object.entries(results)) outputs[name] = toHost(value)
    return outputs
  } catch (cause) {
    throw engineError(ort.label, 'run the model', cause)
  }
}

/** Where the platform has Float16Array, onnxruntime wants it for float16; the bits are the same. */
function toOrt(ort: TensorMaker, { dtype, dims, data }: HostTensor): OrtTensor {
  const halves = (globalThis as { Float16Array?: HalfArray }).Float16Array
  const fitted =
    dtype === 'float16' && halves !== undefined && data instanceof Uint16Array
      ? new halves(data.buffer, data.byteOffset, data.length)
      : data
  const construct = ort.Tensor as new (
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

/** Outputs that can be read: onnxruntime hands over no sequences and maps (the probabilities that scikit-learn's exports hold by class name). */
export const tensorOutputs = ({
  outputMetadata,
}: Pick<InferenceSession, 'outputMetadata'>): readonly string[] =>
  outputMetadata.flatMap(({ isTensor, name }) => (isTensor ? [name] : []))

/** Sequences, maps and optionals have no shape; models with such inputs get none described. */
export function inputInfo(session: Session): readonly TensorInputInfo[] {
  return session.inputMetadata.flatMap((input) =>
    input.isTensor
      ? [{ name: input.name, dtype: input.type as Dtype, dims: [...input.shape] }]
      : [],
  )
}

/** The same promise for every call. */
export function once<T>(act: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    result ??= act()
    return result
  }
}

/** A failure of the engine in its own words. */
export function engineError(label: string, what: string, cause: unknown): RightsizeError {
  const message = `${label} could not ${what}: ${messageOf(cause)}`
  return new RightsizeError('TENSOR_ENGINE_FAILED', message, { cause })
}

/** The first lines of an error without the runtime's source lines and C++ signatures, at most 600 characters. */
export function messageOf(cause: unknown): string {
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
