import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readLock } from '../../src/core/result/lock-text.ts'
import { Folder, ticketRows } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const folder = new Folder()
afterAll(() => folder.remove())

const csv = `text,label\n${ticketRows(60)
  .map(({ text, label }) => `"${text}",${label}`)
  .join('\n')}\n`

/** Runs \`check\` with some files changed, and puts them back. */
async function checked(changes: Readonly<Record<string, (text: string) => string>>) {
  const before = new Map(Object.keys(changes).map((name) => [name, folder.read(name)]))
  for (const [name, change] of Object.entries(changes))
    folder.write(name, change(folder.read(name)))
  const ran = await folder.rightsize(['check', '--json'])
  for (const [name, text] of before) folder.write(name, text)
  const { findings } = JSON.parse(ran.out) as { findings: { code: string; severity: string }[] }
  return { code: ran.code, errors: findings.filter((one) => one.severity === 'error') }
}

const lock = () => readLock(folder.read('rightsize.lock'), 'rightsize.lock')

beforeAll(async () => {
  folder.write('tickets.csv', csv)
  const init = await folder.rightsize(['init', 'tickets.csv', '--yes'])
  expect(init.err).toContain('wrote rightsize.yaml')
  expect(folder.read('.gitattributes')).toBe('rightsize.lock merge=union\n')
  expect(folder.read('rightsize.yaml')).toContain('input: text, expected: label')
})

test('init, plan and run one after the other decide, with a student and nothing else', async () => {
  const plan = await folder.rightsize(['plan'])
  expect(plan).toMatchObject({ code: 0, out: expect.stringMatching(/every candidate runs/i) })
  const ran = await folder.rightsize(['run'])
  expect(ran.code).toBe(0)
  const { decisions, looks } = await lock()
  expect(looks).toMatchObject([{ by: 'run', number: 1, claim: { chosen: 'linear' } }])
  expect(decisions['tickets']?.chosen).toMatchObject({ id: 'linear' })
})

test('the fresh decision holds', async () => {
  expect(await checked({})).toEqual({ code: 0, errors: [] })
})

test.each<[string, Readonly<Record<string, (text: string) => string>>]>([
  ['the data change', { 'tickets.csv': (text) => text.replace('locked out', 'locked in') }],
  ['a label changes', { 'tickets.csv': (text) => text.replace('",refund', '",login') }],
  ['the spec changes', { 'rightsize.yaml': (text) => text.replace('floor: 0.9', 'floor: 0.8') }],
  [
    'it has expired',
    {
      'rightsize.lock': (text) =>
        text.replace(/"validUntil": "[^"]*"/, '"validUntil": "2020-01-01T00:00:00.000Z"'),
    },
  ],
  [
    'the model is another',
    {
      'rightsize.lock': (text) => text.replace(/"revision": "[0-9a-f]{6}/, '"revision": "ffffff'),
    },
  ],
  ['the data are gone', { 'tickets.csv': () => '' }],
])('check fails when %s', async (_what, changes) => {
  const { code, errors } = await checked(changes)
  expect(errors.length).toBeGreaterThan(0)
  expect(code).toBe(1)
})

test('the model file of the chosen student is held against the lock', async () => {
  const path = (await lock()).decisions['tickets']?.chosen?.model ?? ''
  const file = folder.files().find((name) => name.endsWith('.safetensors'))
  expect(path).not.toBe('')
  expect(file).toBeDefined()
  if (file === undefined) return
  const { code } = await checked({ [file]: (text) => `${text}x` })
  expect(code).toBe(1)
})

test('init does not write over a spec, and plan writes nothing', async () => {
  const again = await folder.rightsize(['init', 'tickets.csv', '--yes'])
  expect(again).toMatchObject({ code: 3, err: expect.stringContaining('SPEC_EXISTS') })
})
