import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bertHeads, filled } from '../../../test/fixtures/bert-heads.ts'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { sourceOf } from '../../core/onnx/byte-source.ts'
import type { Model, Tensor } from '../../core/onnx/model.ts'
import { encodeSafetensors } from '../../core/onnx/safetensors.ts'
import { importFolder } from './folder.ts'

const found = bertHeads.cases['three joined, dense, length 1']!
const { ids: input_ids, mask: attention_mask } = bertHeads
const tensors = filled(found.dims)
const bytes = (some: readonly Tensor[]) =>
  Buffer.concat([...encodeSafetensors({ metadata: {}, tensors: some }).chunks()])
const half = Math.floor(tensors.length / 2)
const [first, second] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
const weightMap = Object.fromEntries(
  tensors.map(({ name }, at) => [name, at < half ? first : second]),
)
const dense = found.steps![0]!
const module = (kind: string, path: string) => ({
  type: `sentence_transformers.models.${kind}`,
  path,
})

/** A sentence-transformers folder with its checkpoint in two files. */
const folder: Readonly<Record<string, unknown>> = {
  'in/config.json': found.config,
  'in/model.safetensors.index.json': { weight_map: weightMap },
  [`in/${first}`]: bytes(tensors.slice(0, half)),
  [`in/${second}`]: bytes(tensors.slice(half)),
  'in/modules.json': [
    module('Transformer', ''),
    module('Pooling', '1_Pooling'),
    module('Dense', '2_Dense'),
    module('Normalize', '3_Normalize'),
  ],
  'in/1_Pooling/config.json': {
    pooling_mode_cls_token: true,
    pooling_mode_max_tokens: true,
    pooling_mode_mean_tokens: false,
    pooling_mode_mean_sqrt_len_tokens: true,
  },
  'in/2_Dense/config.json': dense.config,
  'in/2_Dense/model.safetensors': bytes(filled(dense.dims)),
  'in/sentence_bert_config.json': { max_seq_length: 7 },
  'in/tokenizer.json': {},
  'in/tokenizer_config.json': { model_max_length: 512, do_lower_case: true },
  'expected.json': {
    input_ids,
    attention_mask,
    embeddings: [found.out.slice(0, 6), found.out.slice(6)],
  },
}

async function imported(change: Readonly<Record<string, unknown>> = {}) {
  const all = { ...folder, ...change } as Record<string, unknown>
  const written = new Map<string, string>()
  const models = new Map<string, Model>()
  const result = await importFolder(
    { folder: 'in', out: 'out', logits: 'expected.json' },
    {
      engine: await openEngine(),
      openTokenizer: () => ({
        encode: () => ({ ids: [], tokens: [] }),
        decode: () => '',
        padId: 0,
        vocabSize: 11,
      }),
      files: {
        write: async (path: string, model: Model) => {
          models.set(path, model)
          return { paths: [path], bytes: 1 }
        },
      } as never,
      join: posix.join,
      textOrNull: async (path) => {
        const text = all[path]
        if (text === undefined || text === null) return null
        return typeof text === 'string' ? text : JSON.stringify(text)
      },
      source: (path) => {
        const data = all[path]
        if (!Buffer.isBuffer(data)) throw new Error('no such file')
        return sourceOf(data)
      },
      write: async (path, text) => {
        written.set(path, text)
      },
    },
  )
  return { ...result, written, models }
}

test('a folder of sentence-transformers with its checkpoint in two files gives the same vectors', async () => {
  const { checks, written, models, maxLength } = await imported()
  expect(checks[1]).toMatch(/^2 given outputs are met within \d\.\de-\d$/)
  expect([...models.keys()]).toEqual(['out/onnx/model.onnx'])
  expect(maxLength).toBe(7)
  expect(JSON.parse(written.get('out/tokenizer_config.json')!)).toEqual({
    do_lower_case: true,
    model_max_length: 7,
  })
  expect([...written.keys()]).toContain('out/config.json')
})

test('poolings are read in their newer form too', async () => {
  const config = { pooling_mode: ['cls', 'max', 'mean_sqrt_len_tokens'] }
  const { checks } = await imported({ 'in/1_Pooling/config.json': config })
  expect(checks).toHaveLength(2)
})

describe('a hostile or damaged index is refused', () => {
  const index = (map: unknown) => ({ 'in/model.safetensors.index.json': { weight_map: map } })
  const [name] = Object.keys(weightMap)
  test.each([
    ['a file that is missing', { [`in/${second}`]: null }, `the index names ${second}`],
    ['a place outside', index({ ...weightMap, [name!]: '../../etc/passwd' }), 'next to the index'],
    [
      'an absolute place',
      index({ ...weightMap, [name!]: '/tmp/model.safetensors' }),
      'next to the',
    ],
    ['a backslash', index({ ...weightMap, [name!]: '..\\model.safetensors' }), 'next to the index'],
    ['a number', index({ ...weightMap, [name!]: 7 }), 'is in 7, no file'],
    ['a tensor that no file holds', index({ ...weightMap, other: first }), `does not hold 'other'`],
    ['a tensor in the wrong file', index({ ...weightMap, [name!]: second }), 'does not hold'],
    ['nothing', index({}), 'names no tensor'],
    ['a list', index([]), 'not an object'],
    ['no JSON', { 'in/model.safetensors.index.json': '{' }, 'not JSON'],
    ['a tensor left out', index({ [name!]: first }), 'the checkpoint has no'],
    ['no weights at all', { 'in/model.safetensors.index.json': null }, 'no model.safetensors'],
  ])('%s', async (_, change, message) => {
    const asked = imported(change as Record<string, unknown>)
    await expect(asked).rejects.toThrow(message)
    await expect(asked).rejects.toMatchObject({ name: 'RightsizeError' })
  })
})

describe('modules that are not built are named', () => {
  const modules = (...list: unknown[]) => ({ 'in/modules.json': list })
  const base = [module('Transformer', ''), module('Pooling', '1_Pooling')]
  test.each([
    ['another module', modules(...base, module('CNN', '2_CNN')), "'CNN' is not built"],
    ['another order', modules(module('Transformer', ''), module('Dense', '2_Dense')), "'Dense'"],
    ['no encoder', modules(module('WordEmbeddings', '')), 'not a Transformer'],
    ['a place outside', modules(module('Transformer', '../other')), 'outside the folder'],
    ['other pooling', { 'in/1_Pooling/config.json': { pooling_mode: 'lasttoken' } }, 'lasttoken'],
    ['a missing Dense', { 'in/2_Dense/model.safetensors': null }, 'no model.safetensors'],
    ['Dense of no size', { 'in/2_Dense/config.json': {} }, 'in_features'],
  ])('%s', async (_, change, message) => {
    await expect(imported(change)).rejects.toThrow(message)
  })
})
