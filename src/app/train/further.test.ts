import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bertHeads } from '../../../test/fixtures/bert-heads.ts'
import { createOnnxRuntime } from '../../adapters/runtime/onnx.ts'
import { modelFiles } from '../../adapters/tensors/model-file.ts'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { openTokenizer } from '../../adapters/tokenizer/huggingface.ts'
import { decodeModel } from '../../core/onnx/decode.ts'
import type { Tensor } from '../../core/onnx/model.ts'
import { float32Of, tensorOf } from '../../core/onnx/tensor-values.ts'
import { fillNormal, seededRandom } from '../../core/random/random.ts'
import type { LabelledText } from '../../core/student/example.ts'
import { trainWordPiece } from '../../core/text/train-wordpiece.ts'
import { readBertConfig } from '../../core/train/bert-config.ts'
import { buildBert } from '../../core/train/build-bert.ts'
import { openEncoderFolder } from './encoder-folder.ts'
import { trainStudentEncoder } from './student/encoder.ts'
import type { StudentTask, StudentWorld } from './student-task.ts'

/** Who comes next in a circle of six: neither words nor their places alone tell, so the encoder itself has to learn. */
const names = ['anna', 'bert', 'carl', 'dora', 'emil', 'fred']
const pairs = names.flatMap((a) => names.filter((b) => b !== a).map((b) => [a, b] as const))
const rows: readonly LabelledText[] = Array.from({ length: 12 }, (_, turn) => turn)
  .flatMap((turn) => pairs.map(([a, b]) => ({ a, b, turn })))
  .map(({ a, b, turn }) => ({
    text: `${a} ${turn % 2 ? 'calls' : 'asks'} ${b}`,
    label: (names.indexOf(b) - names.indexOf(a) + 6) % 6 < 3 ? 'rising' : 'falling',
  }))
const texts = ['anna calls fred', 'fred asks anna', 'carl asks bert', 'bert calls carl']
const labels = ['falling', 'rising']

let root = ''
const tokenizer = trainWordPiece(
  rows.map(({ text }) => text),
  { vocabSize: 60 },
)

/** A BERT of random weights, as a checkpoint has it before it learned anything, imported. */
async function imported(): Promise<string> {
  const sizes = { hidden_size: 16, intermediate_size: 32, max_position_embeddings: 16 }
  const { cases } = bertHeads
  const config = { ...cases['mean']!.config, ...sizes, architectures: ['BertModel'] }
  const source = seededRandom(11)
  const tensors = Object.entries(cases['mean']!.dims).map(([name, dims]): Tensor => {
    const size = { 8: 16, 12: 32, 10: 16, 11: 60 } as Readonly<Record<number, number>>
    const wide = dims.map((dim) => size[dim] ?? dim)
    const data = new Float32Array(wide.reduce((product, dim) => product * dim, 1))
    if (/LayerNorm.weight$/.test(name)) data.fill(1)
    else if (name.endsWith('.weight')) fillNormal(source, data, 0.2)
    return tensorOf(name, { dtype: 'float32', dims: wide, data })
  })
  const sentence = { poolings: ['mean'], steps: [{ kind: 'normalise' }] } as const
  const { model } = buildBert(readBertConfig(config, true), tensors, sentence)
  const folder = join(root, 'imported')
  await modelFiles.write(join(folder, 'onnx', 'model.onnx'), model)
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  return folder
}

const text = (path: string) => readFile(path, 'utf8').catch(() => null)
const world: StudentWorld = {
  context: { baseDir: '.', env: {}, fetch },
  engine: openEngine,
  openFolder: (path) =>
    openEncoderFolder(path, { files: modelFiles, openTokenizer, textOrNull: text, join }),
  openRuntime: () => Promise.reject(new Error('no model is opened')),
  cpuS: () => 0,
  onStep: () => undefined,
}
const taskOn = (encoder: string, options: StudentTask['options']): StudentTask => ({
  candidate: { id: 'tuned', base: 'tuned', runtime: 'encoder', settings: { encoder } },
  ...{ rows, labels, options, seed: 1 },
})

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rightsize-further-'))
})
afterAll(() => rm(root, { recursive: true }))

