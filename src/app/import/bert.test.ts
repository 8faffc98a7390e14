import { describe, expect, test } from 'vitest'
import { bertHeads, filled } from '../../../test/fixtures/bert-heads.ts'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { type HalfType, halfBits } from '../../core/onnx/half-float.ts'
import type { Tensor } from '../../core/onnx/model.ts'
import { float32Of, tensorOf } from '../../core/onnx/tensor-values.ts'
import { type Checkpoint, importBert } from './bert.ts'

const found = bertHeads.cases['distilbert classes']!
const logits = [found.out.slice(0, 3), found.out.slice(3)]
const { ids: input_ids, mask: attention_mask } = bertHeads

const checkpoint: Checkpoint = {
  config: found.config,
  tensors: filled(found.dims),
  tokenizer: null,
  sentence: null,
  expected: { input_ids, attention_mask, logits },
}
const imported = async (change: Partial<Checkpoint>) =>
  importBert({ ...checkpoint, ...change }, await openEngine())

test('a checkpoint is imported and meets the given outputs', async () => {
  const { checks, notes, parameters, maxLength } = await imported({})
  expect(checks[1]).toMatch(/^2 given outputs are met within \d\.\de-\d+$/)
  expect(parameters).toBeGreaterThan(1000)
  expect(maxLength).toBe(10)
  expect(notes).toEqual(['there is no tokenizer.json: texts cannot be run yet'])
})

test('outputs per token are compared with rows of rows', async () => {
  const { config, dims, out } = bertHeads.cases['roberta tokens']!
  const rows = [0, 1].map((row) =>
    [0, 1, 2, 3, 4].map((at) => out.slice(15 * row + 3 * at, 15 * row + 3 * at + 3)),
  )
  const expected = { input_ids, attention_mask, logits: rows }
  const { checks } = await imported({ config, tensors: filled(dims), expected })
  expect(checks[1]).toContain('2 given outputs')
})

describe('other outputs than those given refuse the model', () => {
  test('with the row, the number and both values', async () => {
    const wrong = [[logits[0]![0]!, logits[0]![1]!, 0.2]]
    const asked = imported({ expected: { input_ids: input_ids.slice(0, 1), logits: wrong } })
    await expect(asked).rejects.toMatchObject({ code: 'MODEL_IMPORT_DIFFERS' })
    await expect(asked).rejects.toThrow(/row 1: number 3 should be 0.2 and is 0.14162\d*; .* apart/)
  })
  test('or how many numbers there should be', async () => {
    const expected = { input_ids: input_ids.slice(0, 1), logits: [[1, 2]] }
    await expect(imported({ expected })).rejects.toThrow('row 1 holds 2 numbers, the model gives 3')
  })
  test('or what the file lacks', async () => {
    await expect(imported({ expected: { texts: ['a'], logits: [[1]] } })).rejects.toThrow(
      'tokenizer.json',
    )
    await expect(imported({ expected: { logits: 'none' } })).rejects.toThrow("'logits'")
    await expect(imported({ expected: { input_ids, logits: [[1]] } })).rejects.toThrow(
      '2 inputs for 1 rows',
    )
  })
})

/** The checkpoint in 16 bits, and the float32 values that these bits mean. */
function halved(type: HalfType): readonly Tensor[] {
  return checkpoint.tensors.map((tensor) => {
    const data = halfBits(type, float32Of(tensor))
    return tensorOf(tensor.name, { dtype: type, dims: tensor.dims, data })
  })
}

test.each([
  ['float16', 2e-2],
  ['bfloat16', 2e-1],
] as const)('weights of %s become float32, and the report says so', async (type, within) => {
  const { model, notes } = await imported({ tensors: halved(type), expected: null })
  expect(notes[0]).toBe(
    `${checkpoint.tensors.length} tensors of ${type} were turned into float32, every value exactly`,
  )
  const [whole] = model.graph.initializers.filter(({ name }) => name === 'classifier.weight')
  const { model: exact } = await imported({ expected: null })
  const [sought] = exact.graph.initializers.filter(({ name }) => name === 'classifier.weight')
  expect(whole!.dtype).toBe('float32')
  const apart = float32Of(whole!).map((value, at) => Math.abs(value - float32Of(sought!)[at]!))
  expect(Math.max(...apart)).toBeGreaterThan(0)
  expect(Math.max(...apart)).toBeLessThan(within / 100)
})

test('a sentence encoder puts out vectors, whatever head its checkpoint names', async () => {
  const sentence = { poolings: ['max'], steps: [{ kind: 'normalise' }] } as const
  const { model, notes } = await imported({ sentence, expected: null })
  expect(model.graph.outputs[0]).toMatchObject({ name: 'sentence_embedding', dims: ['batch', 8] })
  expect(notes.join()).toContain('not needed by this head: classifier.bias')
})
