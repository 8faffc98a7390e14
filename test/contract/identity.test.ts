import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openProcesses } from '../../src/adapters/processes/table.ts'
import { revisionOf } from '../../src/adapters/runtime/revision/table.ts'
import { openRuntime } from '../../src/adapters/runtime/table.ts'
import { decodeModel } from '../../src/core/onnx/decode.ts'
import { encodeFiles } from '../../src/core/onnx/external-write.ts'
import type { runtimes } from '../../src/core/part/runtimes.ts'
import { encodeHead, encodeLinear, encodeStatic } from '../../src/core/student/student-forms.ts'
import { trainLinear, trainStatic } from '../fixtures/students.ts'
import { candidate, context } from './candidate.ts'
import { compiledWorker } from './compiled-worker.ts'
import { modelFolder, words } from './model-folder.ts'
import { temporaryFolder } from './temporary-folder.ts'

const folder = temporaryFolder('identity')
const put = (path: string, content: string | Uint8Array): string => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
  return path
}

/** A model folder with all that a loader reads; its tensor data lie in a file that only the graph names. */
function onnxFolder(name: string, kind: 'classes' | 'embedding'): readonly string[] {
  const made = modelFolder(kind)
  const model = decodeModel(readFileSync(join(made, 'onnx/model.onnx')))
  const files = encodeFiles(model, { dataPath: 'w.bin', threshold: 0, minTensorBytes: 64 })
  const chunks = (part: typeof files.model | null) => Buffer.concat([...(part?.chunks() ?? [])])
  return [
    put(`${name}/onnx/model.onnx`, chunks(files.model)),
    put(`${name}/onnx/w.bin`, chunks(files.data)),
    put(`${name}/config.json`, readFileSync(join(made, 'config.json'))),
    put(`${name}/tokenizer.json`, readFileSync(join(made, 'tokenizer.json'))),
    put(`${name}/tokenizer_config.json`, '{"model_max_length": 128}\n'),
    put(`${name}/special_tokens_map.json`, '{"pad_token": "[PAD]"}\n'),
    put(`${name}/vocab.txt`, 'a\nb\n'),
  ]
}

const rows = words.flatMap((word) =>
  Array.from({ length: 12 }, (_, i) => ({ text: `${word} number ${i}`, label: word })),
)
const classes = onnxFolder('m', 'classes')
const encoder = onnxFolder('minilm', 'embedding')
const tokenizer: unknown = JSON.parse(readFileSync(join(folder, 'm/tokenizer.json'), 'utf8'))
const weights = Float32Array.of(9, 0, 0, 0, 9, 0, 0, 0, 9)
const head = { labels: words, width: 3, layers: [{ weights, bias: new Float32Array(3) }] }
const linear = put('linear/model.safetensors', encodeLinear(trainLinear(rows).model))
const fixed = put(
  'fixed.safetensors',
  encodeStatic(trainStatic(rows, { tokenizer, width: 8 }).model),
)
const onTop = put('head.safetensors', encodeHead(head))

