import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NEAR, nearPairs, normalisedText, sameTextGroups } from './near-duplicates.ts'

const words = fc
  .array(
    fc.constantFrom(
      'card',
      'pay',
      'lost',
      'the',
      'when',
      'arrives',
      'top',
      'up',
      'fee',
      'why',
      'bank',
      'transfer',
    ),
    { minLength: 4, maxLength: 14 },
  )
  .map((list) => list.join(' '))

/** Every pair, by brute force over the same shingles. */
function brute(texts: readonly string[]): Set<string> {
  const sets = texts.map((text) => {
    const normal = normalisedText(text)
    return new Set(
      normal.length < 16
        ? []
        : Array.from({ length: Math.max(0, normal.length - 4) }, (_, i) => normal.slice(i, i + 5)),
    )
  })
  const found = new Set<string>()
  sets.forEach((a, i) => {
    sets.forEach((b, j) => {
      if (
        j <= i ||
        a.size === 0 ||
        b.size === 0 ||
        normalisedText(texts[i] ?? '') === normalisedText(texts[j] ?? '')
      )
        return
      const both = [...a].filter((s) => b.has(s)).length
      if (both / (a.size + b.size - both) >= NEAR) found.add(`${i},${j}`)
    })
  })
  return found
}

test('finds the pairs that brute force finds, but for one in a thousand', () => {
  let wanted = 0
  let missed = 0
  fc.assert(
    fc.property(fc.array(words, { minLength: 2, maxLength: 12 }), words, (texts, extra) => {
      const list = [...texts, `${texts[0]} ${extra.split(' ')[0]}`]
      const found = new Set(nearPairs(list).pairs.map(([i, j]) => `${i},${j}`))
      const all = brute(list)
      for (const pair of found) expect(all.has(pair)).toBe(true)
      wanted += all.size
      missed += [...all].filter((pair) => !found.has(pair)).length
    }),
    { seed: 7, numRuns: 300 },
  )
  expect(wanted).toBeGreaterThan(100)
  expect(missed / wanted).toBeLessThanOrEqual(0.001)
})

test('texts that differ in case, punctuation and spaces form one group', () => {
  expect(sameTextGroups(['Top-up?', 'x', 'top up', 'TOP  UP!'])).toEqual([[0, 2, 3]])
})

test.each([
  ['1 + 1', '1 - 1'],
  ['x = 3 * 4', 'x = 3 / 4'],
  ['route 66', 'route 67'],
])('%s and %s stay two texts', (a, b) => {
  expect(normalisedText(a)).not.toBe(normalisedText(b))
})

test('ten thousand copies of one text do not make a hundred million comparisons', () => {
  const texts = Array.from(
    { length: 2000 },
    (_, i) => `the very same sentence again and again and again ${i % 10}`,
  )
  const { pairs, complete } = nearPairs(texts)
  expect(complete).toBe(false)
  expect(pairs.length).toBeLessThanOrEqual(400_000)
})
