import type { Tokenizer } from '../../contract/tokenizer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { elementCount } from '../../core/onnx/dtype.ts'
import { halfBits } from '../../core/onnx/half-float.ts'
import type { Feeds, HostTensor } from '../../core/onnx/host-tensor.ts'
import type { Graph, ValueInfo } from '../../core/onnx/model.ts'
import { randomFeeds, suggestedRange } from '../../core/onnx/random-feeds.ts'
import { rawInputs } from '../../core/onnx/raw-feeds.ts'
import { arrayOf, hostNumbers } from '../../core/onnx/tensor-values.ts'
import { cutTokens, type TokenFacts, textFeeds, tokenFacts } from '../../core/onnx/text-feeds.ts'

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
 * Inputs of one model for rows of data: a text is tokenised; a list of numbers, nested or flat, or a tensor is the one numeric input that is left, in
 * its type and shape. Throws ONNX_VERIFY for inputs that nothing is known of, and for numbers that do not fit.
 */
export function feedsOfRows(
  graph: Graph,
  inputs: readonly unknown[],
  setting: FeedSetting,
): readonly Feeds[] {
  const fixed = fixedFeeds(graph, setting)
  const facts = setting.tokenizer === null ? null : tokenFacts(setting.tokenizer)
  return inputs.map((input) => {
    const given =
      typeof input === 'string'
        ? textFeed(graph, input, setting, facts)
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

function textFeed(
  graph: Graph,
  text: string,
  { tokenizer, maxLength }: FeedSetting,
  facts: TokenFacts | null,
): Feeds {
  if (tokenizer === null || facts === null)
    throw new RightsizeError('ONNX_VERIFY', 'the data is text and a model has no tokenizer.json')
  const ids = cutTokens(tokenizer.encode(text).ids, maxLength, facts)
  return textFeeds(rawInputs(graph), [{ ids }], facts.padId)
}

function numberFeed(graph: Graph, input: unknown, fixed: Feeds): Feeds {
  const given = isTensor(input) ? shaped(input) : flattened(input)
  const left = openInputs(graph).filter(({ name }) => fixed[name] === undefined)
  const numeric = left.filter(({ dtype }) => dtype !== null && dtype !== 'string')
  const open = numeric.find(({ dtype }) => dtype?.includes('float')) ?? numeric[0]
  if (open === undefined) throw new RightsizeError('ONNX_VERIFY', 'no input takes numbers')
  return { [open.name]: fitted(open, given) }
}

interface Numbers {
  readonly values: ArrayLike<number>
  /** Null for a flat list, which takes the shape that the input has. */
  readonly dims: readonly number[] | null
}

function isTensor(input: unknown): input is HostTensor {
  return typeof input === 'object' && input !== null && 'dims' in input && 'data' in input
}

const shaped = (tensor: HostTensor): Numbers => ({
  values: hostNumbers(tensor),
  dims: tensor.dims,
})

function flattened(input: unknown): Numbers {
  const dims: number[] = []
  for (let one = input; Array.isArray(one); one = one[0]) dims.push(one.length)
  const values = Array.isArray(input) ? (input.flat(dims.length) as readonly unknown[]) : []
  const all = values.every((value) => typeof value === 'number')
  if (dims.length === 0 || !all || values.length !== elementCount(dims))
    throw new RightsizeError(
      'ONNX_VERIFY',
      'an item is neither a text nor a list of numbers with rows of one length',
    )
  return { values: values as readonly number[], dims: dims.length === 1 ? null : dims }
}

/** Numbers in the type and shape of an input. Throws ONNX_VERIFY where their count does not fit. */
function fitted(info: ValueInfo, { values, dims }: Numbers): HostTensor {
  const { dtype } = info
  if (dtype === null || dtype === 'string') throw unknownInput(info.name)
  const shape = fittedDims(info, values.length, dims)
  if (dtype === 'float16' || dtype === 'bfloat16')
    return { dtype, dims: shape, data: halfBits(dtype, values) }
  const data = new (arrayOf(dtype))(values.length)
  const big = data instanceof BigInt64Array || data instanceof BigUint64Array
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? 0
    data[at] = big ? BigInt(Math.round(value)) : value
  }
  return { dtype, dims: shape, data }
}

/** Open sizes: as the item has them where it has a shape, else 1 and what is left for the last. */
function fittedDims(
  { name, dims }: ValueInfo,
  count: number,
  given: readonly number[] | null,
): readonly number[] {
  if (dims === null) return given ?? [1, count]
  const fixed = (dim: unknown): dim is number => typeof dim === 'number' && dim > 0
  if (given !== null && given.length <= dims.length) {
    const padded = [...Array(dims.length - given.length).fill(1), ...given] as number[]
    if (padded.every((size, at) => !fixed(dims[at]) || dims[at] === size)) return padded
  }
  const rest = count / elementCount(dims.filter(fixed))
  const last = dims.findLastIndex((dim) => !fixed(dim))
  if (!Number.isInteger(rest) || (last < 0 && rest !== 1)) {
    const takes = dims.map((dim) => (fixed(dim) ? dim : '?')).join(', ')
    const what = `the input '${name}' takes [${takes}], an item has ${count} numbers`
    throw new RightsizeError('ONNX_VERIFY', what)
  }
  return dims.map((dim, at) => (fixed(dim) ? dim : at === last ? rest : 1))
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
 * asks for an input that the first does not have; one input under another name, in another shape or in another float type is the same input.
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
  const right = drawn.map((feeds) => ({ ...wanted(b, feeds, fixed[1] ?? {}), ...fixed[1] }))
  return [left, right]
}

/** What the first model gets, as the second takes it. */
function wanted(graph: Graph, drawn: Feeds, fixed: Feeds): Feeds {
  const open = openInputs(graph).filter(({ name }) => fixed[name] === undefined)
  const names = new Set(open.map(({ name }) => name))
  const spare = Object.keys(drawn).filter((name) => !names.has(name))
  const lacking = open.filter(({ name }) => drawn[name] === undefined)
  return Object.fromEntries(
    open.map((info) => {
      const only = spare.length === 1 && lacking.length === 1 ? drawn[spare[0] ?? ''] : undefined
      const tensor = drawn[info.name] ?? only
      if (tensor === undefined) throw unknownInput(info.name)
      return [info.name, tensor.dtype === 'string' ? tensor : fitted(info, shaped(tensor))]
    }),
  )
}
