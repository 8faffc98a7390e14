import { int64Tensor, model } from '../onnx/build.ts'
import { graphWriter } from '../onnx/graph-writer.ts'
import type { Model, Tensor, ValueInfo } from '../onnx/model.ts'
import type { BertConfig } from './bert-config.ts'
import { BertWeights } from './bert-weights.ts'
import { type EmbeddingHead, head } from './build-bert-head.ts'
import { activated, type Build, dense, normalised } from './build-bert-part.ts'

export interface BuiltBert {
  readonly model: Model
  /** Tensors of the checkpoint that the graph does not need, a pooler for example. */
  readonly unused: readonly string[]
}

/** Added to the scores of padding: exp(-10000) is 0 in float32, and float16 holds the number. */
const maskedScore = -10000

/**
 * The ONNX graph (ai.onnx 18, standard operators) of an encoder of BERT's family from its checkpoint. Inputs int64 [batch, sequence]:
 * input_ids, attention_mask and, for BERT, token_type_ids; output `logits` [batch, classes] or [batch, sequence, classes or words], or
 * `sentence_embedding` [batch, width]. Weights keep the checkpoint's names, matrices turned to [in, out] when their bytes are asked for,
 * 16-bit floats widened. Throws MODEL_IMPORT for missing tensors, wrong dims and whole numbers. Sources: arXiv 1810.04805, 1907.11692,
 * 1910.01108, 2004.09297; transformers, modeling_bert.py and siblings.
 */
export function buildBert(
  config: BertConfig,
  tensors: readonly Tensor[],
  sentence: EmbeddingHead = { poolings: ['mean'], steps: [] },
): BuiltBert {
  const names = ['input_ids', 'attention_mask', 'token_type_ids']
  const taken = [...names, 'logits', 'sentence_embedding', ...tensors.map(({ name }) => name)]
  const writer = graphWriter(taken)
  const weights = new BertWeights(tensors, config.family, writer)
  const build: Build = { writer, weights, config }
  const mask = writer.op('Cast', ['attention_mask'], { to: 1 })
  const { value, types } = embeddings(build)
  const states = encoder(build, value, scoresToAdd(build, mask))
  const output = head(build, states, mask, sentence)
  const tokens = (name: string): ValueInfo => ({
    name,
    dtype: 'int64',
    dims: ['batch', 'sequence'],
  })
  const inputs = types ? names : names.slice(0, 2)
  const graph = {
    name: config.family,
    nodes: writer.nodes,
    initializers: writer.initializers,
    inputs: inputs.map(tokens),
    outputs: [{ ...output, dtype: 'float32' as const }],
    valueInfo: [],
  }
  return { model: model(graph), unused: weights.unused() }
}

/** Vectors of words, places and segments, normalised. */
function embeddings(build: Build): { readonly value: string; readonly types: boolean } {
  const { writer, weights, config } = build
  const rows = weights.dims('embeddings.word_embeddings.weight')?.[0] ?? 0
  const words = weights.add('embeddings.word_embeddings.weight', [rows, config.width])
  const places = weights.add('embeddings.position_embeddings.weight', [
    config.positions,
    config.width,
  ])
  const word = writer.emit('Gather', [words, 'input_ids'], {
    name: '/embeddings/word_embeddings/Gather',
  })
  const place = writer.emit('Gather', [places, placeIds(build)], {
    name: '/embeddings/position_embeddings/Gather',
  })
  const { sum, types } = withSegments(build, word)
  const all = writer.emit('Add', [sum, place], { name: '/embeddings/Add_1' })
  return { value: normalised(build, all, 'embeddings.LayerNorm'), types }
}

/** 0, 1, ...; RoBERTa and MPNet count tokens that are not padding, from the padding's id on (modeling_roberta.py, create_position_ids_from_input_ids). */
function placeIds({ writer, config }: Build): string {
  if (config.family !== 'roberta' && config.family !== 'mpnet') {
    const length = writer.emit('Gather', [writer.emit('Shape', ['input_ids']), writer.integer(1)])
    return writer.emit('Range', [writer.integer(0), length, writer.integer(1)])
  }
  // Its own constant: trimming the vocabulary renumbers the id, not the number that places count from.
  const pad = writer.add(int64Tensor(writer.fresh('padding_id'), [], [config.padId]))
  const padding = writer.emit('Equal', ['input_ids', pad])
  const real = writer.op('Cast', [writer.emit('Not', [padding])], { to: 7 })
  const counted = writer.emit('CumSum', [real, writer.integer(1)])
  return writer.emit('Add', [writer.emit('Mul', [counted, real]), writer.integer(config.padId)])
}

function withSegments(build: Build, word: string) {
  const { writer, weights, config } = build
  const name = 'embeddings.token_type_embeddings.weight'
  const count = weights.dims(name)?.[0]
  if (count === undefined) return { sum: word, types: false }
  const table = weights.add(name, [count, config.width])
  const types = config.family === 'bert'
  const segment = writer.emit('Gather', [table, types ? 'token_type_ids' : writer.integer(0)], {
    name: '/embeddings/token_type_embeddings/Gather',
  })
  return { sum: writer.emit('Add', [word, segment], { name: '/embeddings/Add' }), types }
}

/** What is added to the scores: 0 for tokens, a large negative number for padding, [batch, 1, 1, sequence]; for MPNet also how far apart two places are. */
function scoresToAdd(build: Build, mask: string): string {
  const { writer, config } = build
  const padding = writer.emit('Sub', [writer.scalar(1), mask])
  const scores = writer.emit('Mul', [padding, writer.scalar(maskedScore)])
  const bias = writer.emit('Unsqueeze', [scores, writer.ints([1, 2])])
  return config.family === 'mpnet' ? writer.emit('Add', [distances(build), bias]) : bias
}

