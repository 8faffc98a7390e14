import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test, vi } from 'vitest'
import type { Parameter } from '../../src/cli/flag.ts'
import type * as Door from '../../src/index.ts'
import { compiledPackage } from './compiled.ts'
import { Folder, intentOf, jsonl, ticketRows } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const folder = new Folder()
afterAll(() => folder.remove())

const rows = ticketRows(90)
folder.write('items.jsonl', jsonl(rows))
folder.write('a.jsonl', jsonl(rows.map(({ id, label }) => ({ id, output: label }))))

const spec: Door.Definition = {
  task: 'library',
  dataset: { test: 'items.jsonl', input: 'text', expected: 'label', id: 'id' },
  candidates: [{ id: 'stored', runtime: 'replay', model: 'a.jsonl' }],
  bar: { floor: 0.9 },
}

const open = (): Promise<typeof Door> => import(join(compiledPackage(), 'dist/index.js'))

test('a run through the library decides, tells what it does, and writes nothing but the store and its look', async () => {
  const { run } = await open()
  const stages: string[] = []
  const onEvent: Door.RunOptions['onEvent'] = (event) => {
    if (event.type === 'stage') stages.push(event.stage)
  }
  const result = await run(spec, { baseDir: folder.path, onEvent })
  expect(result.decision).toMatchObject({ kind: 'certified', chosen: 'stored' })
  expect(stages).toEqual(expect.arrayContaining(['data', 'open', 'evaluate']))
  expect(folder.files().filter((name) => !name.startsWith('.rightsize'))).toEqual([
    'a.jsonl',
    'items.jsonl',
    'rightsize.lock',
  ])
})

test("effects are injectable: a clock, and a runtime of one's own", async () => {
  const { run } = await open()
  const labels = new Map(rows.map(({ id, label }) => [id, label]))
  // A folder of its own: what happens later in the other would be before this clock's time.
  const apart = new Folder()
  for (const name of ['a.jsonl', 'items.jsonl']) apart.write(name, folder.read(name))
  const result = await run(spec, {
    baseDir: apart.path,
    fresh: true,
    effects: {
      clock: {
        now: () => '2030-05-05T00:00:00.000Z',
        monotonicS: () => 0,
        sleep: async () => undefined,
      },
      openRuntime: async () => ({
        identity: {
          model: 'mine',
          revision: '1',
          precision: 'none',
          engine: 'test',
          floating: false,
        },
        batchSize: 8,
        answer: async (batch) =>
          batch.map(({ id }) => ({
            ok: true,
            output: { kind: 'label', label: labels.get(id) ?? '' },
          })),
        close: async () => undefined,
      }),
    },
  })
  expect(result.provenance.startedAt).toBe('2030-05-05T00:00:00.000Z')
  expect(result.candidates[0]?.identity?.engine).toBe('test')
  apart.remove()
})

test('what must be changed by the caller is thrown with its code', async () => {
  const { run } = await open()
  const wrong = { ...spec, dataset: { ...spec.dataset, input: 'txt' } }
  await expect(run(wrong, { baseDir: folder.path })).rejects.toMatchObject({
    name: 'RightsizeError',
    code: 'DATA_COLUMN',
  })
})

test('an aborted run still gives what is known', async () => {
  const { run } = await open()
  const signal = AbortSignal.abort()
  const result = await run(spec, { baseDir: folder.path, fresh: true, signal })
  expect(result.provenance.interrupted).toBe(true)
  expect(result.decision.kind).toBe('undecided')
})

