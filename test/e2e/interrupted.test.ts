import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readLock } from '../../src/core/result/lock-text.ts'
import { Endpoint } from './endpoint.ts'
import { ended, Folder, intentOf, jsonl, ticketRows } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const folders: Folder[] = []
afterAll(() => {
  for (const folder of folders) folder.remove()
})

const rows = ticketRows(120)

/** Answers after 15 ms and notes in `asked.log` what it was asked. */
const program = `
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
const label = (text) => /money|refund|payment/.test(text) ? 'refund' : /parcel|delivery|package/.test(text) ? 'shipping' : 'login'
let queue = Promise.resolve()
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, input } = JSON.parse(line)
  queue = queue.then(async () => {
    await new Promise((done) => setTimeout(done, 15))
    appendFileSync(new URL('asked.log', import.meta.url), id + '\\n')
    process.stdout.write(JSON.stringify({ id, output: label(input) }) + '\\n')
  })
})
`

function folder(more = ''): Folder {
  const made = new Folder()
  folders.push(made)
  made.write('slow.mjs', program)
  made.write('items.jsonl', jsonl(rows))
  made.write('a.jsonl', jsonl(rows.map(({ id, label }) => ({ id, output: label }))))
  made.write(
    'rightsize.yaml',
    [
      'task: slow',
      'dataset: { test: items.jsonl, input: text, expected: label, id: id }',
      'candidates:',
      `  - { id: program, runtime: command, command: ["${process.execPath}", slow.mjs], settings: { batch: 10 }, energy: { jPerItem: [1, 2] } }`,
      '  - { id: stored, runtime: replay, model: a.jsonl, energy: { jPerItem: [3, 4] } }',
      'incumbent: stored',
      'bar: { margin: 0.05 }',
      more,
    ].join('\n'),
  )
  return made
}

/** Ids that the store holds answers of. */
async function stored(one: Folder): Promise<number> {
  const shown = await one.rightsize(['store', 'show', '--json'])
  return (JSON.parse(shown.out) as { outcomes: number }).outcomes
}

const asked = (one: Folder): readonly string[] => one.read('asked.log').trim().split('\n')

test('a run that is killed loses at most the batch in flight; the next repeats nothing stored', async () => {
  const one = folder()
  const killed = one.start(['run'])
  const over = ended(killed)
  await waitFor(() => lines(one) >= 45)
  killed.kill('SIGKILL')
  await over
  const before = lines(one)
  const kept = await stored(one)
  expect(kept).toBeGreaterThanOrEqual(before - 20)
  one.write('asked.log', '')
  const again = await one.rightsize(['run', '--json'])
  const result = JSON.parse(again.out) as ReturnType<Folder['result']>
  expect(result.provenance.resumed).toBe(true)
  // Metering asks some items again, on purpose; judging asks only what is missing, and first.
  const judged = asked(one).slice(0, 120 - kept)
  expect(new Set(judged).size).toBe(120 - kept)
  expect(result.candidates.map(({ n }) => n)).toEqual([120, 120])
})

/** The short question of the preflight, asked once a run. */
const probe = 1

describe('with an endpoint', () => {
  let endpoint: Endpoint
  beforeAll(async () => {
    endpoint = await Endpoint.open(({ text }, response) => {
      const content = intentOf(text)
      setTimeout(() => response.end(JSON.stringify({ choices: [{ message: { content } }] })), 25)
      return null
    })
  })
  afterAll(() => endpoint.close())

  function asking(more = ''): Folder {
    const one = folder(more)
    const api = `  - { id: program, runtime: openai, model: small-2026-01-01, baseUrl: "${endpoint.baseUrl}", settings: { concurrency: 2 }, energy: { jPerItem: [1, 2] } }`
    one.write('rightsize.yaml', one.read('rightsize.yaml').replace(/ {2}- \{ id: program.*/, api))
    endpoint.questions.length = 0
    return one
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s finishes the batch, writes what is known and ends with %i',
    async (signal, code) => {
      const one = asking()
      const running = one.start(['run'])
      const over = ended(running)
      await waitFor(() => endpoint.questions.length >= 25)
      running.kill(signal)
      const { err, code: ends } = await over
      expect(ends).toBe(code)
      expect(err).toContain('stopping after the batch in flight')
      expect(err).toContain('run the same command again to continue')
      const { provenance, candidates, decision } = one.result()
      expect(provenance.interrupted).toBe(true)
      expect(decision.matches.holds).toBe(false)
      // Only a beginning of the seeded order is judged, never the short items; every answer is stored.
      const answered = endpoint.questions.length - probe
      expect(answered).toBeLessThan(120)
      expect(candidates.find(({ id }) => id === 'program')?.n).toBeLessThanOrEqual(answered)
      expect(await stored(one)).toBe(answered)
      // What was shown is a look; nothing is decided by it.
      const lock = await readLock(one.read('rightsize.lock'), 'rightsize.lock')
      expect([lock.looks.length, lock.decisions]).toEqual([1, {}])
      await one.rightsize(['run'])
      expect(endpoint.questions).toHaveLength(120 + 2 * probe)
      expect(one.result().provenance).toMatchObject({ interrupted: false, resumed: true })
    },
  )

  test('a second signal stops at once', async () => {
    const one = asking()
    const running = one.start(['run'])
    const over = ended(running)
    await waitFor(() => endpoint.questions.length >= 5)
    running.kill('SIGTERM')
    running.stderr?.once('data', () => running.kill('SIGTERM'))
    expect((await over).code).toBe(143)
    expect(one.files()).not.toContain('result.json')
  })

  test('two runs at once on one store are safe', async () => {
    const one = asking()
    const both = await Promise.all([
      one.rightsize(['run', '--json', '--out', 'x']),
      one.rightsize(['run', '--json', '--out', 'y']),
    ])
    for (const ran of both)
      expect(JSON.parse(ran.out)).toMatchObject({ schema: 'rightsize/run-result@2' })
    expect(await stored(one)).toBe(120)
    // Both asked the same question, and the models answered the same: that is one look, in one place.
    const { looks } = await readLock(one.read('rightsize.lock'), 'rightsize.lock')
    expect(looks).toHaveLength(1)
    expect(one.files()).not.toContain('x/rightsize.lock')
  })

  test('a race that was run is not paid for again', async () => {
    const one = asking('regime: race')
    const first = await one.rightsize(['run'])
    expect(first.err).toContain('evaluate: race')
    const paid = endpoint.questions.length
    const second = await one.rightsize(['run', '--json'])
    const result = JSON.parse(second.out) as ReturnType<Folder['result']>
    expect(result.decision.regime.kind).toBe('race')
    expect(endpoint.questions).toHaveLength(paid + probe)
  })
})

function lines(one: Folder): number {
  try {
    return readFileSync(join(one.path, 'asked.log'), 'utf8').split('\n').length - 1
  } catch {
    return 0
  }
}

async function waitFor(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((done) => setTimeout(done, 20))
}
