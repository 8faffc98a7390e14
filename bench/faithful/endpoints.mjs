// 80 and more ways in which a server can answer: the others are decided, this one is judged or named, nothing leaks, and memory stays
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createGzip, gzipSync } from 'node:zlib'

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const key = 'sk-test-key-that-must-not-leak-0123456789'
const mostMiB = 400
const mostS = 120
const atOnce = 3
const items = 24

const reply = (text = 'red', more = {}) =>
  JSON.stringify({
    ...{ model: 'm-2026-01-01', choices: [{ message: { content: text }, finish_reason: 'stop' }] },
    ...{ usage: { prompt_tokens: 9, completion_tokens: 1 }, ...more },
  })
const json = (response, text, status = 200, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
const raw = (response, text) => {
  response.socket?.write(text)
  response.socket?.end()
}
const space = Buffer.alloc(1 << 20, 0x20)
const endless = (response, to = response, most = Number.POSITIVE_INFINITY) => {
  let [open, sent] = [true, 0]
  response.on('close', () => (open = false))
  const write = () => {
    while (open && sent++ < most && to.write(space));
    if (open && sent < most) to.once('drain', write)
    else if (open) to.end(reply())
  }
  write()
}
const every = (response, ms, write) => {
  const timer = setInterval(write, ms)
  response.socket?.on('close', () => clearInterval(timer))
}
const usage = (value) => (_, response) => json(response, reply('red', { usage: value }))
const body = (text) => (_, response) => json(response, text)
const status = (code, text, headers) => (_, response) => json(response, text, code, headers)
const away = (code, location) => (_, response) => response.writeHead(code, { location }).end()

const handlers = {
  ok: body(reply()),
  slowHeaders: (_, r) => {
    r.socket.write('HTTP/1.1 200 OK\r\n')
    every(r, 200, () => r.socket?.write('x-a: b\r\n'))
  },
  slowBody: (_, r) => {
    r.writeHead(200, { 'content-type': 'application/json' })
    every(r, 100, () => r.write(' '))
  },
  silent: () => undefined,
  endless: (_, r) => endless(r.writeHead(200, { 'content-type': 'application/json' })),
  twoGigabytes: (_, r) =>
    endless(r.writeHead(200, { 'content-type': 'application/json' }), r, 2048),
  bomb: (_, r) => {
    r.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    const packed = createGzip({ level: 9 })
    packed.pipe(r)
    endless(r, packed, 4096)
  },
  wrongEncoding: (_, r) => json(r, 'no gzip', 200, { 'content-encoding': 'gzip' }),
  packed: (_, r) => json(r, gzipSync(reply()), 200, { 'content-encoding': 'gzip' }),
  redirect307: away(307, 'http://localhost:9/evil'),
  redirect302: away(302, '/ok/v1/chat/completions'),
  redirectFile: away(302, 'file:///etc/passwd'),
  redirectNowhere: (_, r) => r.writeHead(301).end(),
  s400Echo: (q, r) =>
    json(
      r,
      JSON.stringify({
        error: { message: `bad ${q.headers.authorization} \u001b[31mRED\u001b]0;t\u0007` },
      }),
      400,
    ),
  s401Echo: (q, r) => json(r, `{"error":{"message":"bad key ${q.headers.authorization}"}}`, 401),
  s403: status(403, '{"error":"no"}'),
  s404: status(404, 'nope'),
  s402: status(402, '{"error":{"message":"pay"}}'),
  s429Quota: status(
    429,
    '{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}',
  ),
  s429Long: status(429, '{}', { 'retry-after': '3600' }),
  s429Negative: status(429, '{}', { 'retry-after': '-5' }),
  s500Long: status(500, 'x'.repeat(1e6)),
  s503Html: status(503, '<html><title>down</title></html>'),
  s418: status(418, '{"detail":[{"msg":"teapot"}]}'),
  s204: (_, r) => r.writeHead(204).end(),
  badChunks: (_, r) => raw(r, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZZ\r\nx\r\n'),
  http10: (_, r) => raw(r, `HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n${reply()}`),
  notHttp: (_, r) => raw(r, 'SSH-2.0-OpenSSH_9.6\r\n'),
  reset: (_, r) => r.socket.resetAndDestroy(),
  half: (_, r) => raw(r, `HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n${reply().slice(0, 40)}`),
  hugeHeaders: (_, r) => json(r, reply(), 200, { 'x-a': 'a'.repeat(100_000) }),
  keyInHeader: (q, r) => json(r, reply(), 200, { 'x-key': q.headers.authorization ?? '' }),
  deep: body(`{"choices":${'['.repeat(2e6)}${']'.repeat(2e6)}}`),
  deepError: status(400, `{"error":${'['.repeat(1e5)}${']'.repeat(1e5)}}`),
  prototype: body(
    '{"__proto__":{"polluted":1},"choices":[{"message":{"content":"red","__proto__":{"polluted":1}}}],"usage":{"__proto__":{"prompt_tokens":1}}}',
  ),
  escapes: (_, r) =>
    json(
      r,
      reply('red\u001b[2J\u001b]0;pwned\u0007', {
        system_fingerprint: `f\u001b[31m${Math.random()}\r\nrun: decided`,
      }),
    ),
  echo: (q, r) => json(r, reply(String(q.headers.authorization))),
  fingerprints: (_, r) => json(r, reply('red', { system_fingerprint: `f${Math.random()}` })),
  longText: body(reply('red '.repeat(2e6))),
  longFinish: body(reply().replace('"stop"', `"${'s'.repeat(1e5)}"`)),
  longModel: body(reply('red', { model: 'm'.repeat(1e6) })),
  usageNegative: usage({ prompt_tokens: -1e9, completion_tokens: -1e9 }),
  usageHuge: usage({ prompt_tokens: 1e308, completion_tokens: 1e308 }),
  usageText: usage('lots'),
  usageObject: usage({ prompt_tokens: 5, completion_tokens: { a: 1 } }),
  usageFraction: usage({ prompt_tokens: 1.5, completion_tokens: 0.5 }),
  usageCached: usage({
    prompt_tokens: 1,
    completion_tokens: 1,
    prompt_tokens_details: { cached_tokens: 1e12 },
  }),
  usageNull: usage(null),
  usageList: usage([1, 2]),
}
const bodies = {
  noChoices: '{"choices":[]}',
  choicesNull: '{"choices":null}',
  choicesText: '{"choices":"red"}',
  choicesNumber: '{"choices":7}',
  choiceNull: '{"choices":[null]}',
  choiceNumber: '{"choices":[5]}',
  messageNull: '{"choices":[{"message":null}]}',
  messageText: '{"choices":[{"message":"red"}]}',
  contentNull: '{"choices":[{"message":{"content":null}}]}',
  contentNumber: '{"choices":[{"message":{"content":5}}]}',
  contentParts: '{"choices":[{"message":{"content":[{"type":"text","text":"red"},null,5]}}]}',
  contentObject: '{"choices":[{"message":{"content":{"a":1}}}]}',
  toolsNull: '{"choices":[{"message":{"tool_calls":[null,5]}}]}',
  list: '[]',
  text: '"red"',
  number: '5',
  nothing: 'null',
  truth: 'true',
  empty: '',
  spaces: '   ',
  page: '<html><title>login</title></html>',
  garbage: '\u0000\u0001\u0002{',
  nan: '{"choices":[{"message":{"content":NaN}}]}',
  modelNumber: '{"model":5,"choices":[{"message":{"content":"red"}}]}',
  events: 'data: {"choices":[{"delta":{"content":"red"}}]}\n\ndata: [DONE]\n\n',
  eventsBad: 'data: {"choices":[null]}\n\ndata: 5\n\ndata: null\n\n',
  eventsCut: 'data: {"choices":[{"delta":{"content":"re',
  eventsMany: `${'data: {"choices":[{"delta":{"content":"r"}}]}\n\n'.repeat(50_000)}data: [DONE]\n\n`,
  error: '{"error":{"message":"overloaded"}}',
  lone: '{"choices":[{"message":{"content":"red\\ud800"}}]}',
  twice: `${reply()}${reply()}`,
  cut: reply().slice(0, -5),
  mark: `\ufeff${reply()}`,
}
for (const [name, text] of Object.entries(bodies)) handlers[name] = body(text)

/** At once, and after some answers: the second finds what the first question does not. */
const modes = Object.keys(handlers).flatMap((name) => [name, `late-${name}`])

function serve() {
  const asked = new Map()
  const server = createServer((request, response) => {
    const [, mode = ''] = (request.url ?? '').split('/')
    const [, late, name] = /^(late-)?(.*)$/.exec(mode) ?? []
    response.on('error', () => undefined)
    request.on('error', () => undefined)
    request.resume().on('end', () => {
      if (request.method === 'GET')
        return json(
          response,
          '{"data":[null,5,{"id":null},{"id":"m","meta":{"n_params":-5,"size":"x"}}]}',
        )
      const count = (asked.get(mode) ?? 0) + 1
      asked.set(mode, count)
      if (late && count <= 5) return json(response, reply(['red', 'green', 'blue'][count % 3]))
      ;(handlers[name] ?? handlers.ok)(request, response)
    })
  })
  server.on('clientError', (_, socket) => socket.destroy())
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)))
}