const module = [
  put(
    'code/answer.mjs',
    `// don't look for the next quotation mark here\nimport { help } from './inner/help.mjs'\nimport data from './table.json' with { type: 'json' }\nimport { pick } from 'picker'\nimport '#inner/own'\nimport 'self/part'\nconst common = require('./common')\nconst text = readFileSync(new URL('prompt.txt', import.meta.url), 'utf8')\nexport const answer = async (x) => (await import(/* late */ './late.mjs')).default(help, pick, x, text, data, common)\n`,
  ),
  put('code/inner/help.mjs', "export * from '../deep.mjs'\n"),
  put('code/deep.mjs', 'export const help = 1\n'),
  put('code/table.json', '{"a": 1}\n'),
  put('code/prompt.txt', 'Which?\n'),
  put('code/common.js', 'module.exports = 1\n'),
  put(
    'code/package.json',
    '{"name":"self","imports":{"#inner/*":{"node":"./own/*.mjs"}},"exports":{"./part":"./part.mjs"}}',
  ),
  put('code/own/own.mjs', 'export const own = 1\n'),
  put('code/part.mjs', 'export const part = 1\n'),
  put('code/late.mjs', 'export default () => "apple"\n'),
  put('code/node_modules/picker/index.mjs', "export { pick } from './pick.mjs'\n"),
  put('code/node_modules/picker/pick.mjs', 'export const pick = 1\n'),
  put(
    'code/node_modules/picker/package.json',
    '{"name":"picker","version":"1.0.0","dependencies":{"under":"*"}}',
  ),
  put('code/node_modules/under/package.json', '{"name":"under","version":"1.0.0"}'),
  put('code/node_modules/under/main.cjs', 'module.exports = 2\n'),
]
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source of a module
const language = put('languages/index.mjs', 'export const answer = (x) => import(`./${x}.mjs`)\n')
const languages = [language, put('languages/en.mjs', 'export const a = 1\n')]
const program = put(
  'program.mjs',
  "import './line.mjs'\nimport { appendFileSync } from 'node:fs'\nappendFileSync('program.log', 'x')\n",
)
const imported = put('line.mjs', 'process.stdin.resume()\n')
const parameters = put('weights.txt', '1 2 3\n')
put('program.log', '')
const stored = put('stored.jsonl', '{"id":"1","output":"é"}\n')
const adapter = put('adapter.mjs', "export { createRuntime } from './inner-adapter.mjs'\n")
const innerAdapter = put('inner-adapter.mjs', 'export const createRuntime = () => null\n')

interface Case {
  readonly spec: Parameters<typeof candidate>[0]
  /** Files that it reads. */
  readonly reads: readonly string[]
  /** Files beside them that it does not read, or writes itself. */
  readonly ignores?: readonly string[]
}

const readme = put('m/README.md', 'no answer comes from here\n')
put('code/README.md', 'nor from here\n')
const command = [process.execPath, 'program.mjs', 'program.log']
type Local = {
  [K in keyof typeof runtimes]: (typeof runtimes)[K]['files'] extends string ? K : never
}[keyof typeof runtimes]
const kinds: Readonly<Record<Local, Case>> = {
  onnx: { spec: { runtime: 'onnx', model: 'm' }, reads: classes, ignores: [readme] },
  encoder: { spec: { runtime: 'encoder', model: 'm/onnx/model.onnx' }, reads: classes },
  linear: { spec: { runtime: 'linear', model: 'linear' }, reads: [linear] },
  static: { spec: { runtime: 'static', model: fixed }, reads: [fixed] },
  head: {
    spec: { runtime: 'head', model: onTop, settings: { encoder: 'minilm' } },
    reads: [onTop, ...encoder],
  },
  module: {
    spec: { runtime: 'module', model: './code/answer.mjs' },
    reads: module,
    ignores: ['code/README.md', program],
  },
  command: {
    spec: { runtime: 'command', command, inputs: ['weights.txt', 'm'] },
    reads: [program, imported, parameters, readme, ...classes],
    ignores: ['program.log'],
  },
  replay: { spec: { runtime: 'replay', model: stored }, reads: [stored] },
}
const cases: readonly (readonly [string, Case])[] = [
  ...Object.entries(kinds),
  [
    'a module that imports what it computes',
    { spec: { runtime: 'module', model: language }, reads: languages },
  ],
  [
    'a command without declared inputs',
    {
      spec: { runtime: 'command', command: ['node', program, parameters] },
      reads: [program, imported, parameters],
    },
  ],
  ['an adapter', { spec: { runtime: join(folder, adapter) }, reads: [adapter, innerAdapter] }],
]
const revision = ({ spec }: Case) => revisionOf(candidate(spec), { baseDir: folder })

