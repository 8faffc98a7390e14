import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openEngine } from '../../src/adapters/tensors/onnxruntime.ts'
import { encodeModel } from '../../src/core/onnx/encode.ts'
import type { Compression } from '../../src/core/result/compression.ts'
import { realData } from '../real-data.ts'
import { type TextModel, textModel, topicRows } from '../shrink-world.ts'
import { ended, Folder, jsonl } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const folders: Folder[] = []
afterAll(() => {
  for (const folder of folders) folder.remove()
})

const rows = { train: topicRows(400, 1), calibration: topicRows(250, 2), test: topicRows(300, 3) }
let topics: TextModel
beforeAll(async () => {
  topics = await textModel(rows.train, await openEngine(), { width: 24 })
})

function put(one: Folder, name: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(one.path, name)), { recursive: true })
  writeFileSync(join(one.path, name), bytes)
}

const spec = (dataset: object): string =>
  JSON.stringify({
    task: 'topics',
    dataset,
    scorer: 'exact',
    candidates: [{ id: 'large', runtime: 'onnx', model: 'large' }],
    incumbent: 'large',
    bar: { margin: 0.05 },
  })

const parts = { test: 'test.jsonl', calibration: 'calibration.jsonl', train: 'train.jsonl' }

/** A stranger's folder: a model, its data and a spec. */
function task(): Folder {
  const one = new Folder()
  folders.push(one)
  put(one, 'large/onnx/model.onnx', encodeModel(topics.model))
  for (const [name, text] of Object.entries(topics.sidecars)) one.write(`large/${name}`, text)
  for (const [name, list] of Object.entries(rows)) one.write(`${name}.jsonl`, jsonl(list))
  one.write('rightsize.yaml', spec({ ...parts, input: 'text', expected: 'label' }))
  return one
}

const quick = ['shrink', 'large', '--repair-steps', '20', '--seconds', '60']
const compressionIn = (one: Folder, out = 'large-small'): Compression =>
  JSON.parse(one.read(`${out}/compression.json`)) as Compression

test('a search that is killed and then stopped goes on, and leaves a proof whose recipe makes the same bytes', async () => {
  const one = task()
  const search = [...quick, '--only', 'vocabulary', '--only', 'half']
  const kept = join(one.path, 'large-small/.search')
  const models = () =>
    existsSync(kept) ? readdirSync(kept).filter((name) => name.endsWith('.onnx')).length : 0
  for (const [at, signal] of (['SIGKILL', 'SIGINT'] as const).entries()) {
    const running = one.start(search)
    const over = ended(running)
    while (models() <= at && running.exitCode === null)
      await new Promise((done) => setTimeout(done, 5))
    running.kill(signal)
    const { code, err } = await over
    if (signal === 'SIGINT')
      expect([code, err]).toEqual([130, expect.stringContaining('SHRINK_INTERRUPTED')])
    if (signal === 'SIGINT') expect(err).toContain('Run the same command again')
  }
  expect(one.files()).not.toContain('large-small/compression.json')
  const ran = await one.rightsize(search)
  expect([ran.code, ran.err]).toEqual([0, expect.stringContaining('as a candidate')])
  const { search: cost, holdout } = compressionIn(one)
  expect(cost.resumedTrials).toBeGreaterThanOrEqual(2)
  expect(holdout.look).toBe(1)
  const names = ['compression.json', 'compression.md', 'config.json', 'tokenizer.json']
  expect(one.files()).toEqual(
    expect.arrayContaining([...names, 'onnx/model.onnx'].map((name) => `large-small/${name}`)),
  )
  const record = ['--replay', 'large-small/compression.json', '--out', 'made-again']
  const replayed = await one.rightsize(['shrink', 'large', ...record])
  expect(replayed.code).toBe(0)
  const model = (out: string) => one.read(`${out}/onnx/model.onnx`)
  expect(model('made-again') === model('large-small')).toBe(true)
})

test('nothing to save: exit code 1, and what was tried is in the table', async () => {
  const one = task()
  const { code, out } = await one.rightsize([...quick, '--only', 'tidy', '--only', 'static-qdq'])
  expect([code, compressionIn(one).outcome]).toEqual([1, 'none'])
  expect(out).toContain('Keep the incumbent')
  expect(one.read('large-small/compression.md')).toContain('no float32 convolution')
})

