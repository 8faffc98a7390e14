import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createOnnxRuntime } from '../../src/adapters/runtime/onnx.ts'
import { createTextStudentRuntime } from '../../src/adapters/runtime/student.ts'
import { openEngine } from '../../src/adapters/tensors/onnxruntime.ts'
import { openTokenizer } from '../../src/adapters/tokenizer/huggingface.ts'
import type { Runtime } from '../../src/contract/runtime.ts'
import type { CandidateSpec } from '../../src/core/spec/spec.ts'

// The shipped family: what is in the folders, and that every model answers through its runtime.
const home = join(import.meta.dirname, '../../examples/helpdesk-intents')
const encoders = ['tiny', 'small', 'medium', 'large']
const all = ['linear', 'static', ...encoders]
const frozen = JSON.parse(readFileSync(join(home, 'FROZEN.json'), 'utf8')) as {
  readonly data: Readonly<Record<string, { readonly sha256: string }>>
}
const calibration = readFileSync(join(home, 'data/calibration.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .slice(0, 200)
  .map(
    (line) =>
      JSON.parse(line) as { readonly id: string; readonly text: string; readonly intent: string },
  )
const intents = [
  ...new Set(
    readFileSync(join(home, 'data/train.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly intent: string }).intent),
  ),
].sort()

const sizeOf = (path: string): number =>
  statSync(path).isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
    : statSync(path).size

test('all models together are under 15 MB', () => {
  expect(readdirSync(join(home, 'models')).sort()).toEqual([...all].sort())
  expect(sizeOf(join(home, 'models'))).toBeLessThan(15e6)
})

test.each(all)('the card of %s says synthetic and names the frozen train data', (name) => {
  const card = readFileSync(join(home, 'models', name, 'README.md'), 'utf8')
  expect(card).toContain('Synthetic data')
  expect(card).toContain(frozen.data['train']?.sha256)
  expect(card).toMatch(/training \| \d+ CPU seconds/)
})

test.each(encoders)('%s has the layout that transformers.js reads, with every intent', (name) => {
  const folder = join(home, 'models', name)
  expect(readdirSync(folder).sort()).toEqual(
    expect.arrayContaining(['README.md', 'config.json', 'onnx', 'tokenizer.json']),
  )
  const { id2label } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as {
    readonly id2label: Readonly<Record<string, string>>
  }
  expect(Object.values(id2label)).toEqual(intents)
})

test.each(all)('%s answers 200 calibration messages, most of them rightly', async (name) => {
  const engine = await openEngine()
  const runtime: Runtime = encoders.includes(name)
    ? createOnnxRuntime({ engine, openTokenizer })
    : createTextStudentRuntime(name as 'linear' | 'static')
  const candidate: CandidateSpec = {
    id: name,
    base: name,
    runtime: encoders.includes(name) ? 'onnx' : (name as 'linear' | 'static'),
    model: join(home, 'models', name),
    settings: {},
  }
  const session = await runtime.open(candidate, { baseDir: home, env: {}, fetch })
  const answers = await session.answer(calibration.map(({ id, text }) => ({ id, input: text })))
  await session.close()
  const right = answers.filter(
    (answer, i) =>
      answer.ok && answer.output.kind === 'label' && answer.output.label === calibration[i]?.intent,
  )
  expect(answers.length).toBe(200)
  // Chance is 1 in 36; the weakest of the family is above 70 % on the whole calibration part.
  expect(right.length / 200).toBeGreaterThan(0.6)
})
