import { describe, expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { heads } from '../compress/structural-heads.ts'
import { neurons } from '../compress/structural-neurons.ts'
import { float32Tensor } from '../onnx/build.ts'
import { encodeModel } from '../onnx/encode.ts'
import { checkGraph } from '../onnx/graph-check.ts'
import type { Tensor } from '../onnx/model.ts'
import { readBertConfig } from './bert-config.ts'
import { buildBert, type EmbeddingHead } from './build-bert.ts'

/*
 * Expected values: transformers 5.23.0, torch 2.15.0, float32, models with every tensor of the sorted state_dict filled with
 * 0.3 sin(0.7 i + n), n its place among the names and i the index, plus 1 for scales of LayerNorm:
 *   for n, (name, p) in enumerate(sorted(model.state_dict().items())): p.copy_((base + 0.3*torch.sin(0.7*torch.arange(p.numel()) + n)).reshape(p.shape))
 *   BertForSequenceClassification(BertConfig(vocab_size=11, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12, max_position_embeddings=10, type_vocab_size=2, num_labels=3))
 *   and likewise RobertaFor... (type_vocab_size=1, pad_token_id=1), DistilBertFor..., BertModel with the mean of last_hidden_state over the mask.
 */
const ids = [2, 5, 9, 3, 4, 2, 7, 3, 1, 1]
const mask = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0]
const types = [0, 0, 0, 1, 1, 0, 0, 1, 1, 1]
const expected = {
  bert: [0.737486, 0.961665, 0.748335, 0.806619, 1.002589, 0.74268],
  roberta: [-0.125245, 0.528237, 0.941861, -0.369143, 0.299336, 0.830703],
  distilbert: [-0.44289, -0.191552, 0.141622, -0.390173, -0.166767, 0.12735],
  mean: [
    ...[-0.8045, 1.525898, 0.598352, -0.7479, 0.473728, -0.270724, -2.079181, 0.604142],
    ...[-0.723094, 1.536462, 0.673983, -0.786593, 0.379871, -0.220475, -2.111417, 0.570802],
  ],
}

type Dims = Record<string, readonly number[]>
const linear = (name: string, out: number, from: number): Dims => ({
  [`${name}.weight`]: [out, from],
  [`${name}.bias`]: [out],
})
const norm = (name: string): Dims => ({ [`${name}.weight`]: [8], [`${name}.bias`]: [8] })

function bertDims(segments: number): Dims {
  const layer = (at: string): Dims => ({
    ...linear(`${at}.attention.self.query`, 8, 8),
    ...linear(`${at}.attention.self.key`, 8, 8),
    ...linear(`${at}.attention.self.value`, 8, 8),
    ...linear(`${at}.attention.output.dense`, 8, 8),
    ...norm(`${at}.attention.output.LayerNorm`),
    ...linear(`${at}.intermediate.dense`, 12, 8),
    ...linear(`${at}.output.dense`, 8, 12),
    ...norm(`${at}.output.LayerNorm`),
  })
  return {
    'embeddings.word_embeddings.weight': [11, 8],
    'embeddings.position_embeddings.weight': [10, 8],
    'embeddings.token_type_embeddings.weight': [segments, 8],
    ...norm('embeddings.LayerNorm'),
    ...layer('encoder.layer.0'),
    ...layer('encoder.layer.1'),
  }
}
function distilDims(): Dims {
  const layer = (at: string): Dims => ({
    ...linear(`${at}.attention.q_lin`, 8, 8),
    ...linear(`${at}.attention.k_lin`, 8, 8),
    ...linear(`${at}.attention.v_lin`, 8, 8),
    ...linear(`${at}.attention.out_lin`, 8, 8),
    ...norm(`${at}.sa_layer_norm`),
    ...linear(`${at}.ffn.lin1`, 12, 8),
    ...linear(`${at}.ffn.lin2`, 8, 12),
    ...norm(`${at}.output_layer_norm`),
  })
  return {
    'embeddings.word_embeddings.weight': [11, 8],
    'embeddings.position_embeddings.weight': [10, 8],
    ...norm('embeddings.LayerNorm'),
    ...layer('transformer.layer.0'),
    ...layer('transformer.layer.1'),
  }
}
const prefixed = (prefix: string, dims: Dims): Dims =>
  Object.fromEntries(Object.entries(dims).map(([name, value]) => [prefix + name, value]))
const pooler = linear('pooler.dense', 8, 8)
const checkpoints = {
  bert: { ...prefixed('bert.', { ...bertDims(2), ...pooler }), ...linear('classifier', 3, 8) },
  roberta: {
    ...prefixed('roberta.', bertDims(1)),
    ...linear('classifier.dense', 8, 8),
    ...linear('classifier.out_proj', 3, 8),
  },
  distilbert: {
    ...prefixed('distilbert.', distilDims()),
    ...linear('pre_classifier', 8, 8),
    ...linear('classifier', 3, 8),
  },
  mean: { ...bertDims(2), ...pooler },
}

