// habits: 35 answer habits x 3 accuracies on a local server; the decision is the one of the underlying answers, or "cannot be read".
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../../dist'))
const { run } = await import(pathToFileURL(join(dist, 'index.js')).href)
const habits = JSON.parse(readFileSync(join(here, 'habits.json'), 'utf8'))

const ITEMS = 200
/** Shares of wrong answers: as good as the incumbent, near the margin, much worse. */
const WRONG = [0.05, 0.14, 0.4]
const labels = ['refund_request', 'login_problem', 'delivery_status', 'other_question']

export const bar =
  'the decision is the one of the underlying answers in all, or "cannot be read"; never a wrong ship or keep'

const other = (label) => labels[(labels.indexOf(label) + 1) % labels.length]

/** What a model of this habit and share of errors answers to a ticket. */
function answer({ text }, at, wrong) {
  const right = labels[at % labels.length]
  const label = ((at * 149) % ITEMS) / ITEMS < wrong ? other(right) : right
  const put = {
    label,
    Label: `${label.charAt(0).toUpperCase()}${label.slice(1)}`,
    LABEL: label.toUpperCase(),
    spaced: label.replaceAll('_', ' '),
    hyphened: label.replaceAll('_', '-'),
    other: other(label),
    index: labels.indexOf(label),
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => put[name] ?? whole)
}

/** A server with the OpenAI chat interface; the model's name says habit and share of errors: `h3-0.05`; `i0-0.05` is the incumbent. */
async function serve() {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    response.setHeader('content-type', 'application/json')
    if (request.method === 'GET') return response.end('{"data":[]}')
    const { model, messages } = JSON.parse(body)
    const [, habit, wrong] = /^[hi](\d+)-(.*)$/.exec(model)
    const at = Number(/ticket (\d+)/.exec(messages.at(-1).content)?.[1] ?? 0)
    const content = answer(habits[habit], at, Number(wrong))
    const choices = [{ message: { role: 'assistant', content }, finish_reason: 'stop' }]
    const usage = { prompt_tokens: 20, completion_tokens: 5 }
    return response.end(JSON.stringify({ id: 'x', model, choices, usage }))
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return server
}

/** Decided in a folder of its own: no earlier look at the items weakens a word. */
async function decided(rows, port, incumbent, candidate) {
  const folder = mkdtempSync(join(tmpdir(), 'rightsize-habits-'))
  writeFileSync(join(folder, 'items.jsonl'), rows)
  const one = (id, model, parameters) => ({
    ...{ id, model, parameters, runtime: 'openai' },
    baseUrl: `http://127.0.0.1:${port}/v1`,
    prompt: '{{ text }}',
  })
  const { decision } = await run(
    {
      task: `${incumbent} ${candidate}`,
      dataset: { test: 'items.jsonl', input: 'text', expected: 'label', id: 'id' },
      candidates: [one('large', incumbent, 70e9), one('small', candidate, 8e9)],
      incumbent: 'large',
      bar: { margin: 0.1 },
      order: 'parameters',
    },
    { baseDir: folder, fresh: true, effects: { env: { ...process.env, OPENAI_API_KEY: 'none' } } },
  )
  rmSync(folder, { recursive: true })

  return decision
}

const pass = (kind) => (kind === 'certified' || kind === 'supported' ? 'ship' : kind)

export async function measure() {
  const items = Array.from({ length: ITEMS }, (_, at) => ({
    ...{ id: `t${at}`, text: `ticket ${at}`, label: labels[at % labels.length] },
  }))
  const rows = items.map((row) => JSON.stringify(row)).join('\n')
  const server = await serve()
  const { port } = server.address()
  const wrong = []
  let same = 0
  let unread = 0
  try {
    for (const share of WRONG) {
      const truth = pass((await decided(rows, port, 'i0-0.05', `h0-${share}`)).kind)
      for (const [at, { name, read }] of habits.entries()) {
        const { kind, headline } = await decided(rows, port, 'i0-0.05', `h${at}-${share}`)
        const refused = kind === 'undecided' && headline.includes('could not be judged')
        if (read ? pass(kind) === truth && !refused : refused) read ? same++ : unread++
        else
          wrong.push(
            `${name} at ${share} wrong: ${kind}, not ${read ? truth : 'unread'}: ${headline}`,
          )
      }
    }
  } finally {
    server.close()
    server.closeAllConnections()
  }
  const all = habits.length * WRONG.length
  const lines = [
    `${same} of ${all} as the underlying answers, ${unread} "cannot be read", ${wrong.length} wrong`,
  ]
  return { held: wrong.length === 0 && same >= 90, lines: [...lines, ...wrong.slice(0, 10)] }
}
