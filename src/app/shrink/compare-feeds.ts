import type { Tokenizer } from '../../contract/tokenizer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { elementCount } from '../../core/onnx/dtype.ts'
import type { Feeds, HostTensor } from '../../core/onnx/host-tensor.ts'
import type { Graph, ValueInfo } from '../../core/onnx/model.ts'
import { randomFeeds, suggestedRange } from '../../core/onnx/random-feeds.ts'
import { arrayOf } from '../../core/onnx/tensor-values.ts'
import { textFeeds } from './text-rows.ts'

/** What is known of inputs beside the data. */
export interface FeedSetting {
  /** Inputs with one value everywhere, a sampling rate for example. */
  readonly set: Readonly<Record<string, number>>
  /** Inputs that take an output of the item before; they begin with zeros. */
  readonly carried: readonly string[]
  /** Null for models that take no text. */
  readonly tokenizer: Tokenizer | null
  readonly maxLength: number
}

/**
 * Inputs of one model for rows of data: a text is tokenised, a list of numbers is the one float input that is left, as [1, length].
 * Throws ONNX_VERIFY for inputs that nothing is known of.
 */
export function feedsOfRows(
  graph: Graph,
  inputs: readonly unknown[],
  setting: FeedSetting,
): readonly Feeds[] {
  const fixed = fixedFeeds(graph, setting)
  const texts = inputs.map((input) => (typeof input === 'string' ? idsOf(input, setting) : []))
  return inputs.map((input, row) => {
    const given =
      typeof input === 'string'
        ? textFeeds(graph, texts, [row], setting.tokenizer?.padId ?? 0)
        : numberFeed(graph, input, fixed)
    const feeds = { ...given, ...fixed }
    const missing = openInputs(graph).find(({ name }) => feeds[name] === undefined)
    if (missing !== undefined) throw unknownInput(missing.name)
    return feeds
  })
}

function unknownInput(name: string): RightsizeError {
  return new RightsizeError('ONNX_VERIFY', `nothing is known of the input '${name}'`, {
    next: `Say it with --set ${name}=VALUE, or with --carry ${name}=OUTPUT where it is a state.`,
  })
}

function openInputs({ inputs, initializers }: Graph): readonly ValueInfo[] {
  const defaults = new Set(initializers.map(({ name }) => name))
  return inputs.filter(({ name }) => !defaults.has(name))
}

function idsOf(text: string, { tokenizer, maxLength }: FeedSetting): readonly number[] {
  if (tokenizer === null)
    throw new RightsizeError('ONNX_VERIFY', 'the data is text and a model has no tokenizer.json')
  const { ids } = tokenizer.encode(text)
  return ids.length <= maxLength ? ids : [...ids.slice(0, maxLength - 1), ids.at(-1) ?? 0]
}

function numberFeed(graph: Graph, input: unknown, fixed: Feeds): Feeds {
  if (!Array.isArray(input) || !input.every((value) => typeof value === 'number'))
    throw new RightsizeError('ONNX_VERIFY', 'an item is neither a text nor a list of numbers')
  const open = openInputs(graph).find(
    ({ name, dtype }) => dtype === 'float32' && fixed[name] === undefined,
  )
  if (open === undefined) throw new RightsizeError('ONNX_VERIFY', 'no input takes float32 numbers')
  const dims = [1, input.length]
  return { [open.name]: { dtype: 'float32', dims, data: Float32Array.from(input) } }
}

/** Inputs that are set, and states at their beginning. */
function fixedFeeds(graph: Graph, { set, carried }: FeedSetting): Feeds {
  const entries = openInputs(graph).flatMap((info) => {
    const value = set[info.name] ?? (carried.includes(info.name) ? 0 : undefined)
    return value === undefined ? [] : [[info.name, filled(info, value)] as const]
  })
  return Object.fromEntries(entries)
}

function filled({ name, dtype, dims }: ValueInfo, value: number): HostTensor {
  if (dtype === null || dims === null || dtype === 'string') throw unknownInput(name)
  const sizes = dims.map((dim) => (typeof dim === 'number' ? dim : 1))
  const data = new (arrayOf(dtype))(elementCount(sizes))
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(value))
  else data.fill(value)
  return { dtype, dims: sizes, data }
}

/**
 * The same random inputs for both models, one item each: lengths from 4 to 16, ids that both know. Throws ONNX_VERIFY when the second
 * asks for an input that the first does not have.
 */
export function randomPairs(
  [a, b]: readonly [Graph, Graph],
  count: number,
  random: () => number,
  setting: Pick<FeedSetting, 'set' | 'carried'>,
): readonly [readonly Feeds[], readonly Feeds[]] {
  const fixed = [a, b].map((graph) =>
    fixedFeeds(graph, { ...setting, tokenizer: null, maxLength: 0 }),
  )
  const ranges = Object.fromEntries(
    openInputs(a).flatMap(({ name, dtype }) => {
      if (dtype === null || !dtype.includes('int')) return []
      const [x, y] = [suggestedRange(a, name, dtype), suggestedRange(b, name, dtype)]
      return [[name, { low: Math.max(x.low, y.low), high: Math.min(x.high, y.high) }]]
    }),
  )
  const batch = a.inputs.flatMap(({ dims }) => (typeof dims?.[0] === 'string' ? [dims[0]] : []))
  const symbols = Object.fromEntries([...batch, 'axis 0'].map((name) => [name, 1]))
  const drawn = Array.from({ length: count }, (_, at) =>
    randomFeeds(a, { shape: { symbols, other: 4 + (at % 13) }, random, ranges }),
  )
  const left = drawn.map((feeds) => ({ ...feeds, ...fixed[0] }))
  const right = drawn.map((feeds) => wanted(b, { ...feeds, ...fixed[1] }))
  return [left, right]
}

function wanted(graph: Graph, feeds: Feeds): Feeds {
  return Object.fromEntries(
    openInputs(graph).map(({ name }) => {
      const tensor = feeds[name]
      if (tensor === undefined) throw unknownInput(name)
      return [name, tensor]
    }),
  )
}