describe('what cannot be searched says what happened and what to type next', () => {
  const cases: readonly [
    string,
    (one: Folder) => void,
    readonly string[],
    readonly (string | RegExp)[],
  ][] = [
    [
      'the model’s own folder as --out',
      () => undefined,
      ['--out', 'large'],
      ['SHRINK_TASK', 'folder of the model itself', 'another folder'],
    ],
    [
      'the same folder by another way',
      () => undefined,
      ['--out', './x/../large/'],
      ['folder of the model itself'],
    ],
    [
      'a file in the way of --out',
      (one) => one.write('taken', ''),
      ['--out', 'taken/small'],
      ['WRITE_FAILED', 'is a file', '--out FOLDER'],
    ],
    ['no tokenizer', (one) => one.write('large/tokenizer.json', 'null'), [], ['TOKENIZER_MISSING']],
    [
      'a tokenizer that is no JSON',
      (one) => one.write('large/tokenizer.json', '{'),
      [],
      ['SHRINK_TASK', 'tokenizer.json is no JSON'],
    ],
    [
      'names for another number of classes',
      (one) => one.write('large/config.json', '{"id2label": {"0": "a", "1": "b"}}'),
      [],
      ['SHRINK_TASK', 'has 3 values an item, and there are 2 class names', 'id2label with 3 names'],
    ],
    [
      'names that the data does not know',
      (one) => one.write('large/config.json', '{"id2label": {"0": "a", "1": "b", "2": "c"}}'),
      [],
      ['does not know: "', '"a", "b", "c"'],
    ],
    [
      'a model that is none',
      (one) => one.write('large/onnx/model.onnx', 'no model'),
      [],
      [/error ONNX_/],
    ],
    ['no model at all', (one) => one.write('large/onnx/model.onnx', ''), [], [/error ONNX_/]],
    [
      'an unknown pass',
      () => undefined,
      ['--only', 'vocabulry'],
      ['SHRINK_OPTION', 'The pass `vocabulry` does not exist', 'vocabulary'],
    ],
    [
      'an unknown runtime',
      () => undefined,
      ['--runtime', 'tflite'],
      ['FLAG_VALUE', 'onnxruntime-web'],
    ],
    [
      'one part alone',
      (one) =>
        one.write('rightsize.yaml', spec({ test: 'test.jsonl', input: 'text', expected: 'label' })),
      [],
      ['one part alone', '`train:`'],
    ],
    [
      'too few labels',
      () => undefined,
      ['--margin', '0.001'],
      ['SHRINK_LABELS', /at least \d{4,} test items/],
    ],
    ['no time', () => undefined, ['--seconds', '-1'], ['--seconds takes a number above 0']],
    [
      'half a step',
      () => undefined,
      ['--repair-steps', '1.5'],
      ['--repair-steps takes a whole number'],
    ],
    [
      'a broken record',
      (one) => one.write('r.json', '{'),
      ['--replay', 'r.json'],
      ['r.json is not JSON'],
    ],
    [
      'broken counts of looks',
      (one) => one.write('.rightsize/holdout-looks.json', '{'),
      ['--only', 'vocabulary'],
      ['holdout-looks.json does not hold counts of looks'],
    ],
  ]
  test.each(cases)('%s', async (_, change, flags, said) => {
    const one = task()
    change(one)
    const start = flags.some((flag) => quick.includes(flag)) ? quick.slice(0, 2) : quick
    const { code, err } = await one.rightsize([...start, ...flags])
    expect(code, err).toBe(3)
    for (const text of said) expect(err).toMatch(text)
    expect(err).not.toContain('INTERNAL')
    expect(err).toContain('next: ')
  })

  test('a target runtime that is not installed', async () => {
    const one = task()
    const flags = [...quick, '--runtime', 'onnxruntime-web']
    const { code, err } = await one.rightsize(flags, one.without('onnxruntime-web'))
    expect([code, err]).toEqual([3, expect.stringContaining('TENSOR_ENGINE_WEB_MISSING')])
    expect(err).toContain('npm')
  })
})

