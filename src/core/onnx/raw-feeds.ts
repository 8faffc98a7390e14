import { RightsizeError } from '../error/error.ts'
import { halfBits } from './half-float.ts'
import type { Feeds, HostTensor } from './host-tensor.ts'
import type { Dtype, Graph } from './model.ts'

/** One input of a graph as an engine tells it: a number where the size is fixed, else its symbol. */
export interface RawInput {
  readonly name: string
  readonly dtype: Dtype
  readonly dims: readonly (number | string)[]
}

/** The inputs that a graph asks for, by what it says of itself; initializers are defaults, not inputs. */
export function rawInputs({ inputs, initializers }: Graph): readonly RawInput[] {
  const defaults = new Set(initializers.map(({ name }) => name))
  return inputs
    .filter(({ name }) => !defaults.has(name))
    .map(({ name, dtype, dims }) => ({
      name,
      dtype: dtype ?? 'float32',
      dims: (dims ?? []).map((dim) => (typeof dim === 'number' && dim > 0 ? dim : String(dim))),
    }))
}

/** Whether an item is a tensor and not text or fields. */
export function isTensor(input: unknown): input is HostTensor {
  const tensor = input as HostTensor
  return (
    typeof input === 'object' && input !== null && Array.isArray(tensor.dims) && 'data' in tensor
  )
}

/** Why a tensor does not fit the graph's input; null when it does. Throws MODEL_INPUT when no tensor could. */
export function misfitOf(inputs: readonly RawInput[], tensor: HostTensor): string | null {
  const input = onlyInput(inputs)
  const size = tensor.data.length
  if (itemDims(input, size) !== null) return null
  return `${size} values do not fit input "${input.name}" of shape [${input.dims.join(', ')}]`
}

/** Feeds for a batch of raw tensors of one size: cast to the type of the graph's one input and reshaped to its shape. */
export function rawFeeds(inputs: readonly RawInput[], batch: readonly HostTensor[]): Feeds {
  const input = onlyInput(inputs)
  const size = batch[0]?.data.length ?? 0
  const half = input.dtype === 'float16'
  const data = half ? new Float32Array(size * batch.length) : emptyLike(input, size * batch.length)
  batch.forEach((tensor, row) => {
    for (let i = 0; i < size; i++) data[row * size + i] = Number(tensor.data[i])
  })
  const dims = [batch.length, ...(itemDims(input, size) ?? [size])]
  const typed = half ? halfBits('float16', data) : data
  return { [input.name]: { dtype: input.dtype, dims, data: typed } }
}

function onlyInput(inputs: readonly RawInput[]): RawInput {
  const input = inputs[0]
  if (input && inputs.length === 1) return input
  const names = inputs.map((info) => info.name).join(', ')
  throw new RightsizeError('MODEL_INPUT', `an item is one tensor, the graph takes ${names}`)
}

/** The shape of one item: what the graph fixes, with one free dimension taking the rest; null when it cannot be. */
function itemDims(input: RawInput, size: number): readonly number[] | null {
  const dims = input.dims.slice(1)
  const fixed = dims.reduce<number>((all, dim) => (typeof dim === 'number' ? all * dim : all), 1)
  const free = dims.filter((dim) => typeof dim !== 'number').length
  if (free > 1 || (free === 0 && fixed !== size) || size % fixed !== 0) return null
  return dims.map((dim) => (typeof dim === 'number' ? dim : size / fixed))
}

type NumericArray = Exclude<HostTensor['data'], readonly string[] | BigInt64Array | BigUint64Array>

function emptyLike(input: RawInput, size: number): NumericArray {
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
