import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createOnnxRuntime } from '../../src/adapters/runtime/onnx.ts'
import { openEngine } from '../../src/adapters/tensors/onnxruntime.ts'
import { openTokenizer } from '../../src/adapters/tokenizer/huggingface.ts'
import type { RuntimeSession } from '../../src/contract/runtime.ts'
import type { CandidateSpec } from '../../src/core/spec/spec.ts'
import { candidate, context } from './candidate.ts'
import { modelFolder, vocabulary } from './model-folder.ts'
import { temporaryFolder } from './temporary-folder.ts'

const runtime = createOnnxRuntime({ engine: await openEngine(), openTokenizer })
const open = (parts: Partial<CandidateSpec>): Promise<RuntimeSession> =>
  runtime.open(candidate({ runtime: 'onnx', ...parts }), context())
const data = process.env['RIGHTSIZE_DATA'] ?? resolve(import.meta.dirname, '../../../shared/data')

describe('what an onnx candidate answers', () => {
  test('classes of a text carry probabilities that sum to 1', async () => {
    const session = await open({ model: modelFolder('classes') })
    const [answer] = await session.answer([{ id: 'a', input: 'banana and banana' }])
    expect(answer).toMatchObject({ ok: true, output: { kind: 'label', label: 'banana' } })
    const { probabilities } = (answer as never as { output: { probabilities: object } }).output
    const sum = Object.values(probabilities).reduce(
      (total: number, each: number) => total + each,
      0,
    )
    expect(sum).toBeCloseTo(1, 6)
    expect(answer).toMatchObject({ tokens: { input: 5, output: 0 } })
  })

  test('one class per token becomes spans with places in the text as it was written', async () => {
    const session = await open({ model: modelFolder('tokens') })
    const [answer] = await session.answer([{ id: 'a', input: 'An APPLE, and cherry!' }])
    expect(answer).toMatchObject({
      ok: true,
      output: {
        kind: 'spans',
        spans: [
          { type: 'APPLE', start: 3, end: 8, text: 'APPLE' },
          { type: 'CHERRY', start: 14, end: 20, text: 'cherry' },
        ],
      },
    })
  })

  test('hidden states are pooled to a vector of length 1 without the padding', async () => {
    const session = await open({ model: modelFolder('embedding') })
    const long = { id: 'long', input: 'apple and banana and cherry and apple' }
    const [alone] = await session.answer([{ id: 'a', input: 'apple' }])
    const [padded] = await session.answer([{ id: 'a', input: 'apple' }, long])
    expect(alone).toEqual(padded)
    expect(alone).toMatchObject({ output: { kind: 'vector', vector: [1, 0, 0] } })
  })

  test('a text longer than maxLength keeps its last special token', async () => {
    const session = await open({ model: modelFolder('classes'), settings: { maxLength: 4 } })
    const input = 'apple apple cherry cherry cherry cherry'
    const [answer] = await session.answer([{ id: 'a', input }])
    expect(answer).toMatchObject({ output: { label: 'apple' }, tokens: { input: 4 } })
  })

  test('a tensor of the wrong size fails alone', async () => {
    const session = await open({ model: modelFolder('raw') })
    const tensor = (length: number) => ({
      id: `${length}`,
      input: { dtype: 'float32' as const, dims: [length], data: new Float32Array(length) },
    })
    const answers = await session.answer([tensor(3), tensor(5), tensor(3)])
    expect(answers.map((answer) => answer.ok)).toEqual([true, false, true])
    expect(answers[1]).toMatchObject({ code: 'MODEL_INPUT' })
  })

  test('int8 takes the quantized build and never silently the full one', async () => {
    const folder = modelFolder('classes')
    await expect(open({ model: folder, settings: { int8: true } })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
    })
    const other = join(modelFolder('raw'), 'onnx/model.onnx')
    copyFileSync(other, join(folder, 'onnx/model_quantized.onnx'))
    const session = await open({ model: folder, settings: { int8: true } })
    const full = await open({ model: folder })
    expect(full.identity.revision).not.toBe(session.identity.revision)
  })

  test('parameters and precision are those of the weights, whatever the file is called', async () => {
    const folder = modelFolder('classes')
    renameSync(join(folder, 'onnx/model.onnx'), join(folder, 'onnx/model_int8.onnx'))
    const { identity } = await open({ model: folder, settings: { int8: true } })
    expect(identity).toMatchObject({ precision: 'fp32', parameters: vocabulary * 3 })
  })

  test.skipIf(!existsSync(join(data, 'kws')))(
    'two keyword models: their parameters as published (skipped without RIGHTSIZE_DATA)',
    async () => {
      const small = await open({ model: join(data, 'kws/model_kws.onnx') })
      expect(small.identity.parameters).toBeGreaterThan(7000)
      expect(small.identity.parameters).toBeLessThan(7500)
      const quantized = await open({ model: join(data, 'kws/kws_ref_model.onnx') })
      expect(quantized.identity.precision).toMatch(/^int8/)
    },
  )

  test('a model is the same wherever it lies; its settings are part of it', async () => {
    const [here, elsewhere] = [modelFolder('classes'), modelFolder('classes')]
    renameSync(join(elsewhere, 'onnx/model.onnx'), join(elsewhere, 'onnx/model_fp16.onnx'))
    const revision = async (model: string, variant?: string) =>
      (await open({ model, settings: variant === undefined ? {} : { variant } })).identity.revision
    const before = await revision(here)
    expect(await revision(elsewhere, 'fp16')).toBe(before)
    writeFileSync(join(here, 'tokenizer_config.json'), '{"model_max_length":8}')
    expect(await revision(here)).not.toBe(before)
  })

  test('another tokenizer is another revision', async () => {
    const folder = modelFolder('classes')
    const before = (await open({ model: folder })).identity.revision
    renameSync(join(folder, 'tokenizer.json'), join(folder, 'old.json'))
    const other = modelFolder('misfit')
    copyFileSync(join(other, 'tokenizer.json'), join(folder, 'tokenizer.json'))
    expect((await open({ model: folder })).identity.revision).toBe(before)
    writeFileSync(join(folder, 'config.json'), '{"id2label":{"0":"x","1":"y","2":"z"}}')
    expect((await open({ model: folder })).identity.revision).not.toBe(before)
  })
})

