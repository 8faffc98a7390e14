import type { GraphWriter } from '../onnx/graph-writer.ts'
import type { Tensor } from '../onnx/model.ts'
import { meanPool } from './architecture.ts'
import type { BertConfig } from './bert-config.ts'
import { BertWeights } from './bert-weights.ts'
import { activated, type Build, dense, firstToken, normalised } from './build-bert-part.ts'

export type Pooling = 'cls' | 'max' | 'mean' | 'mean_sqrt_len_tokens'

/** A linear layer behind the pooling of a sentence encoder, with its tensors `linear.weight` and `linear.bias`. */
export interface DenseStep {
  readonly kind: 'dense'
  readonly from: number
  readonly to: number
  readonly activation: 'none' | 'tanh' | 'sigmoid' | BertConfig['activation']
  readonly tensors: readonly Tensor[]
}

/** How token states become one vector, where the model is a sentence encoder. */
export interface EmbeddingHead {
  /** Vectors of several poolings stand one behind the other. */
  readonly poolings: readonly Pooling[]
  /** What follows, in order; `normalise` gives vectors length 1. */
  readonly steps: readonly (DenseStep | { readonly kind: 'normalise' })[]
}

/** The head's output: its name and the sizes behind batch (and sequence). */
export interface HeadOutput {
  readonly name: 'logits' | 'sentence_embedding'
  readonly dims: readonly (number | string)[]
}

/** Emits the head that config.json names over the token states. */
export function head(
  build: Build,
  states: string,
  mask: string,
  sentence: EmbeddingHead,
): HeadOutput {
  const { config } = build
  if (config.head === 'embedding') {
    const width = embedding(build, states, mask, sentence)
    return { name: 'sentence_embedding', dims: ['batch', width] }
  }
  if (config.head === 'classes') return { name: 'logits', dims: ['batch', classes(build, states)] }
  const count = config.head === 'tokens' ? tokens(build, states) : words(build, states)
  return { name: 'logits', dims: ['batch', 'sequence', count] }
}

/** Names of the two layers over the first token, and what stands between them. */
const outProjection = {
  inner: 'classifier.dense',
  activation: 'Tanh',
  outer: 'classifier.out_proj',
} as const
const classifiers = {
  bert: { inner: 'pooler.dense', activation: 'Tanh', outer: 'classifier' },
  roberta: outProjection,
  mpnet: outProjection,
  distilbert: { inner: 'pre_classifier', activation: 'Relu', outer: 'classifier' },
} as const

function classes(build: Build, states: string): number {
  const { writer, weights, config } = build
  const { inner, activation, outer } = classifiers[config.family]
  const count = weights.dims(`${outer}.weight`)?.[0] ?? 0
  const hidden = dense(build, firstToken(writer, states), inner, config.width, config.width)
  const active = writer.emit(activation, [hidden])
  const weight = weights.addTurned(`${outer}.weight`, config.width, count)
  const bias = weights.add(`${outer}.bias`, [count])
  writer.emit('Gemm', [active, weight, bias], { outputs: ['logits'], name: `/${outer}/Gemm` })
  return count
}

/** One label per token: all families name the layer alike. */
function tokens({ writer, weights, config }: Build, states: string): number {
  const count = weights.dims('classifier.weight')?.[0] ?? 0
  const weight = weights.addTurned('classifier.weight', config.width, count)
  const bias = weights.add('classifier.bias', [count])
  const product = writer.emit('MatMul', [states, weight], { name: '/classifier/MatMul' })
  writer.emit('Add', [product, bias], { outputs: ['logits'], name: '/classifier/Add' })
  return count
}

/** Names of the masked-word head; RoBERTa and MPNet have Gelu there, the others the encoder's activation (modeling_*.py, ...LMHead). */
const lmHead = {
  inner: 'lm_head.dense',
  norm: 'lm_head.layer_norm',
  outer: 'lm_head.decoder',
  bias: ['lm_head.bias', 'lm_head.decoder.bias'],
} as const
const wordHeads = {
  bert: {
    inner: 'cls.predictions.transform.dense',
    norm: 'cls.predictions.transform.LayerNorm',
    outer: 'cls.predictions.decoder',
    bias: ['cls.predictions.bias', 'cls.predictions.decoder.bias'],
  },
  roberta: lmHead,
  mpnet: lmHead,
  distilbert: {
    inner: 'vocab_transform',
    norm: 'vocab_layer_norm',
    outer: 'vocab_projector',
    bias: ['vocab_projector.bias'],
  },
} as const

