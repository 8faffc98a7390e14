import type { TensorInputInfo } from '../../../contract/tensors.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import type { Feeds, HostTensor } from '../../../core/onnx/host-tensor.ts'

/** Whether an item is a tensor and not text or fields. */
export function isTensor(input: unknown): input is HostTensor {
  const tensor = input as HostTensor
  return (
    typeof input === 'object' && input !== null && Array.isArray(tensor.dims) && 'data' in tensor
  )
}

/** Feeds for a batch of raw tensors: cast to the type of the graph's one input and reshaped to its shape. */
export function rawFeeds(inputs: readonly TensorInputInfo[], batch: readonly HostTensor[]): Feeds {
  const input = inputs[0]
  if (!input || inputs.length > 1)
    throw new RightsizeError(
      'MODEL_INPUT',
      `the graph has ${inputs.length} inputs, a tensor is one`,
      {
        at: inputs.map((info) => info.name).join(', '),
      },
    )
  const size = batch[0]?.data.length ?? 0
  const dims = itemDims(input, size)
  const data = emptyLike(input, size * batch.length)
  batch.forEach((tensor, row) => {
    if (tensor.data.length !== size) throw misfit(input, tensor.data.length)
    for (let i = 0; i < size; i++) data[row * size + i] = Number(tensor.data[i])
  })
  return { [input.name]: { dtype: input.dtype, dims: [batch.length, ...dims], data } }
}

/** The shape of one item: what the graph fixes, with one free dimension taking the rest. */
function itemDims(input: TensorInputInfo, size: number): readonly number[] {
  const dims = input.dims.slice(1)
  const fixed = dims.reduce<number>((all, dim) => (typeof dim === 'number' ? all * dim : all), 1)
  const free = dims.filter((dim) => typeof dim !== 'number').length
  if (free > 1 || (free === 0 && fixed !== size) || size % fixed !== 0) throw misfit(input, size)
  return dims.map((dim) => (typeof dim === 'number' ? dim : size / fixed))
}

function misfit(input: TensorInputInfo, size: number): RightsizeError {
  return new RightsizeError(
    'MODEL_INPUT',
    `an item of ${size} values does not fit input "${input.name}" of shape [${input.dims.join(', ')}]`,
  )
}

type NumericArray = Exclude<HostTensor['data'], readonly string[] | BigInt64Array | BigUint64Array>

function emptyLike(input: TensorInputInfo, size: number): NumericArray {
  switch (input.dtype) {
    case 'float32':
      return new Float32Array(size)
    case 'float64':
      return new Float64Array(size)
    case 'int8':
      return new Int8Array(size)
    case 'uint8':
      return new Uint8Array(size)
    case 'int32':
      return new Int32Array(size)
    default:
      throw new RightsizeError('MODEL_INPUT', `inputs of type ${input.dtype} are not supported`, {
        at: input.name,
      })
  }
}