/** Every byte of a short file; 24 spread over a long one, its first and last among them. */
function offsets(length: number): readonly number[] {
  const count = Math.min(length, 24)
  return Array.from({ length: count }, (_, i) =>
    Math.floor((i * (length - 1)) / Math.max(1, count - 1)),
  )
}

/** Runs `act` with one byte of a file changed, and puts it back. */
async function withByte(path: string, at: number, act: () => Promise<void>): Promise<void> {
  const whole = readFileSync(join(folder, path))
  const changed = Buffer.from(whole)
  changed[at] = (changed[at] ?? 0) ^ 0x15
  writeFileSync(join(folder, path), changed)
  await act().finally(() => writeFileSync(join(folder, path), whole))
}

describe.each(cases)('the identity of %s', (_, one) => {
  test('changes with any byte of any file that is read, and with no other', async () => {
    const before = await revision(one)
    for (const path of one.reads)
      for (const at of offsets(readFileSync(join(folder, path)).length))
        await withByte(path, at, async () => {
          const after = await revision(one).catch((cause: unknown) => String(cause))
          expect(after, `${path}, byte ${at}`).not.toBe(before)
        })
    for (const path of one.ignores ?? []) appendFileSync(join(folder, path), '\n')
    expect(await revision(one)).toBe(before)
  })
})

const options = {
  workerPath: compiledWorker(),
  processes: openProcesses(process.platform),
  exec: true,
}

test.each([
  ...Object.entries(kinds).filter(([kind]) => kind !== 'module'),
  ['module', { spec: { runtime: 'module', model: language }, reads: [] }] as const,
])('a session of %s has the identity that its files have, after each start', async (_, one) => {
  for (let start = 0; start < 2; start++) {
    const session = await openRuntime(candidate(one.spec), context({ baseDir: folder }), options)
    await session.close()
    expect(session.identity.revision).toBe(await revision(one))
  }
})

test('the code of an adapter is part of what its sessions say of themselves', async () => {
  put(
    'inner-adapter.mjs',
    `export const createRuntime = () => ({ kind: 'mine', open: async () => ({
      identity: { model: 'm', revision: 'own', precision: 'x', engine: 'mine@1', floating: false },
      batchSize: 1, answer: async () => [], close: async () => {},
      usage: async () => ({ pids: [], threads: 1, loadS: null, loadCpuS: null, peakRssBytes: null }) }) })`,
  )
  const spec = { runtime: join(folder, adapter), inputs: [parameters] }
  const session = await openRuntime(candidate(spec), context({ baseDir: folder }), options)
  await session.close()
  expect(session.identity.revision).toBe(`own ${await revision({ spec, reads: [] })}`)
})

test.each([
  ['another path on the same host', { baseUrl: 'http://127.0.0.1:1/other/v1' }],
  ['another interface', { baseUrl: 'http://127.0.0.1:1/v1/completions' }],
  ['another prompt', { prompt: `file://${put('prompt.txt', 'Which? {{text}}\n')}` }],
  ['declared inputs', { inputs: [parameters] }],
])('an endpoint under %s is another model', async (_, changed) => {
  const offline = async () => Response.json({ data: [] })
  const revisionWith = async (parts: object) => {
    const spec = { runtime: 'openai', model: 'm', baseUrl: 'http://127.0.0.1:1/v1', ...parts }
    const at = context({ baseDir: folder, fetch: offline as typeof fetch })
    return (await openRuntime(candidate(spec), at, options)).identity.revision
  }
  expect(await revisionWith({})).toBe(await revisionWith({}))
  expect(await revisionWith(changed)).not.toBe(await revisionWith({}))
})

test('an input that is not there is named', async () => {
  const spec = candidate({ runtime: 'replay', model: stored, inputs: ['absent.json'] })
  await expect(revisionOf(spec, { baseDir: folder })).rejects.toMatchObject({
    code: 'CANDIDATE_INPUT',
  })
})
