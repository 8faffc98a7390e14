import { expect, test } from 'vitest'
import type { Item } from '../../core/data/item.ts'
import { openScorer } from './table.ts'

const slow = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'
const item = (expected: unknown): Item => ({
  ...{ id: 'r7', input: 'x', expected, cluster: null, slices: {}, digest: 'd', row: {} },
})
const open = (name: string, options: Readonly<Record<string, unknown>> = {}) =>
  openScorer({ name, weight: 1, options }, { baseDir: '/', env: {}, fetch, noExec: false } as never)
const text = (answer: string) => ({ kind: 'text' as const, text: answer })

const exploding = '^(?=(a+)+$)'
test.each<[string, string, Readonly<Record<string, unknown>>, unknown]>([
  ['the pattern of a regex', 'regex', { pattern: exploding }, 'x'],
  ['a label that is the pattern', 'regex', {}, exploding],
  ['an assertion', 'assertions', {}, [{ type: 'regex', value: exploding }]],
  [
    'a JSON Schema',
    'json-schema',
    { schema: { type: 'object', properties: { a: { pattern: '^(a+)+$' } } } },
    'x',
  ],
])('%s that explodes is stopped by name', async (_, name, options, expected) => {
  const scorer = await open(name, options)
  const answer = name === 'json-schema' ? JSON.stringify({ a: slow }) : slow
  expect(() => scorer.score(text(answer), item(expected))).toThrow(
    expect.objectContaining({ code: 'SCORER_SLOW', message: expect.stringContaining('r7') }),
  )
  const fine = name === 'json-schema' ? '{"a":"aaa"}' : 'aaa'
  expect(await scorer.score(text(fine), item(expected))).toMatchObject({ score: 1 })
})

test('an error inside stays itself, and look-around works', async () => {
  const scorer = await open('regex', { pattern: '(?<!not )refund' })
  expect(await scorer.score(text('a refund'), item('x'))).toMatchObject({ score: 1 })
  expect(await scorer.score(text('not refund'), item('x'))).toMatchObject({ score: 0 })
  const broken = await open('regex')
  expect(() => broken.score(text('a'), item('('))).toThrow(
    expect.objectContaining({ code: 'SCORER_OPTION' }),
  )
})

test('a pattern without look-ahead takes no time at all', async () => {
  const scorer = await open('regex', { pattern: '^(a+)+$' })
  const before = process.cpuUsage()
  expect(await scorer.score(text(`${'a'.repeat(90_000)}!`), item('x'))).toMatchObject({ score: 0 })
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1e6).toBeLessThan(1)
})
