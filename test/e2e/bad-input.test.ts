import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { compiledPackage } from './compiled.ts'
import { type Ended, ended, Folder, jsonl, ticketRows } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const folders: Folder[] = []
afterAll(() => {
  for (const folder of folders) folder.remove()
})

const rows = ticketRows(12)
const answers = jsonl(rows.map(({ id, label }) => ({ id, output: label })))
const good = [
  'task: t',
  'dataset: { test: items.jsonl, input: text, expected: label, id: id }',
  'candidates:',
  '  - { id: a, runtime: replay, model: a.jsonl, parameters: 2000 }',
  '  - { id: b, runtime: replay, model: a.jsonl, parameters: 1000 }',
  'bar: { floor: 0.5 }',
].join('\n')

/** A folder that works, but for what a test breaks in it. */
function folder(files: Readonly<Record<string, string>> = {}): Folder {
  const made = new Folder()
  folders.push(made)
  const all = { 'items.jsonl': jsonl(rows), 'a.jsonl': answers, 'rightsize.yaml': good, ...files }
  for (const [name, text] of Object.entries(all)) made.write(name, text)
  return made
}

/** Exit 3, nothing on stdout, and on stderr code, cause and next step without a stack. */
function refused(ran: Ended, code: string, what: RegExp): void {
  expect(ran.err).toContain(`error ${code}: `)
  expect(ran.err).toMatch(what)
  expect(ran.err).toMatch(/^ {2}why: {2}\S/m)
  expect(ran.err).toMatch(/^ {2}next: \S/m)
  expect(ran.err).not.toMatch(/^\s+at .*:\d+/m)
  expect(ran).toMatchObject({ code: 3, out: '' })
}

