import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { openProcesses } from '../../src/adapters/processes/table.ts'
import { functionSession } from '../../src/adapters/runtime/module/function.ts'
import { openRuntime } from '../../src/adapters/runtime/table.ts'
import type { RuntimeItem } from '../../src/contract/runtime.ts'
import { encodeHead, encodeLinear, encodeStatic } from '../../src/core/student/student-forms.ts'
import { runtimeContract } from '../../src/testing.ts'
import { trainLinear, trainStatic } from '../fixtures/students.ts'
import { candidate, context } from './candidate.ts'
import { compiledWorker } from './compiled-worker.ts'
import { modelFolder, words } from './model-folder.ts'
import { runner } from './runner.ts'
import { temporaryFolder } from './temporary-folder.ts'

const folder = temporaryFolder('runtimes')
const options = {
  workerPath: compiledWorker(),
  processes: openProcesses(process.platform),
  exec: true,
}
const open = (parts: Parameters<typeof candidate>[0]) =>
  openRuntime(candidate(parts), context({ baseDir: folder }), options)

const texts: readonly RuntimeItem[] = words.map((word, i) => ({
  id: `item-${i}`,
  input: `${word} ${word}`.repeat(i + 1),
}))
const label = (kind: 'label' | 'text') =>
  texts.map(
    (item, i) =>
      [
        item,
        kind === 'label' ? { kind, label: words[i] ?? '' } : { kind, text: words[i] ?? '' },
      ] as const,
  )

const classes = modelFolder('classes')
runtimeContract(runner, {
  name: 'onnx, classes',
  open: () => open({ runtime: 'onnx', model: classes, settings: { batch: 2 } }),
  expected: label('label'),
  metered: true,
})

const embedding = modelFolder('embedding')
const raw = modelFolder('raw')
runtimeContract(runner, {
  name: 'onnx, raw tensors',
  open: () => open({ runtime: 'onnx', model: raw }),
  expected: [1, 2, 3].map((value) => {
    const data = Float32Array.of(value, 0, -value)
    const tensor = { dtype: 'float32' as const, dims: [3], data }
    return [
      { id: `t${value}`, input: tensor },
      { kind: 'tensors', tensors: { y: tensor } },
    ] as const
  }),
  metered: true,
})

const rows = words.flatMap((word) =>
  Array.from({ length: 12 }, (_, i) => ({ text: `${word} number ${i}`, label: word })),
)
writeFileSync(join(folder, 'student.safetensors'), encodeLinear(trainLinear(rows).model))
const tokenizer: unknown = JSON.parse(readFileSync(join(classes, 'tokenizer.json'), 'utf8'))
writeFileSync(
  join(folder, 'static.safetensors'),
  encodeStatic(trainStatic(rows, { tokenizer, width: 8 }).model),
)
runtimeContract(runner, {
  name: 'static',
  open: () => open({ runtime: 'static', model: 'static.safetensors' }),
  expected: label('label'),
  metered: true,
})

const weights = Float32Array.of(9, 0, 0, 0, 9, 0, 0, 0, 9)
const head = { labels: words, width: 3, layers: [{ weights, bias: new Float32Array(3) }] }
writeFileSync(join(folder, 'head.safetensors'), encodeHead(head))
runtimeContract(runner, {
  name: 'head',
  open: () =>
    open({ runtime: 'head', model: 'head.safetensors', settings: { encoder: embedding } }),
  expected: label('label'),
  metered: true,
})

runtimeContract(runner, {
  name: 'linear',
  open: () => open({ runtime: 'linear', model: 'student.safetensors' }),
  expected: label('label'),
  metered: true,
})

writeFileSync(
  join(folder, 'first-word.mjs'),
  'export const answer = (input) => input.split(" ")[0].slice(0, 6).replace(/[^a-z].*/, "")\n' +
    'export const fruit = async (input) => (input.startsWith("apple") ? "apple" : input.slice(0, 6))\n',
)
runtimeContract(runner, {
  name: 'module',
  open: () => open({ runtime: 'module', model: './first-word.mjs#fruit', labels: words }),
  expected: label('label'),
  metered: true,
})

writeFileSync(
  join(folder, 'echo.mjs'),
  `import { createInterface } from 'node:readline'
process.stderr.write('ready\\n')
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, input } = JSON.parse(line)
  const output = ${JSON.stringify(words)}.find((word) => input.startsWith(word))
  setTimeout(() => console.log(JSON.stringify({ id, output, joules: 0.5 })), 10 * Math.random())
})
`,
)
runtimeContract(runner, {
  name: 'command',
  open: () => open({ runtime: 'command', command: [process.execPath, join(folder, 'echo.mjs')] }),
  expected: label('text'),
  metered: true,
})

writeFileSync(
  join(folder, 'stored.jsonl'),
  texts.map(({ id }, i) => JSON.stringify({ id, output: words[i] })).join('\n'),
)
runtimeContract(runner, {
  name: 'replay',
  open: () => open({ runtime: 'replay', model: 'stored.jsonl' }),
  // A file knows its own ids only.
  expected: label('text'),
  metered: false,
})

writeFileSync(
  join(folder, 'stored.csv'),
  ['id,output,joules', ...texts.map(({ id }, i) => `${id},${words[i]},${i}.5`)].join('\n'),
)
runtimeContract(runner, {
  name: 'replay of a table',
  open: () => open({ runtime: 'replay', model: 'stored.csv', labels: words }),
  expected: label('label'),
  metered: false,
})

const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString()
  })
  request.on('end', () => {
    response.setHeader('content-type', 'application/json')
    if (request.url === '/v1/models') {
      response.end('{"data":[]}')
      return
    }
    const { messages } = JSON.parse(body) as { messages: { content: string }[] }
    const asked = messages.at(-1)?.content ?? ''
    const content = words.find((word) => asked.includes(word)) ?? 'hello'
    const usage = { prompt_tokens: 5, completion_tokens: 1 }
    response.end(
      JSON.stringify({ model: 'tiny-2025-01-01', choices: [{ message: { content } }], usage }),
    )
  })
})
await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
afterAll(() => server.close())
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
runtimeContract(runner, {
  name: 'openai',
  open: () => open({ runtime: 'openai', model: 'tiny', baseUrl, prompt: 'Which fruit? {{input}}' }),
  expected: label('text'),
  metered: false,
})

writeFileSync(
  join(folder, 'adapter.mjs'),
  `export const createRuntime = () => ({
  kind: 'mine',
  open: async () => ({
    identity: { model: 'm', revision: '1', precision: 'x', engine: 'mine@1', floating: false },
    batchSize: 4,
    answer: async (batch, signal) => {
      signal?.throwIfAborted()
      return batch.map(({ input }) => ({ ok: true, output: { kind: 'text', text: input.match(/apple|banana|cherry/)[0] } }))
    },
    usage: async () => ({ pids: [process.pid], threads: 1, loadS: null, loadCpuS: null, peakRssBytes: null }),
    close: async () => {},
  }),
})
`,
)
runtimeContract(runner, {
  name: 'an adapter by path',
  open: () => open({ runtime: join(folder, 'adapter.mjs') }),
  expected: label('text'),
  metered: true,
})

runtimeContract(runner, {
  name: "a function of the caller's",
  open: async () =>
    functionSession({
      id: 'mine',
      version: '1',
      concurrency: 2,
      answer: async ({ input }) => String(input).match(/apple|banana|cherry/)?.[0] ?? '',
    }),
  expected: label('text'),
  metered: false,
})
