import { RightsizeError } from '../error/error.ts'
import { int64Tensor, model } from '../onnx/build.ts'
import type { Model, Tensor, ValueInfo } from '../onnx/model.ts'
import { numbersOf, tensorOf } from '../onnx/tensor-values.ts'
import { meanPool } from './architecture.ts'
import type { BertConfig } from './bert-config.ts'
import { type GraphWriter, graphWriter } from './graph-writer.ts'

/** How token states become one vector, where the model is a sentence encoder. */
export interface EmbeddingHead {
  readonly pooling: 'mean' | 'cls'
  /** Whether vectors get length 1. */
  readonly normalize: boolean
}

export interface BuiltBert {
  readonly model: Model
  /** Tensors of the checkpoint that the graph does not need, a pooler for example. */
  readonly unused: readonly string[]
}

/** Added to the scores of padding: exp(-10000) is 0 in float32, and float16 holds the number. */
const maskedScore = -10000

interface Build {
  readonly writer: GraphWriter
  readonly weights: Weights
  readonly config: BertConfig
}

/**
 * The ONNX graph (ai.onnx 18, standard operators) of an encoder of BERT's family from its checkpoint. Inputs int64 [batch, sequence]:
 * input_ids, attention_mask and, for BERT, token_type_ids; output `logits` [batch, classes] or `sentence_embedding` [batch, width]. Weights keep
 * the checkpoint's names, matrices turned to [in, out] when their bytes are asked for, 16-bit floats widened. Throws MODEL_IMPORT for
 * missing tensors and wrong dims. Sources: arXiv 1810.04805, 1907.11692, 1910.01108; transformers, modeling_bert.py and siblings.
 */
export function buildBert(
  config: BertConfig,
  tensors: readonly Tensor[],
  head: EmbeddingHead = { pooling: 'mean', normalize: false },
): BuiltBert {
  const output = config.head === 'classes' ? 'logits' : 'sentence_embedding'
  const names = ['input_ids', 'attention_mask', 'token_type_ids']
  const writer = graphWriter([...names, output, ...tensors.map(({ name }) => name)])
  const weights = new Weights(tensors, config.family, writer)
  const build: Build = { writer, weights, config }
  const mask = writer.emit('Cast', ['attention_mask'], { attributes: { to: 1 } })
  const { value, types } = embeddings(build)
  const states = encoder(build, value, attentionBias(writer, mask))
  const size =
    config.head === 'classes'
      ? classes(build, states, output)
      : embedding(build, states, mask, head, output)
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
    outputs: [{ name: output, dtype: 'float32' as const, dims: ['batch', size] }],
    valueInfo: [],
  }
  return { model: model(graph), unused: weights.unused() }
}

/** The checkpoint's tensors by their names without the family's prefix; each that is asked for is added to the graph. */
class Weights {
  readonly #byName: ReadonlyMap<string, Tensor>
  readonly #used = new Set<string>()
  readonly #writer: GraphWriter

  constructor(tensors: readonly Tensor[], family: string, writer: GraphWriter) {
    const prefix = `${family}.`
    this.#writer = writer
    this.#byName = new Map(
      tensors.map((tensor) => {
        const name = tensor.name.startsWith(prefix) ? tensor.name.slice(prefix.length) : tensor.name
        // Checkpoints of 2019 name a normalisation's scale gamma and its shift beta.
        const current = name.replace(/\.gamma$/, '.weight').replace(/\.beta$/, '.bias')
        return [current, tensor]
      }),
    )
  }

  /** Dims of a tensor; null where there is none. */
  dims(name: string): readonly number[] | null {
    return this.#byName.get(name)?.dims ?? null
  }

  /** Adds a tensor as it lies in the checkpoint. */
  add(name: string, dims: readonly number[]): string {
    return this.#writer.add(widened(this.#take(name, dims)))
  }

  /** Adds a matrix [out, in] as [in, out]. */
  addTurned(name: string, rows: number, columns: number): string {
    return this.#writer.add(turned(this.#take(name, [columns, rows]), rows, columns))
  }

  unused(): readonly string[] {
    const others = [...this.#byName].filter(([name]) => !this.#used.has(name))
    return others.map(([, { name }]) => name).filter((name) => !name.endsWith('position_ids'))
  }

  #take(name: string, dims: readonly number[]): Tensor {
    const tensor = this.#byName.get(name)
    const wanted = `[${dims.join(', ')}]`
    if (tensor === undefined)
      throw new RightsizeError('MODEL_IMPORT', `the checkpoint has no '${name}' ${wanted}`)
    if (tensor.dims.join() !== dims.join()) {
      const what = `'${tensor.name}' is [${tensor.dims.join(', ')}], config.json makes it ${wanted}`
      throw new RightsizeError('MODEL_IMPORT', what)
    }
    this.#used.add(name)
    return tensor
  }
}

