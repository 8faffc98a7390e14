import { expect, test } from 'vitest'
import { correctionFor, uncorrected } from './grade.ts'
import { lookTerms } from './look-alpha.ts'
import { lossOfCounts } from './loss-exact.ts'
import { settlingSentence, settlingSteps } from './settling.ts'

const risk = { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 } as const
const ids = { id: 'small', incumbent: 'large' }

/** Labels that are advised after 300 with these counts. */
function labels(win: number, lose: number, look = 1, correction = uncorrected): number | null {
  const loss = lossOfCounts({ win, lose, tie: 300 - win - lose }, 0)
  const terms = { limit: 0.02, risk, look: lookTerms(0.05, look), correction }
  return settlingSteps(ids, loss, terms).find(({ kind }) => kind === 'labels')?.count ?? null
}

test('advice grows with what the next look must pay for: later looks, rivals in play, a loss near the margin', () => {
  const first = labels(12, 12) ?? 0
  // One test at alpha with the observed loss taken for true would ask for 6.2 x 0.083 / 0.0004 - 300 = 990.
  expect(first).toBeGreaterThan(2000)
  expect(labels(12, 12, 2)).toBeGreaterThan(first)
  expect(labels(12, 12, 1, correctionFor(5, 5))).toBeGreaterThan(first)
  expect(labels(12, 15)).toBeGreaterThan(first)
})

test('a loss on the margin takes many labels, a likely failure few', () => {
  expect(labels(12, 18)).toBeGreaterThan(5 * (labels(10, 24) ?? 0))
})

test('items that repeat a few inputs are told apart from a loss on the limit', () => {
  const loss = { ...lossOfCounts({ win: 0, lose: 0, tie: 60 }, 0), units: 3 }
  const terms = { limit: 0.02, risk, look: lookTerms(0.05, 1), correction: uncorrected }
  const steps = settlingSteps(ids, loss, terms)
  expect(steps.map(({ kind, count }) => [kind, count])).toEqual([
    ['labels', null],
    ['cascade', null],
  ])
  expect(settlingSentence(steps, 'incumbent')).toBe(
    'These 60 items stand for 3 items: the others repeat an input or belong to a group. Label items of other inputs and groups.',
  )
})
