import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { check } from '../../src/wire/check.ts'
import { openWorld } from '../../src/wire/effects.ts'
import { Folder } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 })

const folder = new Folder()
afterAll(() => folder.remove())

const colors = ['red', 'green', 'blue']
const csv = `id,text,label\n${Array.from({ length: 600 }, (_, i) => `r${i},item ${i} w${i % 7},${colors[i % 3]}\n`).join('')}`
const answer = 'export default (t) => L[Number(/item (\\d+)/.exec(t)[1]) % 3]\n'
const files: Readonly<Record<string, string>> = {
  'd.csv': csv,
  'train.csv': csv.replaceAll('item', 'older item').replaceAll(/^r/gm, 't'),
  'mod.mjs': `const L = ['red', 'green', 'blue']\n${answer}`,
  'mod2.mjs': `import { L } from './helper.mjs'\n${answer}`,
  'helper.mjs': "export { L } from './lists/labels.mjs'\n",
  'lists/labels.mjs': "export const L = ['red', 'green', 'blue']\n",
  'score.mjs': "export { score } from './rule.mjs'\n",
  'rule.mjs': 'export const score = (o, item) => Number((o.label ?? o.text) === item.expected)\n',
  'rightsize.yaml': `task: chk
dataset: { test: d.csv, train: train.csv, input: text, expected: label, id: id }
scorer: ./score.mjs
candidates:
  - { id: big, runtime: module, model: ./mod2.mjs, price: { perCall: 1 } }
  - { id: small, runtime: module, model: ./mod.mjs, price: { perCall: 0.1 } }
incumbent: big
order: price
regime: full
bar: { margin: 0.02 }
`,
}

/** What `check` of the folder finds now. */
async function findings(): Promise<readonly { code: string; severity: string; text: string }[]> {
  const world = openWorld({ env: {}, cwd: folder.path, noExec: true })
  const found = await check(join(folder.path, 'rightsize.yaml'), undefined, world).catch(
    (cause: { code: string; message: string }) => ({
      findings: [{ code: cause.code, severity: 'error', text: cause.message }],
    }),
  )
  await world.close()
  return found.findings
}

const errors = async () => (await findings()).filter(({ severity }) => severity === 'error')

beforeAll(async () => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder.path, name, '..'), { recursive: true })
    writeFileSync(join(folder.path, name), text)
  }
  const ran = await folder.rightsize(['run'])
  expect(ran.out).toContain('small')
})

interface Entry {
  decision?: Record<string, unknown> & { task: { data: Record<string, string> } }
  look?: Record<string, unknown>
}

/** The lock with its decision and look changed by hand. */
const lock = (change: (entry: Required<Entry>, entries: unknown[]) => void) => (text: string) => {
  const whole = JSON.parse(text) as { entries: (Entry | null)[] }
  const decision = whole.entries.find((one) => one?.decision)?.decision
  const look = whole.entries.find((one) => one?.look)?.look
  change({ decision, look } as Required<Entry>, whole.entries)
  return JSON.stringify(whole)
}
const decided = (parts: object) => ({
  'rightsize.lock': lock(({ decision }) => Object.assign(decision, parts)),
})
const chosen = (parts: object) => ({
  'rightsize.lock': lock(({ decision }) => Object.assign(decision['chosen'] as object, parts)),
})
const looked = (parts: object) => ({
  'rightsize.lock': lock(({ look }) => Object.assign(look, parts)),
})

