import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Item } from '../../data/item.ts'
import { seededRandom } from '../../random/random.ts'
import { answerHealth } from '../../score/answer-health.ts'
import { labelReader } from '../../score/label-reader.ts'
import type { Evidence, HeardCandidate } from './evidence.ts'
import { evidenceCaps } from './table.ts'

const labels = ['a1', 'b2', 'c3', 'd4']
const read = labelReader(labels)

function item(at: number, expected: unknown, row: Item['row'] = {}): Item {
  return {
    ...{ id: String(at), input: `text ${at}`, expected, slices: {}, cluster: null, row },
    digest: String(at),
  }
}

/** A candidate that said these texts. */
function said(id: string, texts: readonly string[], items: readonly Item[]): HeardCandidate {
  const readings = texts.map(read)
  const answered = readings.map((one) => (one.kind === 'label' ? one.label : null))
  const heard = texts.map((raw, at) => ({
    ...{ item: String(at), raw, failed: false, reading: readings[at] ?? null },
    ...{ finish: undefined, wrongKind: false },
  }))
  return {
    id,
    read: answered,
    scores: answered.map((label, at) => (label === items[at]?.expected ? 1 : 0)),
    health: answerHealth(heard, () => 'Answer with one label.'),
  }
}

const evidence = (
  items: readonly Item[],
  incumbent: HeardCandidate | null,
  others: readonly HeardCandidate[] = [],
  more: Partial<Evidence> = {},
): Evidence => ({
  ...{ items, incumbent, closed: labels, relative: true },
  candidates: incumbent === null ? others : [incumbent, ...others],
  ...more,
})

const codes = (of: Evidence) => evidenceCaps(of).map(({ code }) => code)
const items = Array.from({ length: 80 }, (_, at) => item(at, labels[at % 4]))
const right = items.map(({ expected }) => String(expected))

test('an incumbent whose answers cannot be read blocks every word, with the change that mends it', () => {
  const unread = said(
    'large',
    right.map(() => 'no idea'),
    items,
  )
  expect(evidenceCaps(evidence(items, unread))).toMatchObject([
    {
      ...{ code: 'incumbent-unread', candidate: null, at: 'undecided' },
      next: 'Answer with one label.',
    },
  ])
})

test('an incumbent with nothing right blocks every word; without one, all candidates together do', () => {
  const wrong = right.map((label) => (label === 'a1' ? 'b2' : 'a1'))
  expect(codes(evidence(items, said('large', wrong, items)))).toEqual(['nothing-right'])
  const both = [said('x', wrong, items), said('y', wrong, items)]
  expect(codes(evidence(items, null, both))).toEqual(['nothing-right'])
  expect(codes(evidence(items, null, [...both, said('z', right, items)]))).toEqual([])
})

test('an incumbent that guesses blocks every word of a margin; a floor does not need it', () => {
  const guess = right.map((_, at) => labels[(at >> 2) % 4] as string)
  const large = said('large', guess, items)
  expect(codes(evidence(items, large))).toEqual(['incumbent-guessing'])
  expect(codes(evidence(items, large, [], { relative: false }))).toEqual([])
})

/** 98 of 100 items have one label. */
const skewed = Array.from({ length: 200 }, (_, at) => item(at, at % 50 === 0 ? 'b2' : 'a1'))
const skewedRight = skewed.map(({ expected }) => String(expected))

test('an incumbent no better than the commonest label blocks every word', () => {
  const constant = skewed.map(() => 'a1')
  expect(codes(evidence(skewed, said('large', constant, skewed)))).toEqual(['incumbent-majority'])
  const traded = skewedRight.map((label, at) => (at === 1 || at === 2 ? 'b2' : label))
  expect(codes(evidence(skewed, said('large', traded, skewed)))).toEqual(['incumbent-majority'])
  const many = Array.from({ length: 200 }, (_, at) => item(at, at % 10 === 0 ? 'b2' : 'a1'))
  const good = said(
    'large',
    many.map(({ expected }) => String(expected)),
    many,
  )
  expect(codes(evidence(many, good))).toEqual([])
})

test('a candidate that always answers one class is capped alone; one that is right on a rare item is not', () => {
  const many = Array.from({ length: 200 }, (_, at) => item(at, at % 10 === 0 ? 'b2' : 'a1'))
  const large = said(
    'large',
    many.map(({ expected }) => String(expected)),
    many,
  )
  const constant = said(
    'small',
    many.map(() => 'a1'),
    many,
  )
  expect(evidenceCaps(evidence(many, large, [constant]))).toMatchObject([
    { code: 'one-class', candidate: 'small', at: 'undecided' },
  ])
  const stray = said(
    'stray',
    many.map((_, at) => (at === 3 ? 'b2' : 'a1')),
    many,
  )
  expect(codes(evidence(many, large, [stray]))).toEqual(['one-class'])
  const once = said(
    'once',
    many.map((_, at) => (at === 0 ? 'b2' : 'a1')),
    many,
  )
  expect(codes(evidence(many, large, [once]))).toEqual([])
})

test('a candidate right on half of the rare items is called one class in at most 1 % of 1,000 draws', () => {
  const random = seededRandom(7)
  const many = Array.from({ length: 200 }, (_, at) => item(at, at % 10 === 0 ? 'b2' : 'a1'))
  const large = said(
    'large',
    many.map(({ expected }) => String(expected)),
    many,
  )
  let called = 0
  for (let draw = 0; draw < 1000; draw += 1) {
    const texts = many.map(({ expected }) =>
      expected === 'b2' && random.next() < 0.5 ? 'a1' : String(expected),
    )
    if (codes(evidence(many, large, [said('half', texts, many)])).length > 0) called += 1
  }
  expect(called).toBeLessThanOrEqual(10)
})

test('an incumbent of 60 % or more among four labels is stopped in none of 1,000 draws', () => {
  const random = seededRandom(20261130)
  let stopped = 0
  for (let draw = 0; draw < 1000; draw += 1) {
    const texts = right.map((label) =>
      random.next() < 0.6 ? label : (labels.find((one) => one !== label) as string),
    )
    if (codes(evidence(items, said('large', texts, items))).length > 0) stopped += 1
  }
  expect(stopped).toBeLessThanOrEqual(10)
})

test('no mixture of readable answers of which most are right is stopped', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 40, maxLength: 80 }), (misses) => {
      const texts = right.map((label, at) => (misses[at] && at % 3 === 0 ? 'c3' : label))
      expect(codes(evidence(items, said('large', texts, items)))).toEqual([])
    }),
    { numRuns: 100 },
  )
})
