import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Looked } from '../result/lock.ts'
import { packItems, sharesItem } from './item-set.ts'
import { shareOfLook } from './look-alpha.ts'
import { lookAhead, type NewLook, spendLook } from './spend-look.ts'

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
const none: Looked = { looks: [], sets: {} }

const look = (names: readonly string[], more: Partial<NewLook> = {}): NewLook => ({
  items: names.map(digest),
  ...{ test: 'part', alpha: 0.05, asked: `asked ${names}`, key: `key ${names}` },
  ...{ at: '2026-01-01T00:00:00.000Z', by: 'run', task: 'tickets', incumbent: 'large' },
  bar: { kind: 'relative', margin: 0.01, tolerance: 0 },
  candidates: ['small'],
  ...more,
})

/** Numbers of looks that are taken one after the other. */
function numbers(looks: readonly NewLook[]): readonly number[] {
  let looked = none
  return looks.map((one) => {
    const spent = spendLook(looked, one)
    looked = spent.looked
    return spent.terms.number
  })
}

test('a look is charged for every earlier one that shares an item, whatever it is called and whoever looks', () => {
  const items = ['a', 'b', 'c']
  expect(
    numbers([
      look(items),
      look(items, { key: '2', task: 'other name' }),
      look(items, { key: '3', bar: { kind: 'absolute', floor: 0.9, target: 0.9 } }),
      look(items, { key: '4', incumbent: null, by: 'shrink' }),
      look([...items, 'd', 'e'], { key: '5' }),
      look(['e'], { key: '6' }),
      look(['x', 'y'], { key: '7', task: 'mails' }),
    ]),
  ).toEqual([1, 2, 3, 4, 5, 3, 1])
})

test('a look is charged for every earlier one at the same question, of whatever items', () => {
  expect(
    numbers([
      look(['a'], { key: '1' }),
      look(['b'], { key: '2', candidates: ['other'] }),
      look(['c'], { key: '3', bar: { kind: 'relative', margin: 0.01, tolerance: 0.005 } }),
      look(['d'], { key: '4', bar: { kind: 'relative', margin: 0.02, tolerance: 0 } }),
      look(['e'], { key: '5', incumbent: 'other' }),
      look(['f'], { key: '6', task: 'mails' }),
      look(['g'], { key: '7' }),
    ]),
  ).toEqual([1, 2, 3, 1, 1, 1, 4])
})

test('the same question on the same outcomes is the same look; without items nothing is spent', () => {
  const once = spendLook(none, look(['a']))
  const again = spendLook(once.looked, look(['a'], { at: '2027-01-01T00:00:00.000Z' }))
  expect([again.terms, again.looked]).toEqual([once.terms, once.looked])
  const empty = spendLook(once.looked, look([], { key: 'nothing' }))
  expect([empty.terms.number, empty.looked]).toEqual([1, once.looked])
})

test('before the outcomes are known the terms are those of the same question, else of the next look', () => {
  const { looked } = spendLook(none, look(['a', 'b']))
  expect(lookAhead(looked, look(['a', 'b'])).number).toBe(1)
  expect(lookAhead(looked, look(['b'])).number).toBe(2)
})

test('looks of which only the test part is known are charged by it', () => {
  const { looked } = spendLook(none, look(['a']))
  const former: Looked = { ...looked, looks: looked.looks.map((one) => ({ ...one, set: null })) }
  expect(numbers([look(['z'])])).toEqual([1])
  expect(lookAhead(former, look(['z'], { task: 'mails' })).number).toBe(2)
  const elsewhere = { test: 'another part', task: 'mails' }
  expect(lookAhead(former, look(['z'], elsewhere)).number).toBe(1)
})

test('all looks that any one item was part of spend at most alpha together', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1 })
  fc.assert(
    fc.property(fc.array(names, { maxLength: 12 }), (sets) => {
      const taken = sets.map((items, at) =>
        look(items, { key: String(at), asked: String(at), task: String(at % 2) }),
      )
      const spent = new Map<string, number>()
      for (const [at, number] of numbers(taken).entries())
        for (const name of sets[at] ?? [])
          spent.set(name, (spent.get(name) ?? 0) + 0.05 * shareOfLook(number))
      expect(Math.max(0, ...spent.values())).toBeLessThanOrEqual(0.05 + 1e-12)
    }),
  )
})

test('packed sets: order and repeats do not matter, 8 letters an item', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(digest) as [string, string, string]
  expect(packItems([a, b, c])).toEqual(packItems([c, a, b, a]))
  expect(packItems([a, b, c]).items).toHaveLength(24)
  expect(packItems([a, b]).set).not.toBe(packItems([a, c]).set)
  expect(sharesItem(packItems([a, b]).items, packItems([b, c]).items)).toBe(true)
  expect(sharesItem(packItems([a]).items, packItems([b, c]).items)).toBe(false)
})
