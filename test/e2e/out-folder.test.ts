import { afterEach, expect, test, vi } from 'vitest'
import { Folder, jsonl, ticketRows, tickets } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let one: Folder
afterEach(() => one.remove())

/** The ledger of looks stays where the spec would be without --out: another --out starts no other count. */
const ledger = ['.rightsize', 'rightsize.lock']

const outside = (folder: Folder): readonly string[] =>
  folder.files().filter((name) => !name.startsWith('results'))

test('with --out a run from flags leaves only its looks in the working folder, and its spec works from there', async () => {
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
  expect(outside(one)).toEqual([...before, ...ledger].sort())
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

test('a look is charged whatever folder --out names, and whatever the spec there asks later', async () => {
  one = new Folder()
  one.write('data/tickets.csv', tickets(90))
  const args = ['run', 'data/tickets.csv', '--input', 'text', '--expected', 'label']
  const look = async (floor: number, out: string) => {
    const asked = ['--floor', String(floor), '--try', 'linear', '--out', out, '--json']
    const { out: text } = await one.rightsize([...args, ...asked])
    return (JSON.parse(text) as { task: { look: number } }).task.look
  }
  expect(await look(0.5, 'results/a')).toBe(1)
  expect(await look(0.6, 'results/b')).toBe(2)
  expect(await look(0.5, 'results/c')).toBe(1)
  const spec = one.read('results/b/rightsize.yaml')
  one.write('results/b/rightsize.yaml', spec.replace('floor: 0.6', 'floor: 0.7'))
  const own = await one.rightsize(['run', 'results/b/rightsize.yaml', '--json'])
  expect(JSON.parse(own.out)).toMatchObject({ task: { look: 3 } })
  // The folder's own looks count for the next flags that name it, and then everywhere.
  one.write('results/b/rightsize.yaml', spec)
  expect(await look(0.8, 'results/b')).toBe(4)
  expect(await look(0.9, 'results/d')).toBe(5)
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
  expect(outside(one)).toEqual([...before, ...ledger].sort())
})

test('predictions beside another spec do not touch the rows that it replays', async () => {
  one = new Folder()
  const rows = ticketRows(40)
  one.write('a.jsonl', jsonl(rows.map(({ id, label }) => ({ id, output: label }))))
  one.write('b.jsonl', jsonl(rows.map(({ id }) => ({ id, output: 'refund' }))))
  one.write('labels.jsonl', jsonl(rows.map(({ id, label }) => ({ id, expected: label }))))
  const run = (file: string, floor: string) => {
    const args = ['--predictions', `a=${file}`, '--expected', 'labels.jsonl', '--floor', floor]
    return one.rightsize(['run', ...args])
  }
  expect(await run('a.jsonl', '0.5')).toMatchObject({ code: 0 })
  const kept = one.read('rightsize.yaml')
  expect(await run('b.jsonl', '0.6')).toMatchObject({
    code: 1,
    err: expect.stringContaining('stays as it is'),
  })
  expect(one.read('rightsize.yaml')).toBe(kept)
  expect(await one.rightsize(['check'])).toMatchObject({ code: 0 })
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

test('a run that its input ends leaves no spec in the way of the corrected command', async () => {
  one = new Folder()
  one.write('tickets.csv', tickets(90))
  const run = (label: string) =>
    one.rightsize(
      ['run', 'tickets.csv', '--input', 'text', '--expected', label].concat(
        ...[
          ['--floor', '0.5'],
          ['--try', 'linear'],
        ],
      ),
    )
  expect(await run('lable')).toMatchObject({ code: 3, err: expect.stringContaining('lable') })
  expect(one.files()).not.toContain('rightsize.yaml')
  const ran = await run('label')
  expect(ran.code).toBeLessThan(3)
  expect(ran.err).not.toContain('stays as it is')
  expect(one.files()).toEqual(expect.arrayContaining(['rightsize.yaml', 'rightsize.lock']))
  const kept = one.read('rightsize.yaml')
  expect(await run('lable')).toMatchObject({ code: 3 })
  expect(one.read('rightsize.yaml')).toBe(kept)
})
