import { afterAll, expect, test, vi } from 'vitest'
import { Folder, jsonl, ticketRows } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const folders: Folder[] = []
const fresh = (): Folder => {
  const folder = new Folder()
  folders.push(folder)
  return folder
}
afterAll(() => {
  for (const folder of folders) folder.remove()
})

const rows = ticketRows(300)
const labels = `id,label\n${rows.map(({ id, label }) => `${id},${label}`).join('\n')}\n`
const right = rows.map(({ id, label }) => ({ id, output: label, joules: 5, latencyS: 0.2 }))
const good = `id,output,joules\n${rows
  .map(({ id, label }, i) => `${id},${i === 7 ? 'other' : label},1`)
  .join('\n')}\n`

test('outputs that exist decide; the joules that came with them order the candidates', async () => {
  const folder = fresh()
  folder.write('labels.csv', labels)
  folder.write('a.jsonl', jsonl(right))
  folder.write('b.csv', good)
  const ran = await folder.rightsize([
    ...['run', '--predictions', 'incumbent=a.jsonl', '--predictions', 'small=b.csv'],
    ...['--expected', 'labels.csv', '--margin', '0.03', '--json'],
  ])
  expect(ran.err).toContain('wrote rightsize.lock')
  const result = JSON.parse(ran.out) as ReturnType<Folder['result']>
  expect(result.decision).toMatchObject({ chosen: 'small', kind: 'certified' })
  expect(result.decision.order.by).toBe('energy')
  expect(result.candidates.find(({ id }) => id === 'small')?.cost.energyPerItem).toMatchObject({
    value: 1,
  })
  expect(ran.code).toBe(0)
  expect(await folder.rightsize(['check'])).toMatchObject({ code: 0 })
  // Our own result is a form of results as well: decided again under another bar, from scores alone.
  const again = await folder.rightsize([
    ...['run', '--predictions', 'result.json', '--incumbent', 'incumbent'],
    ...['--margin', '0.0001', '--out', 'again', '--json'],
  ])
  expect(JSON.parse(again.out)).toMatchObject({ bar: { margin: 0.0001 }, incumbent: 'incumbent' })
  expect(again.code).toBe(2)
})

test('ids that do not pair are named with counts', async () => {
  const folder = fresh()
  folder.write('labels.csv', labels)
  folder.write('a.jsonl', jsonl(right.slice(0, 290)))
  const ran = await folder.rightsize([
    ...['run', '--predictions', 'a=a.jsonl', '--expected', 'labels.csv', '--floor', '0.9'],
  ])
  expect(ran).toMatchObject({ code: 3, out: '' })
  expect(ran.err).toMatch(/error IMPORT_PAIRING: .*10 of 300.*`t290`/)
  expect(ran.err).toContain('next: ')
  expect(folder.files()).toEqual(['a.jsonl', 'labels.csv'])
})

test('a file of no known form, and one that is not there, are refused by name', async () => {
  const folder = fresh()
  folder.write('labels.csv', labels)
  folder.write('a.txt', 'hello')
  const run = (file: string) =>
    folder.rightsize(['run', '--predictions', `a=${file}`, '--expected', 'labels.csv'])
  expect(await run('a.txt')).toMatchObject({
    code: 3,
    err: expect.stringMatching(/error IMPORT_FORMAT.*a\.txt/),
  })
  expect(await run('b.jsonl')).toMatchObject({
    code: 3,
    err: expect.stringMatching(/error DATA_MISSING.*b\.jsonl/),
  })
})

test('without labels the incumbent is agreed with, and the report says what that is worth', async () => {
  const folder = fresh()
  folder.write('items.jsonl', jsonl(rows.map(({ id, text }) => ({ id, text }))))
  folder.write('a.jsonl', jsonl(right))
  folder.write('b.jsonl', jsonl(right.map((one, i) => (i < 3 ? { ...one, output: 'x' } : one))))
  folder.write(
    'rightsize.yaml',
    [
      'task: agree',
      'dataset: { test: items.jsonl, input: text, id: id }',
      'candidates:',
      '  - { id: big, runtime: replay, model: a.jsonl }',
      '  - { id: small, runtime: replay, model: b.jsonl }',
      'incumbent: big',
      'bar: { margin: 0.05 }',
    ].join('\n'),
  )
  await folder.rightsize(['run'])
  const { task, candidates, provenance } = folder.result()
  expect(task.metric).toBe('agreement with the incumbent')
  expect(candidates.find(({ id }) => id === 'small')?.quality).toMatchObject({ value: 0.99 })
  expect(provenance.limits.join(' ')).toContain('says nothing about the errors of the incumbent')
})

test('slices and clusters of a spec show in the result', async () => {
  const folder = fresh()
  const sliced = rows.map((row, i) => ({ ...row, lang: i % 2 ? 'de' : 'en', user: `u${i >> 2}` }))
  folder.write('items.jsonl', jsonl(sliced))
  folder.write('a.jsonl', jsonl(right))
  folder.write(
    'b.jsonl',
    jsonl(right.map((one, i) => (i % 10 === 1 ? { ...one, output: 'x' } : one))),
  )
  folder.write(
    'rightsize.yaml',
    [
      'task: sliced',
      'dataset: { test: items.jsonl, input: text, expected: label, id: id, slices: [lang], cluster: user }',
      'candidates:',
      '  - { id: big, runtime: replay, model: a.jsonl }',
      '  - { id: small, runtime: replay, model: b.jsonl }',
      'incumbent: big',
      'bar: { margin: 0.01 }',
      'constraints: { slices: { lang: { margin: 0.05 } } }',
    ].join('\n'),
  )
  const ran = await folder.rightsize(['run'])
  expect(ran.code).toBe(1)
  const { task, candidates } = folder.result()
  expect(task.clusters).toBe(75)
  expect(task.slices).toEqual({ lang: ['de', 'en'] })
  const small = candidates.find(({ id }) => id === 'small')
  expect(JSON.stringify(small?.slices)).toContain('"de"')
})
