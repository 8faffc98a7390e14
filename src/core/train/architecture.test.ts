import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { model } from '../onnx/build.ts'
import { decodeModel } from '../onnx/decode.ts'
import { encodeModel } from '../onnx/encode.ts'
import type { HostTensor } from '../onnx/host-tensor.ts'
import type { Architecture } from './architecture.ts'
import { type EncoderShape, encoderArchitecture } from './build-encoder.ts'
import { staticArchitecture } from './build-static.ts'
import { countParameters, initialParameters } from './parameters.ts'

const small: EncoderShape = {
  vocabulary: 50,
  maxLength: 16,
  width: 8,
  depth: 2,
  heads: 2,
  classes: 3,
}

const integers = (rows: readonly (readonly number[])[]): HostTensor => ({
  dtype: 'int64',
  dims: [rows.length, rows[0]!.length],
  data: BigInt64Array.from(rows.flat(), BigInt),
})

const feeds = (ids: readonly (readonly number[])[], mask: readonly (readonly number[])[]) => ({
  input_ids: integers(ids),
  attention_mask: integers(mask),
})

async function logits(
  architecture: Architecture,
  data: Readonly<Record<string, HostTensor>>,
  form: 'model' | 'train' | 'infer' = 'model',
): Promise<Float32Array> {
  const engine = await openEngine()
  const parameters = initialParameters(architecture.parameters, 3)
  const made =
    form === 'model'
      ? architecture.model(parameters)
      : model(architecture.graph(form), { opsets: { 'com.microsoft': 1 } })
  const session = await engine.open(encodeModel(made))
  const values = Object.fromEntries(
    architecture.parameters.map(({ name, dims }): [string, HostTensor] => [
      name,
      { dtype: 'float32', dims, data: parameters.get(name)! },
    ]),
  )
  const outputs = await session.run(form === 'model' ? data : { ...values, ...data })
  await session.close()
  return outputs['logits']!.data as Float32Array
}

const variants: readonly (readonly [string, Architecture])[] = [
  ['pre-norm encoder', encoderArchitecture(small)],
  [
    'post-norm encoder with ReLU and first-token pooling',
    encoderArchitecture({ ...small, norm: 'post', activation: 'relu', pooling: 'first' }),
  ],
  ['encoder with relative positions', encoderArchitecture({ ...small, positions: 'relative' })],
  [
    'encoder with gated words',
    encoderArchitecture({ ...small, pooling: 'gated', positions: 'relative' }),
  ],
  ['encoder with attention pooling', encoderArchitecture({ ...small, pooling: 'attention' })],
  ['static bag', staticArchitecture(small)],
  ['static bag with a hidden layer', staticArchitecture({ ...small, hidden: 5 })],
]

test.each(variants)(
  '%s: the model is plain ai.onnx 18 and decodes to itself',
  (_, architecture) => {
    const made = architecture.model(initialParameters(architecture.parameters, 1))
    expect(made.opsets).toEqual({ '': 18 })
    expect(made.graph.nodes.every(({ domain }) => domain === '')).toBe(true)
    expect(made.graph.inputs.map(({ name }) => name)).toEqual(['input_ids', 'attention_mask'])
    const bytes = encodeModel(made)
    expect(encodeModel(decodeModel(bytes))).toEqual(bytes)
  },
)

test.each(variants)(
  '%s: training and inference forms agree without dropout',
  async (_, architecture) => {
    const data = feeds(
      [
        [4, 9, 2],
        [7, 1, 0],
      ],
      [
        [1, 1, 1],
        [1, 1, 0],
      ],
    )
    const masks = Object.fromEntries(
      architecture.masks.map(({ name, width, pooled }): [string, HostTensor] => {
        const dims = pooled ? [2, width] : [2, 3, width]
        const data = new Float32Array(dims.reduce((all, dim) => all * dim, 1)).fill(1)
        return [name, { dtype: 'float32', dims, data }]
      }),
    )
    const expected = await logits(architecture, data)
    const training = await logits(architecture, { ...data, ...masks }, 'train')
    const inference = await logits(architecture, data, 'infer')
    for (const [index, value] of expected.entries()) {
      expect(inference[index]).toBeCloseTo(value, 5)
      expect(training[index]).toBeCloseTo(value, 5)
    }
  },
)

test.each(variants)('%s: padding changes nothing', async (_, architecture) => {
  const short = await logits(architecture, feeds([[4, 9]], [[1, 1]]))
  const padded = await logits(architecture, feeds([[4, 9, 33, 8]], [[1, 1, 0, 0]]))
  for (const [index, value] of short.entries()) expect(padded[index]).toBeCloseTo(value, 5)
})

test.each(variants)('%s: an empty text gives finite logits', async (_, architecture) => {
  const found = await logits(architecture, feeds([[0]], [[0]]))
  expect([...found].every(Number.isFinite)).toBe(true)
})

test('the encoder sees word order and the bag does not', async () => {
  const mask = [[1, 1, 1]]
  for (const [, architecture] of variants) {
    const one = await logits(architecture, feeds([[4, 9, 2]], mask))
    const other = await logits(architecture, feeds([[9, 4, 2]], mask))
    const apart = Math.max(...one.map((value, index) => Math.abs(value - other[index]!)))
    const isEncoder = architecture.parameters.some(({ name }) => name.startsWith('encoder'))
    expect(apart > 1e-5).toBe(isEncoder)
  }
})

test('the parameter count is the sum over the layers', () => {
  const { vocabulary, maxLength, width, depth, classes } = small
  const layer = 4 * (width * width + width) + 2 * 4 * width * width + 5 * width + 4 * width
  const norms = 2 * 2 * width
  const expected = (vocabulary + maxLength) * width + depth * layer + norms + classes * (width + 1)
  expect(countParameters(encoderArchitecture(small).parameters)).toBe(expected)
})

test('names of layers are those of a BERT export', () => {
  const names = new Set(encoderArchitecture(small).parameters.map(({ name }) => name))
  for (const name of [
    'embeddings.word_embeddings.weight',
    'encoder.layer.1.attention.self.query.weight',
    'encoder.layer.1.attention.output.dense.bias',
    'encoder.layer.0.intermediate.dense.weight',
    'encoder.layer.0.output.LayerNorm.weight',
  ])
    expect(names.has(name), name).toBe(true)
})

test('sizes that do not fit are refused', () => {
  expect(() => encoderArchitecture({ ...small, heads: 3 })).toThrow(/not a multiple of 3 heads/)
  expect(() => encoderArchitecture({ ...small, depth: 0 })).toThrow(/depth/)
  expect(() => staticArchitecture({ ...small, width: 1.5 })).toThrow(/static/)
})
