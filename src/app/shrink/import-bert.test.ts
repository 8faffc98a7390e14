import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { float32Tensor } from '../../core/onnx/build.ts'
import { sourceOf } from '../../core/onnx/byte-source.ts'
import { encodeSafetensors } from '../../core/onnx/safetensors.ts'
import { type Checkpoint, importBert } from './import-bert.ts'

const linear = (name: string, out: number, from: number) =>
  [
    [`${name}.weight`, [out, from]],
    [`${name}.bias`, [out]],
  ] as const
const norm = (name: string) =>
  [
    [`${name}.weight`, [8]],
    [`${name}.bias`, [8]],
  ] as const
const layer = (at: string) => [
  ...linear(`${at}.attention.q_lin`, 8, 8),
  ...linear(`${at}.attention.k_lin`, 8, 8),
  ...linear(`${at}.attention.v_lin`, 8, 8),
  ...linear(`${at}.attention.out_lin`, 8, 8),
  ...norm(`${at}.sa_layer_norm`),
  ...linear(`${at}.ffn.lin1`, 12, 8),
  ...linear(`${at}.ffn.lin2`, 8, 12),
  ...norm(`${at}.output_layer_norm`),
]
const dims: readonly (readonly [string, readonly number[]])[] = [
  ['distilbert.embeddings.word_embeddings.weight', [11, 8]],
  ['distilbert.embeddings.position_embeddings.weight', [10, 8]],
  ...norm('distilbert.embeddings.LayerNorm'),
  ...layer('distilbert.transformer.layer.0'),
  ...layer('distilbert.transformer.layer.1'),
  ...linear('pre_classifier', 8, 8),
  ...linear('classifier', 3, 8),
]

/** The same DistilBERT as in build-bert.test.ts, as a file. */
function weights() {
  const tensors = dims
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, shape], n) => {
      const base = /(LayerNorm|layer_norm)\.weight$/.test(name) ? 1 : 0
      const length = shape.reduce((product, dim) => product * dim, 1)
      const values = Array.from({ length }, (_, i) => base + 0.3 * Math.sin(0.7 * i + n))
      return float32Tensor(name, shape, values)
    })
  const { chunks } = encodeSafetensors({ metadata: {}, tensors })
  return sourceOf(Buffer.concat([...chunks()]))
}

const checkpoint: Checkpoint = {
  config: {
    model_type: 'distilbert',
    architectures: ['DistilBertForSequenceClassification'],
    dim: 8,
    n_layers: 2,
    n_heads: 2,
    hidden_dim: 12,
    max_position_embeddings: 10,
  },
  weights: weights(),
  tokenizer: null,
  modules: null,
  pooling: null,
  // transformers 5.23.0; see build-bert.test.ts.
  expected: {
    input_ids: [
      [2, 5, 9, 3, 4],
      [2, 7, 3],
    ],
    logits: [
      [-0.44289, -0.191552, 0.141622],
      [-0.390173, -0.166767, 0.12735],
    ],
  },
}
const imported = async (change: Partial<Checkpoint>) =>
  importBert({ ...checkpoint, ...change }, await openEngine())

test('a checkpoint is imported and meets the given outputs', async () => {
  const { checks, notes, parameters } = await imported({})
  expect(checks[1]).toMatch(/^2 given outputs are met within \d\.\de-\d+$/)
  expect(parameters).toBeGreaterThan(1000)
  expect(notes).toEqual(['there is no tokenizer.json: texts cannot be run yet'])
})

test('other outputs than those given refuse the model', async () => {
  const expected = { input_ids: [[2, 5, 9, 3, 4]], logits: [[-0.44, -0.19, 0.2]] }
  await expect(imported({ expected })).rejects.toMatchObject({ code: 'MODEL_IMPORT_DIFFERS' })
  await expect(imported({ expected: { texts: ['a'], logits: [[1]] } })).rejects.toThrow(
    'tokenizer.json',
  )
  await expect(imported({ expected: { logits: 'none' } })).rejects.toThrow("'logits'")
})

test('modules and poolings that are not built are named', async () => {
  const config = { ...checkpoint.config, architectures: ['DistilBertModel'] }
  const base = { config, expected: null }
  const dense = [{ type: 'sentence_transformers.models.Dense' }]
  await expect(imported({ ...base, modules: dense })).rejects.toThrow("'Dense'")
  const pooling = { pooling_mode_max_tokens: true, pooling_mode_mean_tokens: false }
  await expect(imported({ ...base, pooling })).rejects.toThrow('max_tokens')
  const { model, notes } = await imported(base)
  expect(model.graph.outputs[0]).toMatchObject({ name: 'sentence_embedding', dims: ['batch', 8] })
  expect(notes.join()).toContain('not needed by this head: classifier.bias')
})
