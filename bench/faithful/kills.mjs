// runs that are killed and runs side by side on one store: each outcome once, at most the batch in flight paid twice, every look
// kept, the same decision (after `npm run build`; `--quick`: a tenth of the kills, `--only=openai,command`: some places)
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const main = join(root, 'dist/cli/main.js')
const quick = process.argv.includes('--quick')
const only = process.argv
  .find((word) => word.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',')
const places = ['openai', 'command', 'module', 'onnx', 'shrink', 'train']
const kills = { SIGKILL: quick ? 30 : 300, SIGTERM: quick ? 10 : 100 }
const items = 240
const labels = ['red', 'green', 'blue']
const exits = { SIGTERM: 143 }

/** Questions by their text: who was asked what, how often. */
let asked = new Map()
const count = (text) => asked.set(text, (asked.get(text) ?? 0) + 1)

/** Answers rightly after some milliseconds. */
async function endpoint() {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      if (request.method !== 'POST') return response.writeHead(404).end()
      // The run was killed while it asked.
      if (!request.complete) return response.destroy()
      const text = JSON.parse(body).messages.at(-1).content
      count(text)
      const content = labels[Number(/item (\d+)/.exec(text)?.[1] ?? 0) % 3]
      setTimeout(() => response.end(JSON.stringify({ choices: [{ message: { content } }] })), 8)
    })
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { baseUrl: `http://127.0.0.1:${server.address().port}/v1`, close: () => server.close() }
}

const program = `import rl from 'node:readline'; import fs from 'node:fs'
const L = ${JSON.stringify(labels)}
for await (const line of rl.createInterface({ input: process.stdin })) {
  const { id, input } = JSON.parse(line)
  fs.appendFileSync('asked.log', input + '\\n')
  await new Promise((done) => setTimeout(done, 4))
  console.log(JSON.stringify({ id, output: L[Number(/item (\\d+)/.exec(input)[1]) % 3] }))
}`
const module = `import fs from 'node:fs'
const L = ${JSON.stringify(labels)}
export default async (text) => {
  fs.appendFileSync('asked.log', text + '\\n')
  await new Promise((done) => setTimeout(done, 4))
  return L[Number(/item (\\d+)/.exec(text)[1]) % 3]
}`

const candidates = {
  openai: ({ baseUrl }) =>
    `{ id: one, runtime: openai, model: small-2026-01-01, baseUrl: "${baseUrl}", settings: { concurrency: 4 }, price: { inputPerMTokens: 1, outputPerMTokens: 1 } }`,
  command: () => '{ id: one, runtime: command, command: [node, program.mjs] }',
  module: () => '{ id: one, runtime: module, model: ./module.mjs }',
  onnx: () => '{ id: one, runtime: onnx, model: ./model }',
}
/** Answers that are lost with a killed run: those of one batch. An endpoint's batch is four rounds of its concurrency, which is 4 here. */
const batch = { openai: 16, command: 32, module: 32, onnx: 0 }

function folderFor(place, server) {
  const folder = mkdtempSync(join(tmpdir(), `rightsize-kills-${place}-`))
  if (place === 'shrink' || place === 'train' || place === 'onnx')
    cpSync(join(root, 'examples/helpdesk-intents'), join(folder, 'example'), { recursive: true })
  if (place === 'shrink' || place === 'train') return folder
  const rows = Array.from({ length: items }, (_, i) => `r${i},item ${i} of a list,${labels[i % 3]}`)
  writeFileSync(join(folder, 'data.csv'), `id,text,label\n${rows.join('\n')}\n`)
  if (place === 'onnx') {
    cpSync(join(folder, 'example/models/tiny'), join(folder, 'model'), { recursive: true })
    cpSync(join(folder, 'example/data/test.jsonl'), join(folder, 'data.jsonl'))
  }
  writeFileSync(join(folder, 'program.mjs'), program)
  writeFileSync(join(folder, 'module.mjs'), module)
  const data =
    place === 'onnx'
      ? 'test: data.jsonl, input: text, expected: intent'
      : 'test: data.csv, input: text, expected: label, id: id'
  writeFileSync(
    join(folder, 'rightsize.yaml'),
    `task: kills\ndataset: { ${data} }\ncandidates:\n  - ${candidates[place](server)}\nregime: full\nbar: { floor: 0.5 }\nscorer: exact\n`,
  )
  return folder
}

const words = {
  shrink: [
    ...['shrink', 'example/models/tiny', '--task', 'example/rightsize.yaml'],
    ...['--margin', '0.05', '--seconds', '6', '--out', 'small'],
  ],
  train: [
    'train',
    'linear',
    'example/data/train.jsonl',
    '--expected',
    'intent',
    '--out',
    'student',
  ],
}

