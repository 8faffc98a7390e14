import { describe, expect, test } from 'vitest'
import { seededRandom } from '../random/random.ts'
import { normalQuantile } from '../stats/special-functions.ts'
import { meanInterval, perItem, ratioOfRounds, studentQuantile } from './interleaved.ts'
import { mayRank, noiseOf } from './noise.ts'

const about = { how: 'test', source: 'test' }

describe('Student t', () => {
  test.each([
    [0.975, 1, 12.706],
    [0.975, 4, 2.776],
    [0.95, 9, 1.833],
    [0.995, 29, 2.756],
    [0.975, 1000, 1.962],
  ])('quantile %f with %i degrees is %f (NIST e-Handbook, table 1.3.6.7.2)', (p, v, t) => {
    expect(studentQuantile(p, v)).toBeCloseTo(t, 3)
  })

  test('mean and interval of 4.9, 5.1, 5.0, 5.2: 5.05 +- 3.182 x 0.0645', () => {
    const { mean, half } = meanInterval([4.9, 5.1, 5.0, 5.2], 0.95)
    expect(mean).toBeCloseTo(5.05, 12)
    expect(half).toBeCloseTo(3.182446 * 0.0645497, 5)
  })
})

describe('a ratio from interleaved windows', () => {
  test('is the geometric mean of the rounds, and turns round when the two change places', () => {
    const rounds = [
      { a: 1, b: 4 },
      { a: 2, b: 8.4 },
      { a: 1.5, b: 5.9 },
    ]
    const forward = ratioOfRounds(rounds, about)
    const back = ratioOfRounds(
      rounds.map(({ a, b }) => ({ a: b, b: a })),
      about,
    )
    if (forward.kind !== 'known' || back.kind !== 'known') throw new Error('known ratios expected')
    expect(forward.value).toBeCloseTo((4 * 4.2 * (5.9 / 1.5)) ** (1 / 3), 12)
    expect(back.value).toBeCloseTo(1 / forward.value, 12)
    expect(back.low).toBeCloseTo(1 / forward.high, 12)
  })

  test('a drift of the machine that hits both alike cancels in each round', () => {
    const rounds = [1, 1.5, 2.2, 3.1].map((drift) => ({ a: drift, b: 3 * drift }))
    expect(ratioOfRounds(rounds, about)).toMatchObject({
      value: expect.closeTo(3, 9),
      low: expect.closeTo(3, 9),
    })
  })

  test('modelled joules carry the watts per thread in which two programs may differ', () => {
    const rounds = [1, 1, 1].map((a) => ({ a, b: 2 }))
    const ratio = ratioOfRounds(rounds, { ...about, modeled: true })
    const factor = 1.4 ** Math.SQRT2
    expect(ratio).toMatchObject({
      value: expect.closeTo(2, 12),
      low: expect.closeTo(2 / factor, 9),
      high: expect.closeTo(2 * factor, 9),
      method: 'modeled',
    })
  })

  test('too few rounds, or a window with nothing in it, is unknown and not 0', () => {
    expect(ratioOfRounds([{ a: 1, b: 1 }], about).kind).toBe('unknown')
    expect(
      ratioOfRounds(
        [1, 1, 0].map((a) => ({ a, b: 1 })),
        about,
      ).kind,
    ).toBe('unknown')
  })

  test('95 % intervals hold the true ratio in 93.5 to 96.5 % of 4,000 noisy worlds', () => {
    const random = seededRandom('interleaved')
    const noise = (): number => Math.exp(0.1 * normalQuantile(random.next()))
    let held = 0
    for (let world = 0; world < 4000; world++) {
      const rounds = Array.from({ length: 8 }, () => ({ a: noise(), b: 1.7 * noise() }))
      const ratio = ratioOfRounds(rounds, about)
      if (ratio.kind === 'known' && ratio.low <= 1.7 && ratio.high >= 1.7) held++
    }
    expect(held / 4000).toBeGreaterThan(0.935)
    expect(held / 4000).toBeLessThan(0.965)
  })
})

test('an amount per item is the mean of its windows, widened by what the meter may be off by', () => {
  const amounts = [0.9, 1, 1.1]
  const plain = perItem('JPerItem', amounts, { method: 'measured', ...about })
  const wide = perItem('JPerItem', amounts, { method: 'modeled', ...about, meterError: [0.5, 2] })
  if (plain.kind !== 'known' || wide.kind !== 'known') throw new Error('known amounts expected')
  expect(plain.value).toBeCloseTo(1, 12)
  expect(wide.low).toBeCloseTo(plain.low / 2, 12)
  expect(wide.high).toBeCloseTo(plain.high * 2, 12)
  expect(perItem('JPerItem', [1, 0], { method: 'measured', ...about }).kind).toBe('unknown')
})

describe('no ranking by energy', () => {
  const apart = ratioOfRounds(
    [2, 2.1, 1.9].map((b) => ({ a: 1, b })),
    about,
  )
  const same = ratioOfRounds(
    [0.9, 1.1, 1].map((b) => ({ a: 1, b })),
    about,
  )

  test('above 2 % of steal in any window', () => {
    expect(mayRank(apart, [0, 0.019, null])).toEqual({ ranks: true })
    expect(mayRank(apart, [0, 0.021])).toMatchObject({ ranks: false })
    expect(noiseOf([0, 0.05, 0.03])).toBe('the host took up to 5.0 % of CPU time in 2 of 3 windows')
    expect(noiseOf([null])).toBeNull()
  })

  test('when the interval holds 1, or the ratio is not known', () => {
    expect(mayRank(same, [])).toMatchObject({
      ranks: false,
      why: expect.stringContaining('holds 1'),
    })
    expect(mayRank({ kind: 'unknown', why: 'no meter' }, [])).toEqual({
      ranks: false,
      why: 'no meter',
    })
  })
})
