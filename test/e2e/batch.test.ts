import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RunResult } from '../../src/core/result/run-result.ts'
import { commandLine } from '../command-line.ts'
import { type BatchServer, batchServer } from '../fixtures/batch-server.ts'
import { Folder, intentOf, jsonl, ticketRows } from './folder.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let server: BatchServer
let folder: Folder
beforeEach(async () => {
  server = await batchServer((text) => intentOf(text))
  folder = new Folder()
  folder.write('items.jsonl', jsonl(ticketRows(120)))
})
afterEach(() => {
  server.close()
  folder.remove()
})

const kinds = ['openai', 'anthropic'] as const
type Kind = (typeof kinds)[number]

/** Two candidates behind the batch interface of a vendor, at prices of 10 and 1 a million tokens. */
function spec(kind: Kind, more = ''): void {
  const candidate = (id: string, price: number) =>
    `  - { id: ${id}, runtime: ${kind}, model: ${id}, baseUrl: "${server.origin}/v1", apiKeyEnv: RS_KEY, price: { inputPerMTokens: ${price}, outputPerMTokens: ${price}, currency: USD, source: my tariff }${more} }`
  folder.write(
    'rightsize.yaml',
    [
      'task: t',
      'dataset: { test: items.jsonl, input: text, expected: label, id: id }',
      `candidates:\n${candidate('big', 10)}\n${candidate('small', 1)}`,
      'incumbent: big',
      'bar: { margin: 0.1 }',
    ].join('\n'),
  )
}

async function run(words: readonly string[] = ['--batch'], signal?: AbortSignal) {
  const options = { cwd: folder.path, env: { RS_KEY: 'sk-batch-secret' } }
  const ended = await commandLine(['run', ...words], signal ? { ...options, signal } : options)
  const result = (): RunResult => JSON.parse(readFileSync(join(folder.path, 'result.json'), 'utf8'))
  return { ...ended, out: ended.out.replace(/\s+/g, ' '), result }
}

const asked = (): number => server.batches.reduce((sum, { questions }) => sum + questions.length, 0)

