import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGridTables } from '../../../adapters/grid/annual.ts'
import { createOnnxRuntime } from '../../../adapters/runtime/onnx.ts'
import { modelFiles } from '../../../adapters/tensors/model-file.ts'
import { openEngine } from '../../../adapters/tensors/onnxruntime.ts'
import { openTokenizer } from '../../../adapters/tokenizer/huggingface.ts'
import { annualFactor } from '../../../core/carbon/grid-zone.ts'
import { pueOf } from '../../../core/carbon/site.ts'
import { float32Tensor, graph, model, node, valueInfo } from '../../../core/onnx/build.ts'
import { fillNormal, seededRandom } from '../../../core/random/random.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'
import type { LabelledText } from '../../../core/student/example.ts'
import { trainWordPiece } from '../../../core/text/train-wordpiece.ts'
import { openEncoderFolder } from '../encoder-folder.ts'
import type { Student, StudentTask, StudentWorld } from '../student-task.ts'
import { trainFolder } from '../train-folder.ts'
import { trainHead } from './head.ts'
import { trainStatic } from './static.ts'

const words = { fruit: ['apple', 'pear', 'plum', 'grape'], tool: ['saw', 'drill', 'file', 'clamp'] }
const rows: readonly LabelledText[] = Object.entries(words).flatMap(([label, names]) =>
  names.flatMap((a) => names.map((b) => ({ text: a === b ? `the ${a}` : `${a} and ${b}`, label }))),
)
const labels = ['fruit', 'tool']
const asked = ['plum and pear', 'drill', 'the saw and the clamp', 'an unknown word']

const tokenizer = trainWordPiece(
  rows.map((row) => row.text),
  { vocabSize: 80 },
)
const size = Object.keys(tokenizer.model.vocab).length

/** A sentence encoder that says a random vector of each token: what exporters leave without pooling. */
function encoder() {
  const table = new Float32Array(size * 8)
  fillNormal(seededRandom(3), table, 1)
  return model(
    graph({
      nodes: [node('Gather', ['table', 'input_ids'], ['last_hidden_state'])],
      initializers: [float32Tensor('table', [size, 8], table)],
      inputs: ['input_ids', 'attention_mask'].map((name) =>
        valueInfo(name, 'int64', ['batch', 'sequence']),
      ),
      outputs: [valueInfo('last_hidden_state', 'float32', ['batch', 'sequence', 8])],
    }),
  )
}

let root = ''
const context = { baseDir: '.', env: {}, fetch }
const open = async (candidate: CandidateSpec) =>
  createOnnxRuntime({ engine: await openEngine(), openTokenizer }).open(candidate, context)
const textOrNull = (path: string) => readFile(path, 'utf8').catch(() => null)
const world: StudentWorld = {
  context,
  engine: openEngine,
  openFolder: (path) =>
    openEncoderFolder(path, { files: modelFiles, openTokenizer, textOrNull, join }),
  openRuntime: open,
  cpuS: () => 0,
  onStep: () => undefined,
}
const task = (options: StudentTask['options'] = {}): StudentTask => ({
  candidate: { id: 'x', base: 'x', runtime: 'head', settings: { encoder: join(root, 'encoder') } },
  ...{ rows, labels, options, seed: 1 },
})

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rightsize-students-'))
  const folder = join(root, 'encoder')
  await modelFiles.write(join(folder, 'onnx/model.onnx'), encoder())
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  await writeFile(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert' }))
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** The ONNX folder as the onnx runtime reads it. */
async function answersOf(taught: Student, name: string) {
  for (const [file, bytes] of (await taught.onnx?.()) ?? []) {
    await mkdir(dirname(join(root, name, file)), { recursive: true })
    await writeFile(join(root, name, file), bytes)
  }
  const session = await open({
    ...{ id: 'y', base: 'y', runtime: 'onnx', model: join(root, name), settings: {} },
  })
  const answers = await session.answer(asked.map((input, i) => ({ id: String(i), input })))
  await session.close()
  return answers.map((one) => {
    if (!one.ok || one.output.kind !== 'label') throw new Error('no label')
    const { probabilities } = one.output
    return labels.map((label) => probabilities?.[label])
  })
}

test.each([
  ['head', trainHead],
  ['static', trainStatic],
] as const)(
  'a %s on an encoder leaves an ONNX classifier that the onnx runtime opens, with its own answers',
  async (name, teach) => {
    const taught = await teach(task({ epochs: 6 }), world)
    const told = await taught.classify(asked)
    const found = await answersOf(taught, name)
    for (const [i, { probabilities }] of told.entries())
      for (const [k, p] of Array.from(probabilities).entries())
        expect(found[i]![k]).toBeCloseTo(p, 5)
    expect(told.slice(0, 3).map(({ label }) => label)).toEqual(['fruit', 'tool', 'tool'])
  },
)

test("a static student on an encoder takes its tokenizer, and as many of the encoder's directions as it is wide", async () => {
  const taught = await trainStatic(task({ width: 4, epochs: 3 }), world)
  expect(taught.chosen).toMatchObject({ vocabulary: size, width: 4 })
  expect(
    JSON.parse(new TextDecoder().decode((await taught.onnx?.())?.get('tokenizer.json'))),
  ).toEqual(JSON.parse(JSON.stringify(tokenizer)))
})

test('a head without an encoder says how to name one', async () => {
  const without = { ...task(), candidate: { ...task().candidate, settings: {} } }
  await expect(trainHead(without, world)).rejects.toMatchObject({
    code: 'STUDENT_INPUT',
    next: expect.stringContaining('ONNX folder'),
  })
})

test('the folder of a head says that its encoder is elsewhere, and how large both are together', async () => {
  const written = new Map<string, Uint8Array>()
  const made = await trainFolder(
    {
      ...{ kind: 'head', name: 'x', rows, dataPath: 'rows.jsonl', options: { epochs: 2 }, seed: 1 },
      ...{ encoder: join(root, 'encoder'), teacher: null, out: 'models/x' },
    },
    {
      ...world,
      digest: () => 'abc',
      site: { pue: pueOf(1.2), grid: annualFactor(openGridTables(), 'DEU') },
      machine: { threads: null },
      now: () => '2026-01-01T00:00:00Z',
      generator: async () => 'rightsize@test',
      writeFolder: async (folder, files) => {
        for (const [name, bytes] of files) written.set(name, bytes)
        return folder
      },
    },
    () => undefined,
  )
  expect([...written.keys()]).toEqual(
    expect.arrayContaining(['model.safetensors', 'onnx/model.onnx', 'tokenizer.json', 'README.md']),
  )
  expect(made.notes).toEqual([expect.stringContaining('onnx/model.onnx holds both')])
  expect(new TextDecoder().decode(written.get('README.md'))).toContain(made.notes[0])
})
