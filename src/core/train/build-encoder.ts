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
  /** What the classifier sees: the mean over real tokens, or the first token. */
  readonly pooling?: 'mean' | 'first'
  readonly activation?: 'gelu' | 'relu'
}

/** Added to attention scores of padding: exp(-10000) is 0 in float32 and the number still fits into float16. */
const maskedScore = -10000
const epsilon = 1e-5
/** BERT's deviation for embeddings, Devlin et al., arXiv 1810.04805, released code. */
const embeddingDeviation = 0.02

type Full = Required<EncoderShape>

function filled(shape: EncoderShape): Full {
  const full: Full = {
    ffn: 4 * shape.width,
    norm: 'pre',
    pooling: 'mean',
    activation: 'gelu',
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

/** Word and position vectors, normalised: [batch, sequence, width]. */
function embeddings(draft: Draft, shape: Full): string {
  const { writer, parameters } = draft
  const start: Initial = { kind: 'normal', deviation: embeddingDeviation }
  const at = 'embeddings'
  const words = parameters.add(
    `${at}.word_embeddings.weight`,
    [shape.vocabulary, shape.width],
    start,
  )
  const places = parameters.add(
    `${at}.position_embeddings.weight`,
    [shape.maxLength, shape.width],
    start,
  )
  const word = writer.emit('Gather', [words, 'input_ids'], {
    name: `/${at}/word_embeddings/Gather`,
  })
  const length = writer.emit('Gather', [writer.emit('Shape', ['input_ids']), writer.integer(1)])
  const range = writer.emit('Range', [writer.integer(0), length, writer.integer(1)])
  const place = writer.emit('Gather', [places, range], {
    name: `/${at}/position_embeddings/Gather`,
  })
  draft.values.push({ name: place, dtype: 'float32', dims: ['sequence', shape.width] })
  const sum = writer.emit('Add', [word, place], { name: `/${at}/Add` })
  const normed = layerNorm(draft, sum, `${at}.LayerNorm`, shape.width)
  return dropout(draft, normed, shape.width)
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
  return writer.emit('Transpose', [split], { attributes: { perm } })
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

/** Multi-head self-attention with its output projection. Source: Vaswani et al., arXiv 1706.03762, 3.2. */
function attention(draft: Draft, value: string, bias: string, at: string, shape: Full): string {
  const { writer } = draft
  const { width } = shape
  const query = dense(draft, value, `${at}.self.query`, width, width)
  const key = dense(draft, value, `${at}.self.key`, width, width)
  const content = dense(draft, value, `${at}.self.value`, width, width)
  const scores = attentionScores(draft, query, key, shape)
  const masked = writer.emit('Add', [scores, bias])
  const weights = writer.emit('Softmax', [masked], { attributes: { axis: -1 } })
  const heads = writer.emit('MatMul', [weights, splitHeads(draft, content, shape, [0, 2, 1, 3])])
  const back = writer.emit('Transpose', [heads], { attributes: { perm: [0, 2, 1, 3] } })
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

function encoderLayer(draft: Draft, value: string, bias: string, at: string, shape: Full): string {
  const attended = residual(draft, value, `${at}.attention.output.LayerNorm`, shape, (input) =>
    attention(draft, input, bias, `${at}.attention`, shape),
  )
  return residual(draft, attended, `${at}.output.LayerNorm`, shape, (input) =>
    feedForward(draft, input, at, shape),
  )
}

function pool(draft: Draft, value: string, mask: string, shape: Full): string {
  if (shape.pooling === 'mean') return meanPool(draft.writer, value, mask)
  return draft.writer.emit('Gather', [value, draft.writer.integer(0)], { attributes: { axis: 1 } })
}

function emitEncoder(draft: Draft, shape: Full): void {
  const mask = draft.writer.emit('Cast', ['attention_mask'], { attributes: { to: 1 } })
  const bias = attentionBias(draft, mask)
  let value = embeddings(draft, shape)
  for (let index = 0; index < shape.depth; index++)
    value = encoderLayer(draft, value, bias, `encoder.layer.${index}`, shape)
  if (shape.norm === 'pre') value = layerNorm(draft, value, 'encoder.LayerNorm', shape.width)
  const pooled = dropout(draft, pool(draft, value, mask, shape), shape.width, true)
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