type Changes = Readonly<Record<string, (text: string) => string>>
const far = '2099-01-01T00:00:00.000Z'
const tampers: readonly (readonly [string, Changes, string])[] = [
  ['the chosen module is replaced', { 'mod.mjs': () => "export default () => 'red'\n" }, 'model'],
  ['the module of the incumbent is replaced', { 'mod2.mjs': (text) => `${text}\n` }, 'model'],
  ['a helper is changed', { 'helper.mjs': (text) => `${text}\n` }, 'model'],
  [
    'a helper of the helper is changed',
    { 'lists/labels.mjs': (text) => text.replace('red', 'Red') },
    'model',
  ],
  ['the scorer is changed', { 'score.mjs': (text) => `${text}\n` }, 'scorer'],
  [
    'what the scorer imports is changed',
    { 'rule.mjs': () => 'export const score = () => 1\n' },
    'scorer',
  ],
  ['a label is changed', { 'd.csv': (text) => text.replace(',red', ',blue') }, 'data'],
  ['a row is dropped', { 'd.csv': (text) => text.replace(/^r1,.*\n/m, '') }, 'data'],
  ['the train part is changed', { 'train.csv': (text) => text.replace(',red', ',blue') }, 'data'],
  ['the data are gone', { 'd.csv': () => '' }, 'data'],
  [
    'all digests of data are dropped',
    { 'rightsize.lock': lock(({ decision }) => Object.assign(decision.task, { data: {} })) },
    'data',
  ],
  [
    'the digest of one part is dropped',
    { 'rightsize.lock': lock(({ decision }) => delete decision.task.data['train']) },
    'data',
  ],
  [
    'the spec is changed',
    { 'rightsize.yaml': (text) => text.replace('margin: 0.02', 'margin: 0.2') },
    'spec',
  ],
  [
    'the task is named like a built-in',
    { 'rightsize.yaml': (text) => text.replace('task: chk', 'task: constructor') },
    'undecided-task',
  ],
  [
    'the task is named __proto__',
    { 'rightsize.yaml': (text) => text.replace('task: chk', 'task: __proto__') },
    'undecided-task',
  ],
  ['validUntil is no date', decided({ validUntil: 'zzzz' }), 'date'],
  ['validUntil is later', decided({ validUntil: far }), 'date'],
  ['validUntil has expired', decided({ validUntil: '2020-01-01T00:00:00.000Z' }), 'date'],
  [
    'both dates lie ahead',
    decided({ decidedAt: far, validUntil: '2099-04-01T00:00:00.000Z' }),
    'date',
  ],
  ['decidedAt is another form of a date', decided({ decidedAt: 'Jan 1 2026' }), 'date'],
  ['another id is chosen', chosen({ id: 'gpt-flagship' }), 'decision'],
  ['the incumbent is chosen', chosen({ id: 'big' }), 'decision'],
  ['another runtime is named', chosen({ runtime: 'openai' }), 'decision'],
  ['another revision is chosen', chosen({ revision: 'f'.repeat(64) }), 'model'],
  ['the kind is none', decided({ kind: 'none' }), 'decision'],
  ['the kind is undecided', decided({ kind: 'undecided' }), 'decision'],
  ['the kind is of no kind', decided({ kind: 'sure' }), 'LOCK_INVALID'],
  ['nobody is chosen', decided({ chosen: null }), 'decision'],
  ['a rejected candidate is dropped', decided({ rejected: [] }), 'decision'],
  [
    'identities are dropped',
    { 'rightsize.lock': lock(({ decision }) => delete decision['candidates']) },
    'model',
  ],
  [
    'the identity of the incumbent is nulled',
    {
      'rightsize.lock': lock(({ decision }) =>
        Object.assign((decision['candidates'] as object[])[0] ?? {}, { revision: null }),
      ),
    },
    'evidence',
  ],
  [
    'versions of scorers are dropped',
    { 'rightsize.lock': lock(({ decision }) => Object.assign(decision.task, { scorers: {} })) },
    'scorer',
  ],
  [
    'the bar is lowered',
    decided({ bar: { kind: 'relative', margin: 0.5, tolerance: 0.01 } }),
    'spec',
  ],
  ['the loss is changed', decided({ loss: null }), 'evidence'],
  ['the headline is changed', decided({ headline: 'all is well' }), 'evidence'],
  ['the evidence is another', decided({ evidence: 'f'.repeat(64) }), 'evidence'],
  [
    'the result is changed',
    { 'result.json': (text) => text.replace('"items": 600', '"items": 601') },
    'evidence',
  ],
  ['the result is none', { 'result.json': () => '{}' }, 'evidence'],
  [
    'the look is gone',
    {
      'rightsize.lock': lock((_, entries) =>
        entries.splice(
          entries.findIndex((one) => (one as Entry)?.look),
          1,
        ),
      ),
    },
    'look',
  ],
  ['the look is named as another', decided({ look: 'f'.repeat(16) }), 'look'],
  ['the look claimed something else', looked({ claim: { kind: 'none', chosen: null } }), 'look'],
  [
    'the look was at another bar',
    looked({ bar: { kind: 'relative', margin: 0.5, tolerance: 0.01 } }),
    'look',
  ],
  ['the look was charged less', looked({ alpha: 0.2 }), 'look'],
  ['the look was another one', looked({ number: 7 }), 'look'],
  ['the look is later than the decision', looked({ at: far }), 'look'],
  ['the look was at others', looked({ candidates: ['medium'] }), 'look'],
  [
    'an item of the look is another',
    {
      'rightsize.lock': (text) => text.replace(/("items": ?")[^"]{8}/, '$1--------'),
    },
    'look',
  ],
  [
    'the items of the look are gone',
    {
      'rightsize.lock': lock((_, entries) =>
        entries.splice(
          entries.findIndex((one) => one !== null && 'set' in (one as object)),
          1,
        ),
      ),
    },
    'look',
  ],
]

describe('check finds that', () => {
  test.each(tampers)('%s', async (_what, changes, code) => {
    const before = new Map(Object.keys(changes).map((name) => [name, folder.read(name)]))
    for (const [name, change] of Object.entries(changes)) {
      const changed = change(folder.read(name))
      expect(changed).not.toBe(before.get(name))
      folder.write(name, changed)
    }
    const found = await errors()
    for (const [name, text] of before) folder.write(name, text)
    expect(found.map((one) => one.code)).toContain(code)
  })
})

test('nothing is found before and after', async () => {
  expect(await findings()).toEqual([])
})

test('a file that nothing reads changes nothing, and without result.json the evidence is said not to be here', async () => {
  folder.write('README.md', 'hello')
  const result = folder.read('result.json')
  folder.write('result.json', result.replace('"interrupted": false', '"interrupted": true'))
  const found = await findings()
  folder.write('result.json', result)
  expect(found).toMatchObject([{ code: 'evidence-absent', severity: 'warning' }])
})
