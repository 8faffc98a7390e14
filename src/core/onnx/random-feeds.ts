import { RightsizeError } from '../error/error.ts'
import { intOf } from './attributes.ts'
import { elementCount } from './dtype.ts'
import type { Feeds, HostTensor } from './host-tensor.ts'
import type { Dim, Dtype, Graph, ValueInfo } from './model.ts'
import { arrayOf } from './tensor-values.ts'

/**
 * Sizes for the symbols of a model's inputs. Symbols that are not in the table get `other`, `other` + 1 and so on in the order in which
 * they appear, so that a batch is never as long as a text; dims without a name are told apart by their axis.
 */
export interface FeedShape {
  readonly symbols?: Readonly<Record<string, number>>
  readonly other: number
}

/** Three shapes that tell apart what is fixed, what is the batch and what is the length: a single item, an odd one, a longer one. */
export const defaultFeedShapes: readonly FeedShape[] = [{ other: 1 }, { other: 3 }, { other: 8 }]

/** Inclusive low, exclusive high, for whole numbers. */
export interface IntegerRange {
  readonly low: number
  readonly high: number
}

/** What `randomFeeds` may be told beside the graph. */
export interface FeedOptions {
  readonly shape: FeedShape
  /** Uniform in [0, 1); seeded by the caller. */
  readonly random: () => number
  /** Ranges for whole-number inputs, by name; they win over what the graph suggests. */
  readonly ranges?: Readonly<Record<string, IntegerRange>>
}

/**
 * Random values for every input of the graph that is not an initializer. Floats are standard normal; whole numbers lie in the range
 * that a table they look up allows, masks are 0 or 1 and mostly 1, everything else is 0 or 1. Throws ONNX_VERIFY for inputs that are
 * not tensors or have no rank.
 */
export function randomFeeds(graph: Graph, options: FeedOptions): Feeds {
  const defaults = new Set(graph.initializers.map(({ name }) => name))
  const inputs = graph.inputs.filter(({ name }) => !defaults.has(name))
  const sizes = sizesOf(inputs, options.shape)
  const tensors = inputs.map((input) => [input.name, randomTensor(graph, input, sizes, options)])
  return Object.fromEntries(tensors) as Feeds
}

/** The size of each open dim: its symbol, or `axis n` for one without a name. */
function sizesOf(
  inputs: readonly ValueInfo[],
  { symbols, other }: FeedShape,
): (dim: Dim, axis: number) => number {
  const sizes = new Map(Object.entries(symbols ?? {}))
  let next = other
  const sizeOf = (dim: Dim, axis: number): number => {
    if (typeof dim === 'number' && dim > 0) return dim
    const key = typeof dim === 'string' && dim !== '' ? dim : `axis ${axis}`
    const size = sizes.get(key) ?? next++
    sizes.set(key, size)
    return size
  }
  for (const { dims } of inputs) dims?.forEach(sizeOf)
  return sizeOf
}

function randomTensor(
  graph: Graph,
  input: ValueInfo,
  sizeOf: (dim: Dim, axis: number) => number,
  options: FeedOptions,
): HostTensor {
  const { name, dtype, dims } = input
  if (dtype === null || dims === null) {
    const what = `the input '${name}' is not a tensor of known rank; pass inputs for it`
    throw new RightsizeError('ONNX_VERIFY', what)
  }
  const sizes = dims.map(sizeOf)
  const draw = drawer(graph, name, dtype, options)
  const count = elementCount(sizes)
  if (dtype === 'string') {
    return { dtype, dims: sizes, data: Array.from({ length: count }, () => `t${draw()}`) }
  }
  return { dtype, dims: sizes, data: filled(dtype, count, draw) }
}

function filled(dtype: Dtype, count: number, draw: () => number) {
  const data = new (arrayOf(dtype))(count)
  const big = data instanceof BigInt64Array || data instanceof BigUint64Array
  for (let index = 0; index < count; index += 1) {
    const value = draw()
    if (big) data[index] = BigInt(value)
    else data[index] = value
  }
  return data
}

/** A function that draws one element of the input. */
function drawer(
  graph: Graph,
  name: string,
  dtype: Dtype,
  { random, ranges }: FeedOptions,
): () => number {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  if (dtype === 'float32' || dtype === 'float64') return normal
  if (dtype === 'float16' || dtype === 'bfloat16') {
    // 16-bit floats by their bits: sign, and an exponent that gives magnitudes from 1/8 to 2.
    const [exponent, shift] = dtype === 'float16' ? [12, 10] : [124, 7]
    return () => (random() < 0.5 ? 0x8000 : 0) + Math.floor((exponent + 4 * random()) * 2 ** shift)
  }
  if (dtype === 'bool' || isMask(name)) return () => (random() < 0.85 ? 1 : 0)
  const { low, high } = ranges?.[name] ?? suggestedRange(graph, name, dtype)
  return () => low + Math.floor(random() * (high - low))
}

function isMask(name: string): boolean {
  return /mask/i.test(name)
}

/** What the graph allows for a whole-number input. Indices into a table: its rows. 8-bit data: all of them. Otherwise 0 or 1. */
export function suggestedRange(graph: Graph, name: string, dtype: Dtype): IntegerRange {
  const tables = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]))
  const rows = graph.nodes.flatMap((node) => {
    const looksUp = node.opType === 'Gather' || node.opType === 'GatherBlockQuantized'
    const axis = intOf(node, node.opType === 'Gather' ? 'axis' : 'gather_axis', 0)
    const table = looksUp && node.inputs[1] === name ? tables.get(node.inputs[0] ?? '') : undefined
    return table === undefined ? [] : [table.dims.at(axis) ?? 1]
  })
  if (rows.length > 0) return { low: 0, high: Math.min(...rows) }
  if (dtype === 'uint8') return { low: 0, high: 256 }
  if (dtype === 'int8') return { low: -128, high: 128 }
  return { low: 0, high: 2 }
}