const labels = ['red', 'green', 'blue']
function folderOf(home, mode, port) {
  const folder = join(home, mode)
  mkdirSync(folder, { recursive: true })
  const rows = Array.from({ length: items }, (_, i) => [`r${i}`, `item ${i}`, labels[i % 3]])
  writeFileSync(
    join(folder, 'd.csv'),
    `id,text,label\n${rows.map((row) => row.join(',')).join('\n')}\n`,
  )
  writeFileSync(
    join(folder, 'good.jsonl'),
    rows.map(([id, , output]) => JSON.stringify({ id, output })).join('\n'),
  )
  writeFileSync(
    join(folder, 'memory.mjs'),
    "import { writeFileSync } from 'node:fs'\nprocess.on('exit', () => writeFileSync(process.env.MEMORY_FILE, String(process.resourceUsage().maxRSS)))\n",
  )
  writeFileSync(
    join(folder, 'rightsize.yaml'),
    `task: t
dataset: { test: d.csv, input: text, expected: label, id: id }
candidates:
  - { id: good, runtime: replay, model: good.jsonl }
  - { id: bad, runtime: openai, model: m, baseUrl: "http://127.0.0.1:${port}/${mode}/v1", apiKeyEnv: TEST_API_KEY, settings: { timeoutS: 1 } }
regime: full
bar: { floor: 0.5 }
`,
  )
  return folder
}