describe('an onnx candidate that cannot work says why', () => {
  const empty = temporaryFolder('empty')
  const broken = join(empty, 'broken.onnx')
  writeFileSync(broken, 'not a model at all')
  const pointer = join(empty, 'pointer.onnx')
  writeFileSync(pointer, 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n')

  test.each([
    ['a folder that is not there', '/no/such/folder', 'MODEL_NOT_FOUND'],
    ['a folder without a model', temporaryFolder('none'), 'MODEL_NOT_FOUND'],
    ['a file that is no model', broken, 'MODEL_CANNOT_LOAD'],
    ['a Git-LFS pointer', pointer, 'MODEL_LFS_POINTER'],
  ])('%s', async (_, model, code) => {
    await expect(open({ model })).rejects.toMatchObject({ code })
  })

  test('a text model without tokenizer.json', async () => {
    const model = modelFolder('classes')
    rmSync(join(model, 'tokenizer.json'))
    await expect(open({ model })).rejects.toMatchObject({ code: 'TOKENIZER_MISSING' })
  })

  test('a tokenizer.json that is half a file', async () => {
    const model = modelFolder('classes')
    writeFileSync(join(model, 'tokenizer.json'), '{"version": "1.0", "mod')
    await expect(open({ model })).rejects.toMatchObject({ code: 'TOKENIZER_UNREADABLE' })
  })

  test('a tokenizer with more ids than the model has rows', async () => {
    const session = await open({ model: modelFolder('misfit') })
    await expect(session.answer([{ id: 'a', input: 'cherry' }])).rejects.toMatchObject({
      code: 'TOKENIZER_MISFIT',
    })
  })

  test('two label names for three classes', async () => {
    const session = await open({ model: modelFolder('mislabelled') })
    await expect(session.answer([{ id: 'a', input: 'cherry' }])).rejects.toMatchObject({
      code: 'MODEL_LABELS',
    })
  })

  test('text for a model that takes tensors', async () => {
    const session = await open({ model: modelFolder('raw') })
    await expect(session.answer([{ id: 'a', input: 'cherry' }])).rejects.toMatchObject({
      code: 'MODEL_INPUT',
      next: expect.stringMatching(/dataset: \{ input: \{ column: FILE, dtype: float32, shape: \[/),
    })
  })

  test.skipIf(!existsSync(join(data, 'bad-files')))(
    'real files that no runtime loads (skipped without RIGHTSIZE_DATA)',
    async () => {
      const bad = (name: string) => open({ model: join(data, 'bad-files', name) })
      await expect(bad('cnn_one_fstride4.onnx')).rejects.toMatchObject({
        code: 'ONNX_TOO_OLD',
      })
      await expect(bad('lfs_pointer.onnx')).rejects.toMatchObject({ code: 'MODEL_LFS_POINTER' })
    },
  )
})