/** A word of the vocabulary per token; tied weights stay one tensor, turned where it is used. */
function words(build: Build, states: string): number {
  const { writer, weights, config } = build
  const { inner, norm, outer, bias } = wordHeads[config.family]
  const own = config.family === 'bert' || config.family === 'distilbert'
  const hidden = dense(build, states, inner, config.width, config.width)
  const active = activated(writer, own ? config.activation : 'gelu', hidden)
  const table = 'embeddings.word_embeddings.weight'
  const count = weights.dims(table)?.[0] ?? 0
  const value = normalised(build, active, norm)
  const decoder = config.tied
    ? writer.op('Transpose', [weights.reuse(table)], { perm: [1, 0] })
    : weights.addTurned(`${outer}.weight`, config.width, count)
  const product = writer.emit('MatMul', [value, decoder], { name: '/decoder/MatMul' })
  // Both names are one tensor where weights are tied; else the decoder's own counts.
  const names = config.tied ? bias : bias.toReversed()
  const shift = weights.add(weights.oneOf(...names), [count])
  writer.emit('Add', [product, shift], { outputs: ['logits'], name: '/decoder/Add' })
  return count
}

/** Poolings as sentence-transformers calculates them (sentence_transformer/modules/pooling.py, forward). */
const poolings: Readonly<
  Record<Pooling, (writer: GraphWriter, states: string, mask: string) => string>
> = {
  cls: (writer, states) => firstToken(writer, states),
  mean: meanPool,
  max(writer, states, mask) {
    const real = writer.op('Cast', [writer.emit('Unsqueeze', [mask, writer.ints([2])])], { to: 9 })
    // Lower than any state; minus infinity would break gradients and float16.
    const kept = writer.emit('Where', [real, states, writer.scalar(-1e9)])
    return writer.op('ReduceMax', [kept, writer.ints([1])], { keepdims: 0 })
  },
  mean_sqrt_len_tokens(writer, states, mask) {
    const kept = writer.emit('Mul', [states, writer.emit('Unsqueeze', [mask, writer.ints([2])])])
    const sum = writer.op('ReduceSum', [kept, writer.ints([1])], { keepdims: 0 })
    const count = writer.op('ReduceSum', [mask, writer.ints([1])], { keepdims: 1 })
    const atLeastOne = writer.emit('Max', [count, writer.scalar(1)])
    return writer.emit('Div', [sum, writer.emit('Sqrt', [atLeastOne])])
  },
}

function embedding(
  { writer, config }: Build,
  states: string,
  mask: string,
  { poolings: modes, steps }: EmbeddingHead,
): number {
  const vectors = modes.map((mode) => poolings[mode](writer, states, mask))
  let width = config.width * vectors.length
  let value = vectors.length === 1 ? (vectors[0] ?? '') : writer.op('Concat', vectors, { axis: 1 })
  for (const [place, step] of steps.entries()) {
    if (step.kind === 'normalise') value = unitLength(writer, value)
    else {
      value = projected(writer, value, step, `sentence.${place}`)
      width = step.to
    }
  }
  writer.emit('Identity', [value], { outputs: ['sentence_embedding'] })
  return width
}

/** torch.nn.functional.normalize: p 2, eps 1e-12. */
function unitLength(writer: GraphWriter, value: string): string {
  const norm = writer.op('ReduceL2', [value, writer.ints([1])], { keepdims: 1 })
  return writer.emit('Div', [value, writer.emit('Max', [norm, writer.scalar(1e-12)])])
}

function projected(writer: GraphWriter, value: string, step: DenseStep, at: string): string {
  const own = step.tensors.map((tensor) => ({ ...tensor, name: `${at}.${tensor.name}` }))
  const weights = new BertWeights(own, at, writer)
  const weight = weights.addTurned('linear.weight', step.from, step.to)
  const product = writer.emit('MatMul', [value, weight], { name: `/${at}/MatMul` })
  const sum =
    weights.dims('linear.bias') === null
      ? product
      : writer.emit('Add', [product, weights.add('linear.bias', [step.to])])
  if (step.activation === 'none') return sum
  if (step.activation === 'tanh') return writer.emit('Tanh', [sum])
  if (step.activation === 'sigmoid') return writer.emit('Sigmoid', [sum])
  return activated(writer, step.activation, sum)
}
