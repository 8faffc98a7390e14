import { expect, test } from 'vitest'
import { seededRandom } from '../random/random.ts'
import { normalQuantile } from '../stats/special-functions.ts'
import { claimOf } from './claim.ts'
import { chanceOfCertificate, chancePooledBelow, fewestItems } from './forecast.ts'
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

test('the chance that more items settle it comes true as often as stated, where losses are spread around 0 as assumed', () => {
  const random = seededRandom('pooled')
  const normal = () => normalQuantile(random.next())
  const [n, more, most, spread, variance, draws] = [32, 500, 0.005, 0.02, 0.1, 20_000]
  const bins = [0, 1].map(() => ({ stated: 0, came: 0, count: 0 }))
  for (let at = 0; at < draws; at += 1) {
    const loss = spread * normal()
    const expected = loss + normal() * Math.sqrt(variance / n)
    const later = loss + normal() * Math.sqrt(variance / more)
    const stated = chancePooledBelow({ n, expected, variance }, more, most, spread)
    const bin = bins[stated < 0.5 ? 0 : 1]
    if (bin === undefined) continue
    bin.count += 1
    bin.stated += stated
    if ((n * expected + more * later) / (n + more) < most) bin.came += 1
  }
  for (const { stated, came, count } of bins) {
    expect(count).toBeGreaterThan(draws / 10)
    expect(Math.abs(stated - came) / count).toBeLessThan(3 * Math.sqrt(0.25 / count))
  }
  const seen = { n, expected: 0.01, variance }
  expect(chancePooledBelow(seen, more, most, 1e6)).toBeCloseTo(
    chancePooledBelow(seen, more, most),
    9,
  )
})