async function written(name: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const folder = join(root, name)
  for (const [file, bytes] of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), bytes)
  }
  return folder
}

const share = (told: readonly { label: string }[]) =>
  told.filter(({ label }, at) => label === rows[at]!.label).length / rows.length

test('an imported encoder learns what its frozen vectors do not tell, and its folder opens as a candidate', async () => {
  const folder = await imported()
  const steps: number[] = []
  const further = { ...world, onStep: (step: number) => steps.push(step) }
  const options = { epochs: 12, peak: 2e-3, batch: 16 }
  const taught = await trainStudentEncoder(taskOn(folder, options), further as StudentWorld)
  const frozen = await trainStudentEncoder(taskOn(folder, { tune: 'head' }), world)
  const [all, head] = [taught, frozen].map(async (one) =>
    share(await one.classify(rows.map((row) => row.text))),
  )
  expect(await all!).toBeGreaterThan(0.97)
  expect(await all!).toBeGreaterThan((await head!) + 0.05)
  expect(steps.length).toBeGreaterThan(100)
  expect(taught.parameters).toBeGreaterThan(4000)
  expect(frozen.parameters).toBe(16 * 2 + 2)
  expect(taught.chosen).toMatchObject({ kept: 'everything trained' })

  const model = await written('tuned', taught.files)
  const runtime = createOnnxRuntime({ engine: await openEngine(), openTokenizer })
  const session = await runtime.open(
    { id: 'tuned', base: 'tuned', runtime: 'onnx', model, settings: {} },
    world.context,
  )
  const answers = await session.answer(
    texts.map((input, at) => ({ id: String(at), input, row: {} })),
  )
  await session.close()
  expect(
    answers.map((one) => (one.ok && one.output.kind === 'label' ? one.output.label : one)),
  ).toEqual(['falling', 'rising', 'falling', 'rising'])
}, 60_000)

test('a classifier of the same labels goes on from the head that it has', async () => {
  const folder = join(root, 'tuned')
  const swapped = { ...taskOn(folder, { tune: 'head' }), labels: ['rising', 'falling'] }
  const taught = await trainStudentEncoder(swapped, world)
  expect(taught.chosen).toMatchObject({ head: 'the head that it had' })
  expect(share(await taught.classify(rows.map((row) => row.text)))).toBeGreaterThan(0.97)
  const own = decodeModel(taught.files.get('onnx/model.onnx')!).graph.initializers
  expect(
    own.filter(({ name }) => name.startsWith('head.')).map((one) => float32Of(one).length),
  ).toEqual([32, 2])
})

test('training that makes held-out rows worse is not kept, and the card says so', async () => {
  const task = taskOn(join(root, 'tuned'), { epochs: 1, peak: 1, batch: 8 })
  const taught = await trainStudentEncoder(task, world)
  expect(taught.chosen).toMatchObject({ kept: expect.stringContaining('worse on held-out rows') })
  expect(share(await taught.classify(rows.map((row) => row.text)))).toBeGreaterThan(0.97)
})

test('soft labels are learned from', async () => {
  const soft = rows.map((row) => ({
    ...row,
    soft: labels.map((label) => (label === row.label ? 0.7 : 0.3)),
  }))
  const task = { ...taskOn(join(root, 'tuned'), { epochs: 10, peak: 2e-3 }), rows: soft }
  const taught = await trainStudentEncoder(task, world)
  const [told] = await taught.classify([rows[0]!.text])
  expect(Math.max(...Array.from(told!.probabilities))).toBeLessThan(0.95)
})

test('what cannot be trained further is refused with what to do', async () => {
  const asked = (encoder: string, options = {}) =>
    trainStudentEncoder(taskOn(encoder, options), world)
  await expect(asked(join(root, 'nothing'))).rejects.toMatchObject({
    code: 'STUDENT_INPUT',
    next: expect.stringContaining('rightsize import'),
  })
  await expect(asked(join(root, 'tuned'), { tune: 'some' })).rejects.toThrow('tune is all or head')
  await rm(join(root, 'tuned', 'tokenizer.json'))
  await expect(asked(join(root, 'tuned'))).rejects.toThrow('no tokenizer.json')
})