/** The tensor as float32, read when its bytes are asked for. */
function widened(tensor: Tensor): Tensor {
  if (tensor.dtype === 'float32') return tensor
  return later(tensor, tensor.dims, () => Float32Array.from(numbersOf(tensor)))
}

function turned(tensor: Tensor, rows: number, columns: number): Tensor {
  return later(tensor, [rows, columns], () => {
    const values = numbersOf(tensor)
    const out = new Float32Array(values.length)
    for (let row = 0; row < rows; row += 1)
      for (let column = 0; column < columns; column += 1)
        out[row * columns + column] = values[column * rows + row] ?? 0
    return out
  })
}

function later(tensor: Tensor, dims: readonly number[], values: () => Float32Array): Tensor {
  const { name } = tensor
  const byteLength = 4 * dims.reduce((product, dim) => product * dim, 1)
  const bytes = () => tensorOf(name, { dtype: 'float32', dims, data: values() }).bytes()
  return { name, dtype: 'float32', dims, byteLength, bytes }
}

/** x W + b; nodes are named after the module, as exporters do. */
function dense(
  { writer, weights }: Build,
  value: string,
  at: string,
  rows: number,
  columns: number,
) {
  const weight = weights.addTurned(`${at}.weight`, rows, columns)
  const bias = weights.add(`${at}.bias`, [columns])
  const path = at.replaceAll('.', '/')
  const product = writer.emit('MatMul', [value, weight], { name: `/${path}/MatMul` })
  return writer.emit('Add', [product, bias], { name: `/${path}/Add` })
}

