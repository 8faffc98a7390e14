import { RightsizeError } from '../error/error.ts'
import {
  type Architecture,
  architectureOf,
  classifier,
  type Draft,
  dense,
  dropout,
  gelu,
  meanPool,
} from './architecture.ts'
import type { Initial } from './parameters.ts'

/** A transformer encoder that classifies. */
export interface EncoderShape {
  readonly vocabulary: number
  /** Longest input in tokens; longer ones must be cut before. */
  readonly maxLength: number
  readonly width: number
  readonly depth: number
  readonly heads: number
  /** Width of the feed-forward layer; 4 times the width unless said. */
  readonly ffn?: number
  readonly classes: number
  /** Where the normalisation stands: before each block (`pre`, trains more easily) or after (`post`, as BERT). */
  readonly norm?: 'pre' | 'post'
  /**
   * What the classifier sees of the tokens: the mean of their last states, the state of the first, their mean weighted by a learned score
   * (`attention`), or `gated`: the same weights over the word vectors themselves. There the layers only decide which words count, for all
   * classes at once, so that negation and order are learned from few examples instead of by heart.
   */
  readonly pooling?: 'mean' | 'first' | 'attention' | 'gated'
  readonly activation?: 'gelu' | 'relu'
  /**
   * How the model knows where a token stands: a learned vector per place (`absolute`, as BERT), or a learned score per distance
   * and head in every layer (`relative`, after T5, arXiv 1910.10683, 2.1; one score per distance up to 16 instead of buckets).
   */
  readonly positions?: 'absolute' | 'relative'
}

/** Added to attention scores of padding: exp(-10000) is 0 in float32 and the number still fits into float16. */
const maskedScore = -10000
/** Distances beyond this many tokens share their score. */
const reach = 16
const epsilon = 1e-5
/** BERT's deviation for embeddings, Devlin et al., arXiv 1810.04805, released code. */
const embeddingStart: Initial = { kind: 'normal', deviation: 0.02 }
/** Large enough that heads begin with different distances. */
const relativeDeviation = 0.5

type Full = Required<EncoderShape>

function filled(shape: EncoderShape): Full {
  const full: Full = {
    ffn: 4 * shape.width,
    norm: 'pre',
    pooling: 'mean',
    activation: 'gelu',
    positions: 'absolute',
    ...shape,
  }
  for (const key of [
    'vocabulary',
    'maxLength',
    'width',
    'depth',
    'heads',
    'ffn',
    'classes',
  ] as const)
    if (!Number.isInteger(full[key]) || full[key] < 1)
      throw new RightsizeError('TRAIN_OPTIONS', `${key} must be a whole number above 0`, {
        at: key,
      })
  if (full.width % full.heads !== 0)
    throw new RightsizeError(
      'TRAIN_OPTIONS',
      `width ${full.width} is not a multiple of ${full.heads} heads`,
      { at: 'heads' },
    )
  return full
}

function layerNorm(draft: Draft, value: string, name: string, width: number): string {
  const scale = draft.parameters.vector(`${name}.weight`, width, 'ones')
  const bias = draft.parameters.vector(`${name}.bias`, width, 'zeros')
  return draft.writer.emit('LayerNormalization', [value, scale, bias], {
    attributes: { axis: -1, epsilon: { float: epsilon } },
    name: `/${name}/LayerNormalization`,
  })
}

/** The numbers 0 .. length-1 of the batch's padded length. */
function places({ writer }: Draft): string {
  const length = writer.emit('Gather', [writer.emit('Shape', ['input_ids']), writer.integer(1)])
  return writer.emit('Range', [writer.integer(0), length, writer.integer(1)])
}

/** Adds a learned vector per place. */
function withPlaces(draft: Draft, words: string, shape: Full): string {
  const { writer, parameters } = draft
  const table = parameters.add(
    'embeddings.position_embeddings.weight',
    [shape.maxLength, shape.width],
    embeddingStart,
  )
  const place = writer.emit('Gather', [table, places(draft)], {
    name: '/embeddings/position_embeddings/Gather',
  })
  draft.values.push({ name: place, dtype: 'float32', dims: ['sequence', shape.width] })
  return writer.emit('Add', [words, place], { name: '/embeddings/Add' })
}