/** Scores of distances, [1, heads, sequence, sequence], one table for all layers (modeling_mpnet.py, compute_position_bias). */
function distances({ writer, weights, config }: Build): string {
  const { positions, buckets, heads } = config
  const table = weights.add('encoder.relative_attention_bias.weight', [buckets, heads])
  const all = Array.from({ length: 2 * positions - 1 }, (_, at) =>
    distanceBucket(at - positions + 1, buckets),
  )
  const bucketOf = writer.add(int64Tensor(writer.fresh('distance_bucket'), [all.length], all))
  const length = writer.emit('Gather', [writer.emit('Shape', ['input_ids']), writer.integer(1)])
  const places = writer.emit('Range', [writer.integer(0), length, writer.integer(1)])
  const column = writer.emit('Unsqueeze', [places, writer.ints([1])])
  const apart = writer.emit('Sub', [places, column])
  const shifted = writer.emit('Add', [apart, writer.integer(positions - 1)])
  const scores = writer.emit('Gather', [table, writer.emit('Gather', [bucketOf, shifted])])
  const byHead = writer.op('Transpose', [scores], { perm: [2, 0, 1] })
  return writer.emit('Unsqueeze', [byHead, writer.ints([0])])
}

/**
 * The row for a distance: half of the rows for each side, half of those exact, the rest by logarithm up to 128 places. Rounded where float32
 * rounds. Source: modeling_mpnet.py, relative_position_bucket (from T5, arXiv 1910.10683).
 */
export function distanceBucket(distance: number, buckets: number): number {
  const side = Math.floor(buckets / 2)
  const exact = Math.floor(side / 2)
  const far = Math.abs(distance)
  const first = distance > 0 ? side : 0
  if (far < exact) return first + far
  const log = Math.fround(Math.log(Math.fround(far / exact)))
  const share = Math.fround(log / Math.fround(Math.log(128 / exact)))
  const place = exact + Math.trunc(Math.fround(share * (side - exact)))
  return first + Math.min(side - 1, place)
}

/** Names of a layer's parts. */
function parts(family: BertConfig['family'], layer: number) {
  if (family === 'distilbert') {
    const at = `transformer.layer.${layer}`
    return {
      query: `${at}.attention.q_lin`,
      key: `${at}.attention.k_lin`,
      value: `${at}.attention.v_lin`,
      output: `${at}.attention.out_lin`,
      attentionNorm: `${at}.sa_layer_norm`,
      inner: `${at}.ffn.lin1`,
      outer: `${at}.ffn.lin2`,
      norm: `${at}.output_layer_norm`,
    }
  }
  const at = `encoder.layer.${layer}`
  const attended = family === 'mpnet' ? mpnetAttention(at) : bertAttention(at)
  return {
    ...attended,
    inner: `${at}.intermediate.dense`,
    outer: `${at}.output.dense`,
    norm: `${at}.output.LayerNorm`,
  }
}

const mpnetAttention = (at: string) => ({
  query: `${at}.attention.attn.q`,
  key: `${at}.attention.attn.k`,
  value: `${at}.attention.attn.v`,
  output: `${at}.attention.attn.o`,
  attentionNorm: `${at}.attention.LayerNorm`,
})

const bertAttention = (at: string) => ({
  query: `${at}.attention.self.query`,
  key: `${at}.attention.self.key`,
  value: `${at}.attention.self.value`,
  output: `${at}.attention.output.dense`,
  attentionNorm: `${at}.attention.output.LayerNorm`,
})

function encoder(build: Build, embedded: string, bias: string): string {
  const { writer, config } = build
  let value = embedded
  for (let layer = 0; layer < config.depth; layer += 1) {
    const at = parts(config.family, layer)
    const attended = attention(build, value, bias, at)
    const between = normalised(build, writer.emit('Add', [attended, value]), at.attentionNorm)
    const hidden = dense(build, between, at.inner, config.width, config.ffn)
    const inner = activated(writer, config.activation, hidden)
    const outer = dense(build, inner, at.outer, config.ffn, config.width)
    value = normalised(build, writer.emit('Add', [outer, between]), at.norm)
  }
  return value
}

/** Multi-head self-attention with its output layer. Source: arXiv 1706.03762, 3.2. */
function attention(
  build: Build,
  value: string,
  bias: string,
  at: ReturnType<typeof parts>,
): string {
  const { writer, config } = build
  const { width, heads } = config
  const size = width / heads
  const split = (name: string, perm: readonly number[]) => {
    const states = dense(build, value, name, width, width)
    const apart = writer.emit('Reshape', [states, writer.ints([0, 0, heads, size])])
    return writer.op('Transpose', [apart], { perm })
  }
  const query = split(at.query, [0, 2, 1, 3])
  const key = split(at.key, [0, 2, 3, 1])
  const content = split(at.value, [0, 2, 1, 3])
  const product = writer.emit('MatMul', [query, key])
  const scores = writer.emit('Mul', [product, writer.scalar(1 / Math.sqrt(size))])
  const masked = writer.emit('Add', [scores, bias])
  const shares = writer.op('Softmax', [masked], { axis: -1 })
  const mixed = writer.emit('MatMul', [shares, content])
  const back = writer.op('Transpose', [mixed], { perm: [0, 2, 1, 3] })
  const joined = writer.emit('Reshape', [back, writer.ints([0, 0, width])])
  return dense(build, joined, at.output, width, width)
}
