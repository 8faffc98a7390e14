import { afterEach, expect, test, vi } from 'vitest'
import { Folder, jsonl, ticketRows, tickets } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let one: Folder
afterEach(() => one.remove())

const outside = (folder: Folder): readonly string[] =>
  folder.files().filter((name) => !name.startsWith('results'))

test('with --out a run from flags writes nothing beside the data, and its spec works from there', async () => {
  one = new Folder()
  one.write('data/tickets.csv', tickets(90))
  one.write('answer.mjs', "export const answer = () => 'refund'\n")
  const before = outside(one)
  const judged = ['--input', 'text', '--expected', 'label', '--floor', '0.5']
  const tried = ['--try', 'linear', '--try', 'module:answer.mjs']
  const ran = await one.rightsize([
    'run',
    'data/tickets.csv',
    ...judged,
    ...tried,
    '--out',
    'results',
  ])
  expect(ran.code).toBeLessThan(3)
  expect(outside(one)).toEqual(before)
  expect(one.files()).toEqual(
    expect.arrayContaining([
      'results/rightsize.yaml',
      'results/rightsize.lock',
      'results/result.json',
    ]),
  )
  expect(one.read('results/rightsize.yaml')).toContain('../data/tickets.csv')
  expect(ran.err).toContain('wrote results/rightsize.yaml')
  const check = await one.rightsize(['check', 'results/rightsize.yaml'])
  expect(check).toMatchObject({ code: 0 })
  const again = await one.rightsize(['run', 'results/rightsize.yaml'])
  expect(again.code).toBe(ran.code)
})

test('with --out predictions are decided on in that folder too', async () => {
  one = new Folder()
  const rows = ticketRows(40)
  one.write('a.jsonl', jsonl(rows.map(({ id, label }) => ({ id, output: label }))))
  one.write('labels.jsonl', jsonl(rows.map(({ id, label }) => ({ id, expected: label }))))
  const before = outside(one)
  const args = ['run', '--predictions', 'a=a.jsonl', '--expected', 'labels.jsonl', '--floor', '0.5']
  const ran = await one.rightsize([...args, '--out', 'results'])
  expect(ran.code).toBeLessThan(3)
  expect(outside(one)).toEqual(before)
})

test('a spec in a folder that cannot be written is decided on with --out, and without it named', async () => {
  one = new Folder()
  const rows = ticketRows(40)
  one.write('spec/items.jsonl', jsonl(rows))
  one.write('spec/a.jsonl', jsonl(rows.map(({ id, label }) => ({ id, output: label }))))
  one.write(
    'spec/rightsize.yaml',
    'task: t\ndataset: { test: items.jsonl, input: text, expected: label, id: id }\ncandidates:\n  - { id: a, runtime: replay, model: a.jsonl }\nbar: { floor: 0.5 }\n',
  )
  // A folder where the test of writing wants a file: nobody can write it, root neither.
  one.write('spec/.rightsize-write-test/taken', '')
  const refused = await one.rightsize(['run', 'spec/rightsize.yaml'])
  expect(refused.err).toContain('error WRITE_FAILED')
  const before = outside(one)
  const ran = await one.rightsize(['run', 'spec/rightsize.yaml', '--out', 'results'])
  expect(ran.code).toBeLessThan(3)
  expect(ran.err).toContain('store, lock and looks are kept in')
  expect(outside(one)).toEqual(before)
})
