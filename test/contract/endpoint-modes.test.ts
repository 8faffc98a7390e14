import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { RunResult } from '../../src/core/result/run-result.ts'
import { run } from '../../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

// Twenty ways of a server to answer, beside one candidate that works: the fast part of `npm run bench -- faithful`.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const key = 'sk-key-that-must-not-leak-0123456789'
const labels = ['red', 'green', 'blue']
const reply = (text = 'red', more = {}) =>
  JSON.stringify({
    ...{ model: 'm', choices: [{ message: { content: text }, finish_reason: 'stop' }] },
    ...{ usage: { prompt_tokens: 9, completion_tokens: 1 }, ...more },
  })

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown
const body =
  (text: string, status = 200, headers = {}): Handler =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
const usage = (prompt_tokens: unknown, completion_tokens: unknown): Handler =>
  body(reply('red', { usage: { prompt_tokens, completion_tokens } }))
const bomb = gzipSync(Buffer.alloc(40 << 20, 0x20))

/** How each answers, and how its candidate ends: by the code of an error, or judged by what it said. */
const modes: Readonly<Record<string, readonly [Handler, string | null]>> = {
  bomb: [
    (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    'REPLY_TOO_LARGE',
  ],
  silent: [() => undefined, 'ENDPOINT_TIMEOUT'],
  reset: [(_, response) => response.socket?.resetAndDestroy(), 'ENDPOINT_DOWN'],
  half: [
    (_, { socket }) => socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"choi'),
    'ENDPOINT_CUT',
  ],
  redirect: [body('', 307, { location: '/evil/v1/chat/completions' }), 'REPLY_REDIRECTED'],
  echo: [
    ({ headers }, response) =>
      response.writeHead(401).end(`{"error":{"message":"bad key ${headers.authorization}"}}`),
    'ENDPOINT_REFUSED: 401: bad key Bearer [secret]',
  ],
  quota: [body('{"error":{"code":"insufficient_quota","message":"quota"}}', 429), 'ENDPOINT_QUOTA'],
  serverError: [body('x'.repeat(1e6), 500), 'ENDPOINT_SERVER_ERROR'],
  page: [body('<html><title>login</title></html>'), 'ENDPOINT_HTML'],
  deep: [body(`{"choices":${'['.repeat(1e5)}${']'.repeat(1e5)}}`), 'ENDPOINT_INVALID'],
  noChoices: [body('{"choices":[]}'), 'ENDPOINT_INVALID'],
  choiceNull: [body('{"choices":[null]}'), 'ENDPOINT_INVALID'],
  nan: [body('{"choices":[{"message":{"content":NaN}}]}'), 'ENDPOINT_INVALID'],
  empty: [body(''), 'ENDPOINT_EMPTY'],
  longText: [body(reply('red '.repeat(1e6))), 'REPLY_TOO_LARGE'],
  escapes: [body(reply('red\u001b[2J\u001b]0;pwned\u0007')), 'its answers cannot be read'],
  negative: [usage(-1e9, -1e9), null],
  huge: [usage(1e308, 1e308), null],
  fraction: [usage(1.5, 'many'), null],
  prototype: [
    body(reply().replace('{"model"', '{"__proto__":{"polluted":1},"constructor":5,"model"')),
    null,
  ],
}

const asked: string[] = []
const server = createServer((request, response) => {
  const mode = request.url?.split('/')[1] ?? ''
  response.on('error', () => undefined)
  request.resume().on('end', () => {
    if (request.method === 'GET') return void response.writeHead(404).end()
    asked.push(mode)
    modes[mode]?.[0](request, response)
  })
})

const folder = temporaryFolder('endpoint-modes')
let result: RunResult

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const rows = Array.from({ length: 12 }, (_, i) => ({
    ...{ id: `r${i}`, text: `item ${i}`, label: labels[i % 3] ?? '' },
  }))
  mkdirSync(folder, { recursive: true })
  const lines = rows.map(({ id, label }) => JSON.stringify({ id, output: label }))
  writeFileSync(join(folder, 'good.jsonl'), lines.join('\n'))
  vi.stubEnv('MODES_KEY', key)
  const ofServer = Object.keys(modes).map((mode) => ({
    ...{ id: mode, runtime: 'openai' as const, model: 'm', apiKeyEnv: 'MODES_KEY' },
    ...{ baseUrl: `http://127.0.0.1:${port}/${mode}/v1`, settings: { timeoutS: 0.4 } },
  }))
  let now = 0
  result = await run(
    {
      task: 'modes',
      dataset: { rows, input: 'text', expected: 'label', id: 'id' },
      candidates: [{ id: 'good', runtime: 'replay', model: 'good.jsonl' }, ...ofServer],
      regime: 'full',
      bar: { floor: 0.5 },
    },
    {
      ...{ baseDir: folder, fresh: true },
      // Nobody waits between attempts.
      effects: {
        clock: {
          now: () => new Date(Date.UTC(2026, 0, 1) + now++).toISOString(),
          monotonicS: () => performance.now() / 1000,
          sleep: async () => undefined,
        },
      },
    },
  )
})
afterAll(() => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  server.close()
})

const of = (id: string) => result.candidates.find((one) => one.id === id)

test.each(Object.entries(modes))('%s', (id, [, ends]) => {
  expect(asked).toContain(id)
  const found = of(id)
  if (ends === null) expect(found).toMatchObject({ verdict: 'inconclusive', failed: 0 })
  else {
    expect(found?.verdict).toBe('broken')
    expect(found?.why).toContain(ends)
  }
})

test('the other candidate is decided on', () => {
  expect(of('good')).toMatchObject({ verdict: 'meets', quality: { value: 1 } })
  expect(result.decision).toMatchObject({ chosen: 'good' })
})

test('no answer to a redirect is fetched, no key is kept, and nothing is polluted', () => {
  expect(asked).not.toContain('evil')
  expect(JSON.stringify(result)).not.toContain(key)
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
})
