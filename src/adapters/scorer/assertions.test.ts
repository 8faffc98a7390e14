import { expect, test } from 'vitest'
import type { Item } from '../../core/data/item.ts'
import { assertions, knowsAssertion } from '../../core/score/assertions.ts'
import type { Score } from '../../core/score/scorer.ts'
import { schemaCheck } from './json-schema.ts'

const item = (expected: unknown): Item => ({
  id: '1',
  input: '',
  expected,
  slices: {},
  cluster: null,
  row: {},
  digest: '',
})
const score = (text: string, list: unknown) =>
  assertions({}, { schemaProblem, code: null }).score({ kind: 'text', text }, item(list)) as Score
const schemaProblem = (schema: unknown, value: unknown) => schemaCheck(schema)(value)

// What each assertion of promptfoo's documentation says of these answers.
test.each([
  ['Bonjour le monde', { type: 'contains', value: 'Bonjour' }, 1],
  ['Bonjour le monde', { type: 'contains', value: 'bonjour' }, 0],
  ['Bonjour le monde', { type: 'icontains', value: 'bonjour' }, 1],
  ['Bonjour le monde', { type: 'not-icontains', value: 'bonjour' }, 0],
  ['a b', { type: 'contains-any', value: ['x', 'b'] }, 1],
  ['a b', { type: 'contains-all', value: ['a', 'x'] }, 0],
  ['A b', { type: 'icontains-all', value: ['a', 'B'] }, 1],
  ['yes', { type: 'equals', value: 'yes' }, 1],
  ['yes ', { type: 'equals', value: 'yes' }, 0],
  ['{"b":1,"a":2}', { type: 'equals', value: { a: 2, b: 1 } }, 1],
  ['Yes!', { type: 'starts-with', value: 'Yes' }, 1],
  ['2024', { type: 'regex', value: '^\\d+$' }, 1],
  ['{"a":1}', { type: 'is-json' }, 1],
  ['so: {"a":1}', { type: 'is-json' }, 0],
  ['{"a":1}', { type: 'is-json', value: { type: 'object', required: ['b'] } }, 0],
])('%j against %j scores %d', (text, assertion, wanted) => {
  expect(score(text, [assertion]).score).toBe(wanted)
})

test('weights make the mean, and what failed is named', () => {
  const list = [
    { type: 'contains', value: 'a', weight: 3 },
    { type: 'contains', value: 'z' },
  ]
  expect(score('a', list)).toMatchObject({ score: 0.75, reason: 'failed: contains' })
})

test('a row without assertions is not judged; labels may be JSON text', () => {
  expect(score('a', []).score).toBeNull()
  expect(score('a', '[{"type":"equals","value":"a"}]').score).toBe(1)
})

test('an assertion that is not known is an error with the list of those that are', () => {
  expect(() => score('a', [{ type: 'llm-rubric', value: 'good' }])).toThrow(/llm-rubric/)
  expect(knowsAssertion('not-icontains')).toBe(true)
  expect(knowsAssertion('javascript')).toBe(false)
})
