import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { expect, test } from 'vitest'
import type { Output } from '../data/answer.ts'
import type { Item } from '../data/item.ts'
import { entitiesOf, entityF1 } from './entity-f1.ts'
import type { Score } from './scorer.ts'

const folder = join(env['RIGHTSIZE_DATA'] ?? '../shared/data', 'wnut17')
const item = (expected: unknown): Item => ({
  id: '1',
  input: '',
  expected,
  slices: {},
  cluster: null,
  row: {},
  digest: '',
})
const score = (output: Output, expected: unknown) =>
  entityF1({}).score(output, item(expected)) as Score

test.each([
  ['O B-PER I-PER O', [['PER', 1, 3]]],
  [
    'B-PER B-PER',
    [
      ['PER', 0, 1],
      ['PER', 1, 2],
    ],
  ],
  [
    'I-PER I-LOC',
    [
      ['PER', 0, 1],
      ['LOC', 1, 2],
    ],
  ],
  ['O I-PER', [['PER', 1, 2]]],
  [
    'S-LOC B-PER E-PER',
    [
      ['LOC', 0, 1],
      ['PER', 1, 3],
    ],
  ],
  [
    'I-PER O I-PER',
    [
      ['PER', 0, 1],
      ['PER', 2, 3],
    ],
  ],
])('the tags %s hold what conlleval finds', (tags, wanted) => {
  expect(entitiesOf(tags.split(' ')).map((e) => [e.type, e.start, e.end])).toEqual(wanted)
})

test('an entity with a wrong end is missed once and invented once', () => {
  const answer = score({ kind: 'spans', spans: [{ type: 'PER', start: 1, end: 2 }] }, [
    'O',
    'B-PER',
    'I-PER',
  ])
  expect(answer).toMatchObject({ score: 0, counts: { tp: 0, fp: 1, fn: 1 } })
})

test('tags may come as text, JSON or spans; an item without entities, rightly left alone, scores 1', () => {
  const tags = '["B-X","O"]'
  expect(score({ kind: 'text', text: 'B-X O' }, tags).score).toBe(1)
  expect(score({ kind: 'text', text: tags }, 'B-X O').score).toBe(1)
  expect(score({ kind: 'json', value: [{ type: 'X', start: 0, end: 1 }] }, tags).score).toBe(1)
  expect(score({ kind: 'text', text: 'O O' }, ['O', 'O']).score).toBe(1)
})

test('an answer without tags misses every entity', () => {
  expect(score({ kind: 'text', text: 'I see a person' }, ['B-X', 'O'])).toMatchObject({
    score: 0,
    counts: { tp: 0, fp: 0, fn: 1 },
  })
})

// seqeval 1.2.2 f1_score per sentence list; equal to the scores published for WNUT 2017 (Derczynski et al. 2017, table 3).
const published: Readonly<Record<string, number>> = {
  arcada: 0.3997856377277599,
  drexel_cci: 0.263013698630137,
  flytxt: 0.38354641467481937,
  'mic-cis.txt': 0.37055837563451777,
  'sjtu_adapt.txt': 0.40420819490586934,
  'spinningbytes.txt': 0.40777719390436157,
  uh_ritual: 0.4186320754716981,
}

function sentences(path: string): readonly (readonly string[])[] {
  const blocks = readFileSync(path, 'utf8')
    .replaceAll('\r', '')
    .split(/\n\s*\n/)
  return blocks
    .map((block) =>
      block
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => line.split(/\s+/).at(-1) ?? 'O'),
    )
    .filter((tags) => tags.length > 0)
}

test.skipIf(!existsSync(folder))('agrees with seqeval on seven systems of WNUT 2017', () => {
  const gold = sentences(join(folder, 'emerging.test.annotated'))
  expect(gold).toHaveLength(1287)
  for (const [system, wanted] of Object.entries(published)) {
    const sums = { tp: 0, fp: 0, fn: 0 }
    sentences(join(folder, 'submissions', system)).forEach((tags, i) => {
      const { counts } = score({ kind: 'json', value: tags }, gold[i])
      for (const key of ['tp', 'fp', 'fn'] as const) sums[key] += counts?.[key] ?? 0
    })
    expect((2 * sums.tp) / (2 * sums.tp + sums.fp + sums.fn)).toBeCloseTo(wanted, 12)
  }
})