function normalised({ writer, weights, config }: Build, value: string, at: string): string {
  const scale = weights.add(`${at}.weight`, [config.width])
  const shift = weights.add(`${at}.bias`, [config.width])
  return writer.emit('LayerNormalization', [value, scale, shift], {
    attributes: { axis: -1, epsilon: { float: config.epsilon } },
    name: `/${at.replaceAll('.', '/')}/LayerNormalization`,
  })
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

/** 0, 1, ...; RoBERTa counts tokens that are not padding, from the padding's id on (modeling_roberta.py, create_position_ids_from_input_ids). */
function placeIds({ writer, config }: Build): string {
  if (config.family !== 'roberta') {
    const length = writer.emit('Gather', [writer.emit('Shape', ['input_ids']), writer.integer(1)])
    return writer.emit('Range', [writer.integer(0), length, writer.integer(1)])
  }
  // Its own constant: trimming the vocabulary renumbers the id, not the number that places count from.
  const pad = writer.add(int64Tensor(writer.fresh('padding_id'), [], [config.padId]))
  const padding = writer.emit('Equal', ['input_ids', pad])
  const real = writer.emit('Cast', [writer.emit('Not', [padding])], { attributes: { to: 7 } })
  const counted = writer.emit('CumSum', [real, writer.integer(1)])
  return writer.emit('Add', [writer.emit('Mul', [counted, real]), writer.integer(config.padId)])
}

function withSegments(build: Build, word: string) {
  const { writer, weights, config } = build
  const name = 'embeddings.token_type_embeddings.weight'
  const count = weights.dims(name)?.[0]
  if (config.family === 'distilbert' || count === undefined) return { sum: word, types: false }
  const table = weights.add(name, [count, config.width])
  const types = config.family === 'bert'
  const segment = writer.emit('Gather', [table, types ? 'token_type_ids' : writer.integer(0)], {
    name: '/embeddings/token_type_embeddings/Gather',
  })
  return { sum: writer.emit('Add', [word, segment], { name: '/embeddings/Add' }), types }
}

/** 0 for tokens and a large negative number for padding, [batch, 1, 1, sequence]. */
function attentionBias(writer: GraphWriter, mask: string): string {
  const padding = writer.emit('Sub', [writer.scalar(1), mask])
  const scores = writer.emit('Mul', [padding, writer.scalar(maskedScore)])
  return writer.emit('Unsqueeze', [scores, writer.ints([1, 2])])
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
  return {
    query: `${at}.attention.self.query`,
    key: `${at}.attention.self.key`,
    value: `${at}.attention.self.value`,
    output: `${at}.attention.output.dense`,
    attentionNorm: `${at}.attention.output.LayerNorm`,
    inner: `${at}.intermediate.dense`,
    outer: `${at}.output.dense`,
    norm: `${at}.output.LayerNorm`,
  }
}

function encoder(build: Build, embedded: string, bias: string): string {
  const { writer, config } = build
  let value = embedded
  for (let layer = 0; layer < config.depth; layer += 1) {
    const at = parts(config.family, layer)
    const attended = attention(build, value, bias, at)
    const between = normalised(build, writer.emit('Add', [attended, value]), at.attentionNorm)
    const inner = activated(build, dense(build, between, at.inner, config.width, config.ffn))
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
    return writer.emit('Transpose', [apart], { attributes: { perm } })
  }
  const query = split(at.query, [0, 2, 1, 3])
  const key = split(at.key, [0, 2, 3, 1])
  const content = split(at.value, [0, 2, 1, 3])
  const product = writer.emit('MatMul', [query, key])
  const scores = writer.emit('Mul', [product, writer.scalar(1 / Math.sqrt(size))])
  const masked = writer.emit('Add', [scores, bias])
  const shares = writer.emit('Softmax', [masked], { attributes: { axis: -1 } })
  const mixed = writer.emit('MatMul', [shares, content])
  const back = writer.emit('Transpose', [mixed], { attributes: { perm: [0, 2, 1, 3] } })
  const joined = writer.emit('Reshape', [back, writer.ints([0, 0, width])])
  return dense(build, joined, at.output, width, width)
}

/** Gelu exactly or by tanh (arXiv 1606.08415), or Relu. */
function activated({ writer, config }: Build, x: string): string {
  if (config.activation === 'relu') return writer.emit('Relu', [x])
  if (config.activation === 'gelu') {
    const erf = writer.emit('Erf', [writer.emit('Div', [x, writer.scalar(Math.SQRT2)])])
    const sum = writer.emit('Add', [erf, writer.scalar(1)])
    return writer.emit('Mul', [writer.emit('Mul', [x, sum]), writer.scalar(0.5)])
  }
  const square = writer.emit('Mul', [x, x])
  const cube = writer.emit('Mul', [writer.emit('Mul', [square, x]), writer.scalar(0.044715)])
  const inside = writer.emit('Mul', [
    writer.emit('Add', [x, cube]),
    writer.scalar(Math.sqrt(2 / Math.PI)),
  ])
  const sum = writer.emit('Add', [writer.emit('Tanh', [inside]), writer.scalar(1)])
  return writer.emit('Mul', [writer.emit('Mul', [x, sum]), writer.scalar(0.5)])
}

/** Names of the two layers over the first token, and what stands between them. */
const classifiers = {
  bert: { inner: 'pooler.dense', activation: 'Tanh', outer: 'classifier' },
  roberta: { inner: 'classifier.dense', activation: 'Tanh', outer: 'classifier.out_proj' },
  distilbert: { inner: 'pre_classifier', activation: 'Relu', outer: 'classifier' },
} as const

function classes(build: Build, states: string, output: string): number {
  const { writer, weights, config } = build
  const { inner, activation, outer } = classifiers[config.family]
  const count = weights.dims(`${outer}.weight`)?.[0] ?? 0
  const first = writer.emit('Gather', [states, writer.integer(0)], { attributes: { axis: 1 } })
  const hidden = dense(build, first, inner, config.width, config.width)
  const active = writer.emit(activation, [hidden])
  const weight = weights.addTurned(`${outer}.weight`, config.width, count)
  const bias = weights.add(`${outer}.bias`, [count])
  writer.emit('Gemm', [active, weight, bias], { outputs: [output], name: `/${outer}/Gemm` })
  return count
}

function embedding(
  { writer, config }: Build,
  states: string,
  mask: string,
  { pooling, normalize }: EmbeddingHead,
  output: string,
): number {
  const pooled =
    pooling === 'mean'
      ? meanPool(writer, states, mask)
      : writer.emit('Gather', [states, writer.integer(0)], { attributes: { axis: 1 } })
  if (normalize) {
    const norm = writer.emit('ReduceL2', [pooled, writer.ints([1])], {
      attributes: { keepdims: 1 },
    })
    // torch.nn.functional.normalize: eps 1e-12.
    const bounded = writer.emit('Max', [norm, writer.scalar(1e-12)])
    writer.emit('Div', [pooled, bounded], { outputs: [output] })
  } else writer.emit('Identity', [pooled], { outputs: [output] })
  return config.width
}