function filled(dims: Dims): readonly Tensor[] {
  return Object.keys(dims)
    .sort()
    .map((name, n) => {
      const shape = dims[name]!
      const base = /(LayerNorm|layer_norm)\.weight$/.test(name) ? 1 : 0
      const length = shape.reduce((product, dim) => product * dim, 1)
      const values = Array.from({ length }, (_, i) => base + 0.3 * Math.sin(0.7 * i + n))
      return float32Tensor(name, shape, values)
    })
}

const sizes = {
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 10,
}
const configs = {
  bert: { model_type: 'bert', architectures: ['BertForSequenceClassification'], ...sizes },
  roberta: {
    model_type: 'roberta',
    architectures: ['RobertaForSequenceClassification'],
    pad_token_id: 1,
    layer_norm_eps: 1e-12,
    ...sizes,
  },
  distilbert: {
    model_type: 'distilbert',
    architectures: ['DistilBertForSequenceClassification'],
    ...{ dim: 8, n_layers: 2, n_heads: 2, hidden_dim: 12, max_position_embeddings: 10 },
  },
  mean: { model_type: 'bert', architectures: ['BertModel'], ...sizes },
}
type Name = keyof typeof configs
const built = (name: Name, head?: EmbeddingHead) =>
  buildBert(readBertConfig(configs[name]), filled(checkpoints[name]), head)

async function answers(name: Name, head?: EmbeddingHead) {
  const { model } = built(name, head)
  checkGraph(model.graph)
  const session = await (await openEngine()).open(encodeModel(model))
  const whole = (values: readonly number[]) => ({
    dtype: 'int64' as const,
    dims: [2, 5],
    data: BigInt64Array.from(values, BigInt),
  })
  const segments = name === 'mean' ? types.map(() => 0) : types
  const all = {
    input_ids: whole(ids),
    attention_mask: whole(mask),
    token_type_ids: whole(segments),
  }
  const feeds = Object.fromEntries(
    Object.entries(all).filter(([input]) => session.inputs.includes(input)),
  )
  const [output] = Object.values(await session.run(feeds))
  await session.close()
  return output!.data as Float32Array
}

describe('buildBert', () => {
  for (const name of ['bert', 'roberta', 'distilbert', 'mean'] as const)
    test(`${name}: gives what transformers gives`, async () => {
      const got = await answers(name)
      expect(got.length).toBe(expected[name].length)
      for (const [at, value] of expected[name].entries()) expect(got[at]).toBeCloseTo(value, 5)
    })

  test('vectors of length 1 point where the others do', async () => {
    const got = await answers('mean', { pooling: 'mean', normalize: true })
    const length = Math.hypot(...expected.mean.slice(0, 8))
    expect(got[0]).toBeCloseTo(expected.mean[0]! / length, 5)
    expect(Math.hypot(...got.slice(8))).toBeCloseTo(1, 5)
  })

  test('heads and neurons of an imported model can be cut', () => {
    const target = { runtime: 'onnxruntime-node', features: [], threads: 1 } as const
    for (const name of ['bert', 'roberta', 'distilbert'] as const)
      for (const pass of [heads, neurons]) {
        const offers = pass.propose(
          { model: built(name).model, tokenizer: null, config: {} },
          target,
        )
        expect('why' in offers ? offers.why : offers.length).not.toBe(0)
        expect('why' in offers).toBe(false)
      }
  })

  test('what the head does not need is named', () => {
    expect(built('mean').unused).toEqual(['pooler.dense.bias', 'pooler.dense.weight'])
    expect(built('bert').unused).toEqual([])
  })

  test('a tensor that is missing or of another size is named', () => {
    const config = readBertConfig(configs.bert)
    const tensors = filled(checkpoints.bert)
    const without = tensors.filter(({ name }) => name !== 'classifier.bias')
    expect(() => buildBert(config, without)).toThrow("no 'classifier.bias' [3]")
    expect(() => buildBert({ ...config, ffn: 16 }, tensors)).toThrow(
      'is [12, 8], config.json makes it [16, 8]',
    )
  })
})

test('architectures that are not built are refused by name', () => {
  const refused = (change: Record<string, unknown>) => () =>
    readBertConfig({ ...configs.bert, ...change })
  expect(refused({ model_type: 'deberta-v2' })).toThrow("'deberta-v2' is not built yet")
  expect(refused({ model_type: 'constructor' })).toThrow("'constructor' is not built yet")
  expect(refused({ architectures: ['BertForTokenClassification'] })).toThrow(
    "'BertForTokenClassification'",
  )
  expect(refused({ position_embedding_type: 'relative_key' })).toThrow("'relative_key'")
  expect(refused({ hidden_act: 'silu' })).toThrow("'silu'")
  expect(refused({ is_decoder: true })).toThrow('is_decoder')
  expect(refused({ hidden_size: -8 })).toThrow('hidden_size')
})
