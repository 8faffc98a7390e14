import { expect, test } from 'vitest'
import type { Item } from '../data/item.ts'
import { closedSet } from './closed-set.ts'

const items = (labels: readonly unknown[]): readonly Item[] =>
  labels.map((expected, at) => ({
    ...{ id: String(at), input: 'x', expected, slices: {}, cluster: null, row: {}, digest: '' },
  }))

test('labels that occur again are a closed set, with numbers and truth values as text', () => {
  expect(closedSet(items(['b', 'a', 'b', 'a']))).toEqual(['a', 'b'])
  expect(closedSet(items([1, 2, 1, 2, true, true]))).toEqual(['1', '2', 'true'])
})

test('free answers, lists and one label alone are none', () => {
  expect(closedSet(items(['Paris', 'Rome', 'Lima', 'Oslo', 'Oslo']))).toBeNull()
  expect(closedSet(items([['a'], ['a'], ['b']]))).toBeNull()
  expect(closedSet(items(['a', 'a', 'a']))).toBeNull()
  expect(closedSet(items([null, null]))).toBeNull()
})

test('what a candidate knows beside the labels of the data is a label too, but not names of no known meaning', () => {
  const data = items(['refund', 'login', 'refund', 'login'])
  expect(closedSet(data, [['Refund', 'login', 'delivery']])).toEqual([
    'delivery',
    'login',
    'refund',
  ])
  expect(closedSet(data, [['LABEL_0', 'LABEL_1']])).toEqual(['login', 'refund'])
})
