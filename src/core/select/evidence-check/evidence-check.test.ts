import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Item } from '../../data/item.ts'
import { seededRandom } from '../../random/random.ts'
import { answerHealth } from '../../score/answer-health.ts'
import { labelReader } from '../../score/label-reader.ts'
import type { Evidence, HeardCandidate } from './evidence.ts'
import { rowFacts } from './row-facts.ts'
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
    named: null,
    crossFitted: false,
  }
}

const evidence = (
  items: readonly Item[],
  incumbent: HeardCandidate | null,
  others: readonly HeardCandidate[] = [],
  more: Partial<Evidence> = {},
): Evidence => ({
  ...{ items, incumbent, closed: labels, exact: true, relative: true, limit: 0.1, floor: 0 },
  ...{ orders: [], unused: [] },
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

test('items of one label block every word, where labels are compared as they stand', () => {
  const alike = Array.from({ length: 40 }, (_, at) => item(at, 'a1'))
  const all = said(
    'large',
    alike.map(() => 'a1'),
    alike,
  )
  const one = evidence(alike, all, [], { closed: null, relative: false })
  expect(codes(one)).toEqual(['one-label'])
  expect(codes({ ...one, exact: false })).toEqual([])
  expect(codes({ ...one, items: [...alike.slice(1), item(40, 'b2')] })).toEqual([])
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

/** 300 items of four labels; `wrong(at)` says where the candidate misses. */
function missing(
  wrong: (at: number) => boolean,
  row: (at: number) => Item['row'] = () => ({}),
): Evidence {
  const rows = Array.from({ length: 300 }, (_, at) => item(at, labels[at % 4], row(at)))
  const truth = rows.map(({ expected }) => String(expected))
  const texts = truth.map((label, at) =>
    wrong(at) ? (labels.find((one) => one !== label) as string) : label,
  )
  const large = said('large', truth, rows)
  const facts = rowFacts(rows, rows, { test: 'x', input: 'text', expected: 'label' })
  return evidence(rows, large, [said('small', texts, rows)], { ...facts, limit: 0.05 })
}

test('quality that falls along the rows or the date is named with where and how much', () => {
  const falls = missing((at) => at >= 260 && at % 4 !== 1)
  expect(evidenceCaps(falls)).toMatchObject([
    { code: 'falling-quality', candidate: 'small', at: 'undecided' },
  ])
  expect(evidenceCaps(falls)[0]?.why).toContain('of 300 items')
  const dated = (at: number) => ({ day: `2026-0${1 + ((at * 7) % 9)}-11` })
  const later = missing((at) => (at * 7) % 9 === 8 && at % 5 !== 0, dated)
  expect(evidenceCaps(later)[0]?.why).toContain('by `day`')
})

test('rows of an undeclared source are named with the flag; declared or unique they are no alarm', () => {
  const conversation = (at: number) => ({ conversation_id: `c${Math.floor(at / 6)}` })
  const named = missing((at) => at % 30 === 0, conversation)
  expect(evidenceCaps(named)).toMatchObject([{ code: 'repeated-values', candidate: 'small' }])
  expect(evidenceCaps(named)[0]?.next).toContain('--cluster conversation_id')
  const alike = missing(
    (at) => [3, 17, 22, 35, 41].includes((at * 7) % 50),
    (at) => ({ batch: `b${(at * 7) % 50}` }),
  )
  expect(evidenceCaps(alike)[0]?.why).toContain('`batch`')
  expect(codes({ ...named, unused: [] })).toEqual([])
  expect(
    codes(
      missing(
        (at) => at % 30 === 0,
        (at) => ({ user: `u${at}` }),
      ),
    ),
  ).toEqual([])
})

test('for a student that the judging rows taught, values with one label each are named, whatever the column is called', () => {
  const template = (at: number) => ({ template: `${labels[at % 4]} ${at % 12}` })
  const made = missing(() => false, template)
  const taught = (of: Evidence): Evidence => ({
    ...of,
    candidates: of.candidates.map((one) => ({ ...one, crossFitted: one.id === 'small' })),
  })
  expect(codes(made)).toEqual([])
  expect(evidenceCaps(taught(made))).toMatchObject([
    { code: 'repeated-values', candidate: 'small', at: 'undecided' },
  ])
  expect(evidenceCaps(taught(made))[0]?.next).toMatch(/--cluster template.*--slice template/)
  // The label under another name, and kinds of rows that have several labels.
  for (const row of [
    (at: number) => ({ code: `code of ${labels[at % 4]}` }),
    (at: number) => ({ topic: `topic ${at % 25}` }),
  ])
    expect(codes(taught(missing(() => false, row)))).toEqual([])
})

test('a source is found behind many other columns and in late rows; rows without a value are no group', () => {
  const kinds = Object.fromEntries(Array.from({ length: 12 }, (_, k) => [`kind${k}`, k]))
  const late = (at: number) => {
    const others = Object.fromEntries(
      Object.entries(kinds).map(([name, k]) => [name, (at * (k + 3)) % 15]),
    )
    return at < 120 ? others : { ...others, session_id: `s${Math.floor(at / 6)}` }
  }
  const found = evidenceCaps(missing((at) => at % 30 === 0, late))
  expect(found[0]?.next).toContain('--cluster session_id')
  const mostlyEmpty = (at: number) => ({ user_id: at % 10 === 0 ? `u${at}` : '' })
  expect(codes(missing((at) => at % 30 === 0, mostlyEmpty))).toEqual([])
})

test('on clean rows each of the two alarms in at most 1 % of 1,000 draws', () => {
  const random = seededRandom(11)
  const alarms = { 'falling-quality': 0, 'repeated-values': 0 }
  for (let draw = 0; draw < 1000; draw += 1) {
    const clean = missing(
      () => random.next() < 0.12,
      (at) => ({ batch: `b${Math.floor(at / 6)}`, day: `2026-01-${10 + (at % 20)}` }),
    )
    for (const code of codes(clean)) alarms[code as keyof typeof alarms] += 1
  }
  expect(alarms['falling-quality']).toBeLessThanOrEqual(10)
  expect(alarms['repeated-values']).toBeLessThanOrEqual(10)
})

test('a file sorted by label is no alarm, though a candidate is worse on the last one', () => {
  const rows = Array.from({ length: 300 }, (_, at) => item(at, labels[Math.floor(at / 75)]))
  const truth = rows.map(({ expected }) => String(expected))
  const texts = truth.map((label, at) => (label === 'd4' && at % 2 === 0 ? 'a1' : label))
  const facts = rowFacts(rows, rows, { test: 'x', input: 'text', expected: 'label' })
  const large = said('large', truth, rows)
  expect(codes(evidence(rows, large, [said('small', texts, rows)], facts))).toEqual([])
})

test('two names that one server answers with one model are not two models; prompts of one name are left alone', () => {
  const named = (id: string, asked: string, served: string) => ({
    ...said(id, right, items),
    named: { asked, served },
  })
  const large = named('large', 'gpt-4o', 'gpt-4o-2024-08-06 at https://a')
  const found = (other: HeardCandidate) =>
    evidenceCaps(evidence(items, large, [other])).filter(({ code }) => code === 'one-model')
  expect(found(named('small', 'gpt-4o-mini', 'gpt-4o-2024-08-06 at https://a'))).toMatchObject([
    { candidate: 'small', at: 'undecided', why: expect.stringContaining('one model') },
  ])
  expect(found(named('small', 'gpt-4o-mini', 'gpt-4o-mini-2024-07-18 at https://a'))).toEqual([])
  expect(found(named('small', 'gpt-4o-mini', 'gpt-4o-2024-08-06 at https://b'))).toEqual([])
  expect(found(named('short prompt', 'gpt-4o', 'gpt-4o-2024-08-06 at https://a'))).toEqual([])
  expect(found(said('small', right, items))).toEqual([])
})
