import { expect, test } from 'vitest'
import { claimOf } from './claim.ts'
import { chanceOfCertificate, fewestItems } from './forecast.ts'
import { uncorrected } from './grade.ts'
import { lossOfScores } from './loss-of-scores.ts'

test('the fewest items that can prove anything: one less cannot', () => {
  const fewest = fewestItems(0.02, 0.05)
  const same = (items: number) => {
    const scores = new Uint8Array(items)
    const pairing = { own: scores, reference: scores, clusters: null }
    const loss = lossOfScores(pairing, { floor: 0 })
    const risk = { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 } as const
    return claimOf(loss, {
      ...{ limit: 0.02, risk, correction: uncorrected },
      look: 1,
      traffic: null,
    }).kind
  }
  expect([same(fewest), same(fewest - 1)]).toEqual(['certified', 'supported'])
})

test('the forecast of a proof: even odds where bound and margin are expected to meet, better with more items and less loss', () => {
  const original = new Uint8Array(1000).fill(1)
  const losing = (count: number) => original.map((_, at) => Number(at >= count))
  const chance = (count: number, items = 3000) =>
    chanceOfCertificate(losing(count), original, { margin: 0.02, alpha: 0.05, items })
  // Loss 1.45 %, standard error on 3,000 items sqrt(0.01535 - 0.0145^2) / sqrt(3000) = 0.23 %: 1.45 + 1.645 x 0.23 = 1.82, close below 2.
  expect(chance(14)).toBeGreaterThan(0.5)
  expect(chance(19)).toBeLessThan(0.5)
  expect(chance(10)).toBeGreaterThan(chance(14))
  expect(chance(14, 30_000)).toBeGreaterThan(chance(14))
  expect(chanceOfCertificate([], [], { margin: 0.02, alpha: 0.05, items: 10 })).toBe(0)
})