test('an .onnx file is taken with the tokenizer beside it', async () => {
  const one = task()
  const file = ['shrink', 'large/onnx/model.onnx', '--out', 'small', '--only', 'tidy']
  const { code } = await one.rightsize(file)
  expect([code, compressionIn(one, 'small').outcome]).toEqual([1, 'none'])
})

/** Rows of files with raw numbers, split by place: real models have one test set. */
function tensorTask(
  model: string,
  items: readonly { file: string; bytes: Uint8Array; label: string }[],
  input: object,
  labels: readonly string[],
): Folder {
  const one = new Folder()
  folders.push(one)
  put(one, 'large/model.onnx', readFileSync(model))
  one.write('large/config.json', JSON.stringify({ id2label: { ...labels } }))
  for (const { file, bytes } of items) put(one, file, bytes)
  const half = Math.floor(items.length / 2)
  const csv = (list: typeof items) =>
    `file,label\n${list.map(({ file, label }) => `${file},${label}`).join('\n')}\n`
  one.write('calibration.csv', csv(items.slice(0, half)))
  one.write('test.csv', csv(items.slice(half)))
  one.write(
    'rightsize.yaml',
    spec({
      test: 'test.csv',
      calibration: 'calibration.csv',
      input: { column: 'file', ...input },
      expected: 'label',
    }),
  )
  return one
}

const kws = realData('kws')
const keywords = [
  'down',
  'go',
  'left',
  'no',
  'off',
  'on',
  'right',
  'stop',
  'up',
  'yes',
  'silence',
  'unknown',
]
const mnist = realData('mnist')

async function searched(one: Folder): Promise<Compression> {
  const { code, err } = await one.rightsize([
    'shrink',
    'large',
    '--margin',
    '0.05',
    '--seconds',
    '5',
  ])
  expect(err).not.toContain('INTERNAL')
  expect([0, 1, 2], err).toContain(code)
  const found = compressionIn(one)
  expect(found.incumbent.accuracy).toBeGreaterThan(0.7)
  for (const { why } of found.notApplicable) expect(why.length).toBeGreaterThan(5)
  return found
}

// Skipped where the folder RIGHTSIZE_DATA holds no keyword spotters.
test.skipIf(kws === null)(
  'a real keyword spotter, already quantized, goes through the whole search',
  async () => {
    const items = readFileSync(join(kws ?? '', 'kws01/y_labels.csv'), 'utf8')
      .trim()
      .split(/\r?\n/)
      .map((line) => {
        const [name = '', , label] = line.split(',').map((cell) => cell.trim())
        return {
          file: `in/${name}`,
          bytes: readFileSync(join(kws ?? '', 'kws01', name)),
          label: keywords[Number(label)] ?? '',
        }
      })
    // The .bin files are int8: real value = (v - 83) * 0.5847029.
    const input = { dtype: 'int8', shape: [49, 10, 1], scale: 0.5847029, zeroPoint: 83 }
    const found = await searched(
      tensorTask(join(kws ?? '', 'kws_ref_model.onnx'), items, input, keywords),
    )
    expect(found.trials.length + found.notApplicable.length).toBeGreaterThan(5)
  },
)

// Skipped where the folder RIGHTSIZE_DATA holds no digits.
test.skipIf(mnist === null).each(['pytorch_cnn_mnist.onnx', 'mnist_float16.onnx'])(
  'a real reader of digits goes through the whole search: %s',
  async (file) => {
    const unzipped = (name: string) => gunzipSync(readFileSync(join(mnist ?? '', name)))
    const [images, classes] = [
      unzipped('t10k-images-idx3-ubyte.gz'),
      unzipped('t10k-labels-idx1-ubyte.gz'),
    ]
    const items = Array.from({ length: 600 }, (_, at) => ({
      file: `in/${at}.bin`,
      bytes: images.subarray(16 + 784 * at, 16 + 784 * (at + 1)),
      label: String(classes[8 + at]),
    }))
    const input = {
      dtype: 'uint8',
      shape: [1, 28, 28],
      scale: file === 'pytorch_cnn_mnist.onnx' ? 1 / 255 : 1,
      zeroPoint: 0,
    }
    await searched(
      tensorTask(
        join(mnist ?? '', file),
        items,
        input,
        Array.from({ length: 10 }, (_, at) => String(at)),
      ),
    )
  },
)
