import { expect, test } from 'vitest'
import { binomialCdf } from '../stats/binomial.ts'
import { logChoose } from '../stats/special-functions.ts'
import { correctionFor, gradeOf, hopelessAt, isInPlay, shareInRace, uncorrected } from './grade.ts'
import { lossOfCounts } from './loss-exact.ts'
import { remembered } from './loss-model.ts'

const risk = { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 } as const

/** Sums over every table of n pairs with these true shares: chance of each word, alone and with equal rivals. */
function chances(n: number, win: number, lose: number, rivals: number) {
  const found = { certified: 0, passed: 0, inPlay: 0 }
  for (let differ = 0; differ <= n; differ += 1)
    for (let lost = 0; lost <= differ; lost += 1) {
      const log =
        logChoose(n, differ) +
        logChoose(differ, lost) +
        lost * Math.log(lose) +
        (differ - lost) * Math.log(win) +
        (n - differ) * Math.log(1 - win - lose)
      if (log < -25) continue
      const loss = remembered(lossOfCounts({ win: differ - lost, lose: lost, tie: n - differ }, 0))
      const limit = lose - win
      const inPlay = isInPlay(loss, limit)
      const grade = gradeOf(loss, limit, risk, correctionFor(rivals, inPlay ? rivals : 0))
      const mass = Math.exp(log)
      if (grade === 'certified') found.certified += mass
      if (grade === 'certified' || grade === 'supported') found.passed += mass
      if (inPlay) found.inPlay += mass
    }
  return found
}

test.each([
  [60, 0.05, 0.1, 1],
  [60, 0.01, 0.06, 1],
  [60, 0.05, 0.1, 4],
])(
  'on the margin each word is wrong at most as often as it may be, summed exactly: n %i, win %f, lose %f, K %i',
  (n, win, lose, K) => {
    const { certified, passed, inPlay } = chances(n, win, lose, K)
    expect(certified).toBeLessThanOrEqual(0.05)
    expect(passed).toBeLessThanOrEqual(0.2)
    expect(inPlay).toBeGreaterThanOrEqual(0.8)
  },
)

test('a candidate that can only lose is supported no oftener than 20 %', () => {
  const [n, margin] = [100, 0.05]
  let most = -1
  for (let lose = 0; lose < 20; lose += 1) {
    const loss = lossOfCounts({ win: 0, lose, tie: n - lose }, 0)
    if (['certified', 'supported'].includes(gradeOf(loss, margin, risk, uncorrected))) most = lose
  }
  expect(binomialCdf(most, n, margin)).toBeLessThanOrEqual(0.2)
})

test('hopeless rivals cost a good candidate nothing but the factor for leaving them out', () => {
  expect(correctionFor(1, 1).share).toBe(1)
  expect(correctionFor(30, 1).share).toBeCloseTo(0.8, 12)
  expect(correctionFor(30, 30).share).toBeCloseTo(0.8 / 30, 12)
})

test('a race spends its error once, and tests for being hopeless spend at most 12 %', () => {
  for (const looked of [1, 2, 5, 22]) {
    const shares = Array.from({ length: looked }, (_, before) => shareInRace(looked, before))
    expect(shares.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(1)
  }
  const levels = Array.from({ length: 100_000 }, (_, fed) => hopelessAt(fed))
  expect(levels.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(0.12)
})