describe('the spec', () => {
  test.each([
    ['an unknown key', /bar:/, 'bra:', 'SPEC_UNKNOWN_KEY', /bra.*rightsize\.yaml:6[\s\S]*bar/],
    ['a wrong type', /floor: 0.5/, 'floor: high', 'SPEC_TYPE', /rightsize\.yaml:6/],
    ['broken YAML', /\[?\{ floor/, '{ floor: [', 'SPEC_SYNTAX', /rightsize\.yaml:6/],
    ['an id twice', /id: b/, 'id: a', 'SPEC_DUPLICATE_ID', /`a`/],
    [
      'a key written down',
      /id: b,/,
      'id: b, apiKey: sk-123456789012345,',
      'SPEC_UNKNOWN_KEY',
      /apiKey/,
    ],
    ['no bar', /bar:.*/, '', 'SPEC_BAR', /floor/],
  ])('%s is told with its line', async (_what, from, to, code, message) => {
    const ran = await folder({ 'rightsize.yaml': good.replace(from, to) }).rightsize(['run'])
    refused(ran, code, message)
    expect(ran.err).not.toContain('sk-123456789012345')
  })

  test('no spec at all', async () => {
    const empty = new Folder()
    folders.push(empty)
    refused(await empty.rightsize(['run']), 'SPEC_NOT_FOUND', /rightsize init/)
    refused(await empty.rightsize(['check']), 'SPEC_NOT_FOUND', /rightsize\.yaml/)
    refused(await empty.rightsize(['why']), 'RESULT_NOT_FOUND', /result\.json/)
    expect(empty.files()).toEqual([])
  })
})

describe('the data', () => {
  test('a file that is not there', async () => {
    const one = folder({ 'rightsize.yaml': good.replace('items.jsonl', 'itmes.jsonl') })
    refused(await one.rightsize(['run']), 'DATA_MISSING', /itmes\.jsonl/)
    refused(await one.rightsize(['plan']), 'DATA_MISSING', /itmes\.jsonl/)
  })

  test('an empty file', async () => {
    refused(await folder({ 'items.jsonl': '' }).rightsize(['run']), 'DATA_EMPTY', /items\.jsonl/)
  })

  test('a header and nothing below it', async () => {
    const one = folder({ 'empty.csv': 'text,label\n' })
    const flags = ['--input', 'text', '--expected', 'label', '--try', 'linear', '--floor', '0.9']
    refused(await one.rightsize(['run', 'empty.csv', ...flags]), 'DATA_EMPTY', /empty\.csv/)
  })

  test('a column that is not there is answered with the nearest', async () => {
    const one = folder({ 'rightsize.yaml': good.replace('label', 'lable') })
    refused(await one.rightsize(['run']), 'DATA_COLUMN', /lable[\s\S]*label/)
  })

  test('the same id twice names both rows', async () => {
    const twice = jsonl([...rows, { ...rows[3], text: 'another' }])
    const ran = await folder({ 'items.jsonl': twice }).rightsize(['run'])
    refused(ran, 'DATA_DUPLICATE_ID', /`t3` \(rows 4 and 13\)/)
  })

  test('a row that is no JSON is told with its line', async () => {
    const broken = `${jsonl(rows)}{"id": "x", \n`
    refused(await folder({ 'items.jsonl': broken }).rightsize(['run']), 'DATA_ROW', /jsonl:13/)
  })

  test('labels that contradict each other are listed, and refused with strictSplits', async () => {
    const conflict = jsonl([...rows.slice(0, 11), { ...rows[0], id: 't11', label: 'login' }])
    const one = folder({ 'items.jsonl': conflict })
    await one.rightsize(['run'])
    const codes = one.result().task.warnings.map(({ code }) => code)
    expect(codes).toContain('conflicting-labels')
    one.write('rightsize.yaml', `${good}\nstrictSplits: true\n`)
    refused(await one.rightsize(['run']), 'DATA_OVERLAP', /#0 money back/)
  })

  test('a label that no candidate can answer', async () => {
    const labelled = good.replaceAll(
      'model: a.jsonl',
      'model: a.jsonl, labels: [refund, shipping, logn]',
    )
    const ran = await folder({ 'rightsize.yaml': labelled }).rightsize(['run'])
    refused(ran, 'DATA_LABEL', /`login`[\s\S]*logn/)
  })

  test('a bar that so few items cannot show is said by plan and by run', async () => {
    const certify = good.replace('bar: { floor: 0.5 }', 'incumbent: a\nbar: { margin: 0.01 }')
    const one = folder({ 'rightsize.yaml': certify })
    const plan = await one.rightsize(['plan'])
    expect(plan.code).toBe(0)
    expect(plan.out.replace(/\s+/g, ' ')).toMatch(/cannot|can not|at least [\d,]+ (labels|items)/)
    const ran = await one.rightsize(['run'])
    expect(ran.code).toBe(2)
    expect(ran.out.replace(/\s+/g, ' ')).toMatch(/more (labels|items)/)
  })
})

describe('the store and the lock', () => {
  test('a store of a newer version is left as it is', async () => {
    const one = folder()
    expect(await one.rightsize(['run'])).toMatchObject({ code: expect.any(Number) })
    const { default: Database } = await import('libsql')
    const db = new Database(`${one.path}/.rightsize/store.db`)
    db.exec('PRAGMA user_version = 99')
    db.close()
    refused(await one.rightsize(['run']), 'STORE_NEWER', /99|newer/)
  })

  test('a file that is no store', async () => {
    const one = folder({
      '.rightsize/store.db': 'not a database, but somebody put it here\n'.repeat(99),
    })
    refused(await one.rightsize(['run']), 'STORE_UNREADABLE', /store\.db/)
    expect(one.read('.rightsize/store.db')).toContain('somebody put it here')
  })

  test('a lock with a merge conflict', async () => {
    const one = folder({ 'rightsize.lock': '<<<<<<< HEAD\n{}\n' })
    refused(await one.rightsize(['check']), 'LOCK_INVALID', /rightsize\.lock/)
    refused(await one.rightsize(['run']), 'LOCK_INVALID', /rightsize\.lock/)
    expect(one.read('rightsize.lock')).toContain('HEAD')
  })
})

describe('the machine', () => {
  test.skipIf(!existsSync('/dev/full'))('a full disk behind stdout is named', async () => {
    const full = openSync('/dev/full', 'w')
    const main = join(compiledPackage(), 'dist/cli/main.js')
    const { status, stderr } = spawnSync(process.execPath, [main, 'doctor'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    })
    closeSync(full)
    expect(stderr).toMatch(/^error DISK_FULL: /)
    expect(status).toBe(3)
  })

  test('a reader that has seen enough changes neither the files nor the exit code', async () => {
    const one = folder()
    const running = one.start(['run', '--json'])
    running.stdout?.destroy()
    expect((await ended(running)).code).toBe(0)
    expect(one.files()).toContain('rightsize.lock')
  })

  test('a model that a scorer opened does not keep the program alive', async () => {
    const model = resolve(import.meta.dirname, '../../examples/helpdesk-intents/models/tiny')
    const scorer = `scorer: { name: embedding-similarity, options: { model: ${model} } }`
    const ran = await folder({ 'rightsize.yaml': `${good}\n${scorer}\n` }).rightsize(['run'])
    expect(ran).toMatchObject({ code: 3, err: expect.stringContaining('returned no vector') })
  })

  test('a folder that cannot be written', async () => {
    const ran = await folder({ reports: 'a file' }).rightsize(['run', '--out', 'reports'])
    expect(ran.code).toBe(3)
    expect(ran.err).toMatch(/error WRITE_FAILED: .*reports.* cannot be written: a part of its path/)
  })
})

describe('flags', () => {
  test.each([
    [['run', 'items.jsonl'], 'FLAGS_MISSING', /--input/],
    [
      ['run', '--margin', 'one'],
      'FLAG_VALUE',
      /--margin takes a number from 0 to 1, not "one"[\s\S]*--margin 0.01/,
    ],
    [['run', '--margin', '0.1'], 'FLAG_UNUSED', /--margin.*rightsize\.yaml already sets it/],
    [['run', '--try', 'linear', '--regime', 'race'], 'FLAG_UNUSED', /--try, --regime/],
    [
      ['run', 'items.jsonl', '--input', 'text', '--try', 'linear', '--order', 'best'],
      'FLAG_VALUE',
      /--order takes auto, energy, price, latency or parameters, not "best"/,
    ],
    [['run', '--predictions', '=a.jsonl'], 'FLAG_VALUE', /name=file/],
    [['store', 'burn'], 'FLAG_VALUE', /show, prune, export, verify or repair, not "burn"/],
    [['store', 'prune'], 'FLAGS_MISSING', /--before/],
    [['run', '--frsh'], 'FLAG_UNKNOWN', /--frsh[\s\S]*--fresh/],
    [['rnu'], 'COMMAND_UNKNOWN', /"rnu"[\s\S]*`run`/],
    [['run', 'a.yaml', 'b.yaml'], 'ARGUMENT_EXTRA', /b\.yaml/],
  ])('%j', async (args, code, what) => {
    refused(await folder().rightsize(args), code, what)
  })
})

describe('a document that is read back', () => {
  const broken = '{"schema":"rightsize/run-result@2","task":{"name":7}}'
  const old = '{"schema":"rightsize/run-result@1","candidates":[]}'

  test.each([
    ['why', ['why', 'a']],
    ['report', ['report', 'result.json']],
    ['sci', ['sci', 'result.json']],
  ])(
    '%s names the place in a broken result, and the command that renews an old one',
    async (_, args) => {
      const one = folder({ 'result.json': broken })
      refused(
        await one.rightsize(args),
        'RESULT_INVALID',
        /`task\.name` must be text, not the number 7/,
      )
      one.write('result.json', old)
      refused(
        await one.rightsize(args),
        'RESULT_INVALID',
        /run-result@1, of an earlier rightsize[\s\S]*next: Run `rightsize run` again/,
      )
    },
  )

  test('plan goes on without it, and states so', async () => {
    const plan = await folder({ 'result.json': old }).rightsize(['plan'])
    expect(plan.code).toBe(0)
    expect(plan.out.replace(/\s+/g, ' ')).toMatch(/are not used: \S+ is rightsize\/run-result@1/)
  })
})