function run(folder) {
  return new Promise((done) => {
    const memory = join(folder, 'memory.txt')
    const env = { ...process.env, TEST_API_KEY: key, MEMORY_FILE: memory, NO_COLOR: '1' }
    const child = spawn(
      process.execPath,
      ['--import', join(folder, 'memory.mjs'), cli, 'run', '--json'],
      { cwd: folder, env },
    )
    const said = { out: '', err: '' }
    child.stdout.on('data', (piece) => (said.out += piece))
    child.stderr.on('data', (piece) => (said.err += piece))
    const timer = setTimeout(() => child.kill('SIGKILL'), mostS * 1000)
    child.on('close', (code) => {
      clearTimeout(timer)
      let kib = Number.POSITIVE_INFINITY
      try {
        kib = Number(readFileSync(memory, 'utf8'))
      } catch {
        // killed
      }
      done({ ...said, code, mib: kib / 1024 })
    })
  })
}

/** What is wrong with an end; empty where nothing is. */
function faults(folder, { out, err, code, mib }) {
  const found = []
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  )
  const written = files.map((one) => readFileSync(join(one.parentPath, one.name), 'latin1'))
  if ([out, err, ...written].some((text) => text.includes(key))) found.push('the key leaks')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be printed
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(out + err)) found.push('control characters')
  if (/INTERNAL|polluted/.test(out + err)) found.push('an error of our own')
  if (!(mib < mostMiB)) found.push(`${Math.round(mib)} MiB`)
  let result = null
  try {
    result = JSON.parse(out)
  } catch {
    found.push(`no result, exit code ${code}: ${err.slice(-300)}`)
    return found
  }
  const [good, bad] = ['good', 'bad'].map((id) => result.candidates.find((one) => one.id === id))
  if (good?.verdict !== 'meets') found.push(`the other one ${good?.verdict}`)
  if (bad?.verdict === 'broken' && !/^([A-Z_0-9]{5,}: |its answers cannot be read: )/.test(bad.why))
    found.push(`no name: ${bad.why}`)
  if (JSON.stringify(result).includes('null,"tokens":')) found.push('a number that is none')
  return found
}

export async function section() {
  const home = mkdtempSync(join(tmpdir(), 'rightsize-endpoints-'))
  const server = await serve()
  const wanted = process.argv.includes('--quick') ? modes.filter((_, i) => i % 8 === 0) : modes
  const queue = [...wanted]
  let [failed, most] = [0, 0]
  const work = async () => {
    for (let mode = queue.shift(); mode !== undefined; mode = queue.shift()) {
      const folder = folderOf(home, mode, server.address().port)
      const end = await run(folder)
      const found = faults(folder, end)
      if (end.mib < Number.POSITIVE_INFINITY) most = Math.max(most, end.mib)
      if (found.length > 0) failed++
      if (found.length > 0) console.log(`${mode}: ${found.join('; ')}`)
      rmSync(folder, { recursive: true, force: true })
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, work))
    console.log(
      `${wanted.length - failed} of ${wanted.length} modes end as they must; at most ${Math.round(most)} MiB`,
    )
    return failed === 0
  } finally {
    server.closeAllConnections()
    server.close()
    rmSync(home, { recursive: true, force: true })
  }
}
