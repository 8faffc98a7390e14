import { describe, expect, test } from 'vitest'
import { bertHeads, filled, type HeadCase } from '../../../test/fixtures/bert-heads.ts'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { heads } from '../compress/structural-heads.ts'
import { neurons } from '../compress/structural-neurons.ts'
import { encodeModel } from '../onnx/encode.ts'
import { executableGraph } from '../onnx/graph-check.ts'
import { tensorOf } from '../onnx/tensor-values.ts'
import { longestText, readBertConfig } from './bert-config.ts'
import { buildBert, distanceBucket } from './build-bert.ts'
import type { DenseStep, EmbeddingHead, Pooling } from './build-bert-head.ts'

const { cases, ids, mask, types } = bertHeads
const one = (name: string): HeadCase => {
  const found = cases[name]
  if (found === undefined) throw new Error(`no case ${name}`)
  return found
}

/** The modules behind a sentence encoder as import reads them from its folder. */
function sentenceOf({ modes, steps }: HeadCase): EmbeddingHead | undefined {
  if (modes === undefined) return undefined
  return {
    poolings: modes as readonly Pooling[],
    steps: (steps ?? []).map((step) => {
      if (step === null) return { kind: 'normalise' } as const
      const { in_features: from, out_features: to, activation_function: named } = step.config
      const activation = String(named).endsWith('Tanh') ? 'tanh' : 'none'
      const tensors = filled(step.dims)
      return { kind: 'dense', from, to, activation, tensors } as DenseStep
    }),
  }
}

function built(name: string) {
  const found = one(name)
  const sentence = sentenceOf(found)
  return buildBert(
    readBertConfig(found.config, sentence !== undefined),
    filled(found.dims),
    sentence,
  )
}

async function answers(name: string) {
  const { model } = built(name)
  executableGraph(model.graph)
  const session = await (await openEngine()).open(encodeModel(model))
  const whole = (rows: readonly (readonly number[])[]) => ({
    dtype: 'int64' as const,
    dims: [2, 5],
    data: BigInt64Array.from(rows.flat(), BigInt),
  })
  const all = {
    input_ids: whole(ids),
    attention_mask: whole(mask),
    token_type_ids: whole(one(name).segments ? types : types.map((row) => row.map(() => 0))),
  }
  const feeds = Object.fromEntries(
    Object.entries(all).filter(([input]) => session.inputs.includes(input)),
  )
  const [output] = Object.values(await session.run(feeds))
  await session.close()
  return output!
}

describe(`buildBert gives what ${bertHeads.by} gives`, () => {
  for (const name of Object.keys(cases))
    test(name, async () => {
      const { dims, data } = await answers(name)
      const { out, dims_out } = one(name)
      expect(dims).toEqual(dims_out)
      const apart = out.map((value, at) => Math.abs(value - Number(data[at])))
      expect(Math.max(...apart)).toBeLessThan(1e-5)
    })
})

test('rows for distances are those of transformers, -511 to 511', () => {
  let edge = 0
  for (let distance = -511; distance <= 511; distance += 1) {
    if (distance >= (bertHeads.bucketEdges[edge + 1]?.[0] ?? 512)) edge += 1
    expect([distance, distanceBucket(distance, 32)]).toEqual([
      distance,
      bertHeads.bucketEdges[edge]![1],
    ])
  }
})

test('heads and neurons of an imported model can be cut', () => {
  const target = { runtime: 'onnxruntime-node', features: [], threads: 1 } as const
  for (const name of ['bert silu', 'roberta classes', 'distilbert words'])
    for (const pass of [heads, neurons]) {
      const { model } = built(name)
      const offers = pass.propose({ model, tokenizer: null, config: {} }, target)
      expect('why' in offers ? offers.why : offers.length).toBeGreaterThan(0)
    }
})

test('what the head does not need is named, and tied word vectors are stored once', () => {
  expect(built('mean').unused).toEqual(['pooler.dense.bias', 'pooler.dense.weight'])
  expect(built('bert gelu').unused).toEqual([])
  const size = (name: string) =>
    built(name).model.graph.initializers.filter(
      ({ dims }) => dims.includes(11) && dims.length === 2,
    )
  expect(size('bert words')).toHaveLength(1)
  expect(size('bert words untied')).toHaveLength(2)
})

describe('a checkpoint that does not fit', () => {
  const { config, dims } = one('bert gelu')
  const tensors = filled(dims)
  test('names the tensor that is missing or of another size', () => {
    const without = tensors.filter(({ name }) => name !== 'classifier.bias')
    expect(() => buildBert(readBertConfig(config), without)).toThrow("no 'classifier.bias' [3]")
    expect(() => buildBert({ ...readBertConfig(config), ffn: 16 }, tensors)).toThrow(
      'is [12, 8], config.json makes it [16, 8]',
    )
  })
  test('names a tensor that is already quantized', () => {
    const changed = tensors.map((tensor) =>
      tensor.name === 'classifier.weight'
        ? tensorOf(tensor.name, { dtype: 'int8', dims: [3, 8], data: new Int8Array(24) })
        : tensor,
    )
    expect(() => buildBert(readBertConfig(config), changed)).toThrow("'classifier.weight' is int8")
  })
})

test('architectures that are not built are refused by name', () => {
  const { config } = one('bert gelu')
  const refused = (change: Record<string, unknown>) => () =>
    readBertConfig({ ...config, ...change })
  expect(refused({ model_type: 'deberta-v2' })).toThrow("'deberta-v2' is not built yet")
  expect(refused({ model_type: 'constructor' })).toThrow("'constructor' is not built yet")
  expect(refused({ architectures: ['BertForQuestionAnswering'] })).toThrow(
    "'BertForQuestionAnswering'",
  )
  expect(refused({ position_embedding_type: 'relative_key' })).toThrow("'relative_key'")
  expect(refused({ hidden_act: 'quick_gelu' })).toThrow("'quick_gelu'")
  expect(refused({ is_decoder: true })).toThrow('is_decoder')
  expect(refused({ hidden_size: -8 })).toThrow('hidden_size')
  expect(refused({ quantization_config: {} })).toThrow('quantized weights')
})

test('RoBERTa has fewer places for tokens than rows of positions', () => {
  const config = { model_type: 'roberta', architectures: ['RobertaModel'], pad_token_id: 1 }
  expect(longestText(readBertConfig({ ...config, max_position_embeddings: 514 }))).toBe(512)
  expect(longestText(readBertConfig(one('bert gelu').config))).toBe(10)
})