/** Word vectors, with places where they are absolute, normalised: [batch, sequence, width]. */
function embeddings(draft: Draft, shape: Full): string {
  const { writer, parameters } = draft
  const table = parameters.add(
    'embeddings.word_embeddings.weight',
    [shape.vocabulary, shape.width],
    embeddingStart,
  )
  const words = writer.emit('Gather', [table, 'input_ids'], {
    name: '/embeddings/word_embeddings/Gather',
  })
  const sum = shape.positions === 'absolute' ? withPlaces(draft, words, shape) : words
  const normed = layerNorm(draft, sum, 'embeddings.LayerNorm', shape.width)
  return dropout(draft, normed, shape.width)
}

/** Row of the distance table for each pair of places, [sequence, sequence]: 0 is far to the left, 2 x reach far to the right. */
function distances(draft: Draft): string {
  const { writer } = draft
  const line = places(draft)
  const column = writer.emit('Unsqueeze', [line, writer.ints([1])])
  const apart = writer.emit('Sub', [line, column])
  const near = writer.emit('Clip', [apart, writer.integer(-reach), writer.integer(reach)])
  const rows = writer.emit('Add', [near, writer.integer(reach)])
  draft.values.push({ name: rows, dtype: 'int64', dims: ['sequence', 'sequence'] })
  return rows
}

/** Learned scores per distance and head, [heads, sequence, sequence]. */
function distanceScores({ writer, parameters }: Draft, at: string, rows: string, shape: Full) {
  const table = parameters.add(
    `${at}.self.relative_attention_bias.weight`,
    [2 * reach + 1, shape.heads],
    { kind: 'normal', deviation: relativeDeviation },
  )
  const scores = writer.emit('Gather', [table, rows])
  return writer.op('Transpose', [scores], { perm: [2, 0, 1] })
}

/** 0 for real tokens and a large negative number for padding, [batch, 1, 1, sequence]. */
function attentionBias({ writer }: Draft, mask: string): string {
  const padding = writer.emit('Sub', [writer.scalar(1), mask])
  const scores = writer.emit('Mul', [padding, writer.scalar(maskedScore)])
  return writer.emit('Unsqueeze', [scores, writer.ints([1, 2])])
}

function splitHeads(
  { writer }: Draft,
  value: string,
  shape: Full,
  perm: readonly number[],
): string {
  const size = shape.width / shape.heads
  const split = writer.emit('Reshape', [value, writer.ints([0, 0, shape.heads, size])])
  return writer.op('Transpose', [split], { perm })
}

function attentionScores(draft: Draft, query: string, key: string, shape: Full): string {
  const { writer } = draft
  const scale = 1 / Math.sqrt(shape.width / shape.heads)
  const q = splitHeads(draft, query, shape, [0, 2, 1, 3])
  if (draft.training) {
    const k = splitHeads(draft, key, shape, [0, 2, 1, 3])
    const attributes = { transB: 1, alpha: { float: scale } }
    return writer.emit('FusedMatMul', [q, k], { domain: 'com.microsoft', attributes })
  }
  const k = splitHeads(draft, key, shape, [0, 2, 3, 1])
  return writer.emit('Mul', [writer.emit('MatMul', [q, k]), writer.scalar(scale)])
}

/** What is added to attention scores: the padding's, and the distances' row numbers where positions are relative. */
interface Bias {
  readonly padding: string
  readonly distances: string | null
}

/** Multi-head self-attention with its output projection. Source: Vaswani et al., arXiv 1706.03762, 3.2. */
function attention(draft: Draft, value: string, bias: Bias, at: string, shape: Full): string {
  const { writer } = draft
  const { width } = shape
  const query = dense(draft, value, `${at}.self.query`, width, width)
  const key = dense(draft, value, `${at}.self.key`, width, width)
  const content = dense(draft, value, `${at}.self.value`, width, width)
  const scores = attentionScores(draft, query, key, shape)
  const placed =
    bias.distances === null
      ? scores
      : writer.emit('Add', [scores, distanceScores(draft, at, bias.distances, shape)])
  const masked = writer.emit('Add', [placed, bias.padding])
  const weights = writer.op('Softmax', [masked], { axis: -1 })
  const heads = writer.emit('MatMul', [weights, splitHeads(draft, content, shape, [0, 2, 1, 3])])
  const back = writer.op('Transpose', [heads], { perm: [0, 2, 1, 3] })
  const joined = writer.emit('Reshape', [back, writer.ints([0, 0, width])])
  return dense(draft, joined, `${at}.output.dense`, width, width)
}