test('functions are candidates and scorers; a version lets stored answers be used again', async () => {
  const { run } = await open()
  const asked: string[] = []
  const task = {
    task: 'functions',
    dataset: { test: 'items.jsonl', input: 'text', expected: 'label', id: 'id' },
    candidates: [
      {
        id: 'mine',
        version: '1',
        concurrency: 4,
        answer: async ({ id, input }: Door.AskedItem) => {
          asked.push(id)
          return intentOf(String(input))
        },
      },
      { id: 'broken', answer: () => Promise.reject(new Error('no service')) },
    ],
    incumbent: 'mine',
    scorer: {
      name: 'same',
      score: (output: Door.Output, item: Door.Item) =>
        output.kind === 'text' && output.text === item.expected,
    },
    bar: { margin: 0.05 },
  } as const
  const first = await run(task, { baseDir: folder.path })
  expect(asked).toHaveLength(rows.length)
  const row = (id: string) => first.candidates.find((one) => one.id === id)
  expect(row('mine')?.quality).toMatchObject({ kind: 'known', value: 1 })
  expect(row('broken')?.verdict).not.toBe('meets')
  const again = await run(task, { baseDir: folder.path })
  expect(asked).toHaveLength(rows.length)
  expect(again.overhead.reused).toBe(rows.length)
  const newer = { ...task.candidates[0], version: '2' }
  await run({ ...task, candidates: [newer, task.candidates[1]] }, { baseDir: folder.path })
  expect(asked).toHaveLength(2 * rows.length)
})

test('plan, check, sci and a written result go by typed calls', async () => {
  const { check, plan, readResult, run, sci } = await open()
  const { sentences, candidates } = await plan(spec, { baseDir: folder.path })
  expect(candidates.map(({ id }) => id)).toEqual(['stored'])
  expect(sentences.length).toBeGreaterThan(2)
  folder.write('spec.yaml', JSON.stringify(spec))
  const told: string[] = []
  const onEvent = (event: Door.RunEvent) => void told.push(event.type)
  await run('spec.yaml', { baseDir: folder.path, out: '.', onEvent })
  expect(told).toContain('stage')
  const { decision } = await readResult(folder.read('result.json'))
  expect(decision.chosen).toBe('stored')
  expect(await check('spec.yaml', { baseDir: folder.path })).toMatchObject({
    ...{ task: 'library', findings: [] },
  })
  const { explanations } = await sci({ kwh: 1, embodied: 50, requests: 1000, grid: 'DEU' })
  expect(explanations[0]?.lines.join(' ')).toMatch(/gCO2e|g CO2e/)
  await expect(readResult('{}')).rejects.toMatchObject({ code: 'RESULT_INVALID' })
})

const model = (name: string): string =>
  fileURLToPath(new URL(`../../examples/helpdesk-intents/models/${name}`, import.meta.url))

test('compare and shrink are called with the defaults of their commands', async () => {
  const { compare, shrink } = await open()
  const options = { baseDir: folder.path, limit: 5, rounds: 1 }
  const { agreement, items } = await compare(model('tiny'), model('tiny'), options)
  expect([agreement?.same, items]).toEqual([5, 5])
  const rows = ['cancel order 12, please', 'stop my subscription', 'order 9 is not wanted']
  folder.write(
    'labeled.jsonl',
    rows.map((text) => `{"text":"${text}","label":"cancel_order"}`).join('\n'),
  )
  const { proof } = await compare(model('tiny'), model('tiny'), {
    ...{ ...options, data: 'labeled.jsonl', expected: 'label', margin: 0.05 },
  })
  expect(proof).toMatchObject({
    items: 3,
    claim: { kind: 'undecided', n: 3, win: 0, lose: 0, look: 1 },
  })
  expect(folder.read('rightsize.lock')).toContain('"compare"')
  await expect(
    shrink(model('tiny'), { baseDir: folder.path, out: 'smaller' }),
  ).rejects.toMatchObject({
    name: 'RightsizeError',
    message: expect.stringContaining('rightsize.yaml'),
  })
})

test('the defaults of compare and shrink are those of the command line', async () => {
  const { compareDefaults, shrinkDefaults } = await open()
  const { compare } = await import('../../src/cli/compare.ts')
  const { shrink } = await import('../../src/cli/shrink.ts')
  const same = (flags: object, defaults: object) => {
    const names = Object.keys(defaults).filter(
      (one) => one in flags && !['set', 'carry'].includes(one),
    )
    expect(names.length).toBeGreaterThan(5)
    for (const name of names) {
      const parameter = Reflect.get(flags, name) as Parameter
      expect([name, parameter.read([], name)]).toEqual([name, Reflect.get(defaults, name)])
    }
  }
  same(shrink.flags, shrinkDefaults)
  same(compare.flags, compareDefaults)
})
