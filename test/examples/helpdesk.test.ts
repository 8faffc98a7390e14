import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

// The example family's data: frozen before training, synthetic, with test phrasings that training never saw.
interface Message {
  readonly id: string
  readonly text: string
  readonly intent: string
  readonly locale: string
  readonly kind: 'plain' | 'negation' | 'order' | 'oos'
  readonly rival?: string
  readonly template: string
}

const root = join(import.meta.dirname, '../..')
const home = join(root, 'examples/helpdesk-intents')
const out = mkdtempSync(join(tmpdir(), 'helpdesk-'))
afterAll(() => rmSync(out, { recursive: true, force: true }))

const read = (name: string): Message[] =>
  readFileSync(join(home, 'data', `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Message)
const train = read('train')
const calibration = read('calibration')
const held = read('test')
const patterns = (rows: Message[]): Set<string> =>
  new Set(rows.flatMap((row) => row.template.split('|')))
const share = (rows: Message[], kinds: readonly string[]): number =>
  rows.filter((row) => kinds.includes(row.kind)).length / rows.length

test('the generator writes the committed bytes again', () => {
  execFileSync(process.execPath, [join(root, 'tools/helpdesk/generate.mjs'), '--out', out])
  for (const name of ['train', 'calibration', 'test']) {
    const digest = (folder: string) =>
      createHash('sha256')
        .update(readFileSync(join(folder, `${name}.jsonl`)))
        .digest('hex')
    expect(digest(out), name).toBe(digest(join(home, 'data')))
  }
})

test('generator and data are what was frozen before the first training', () => {
  expect(() =>
    execFileSync(process.execPath, [join(root, 'tools/helpdesk/freeze.mjs')], { stdio: 'pipe' }),
  ).not.toThrow()
})

test('the splits have their promised sizes and no text twice', () => {
  expect([train.length, calibration.length, held.length]).toEqual([6000, 1000, 3000])
  const all = [...train, ...calibration, ...held]
  expect(new Set(all.map((row) => row.text.toLowerCase())).size).toBe(all.length)
  expect(new Set(all.map((row) => row.id)).size).toBe(all.length)
})

test('no pattern of test or calibration occurs in train', () => {
  const seen = patterns(train)
  expect(seen.size).toBeGreaterThan(400)
  expect(patterns(held).size).toBeGreaterThan(300)
  expect([...patterns(held), ...patterns(calibration)].filter((part) => seen.has(part))).toEqual([])
  expect([...seen].filter((part) => part.includes('/held/'))).toEqual([])
})

test('no sentence pattern is written twice under two names', () => {
  const script = `
    const { intents } = await import('./tools/helpdesk/intents.mjs')
    const frames = await import('./tools/helpdesk/frames.mjs')
    const { outside } = await import('./tools/helpdesk/outside.mjs')
    const pools = [outside, frames.plainFrames, frames.negationFrames, frames.sequenceFrames, frames.distractors,
      ...Object.values(frames.directionFrames),
      ...Object.values(intents).flatMap(({ acts, says }) => [acts ?? { train: [], held: [] }, says])]
    const both = pools.flatMap(({ train, held }) => held.filter((line) => train.includes(line)))
    console.log(JSON.stringify({ pools: pools.length, both }))`
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
  })
  const { pools, both } = JSON.parse(printed.toString()) as { pools: number; both: string[] }
  expect(pools).toBeGreaterThan(60)
  expect(both).toEqual([])
})

test.each([
  ['train', train],
  ['calibration', calibration],
  ['test', held],
])(
  '%s: over a quarter turns on order or negation, 5 to 8 % is out of scope, three locales',
  (_, rows) => {
    expect(share(rows, ['order', 'negation'])).toBeGreaterThan(0.25)
    expect(share(rows, ['oos'])).toBeGreaterThanOrEqual(0.05)
    expect(share(rows, ['oos'])).toBeLessThanOrEqual(0.08)
    expect([...new Set(rows.map((row) => row.locale))].sort()).toEqual(['en-GB', 'en-IN', 'en-US'])
  },
)

test('every split has the same intents: 24 or more and out of scope', () => {
  const labels = (rows: Message[]) => [...new Set(rows.map((row) => row.intent))].sort()
  expect(labels(train).length).toBeGreaterThanOrEqual(25)
  expect(labels(held)).toEqual(labels(train))
  expect(labels(calibration)).toEqual(labels(train))
  expect(labels(train)).toContain('out_of_scope')
})

test('a contrast names a rival that is another intent, and both orders of naming occur', () => {
  const contrasts = held.filter((row) => row.kind === 'order' || row.kind === 'negation')
  expect(contrasts.every((row) => row.rival !== undefined && row.rival !== row.intent)).toBe(true)
  const directed = (from: string, to: string) =>
    contrasts.filter((row) => row.rival === from && row.intent === to).length
  expect(directed('pause_subscription', 'cancel_subscription')).toBeGreaterThan(0)
  expect(directed('cancel_subscription', 'pause_subscription')).toBeGreaterThan(0)
})
