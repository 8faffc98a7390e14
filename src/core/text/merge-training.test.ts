import { describe, expect, test } from 'vitest'
import { trainMerges } from './merge-training.ts'

describe('trainMerges', () => {
  test('counts as in the worked example of Sennrich, Haddow and Birch', () => {
    // ACL 2016, algorithm 1 and its output: es, est, est</w>, lo, low, ne, new, newest</w>, low</w>; ties are ours.
    const words = { low: 5, lower: 2, newest: 6, widest: 3 }
    const names = [...new Set(Object.keys(words).join(''))].sort()
    names.push('</w>')
    const symbols = Object.keys(words).map((word) => [...word, '</w>'].map((c) => names.indexOf(c)))
    const merges = trainMerges(
      { symbols, counts: Object.values(words) },
      {
        join: (left, right) => names.push(`${names[left]}${names[right]}`) - 1,
        room: () => names.length < 11 + 10,
        minCount: 1,
      },
    )
    expect(merges.map((merge) => merge.count)).toEqual([9, 9, 9, 7, 7, 6, 6, 6, 5, 3])
    expect(names.slice(11, 20)).toEqual(
      expect.arrayContaining(['es', 'est</w>', 'lo', 'low', 'newest</w>', 'low</w>']),
    )
  })

  test('joins a run of equal symbols from the left', () => {
    const symbols = [[0, 0, 0]]
    trainMerges({ symbols, counts: [3] }, { join: () => 1, room: once(), minCount: 1 })
    expect(symbols).toEqual([[1, 0]])
  })

  test('stops when no pair is frequent enough', () => {
    const words = {
      symbols: [
        [0, 1],
        [0, 2],
      ],
      counts: [1, 1],
    }
    expect(trainMerges(words, { join: () => 3, room: () => true, minCount: 2 })).toEqual([])
  })
})

function once(): () => boolean {
  let left = 1
  return () => left-- > 0
}