function feedForward(draft: Draft, value: string, at: string, shape: Full): string {
  const inner = dense(draft, value, `${at}.intermediate.dense`, shape.width, shape.ffn)
  const active =
    shape.activation === 'relu' ? draft.writer.emit('Relu', [inner]) : gelu(draft, inner)
  return dense(draft, active, `${at}.output.dense`, shape.ffn, shape.width)
}

/** A block with its residual and its normalisation before or after. */
function residual(
  draft: Draft,
  value: string,
  norm: string,
  shape: Full,
  block: (input: string) => string,
): string {
  const { writer } = draft
  if (shape.norm === 'post') {
    const sum = writer.emit('Add', [dropout(draft, block(value), shape.width), value])
    return layerNorm(draft, sum, norm, shape.width)
  }
  const out = block(layerNorm(draft, value, norm, shape.width))
  return writer.emit('Add', [dropout(draft, out, shape.width), value])
}

function encoderLayer(draft: Draft, value: string, bias: Bias, at: string, shape: Full): string {
  const attended = residual(draft, value, `${at}.attention.output.LayerNorm`, shape, (input) =>
    attention(draft, input, bias, `${at}.attention`, shape),
  )
  return residual(draft, attended, `${at}.output.LayerNorm`, shape, (input) =>
    feedForward(draft, input, at, shape),
  )
}

/** The mean of `value` weighted by softmax(judged w) over real tokens, [batch, width]. */
function attentionPool(
  { writer, parameters }: Draft,
  judged: string,
  value: string,
  padding: string,
  width: number,
) {
  const weight = parameters.weight('pooler.score.weight', width, 1)
  const scores = writer.emit('MatMul', [judged, weight], { name: '/pooler/score/MatMul' })
  const line = writer.op('Transpose', [scores], { perm: [0, 2, 1] })
  const masked = writer.emit('Add', [line, writer.emit('Squeeze', [padding, writer.ints([1])])])
  const weights = writer.op('Softmax', [masked], { axis: -1 })
  return writer.emit('Squeeze', [writer.emit('MatMul', [weights, value]), writer.ints([1])])
}

function pool(
  draft: Draft,
  value: string,
  words: string,
  mask: string,
  bias: Bias,
  shape: Full,
): string {
  if (shape.pooling === 'mean') return meanPool(draft.writer, value, mask)
  if (shape.pooling === 'attention')
    return attentionPool(draft, value, value, bias.padding, shape.width)
  if (shape.pooling === 'gated')
    return attentionPool(draft, value, words, bias.padding, shape.width)
  return draft.writer.op('Gather', [value, draft.writer.integer(0)], { axis: 1 })
}

function emitEncoder(draft: Draft, shape: Full): void {
  const mask = draft.writer.op('Cast', ['attention_mask'], { to: 1 })
  const bias: Bias = {
    padding: attentionBias(draft, mask),
    distances: shape.positions === 'relative' ? distances(draft) : null,
  }
  const words = embeddings(draft, shape)
  let value = words
  for (let index = 0; index < shape.depth; index++)
    value = encoderLayer(draft, value, bias, `encoder.layer.${index}`, shape)
  if (shape.norm === 'pre') value = layerNorm(draft, value, 'encoder.LayerNorm', shape.width)
  const pooled = dropout(draft, pool(draft, value, words, mask, bias, shape), shape.width, true)
  classifier(draft, pooled, shape.width, shape.classes)
}

/**
 * A transformer encoder classifier: inputs `input_ids` and `attention_mask` int64 [batch, sequence], output `logits` float32 [batch, classes].
 * Parameter and node names follow Hugging Face's BERT export (`encoder.layer.0.attention.self.query.weight`), weights as [in, out].
 * Throws TRAIN_OPTIONS for sizes that do not fit.
 */
export function encoderArchitecture(shape: EncoderShape): Architecture {
  const full = filled(shape)
  return architectureOf((draft) => emitEncoder(draft, full), full.classes)
}
