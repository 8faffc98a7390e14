import { describe, expect, test } from 'vitest'
import { linearInputs } from '../../../test/fixtures/linear-inputs.ts'
import {
  classifyLinear,
  classifyStatic,
  trainHead,
  trainLinear,
  trainStatic,
} from '../../../test/fixtures/students.ts'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { float32Tensor, graph, node, model as onnxModel, valueInfo } from '../onnx/build.ts'
import { decodeModel } from '../onnx/decode.ts'
import { encodeModel } from '../onnx/encode.ts'
import type { HostTensor } from '../onnx/host-tensor.ts'
import type { Model } from '../onnx/model.ts'
import { openWordPiece } from '../text/open-wordpiece.ts'
import { trainWordPiece } from '../text/train-wordpiece.ts'
import { classifyHead } from './student-forms.ts'
import { appendHead, linearOnnx, staticOnnx } from './student-onnx.ts'

const rows = [
  'red apple',
  'green pear',
  'apple and pear',
  'steel hammer',
  'long saw',
  'hammer and saw',
].map((text, i) => ({ text, label: i < 3 ? 'fruit' : 'tool' }))
const texts = [...rows.map((row) => row.text), 'apple saw saw', '', 'nothing known 123']

async function probabilities(
  model: Model,
  feeds: Record<string, HostTensor>,
): Promise<Float32Array> {
  const engine = await openEngine()
  const session = await engine.open(encodeModel(decodeModel(encodeModel(model))))
  const outputs = await session.run(feeds)
  await session.close()
  expect(outputs['logits']?.dims).toEqual(outputs['probabilities']?.dims)
  return outputs['probabilities']!.data as Float32Array
}

function expectAlike(found: Float32Array, expected: readonly Float64Array[]): void {
  const flat = expected.flatMap((row) => [...row])
  expect(found).toHaveLength(flat.length)
  found.forEach((p, i) => {
    expect(p).toBeCloseTo(flat[i]!, 5)
  })
}

