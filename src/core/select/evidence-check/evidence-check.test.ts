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