describe.each(kinds)('run --batch against the wire form of %s', (kind) => {
  test('answers come by one batch a candidate, at half the price, with no latency and no window', async () => {
    spec(kind)
    server.steps = ['validating', 'in_progress', 'finalizing', 'completed']
    const { code, out, err, result } = await run()
    expect(err).toContain('big: batch batch_1 of 120 questions was submitted')
    expect(code).toBe(0)
    expect(out).toContain('Ship small')
    expect(server.batches.map(({ questions }) => questions.length)).toEqual([120, 120])
    expect(server.live).toEqual([])
    const { candidates, overhead, decision } = result()
    for (const { cost } of candidates) {
      expect(cost.latencyP95).toEqual({ kind: 'unknown', why: expect.stringContaining('by batch') })
      expect(cost).toMatchObject({ windows: 0, energyPerItem: { kind: 'unknown' } })
    }
    // 110 tokens an answer; the live price decides, the price by batch is what was paid.
    const perAnswer = (id: string) => candidates.find((one) => one.id === id)?.cost.pricePerItem
    expect(perAnswer('small')).toMatchObject({ value: expect.closeTo(110e-6, 9) })
    expect(overhead).toMatchObject({ calls: 240 })
    expect(overhead.money).toMatchObject({
      value: expect.closeTo((120 * 110e-6 * 11) / 2, 9),
      source: 'half, as batches cost: my tariff',
    })
    expect(decision.regime).toMatchObject({ kind: 'full' })
    expect(err).toMatch(/big: at most 120 calls .*about/)
    const again = await run([])
    expect(again.code).toBe(0)
    expect(server.live).toEqual([])
    expect(again.result().overhead).toMatchObject({ calls: 0, reused: 240 })
  })

  test('an interruption leaves batches running; the same command collects them and pays nothing twice', async () => {
    spec(kind)
    server.steps = ['in_progress']
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 2500)
    const { err, result } = await run(['--batch'], stop.signal)
    expect(err).toMatch(
      /big: batch batch_\d keeps running at 127\.0\.0\.1:\d+; run the same command again/,
    )
    expect(result().provenance.interrupted).toBe(true)
    expect(asked()).toBe(240)
    server.steps = ['completed']
    const again = await run()
    expect(again.code).toBe(0)
    expect(asked()).toBe(240)
    expect(server.live).toEqual([])
    expect(again.result().overhead.calls).toBe(240)
  })

  test('a batch that was made while the connection broke is found again, not made twice', async () => {
    spec(kind)
    server.cutNext = true
    const { code } = await run()
    expect(code).toBe(0)
    expect(server.batches).toHaveLength(2)
  })

  test('an error of one question is the error that a live call would have', async () => {
    spec(kind)
    server.ending = (text) =>
      /#7\b/.test(text)
        ? { status: 400, type: 'invalid_request_error', message: 'the prompt is too long' }
        : null
    const { result } = await run()
    const [big] = result().candidates
    expect(big?.failed).toBe(1)
    expect(big?.health.examples).toEqual([
      { item: 't7', kind: 'failed', raw: 'ENDPOINT_REFUSED: 400: the prompt is too long' },
    ])
  })

  test.each(['expired', 'cancelled'] as const)(
    'a batch that %s is named, and what it answered is kept',
    async (step) => {
      spec(kind)
      server.steps = [step]
      server.ending = (text) => (Number(/#(\d+)/.exec(text)?.[1]) % 4 === 0 ? 'missed' : null)
      const { code, err } = await run()
      expect(code).toBe(3)
      expect(err).toContain(
        step === 'expired' ? 'ENDPOINT_BATCH_EXPIRED' : 'ENDPOINT_BATCH_CANCELED',
      )
      expect(err).toMatch(/batch batch_\d .*90 of 120 answers are stored/)
      server.steps = ['completed']
      server.ending = () => null
      const again = await run()
      expect(again.code).toBe(0)
      expect(server.batches.slice(2).map(({ questions }) => questions.length)).toEqual([30, 30])
    },
  )

  test('draws are submitted together', async () => {
    spec(kind, ', settings: { draws: 2 }')
    const { code } = await run()
    expect(code).toBe(0)
    expect(server.batches).toHaveLength(4)
  })

  test('the key goes with the requests and into no file', async () => {
    spec(kind)
    await run()
    const name = kind === 'openai' ? 'authorization' : 'x-api-key'
    expect(server.made[0]?.[name]).toContain('sk-batch-secret')
    expect(folder.allBytes()).not.toContain('sk-batch-secret')
  })
})

test('a run that is killed leaves its batches to the next one', async () => {
  spec('openai')
  server.steps = ['in_progress']
  const child = folder.start(['run', '--batch'], { RS_KEY: 'sk-batch-secret' })
  const ended = new Promise((done) => child.once('exit', done))
  await vi.waitFor(
    () => expect(server.batches.map(({ looks }) => looks > 0)).toEqual([true, true]),
    {
      timeout: 60_000,
    },
  )
  child.kill('SIGKILL')
  await ended
  server.steps = ['completed']
  const { code, result } = await run()
  expect(code).toBe(0)
  expect(asked()).toBe(240)
  expect(result().overhead.calls).toBe(240)
})

test('two runs on one store ask once', async () => {
  spec('openai')
  server.steps = ['in_progress', 'completed']
  const other = () => folder.rightsize(['run', '--batch'], { RS_KEY: 'sk-batch-secret' })
  const ended = await Promise.all([other(), other()])
  expect(ended.map(({ code }) => code)).toEqual([0, 0])
  expect(asked()).toBe(240)
})

test('OpenAI Responses are written and read by the package of the vendor, and sent by batch', async () => {
  spec('openai', ', settings: { reasoningEffort: low, extra: { api: responses } }')
  const { code, result } = await run()
  expect(code).toBe(0)
  expect(server.batches.map(({ route }) => route)).toEqual(['/v1/responses', '/v1/responses'])
  expect(result().candidates[0]?.cost.tokensPerItem).toEqual({ input: 100, output: 10 })
})

test('a batch that the vendor refuses as a whole is refused with its words', async () => {
  spec('openai')
  server.steps = ['validating', 'failed']
  const { code, err } = await run()
  expect(code).toBe(3)
  expect(err).toMatch(/ENDPOINT_BATCH_FAILED: batch batch_\d: enqueued token limit reached/)
})

test('a vendor whose batches are not spoken is refused before anything is paid; a server of one’s own is asked live', async () => {
  spec('openai')
  const yaml = readFileSync(join(folder.path, 'rightsize.yaml'), 'utf8')
  folder.write(
    'rightsize.yaml',
    yaml.replace('id: small, runtime: openai', 'id: small, runtime: mistral'),
  )
  const { code, err } = await run()
  expect(code).toBe(3)
  expect(err).toMatch(/RUN_NOT_READY[\s\S]*ENDPOINT_NO_BATCH: small: .*mistral/)
  expect(server.batches).toEqual([])
  folder.write(
    'rightsize.yaml',
    yaml.replace(
      /(id: small, runtime: )openai(.*?), price: \{[^}]*\}/,
      '$1vllm$2, parameters: 1e9',
    ),
  )
  await run()
  expect(server.batches).toHaveLength(1)
  expect(server.live).toHaveLength(120)
})

test('--max-calls bounds what is submitted', async () => {
  spec('openai')
  const yaml = readFileSync(join(folder.path, 'rightsize.yaml'), 'utf8')
  folder.write('rightsize.yaml', `${yaml}\nbudget: { calls: 150 }`)
  await run()
  expect(asked()).toBe(150)
})

test('--fresh with --batch is refused: nothing would know of a running batch', async () => {
  spec('openai')
  const { code, err } = await run(['--batch', '--fresh'])
  expect(code).toBe(3)
  expect(err).toContain('FLAGS_CONFLICT')
})