describe('students as ONNX, run by onnxruntime', () => {
  test.each(['int8', 'float32'] as const)(
    'linear (%s) answers as its runtime does',
    async (precision) => {
      const { model } = trainLinear(rows, { precision, epochs: 3 })
      const { ids, values, features } = linearInputs(model, texts)
      const dims = [texts.length, features]
      const found = await probabilities(linearOnnx(model), {
        feature_ids: { dtype: 'int64', dims, data: ids },
        feature_values: { dtype: 'float32', dims, data: values },
      })
      expectAlike(
        found,
        texts.map((text) => classifyLinear(model, text).probabilities),
      )
    },
  )

  test('static answers as its runtime does, with the special tokens and padding of a transformer', async () => {
    const tokenizer = trainWordPiece(texts, { vocabSize: 90, minFrequency: 1 })
    const { model } = trainStatic(rows, { tokenizer, width: 8, epochs: 3 })
    const { encode, padId } = openWordPiece(tokenizer)
    const encoded = texts.map((text) => encode(text).ids)
    const length = Math.max(...encoded.map((ids) => ids.length))
    const dims = [texts.length, length]
    const fill = (value: (ids: readonly number[], i: number) => number) =>
      BigInt64Array.from(
        encoded.flatMap((ids) => Array.from({ length }, (_, i) => BigInt(value(ids, i)))),
      )
    const found = await probabilities(staticOnnx(model), {
      input_ids: { dtype: 'int64', dims, data: fill((ids, i) => ids[i] ?? padId) },
      attention_mask: { dtype: 'int64', dims, data: fill((ids, i) => (i < ids.length ? 1 : 0)) },
    })
    expectAlike(
      found,
      texts.map((text) => classifyStatic(model, text).probabilities),
    )
  })

  test.each([
    [0, false],
    [5, false],
    [0, true],
  ])(
    'a head with %d hidden units behind an encoder answers as its runtime does (normalised: %s)',
    async (hidden, normalise) => {
      const inputs = [1, 2, 3, -1, 0.5, 2, 3, 1, 0, -2, 1, 1, 2, 2, 2, 0, 1, -1]
      const double = inputs.map((x) => 2 * x)
      const embeddings = normalise ? unit(double) : double
      const { model: head } = trainHead({ data: Float32Array.from(embeddings), width: 3 }, rows, {
        hidden,
        epochs: 5,
      })
      const whole = appendHead(doubler(), 'embedding', head, { normalise })
      const found = await probabilities(whole, {
        x: { dtype: 'float32', dims: [6, 3], data: Float32Array.from(inputs) },
      })
      const expected = rows.map(
        (_, i) => classifyHead(head, embeddings.slice(3 * i, 3 * i + 3)).probabilities,
      )
      expectAlike(found, expected)
    },
  )

  test('a head behind vectors of tokens pools them where the mask is 1, whatever stands in the padding', async () => {
    const table = [3, -1, 0.5, 2, 2, 1, -1, 4, 0, 0, 1, 1]
    const texts = [[1], [2, 3], [3, 1, 2], [1, 1, 3], [2], [3]]
    const embeddings = unit(
      texts.flatMap((ids) =>
        [0, 1, 2].map((d) => ids.reduce((sum, id) => sum + table[3 * id + d]! / ids.length, 0)),
      ),
    )
    const { model: head } = trainHead({ data: Float32Array.from(embeddings), width: 3 }, rows, {
      epochs: 5,
    })
    const whole = appendHead(lookup(table), 'last_hidden_state', head, { pool: true })
    const whole64 = (value: (ids: readonly number[], at: number) => number) => ({
      dtype: 'int64' as const,
      dims: [6, 3],
      data: BigInt64Array.from(
        texts.flatMap((ids) => [0, 1, 2].map((at) => BigInt(value(ids, at)))),
      ),
    })
    const found = await probabilities(whole, {
      input_ids: whole64((ids, at) => ids[at] ?? 0),
      attention_mask: whole64((ids, at) => (at < ids.length ? 1 : 0)),
    })
    expectAlike(
      found,
      texts.map((_, i) => classifyHead(head, embeddings.slice(3 * i, 3 * i + 3)).probabilities),
    )
    const { inputs, ...rest } = lookup(table).graph
    const maskless = { ...whole, graph: { ...rest, inputs: inputs.slice(0, 1) } }
    expect(() => appendHead(maskless, 'last_hidden_state', head, { pool: true })).toThrow(
      /no attention_mask/,
    )
  })

  test('a head refuses an encoder without its embedding, or of another width', () => {
    const head = {
      labels: ['a', 'b'],
      width: 4,
      layers: [{ weights: new Float32Array(8), bias: new Float32Array(2) }],
    }
    const refused = expect.objectContaining({ code: 'STUDENT_INPUT' })
    expect(() => appendHead(doubler(), 'pooler', head)).toThrow(refused)
    expect(() => appendHead(doubler(), 'embedding', head)).toThrow(
      /has 3 numbers, the head reads 4/,
    )
  })
})

/** The smallest encoder: embedding = 2 x. */
function doubler(): Model {
  return onnxModel(
    graph({
      nodes: [node('Mul', ['x', 'two'], ['embedding'])],
      initializers: [float32Tensor('two', [], [2])],
      inputs: [valueInfo('x', 'float32', ['batch', 3])],
      outputs: [valueInfo('embedding', 'float32', ['batch', 3])],
    }),
  )
}

/** An encoder with a vector of three numbers for each token. */
function lookup(table: readonly number[]): Model {
  const names = ['input_ids', 'attention_mask']
  return onnxModel(
    graph({
      nodes: [node('Gather', ['table', 'input_ids'], ['last_hidden_state'])],
      initializers: [float32Tensor('table', [table.length / 3, 3], table)],
      inputs: names.map((name) => valueInfo(name, 'int64', ['batch', 'sequence'])),
      outputs: [valueInfo('last_hidden_state', 'float32', ['batch', 'sequence', 3])],
    }),
  )
}

function unit(values: readonly number[]): number[] {
  return values.map((x, at) => {
    const start = at - (at % 3)
    return x / Math.hypot(...values.slice(start, start + 3))
  })
}