function start(folder, place) {
  const child = spawn(process.execPath, [main, ...(words[place] ?? ['run', '--json'])], {
    cwd: folder,
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (part) => {
    out += part
  })
  child.stderr.on('data', (part) => {
    err += part
  })
  const ended = new Promise((done) =>
    child.on('close', (code, signal) => done({ code: code ?? signal, out, err })),
  )
  return { child, ended }
}

/** How often each item was asked for judging. */
function askedIn(folder, place) {
  if (place === 'openai') return asked
  if (!existsSync(join(folder, 'asked.log'))) return new Map()
  const seen = new Map()
  for (const text of readFileSync(join(folder, 'asked.log'), 'utf8').trim().split('\n'))
    seen.set(text, (seen.get(text) ?? 0) + 1)
  return seen
}

const looksIn = (folder) =>
  existsSync(join(folder, 'rightsize.lock'))
    ? [
        ...readFileSync(join(folder, 'rightsize.lock'), 'utf8').matchAll(
          /^\{"look":.*"key": ?"(\w+)"/gm,
        ),
      ].map(([, key]) => key)
    : []

const decisionOf = ({ out }) => {
  const { decision, candidates: all } = JSON.parse(out)
  return JSON.stringify([
    decision.kind,
    decision.chosen,
    all.map(({ id, n, quality }) => [id, n, quality.value]),
  ])
}

/** Kills a run again and again at other moments until it ends by itself; returns what went wrong. */
async function killed(place, server, budget) {
  const faults = []
  let done = 0
  const whole = folderFor(place, server)
  asked = new Map()
  const calm = await start(whole, place).ended
  if (![0, 1, 2].includes(calm.code))
    return { done: 0, faults: [`does not run at all: ${calm.err.slice(-300)}`] }
  const expected = words[place] ? calm.code : decisionOf(calm)
  rmSync(whole, { recursive: true, force: true })
  for (let round = 0; done < budget.SIGKILL + budget.SIGTERM; round++) {
    const folder = folderFor(place, server)
    asked = new Map()
    let here = 0
    let looks = []
    for (;;) {
      const run = start(folder, place)
      const signal = done < budget.SIGKILL ? 'SIGKILL' : 'SIGTERM'
      const more = here < 6 && done < budget.SIGKILL + budget.SIGTERM
      const wait = 250 + (((round * 7 + here) * 137) % 1400)
      const timer = more ? setTimeout(() => run.child.kill(signal), wait) : null
      const end = await run.ended
      clearTimeout(timer)
      const kept = looksIn(folder)
      if (looks.some((key) => !kept.includes(key))) faults.push('a look was lost')
      looks = kept
      if (end.code === signal || end.code === exits[signal]) {
        done++
        here++
        continue
      }
      const known = words[place]
        ? end.code
        : [0, 1, 2].includes(end.code)
          ? decisionOf(end)
          : end.err.slice(-300)
      if (known !== expected) faults.push(`decided ${known}, not ${expected}`)
      break
    }
    const again = [...askedIn(folder, place)].filter(([text]) => /^item \d/.test(text))
    const extra = again.reduce((sum, [, times]) => sum + times - 1, 0)
    // The short question of the preflight is asked once a run, for one item.
    const allowed = here * (batch[place] ?? 0) + here + 1
    if (extra > allowed)
      faults.push(`${extra} answers were paid for again after ${here} kills; ${allowed} at most`)
    rmSync(folder, { recursive: true, force: true })
  }
  return { done, faults }
}

/** Several runs at once on one store. */
async function together(place, server, runs) {
  const folder = folderFor(place, server)
  asked = new Map()
  const ends = await Promise.all(Array.from({ length: runs }, () => start(folder, place).ended))
  const faults = []
  if (ends.some(({ code }) => ![0, 1, 2].includes(code)))
    faults.push(ends.map(({ err }) => err.slice(-200)).join('|'))
  else if (new Set(ends.map(decisionOf)).size !== 1) faults.push('the decisions differ')
  const again = [...askedIn(folder, place)].filter(([text]) => /^item \d/.test(text))
  const extra = again.reduce((sum, [, times]) => sum + times - 1, 0)
  if (extra > runs)
    faults.push(
      `${extra} questions were asked more than once by ${runs} runs; ${runs} at most, of the preflight`,
    )
  if (again.length > 0 && again.length !== items)
    faults.push(`${again.length} of ${items} were asked`)
  if (new Set(looksIn(folder)).size < 1) faults.push('no look was kept')
  rmSync(folder, { recursive: true, force: true })
  return faults
}

export async function section() {
  const server = await endpoint()
  let holds = true
  const tell = (name, faults) => {
    holds &&= faults.length === 0
    console.log(
      `${faults.length === 0 ? 'ok  ' : 'MISS'} ${name}${[...new Set(faults)]
        .slice(0, 3)
        .map((one) => `\n     ${one}`)
        .join('')}`,
    )
  }
  const chosen = places.filter((place) => only === undefined || only.includes(place))
  try {
    for (const place of chosen) {
      const budget = Object.fromEntries(
        Object.entries(kills).map(([signal, n]) => [signal, Math.ceil(n / places.length)]),
      )
      const { done, faults } = await killed(place, server, budget)
      tell(`${place}: ${done} ended by signals`, faults)
      if (words[place]) continue
      for (const runs of [1, 2, 4])
        tell(`${place}: ${runs} at once`, await together(place, server, runs))
    }
  } finally {
    server.close()
  }
  return holds
}
