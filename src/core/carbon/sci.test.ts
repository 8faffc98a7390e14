import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Usage } from '../result/usage.ts'
import { type Known, unknown } from '../unit/estimate.ts'
import { exact, known, within } from '../unit/known.ts'
import { compareSci } from './compare-sci.ts'
import { embodiedDevice } from './device.ts'
import { gridFactor } from './grid-factor.ts'
import { sciOf } from './sci.ts'
import { ownSpread } from './sci-model.ts'
import { pueOf } from './site.ts'

const about = { method: 'measured', how: 'test meter', source: 'test' } as const
const grid = gridFactor({
  zone: 'USA',
  value: 383.55,
  unit: 'g/kWh',
  period: 2024,
  kind: 'average',
  source: 'Ember',
})

function usage(
  candidate: string,
  joules: number,
  accepted: number,
  more: Partial<Usage> = {},
): Usage {
  return {
    candidate,
    meter: 'rapl',
    answers: 1000,
    energy: within('JPerItem', joules, [0.9, 1.1], about),
    idle: unknown('no load declared'),
    pue: pueOf(1.2),
    grid,
    embodied: {
      kind: 'devices',
      parts: [{ device: embodiedDevice('server'), share: exact('share', 0.25, 'test') }],
      occupancy: within('sPerItem', 0.01 * joules, [0.95, 1.05], about),
    },
    acceptRate: within('share', accepted, [0.98, 1.02], about),
    ...more,
  }
}
const asOften = exact('ratio', 1, 'counted')
const large = usage('large', 10, 0.95)
const v = (e: unknown) => (e as Known<'gPerR'>).value

describe('SCI of a candidate', () => {
  test('operational plus embodied is the score per inference, and each is E x I and TE x share', () => {
    const sci = sciOf(large)
    expect(v(sci.operational) + v(sci.embodied)).toBeCloseTo(v(sci.perInference), 15)
    expect(v(sci.operational)).toBeCloseTo((10 * 1.2 * 383.55) / 3.6e6, 12)
    expect(v(sci.embodied)).toBeCloseTo((1_215_000 * 0.25 * 0.1) / (4 * 365 * 86400), 12)
    expect(sci.grid).toContain('average, 383.55 gCO2e/kWh')
  })

  test('per accepted answer is per inference over the accept rate', () => {
    const sci = sciOf(large)
    expect(v(sci.perAccepted)).toBeCloseTo(v(sci.perInference) / 0.95, 12)
  })

  test('a cheap wrong model pays for its wrong answers, and the incumbent for its own in the same way', () => {
    const [wrong, right] = [usage('wrong', 1, 0.1), usage('right', 2, 0.95)].map((u) => sciOf(u))
    expect(v(wrong!.perInference)).toBeLessThan(v(right!.perInference))
    expect(v(wrong!.perAccepted)).toBeGreaterThan(v(right!.perAccepted))
  })

  test('nothing accepted is infinite, in words', () => {
    const none = usage('none', 1, 0, { acceptRate: exact('share', 0, 'counted') })
    expect(sciOf(none).perAccepted).toEqual({
      kind: 'infinite',
      reason: 'none of 1000 answers were accepted',
    })
  })

  test('unknown energy gives an unknown score that says why, never 0', () => {
    const api = usage('api', 1, 0.9, { energy: unknown('no meter is bound to the endpoint') })
    const sci = sciOf(api)
    expect(sci.perAccepted).toEqual(unknown('no meter is bound to the endpoint'))
    expect(sci.operational.kind).toBe('unknown')
    expect(sci.embodied.kind).toBe('known')
  })

  test('idle energy is inside where it is known', () => {
    const idle = usage('idle', 10, 0.95, { idle: within('JPerItem', 5, [0.9, 1.1], about) })
    expect(v(sciOf(idle).operational)).toBeCloseTo((15 * 1.2 * 383.55) / 3.6e6, 12)
  })

  test('SCI falls when energy, intensity, device time or failure rate falls (ISO/IEC 21031)', () => {
    const k = fc.double({ min: 0.1, max: 0.95, noNaN: true })
    fc.assert(
      fc.property(k, fc.constantFrom('energy', 'grid', 'occupancy'), (less, what) => {
        const base = usage('base', 10, 0.9)
        const greener = gridFactor({
          zone: 'X',
          value: 383.55 * less,
          unit: 'g/kWh',
          period: 2024,
          kind: 'average',
          source: 'test',
        })
        const better: Usage = {
          energy: { ...base, energy: within('JPerItem', 10 * less, [0.9, 1.1], about) },
          grid: { ...base, grid: greener },
          occupancy: {
            ...base,
            embodied: {
              ...base.embodied,
              occupancy: within('sPerItem', 0.1 * less, [0.9, 1.1], about),
            },
          } as Usage,
        }[what]
        const options = { draws: 200 }
        const [b, a] = [base, better].map((u) => sciOf(u, options))
        expect(v(a!.perInference)).toBeLessThan(v(b!.perInference))
        expect(v(a!.perAccepted)).toBeLessThan(v(b!.perAccepted))
      }),
      { numRuns: 40 },
    )
  })
})

describe('comparing candidates', () => {
  const shared = {
    name: 'power model of this machine',
    ratio: within('ratio', 1, [0.45, 1.9], { method: 'modeled', how: 'line', source: 'SPECpower' }),
  }
  const modelled = (name: string, joules: number) =>
    usage(name, joules, 0.95, {
      meter: 'cpu-time',
      sharedSpread: shared,
      energy: known('JPerItem', {
        value: joules,
        low: joules * 0.44,
        high: joules * 1.95,
        method: 'modeled',
        how: 'CPU time',
        source: 'SPECpower',
      }),
    })

  test('absolutes overlap widely and the comparison still decides, because what is shared cancels', () => {
    const [a, b] = [modelled('a', 6), modelled('b', 10)]
    const [sa, sb] = [a, b].map((u) => sciOf(u).perInference as Known<'gPerR'>)
    expect(sa!.high).toBeGreaterThan(sb!.low)
    expect(compareSci(a, b, asOften)).toMatchObject({
      verdict: 'better',
      per: 'accepted',
    })
    expect(compareSci(b, a, asOften)).toMatchObject({ verdict: 'worse' })
  })

  test('a difference inside the noise cannot be told, and says what to measure next', () => {
    const seen = compareSci(modelled('a', 9.9), modelled('b', 10), asOften)
    expect(seen).toMatchObject({ verdict: 'cannot tell' })
    if ('kind' in seen) throw new Error('expected a comparison')
    expect(seen.measureNext[0]!.factor).toMatch(/energy of|accept rate|device time/)
  })

  test('mixed methods are refused, each difference named', () => {
    const marginal = { ...grid, kind: 'marginal' } as const
    const other = usage('api', 1, 0.9, { meter: 'api', grid: marginal })
    expect(() => compareSci(large, other, asOften)).toThrow(
      /large and api differ in meter: rapl against api; grid kind: average against marginal/,
    )
  })

  test('taking the shared part out of an interval and putting it back gives the interval again', () => {
    const total = modelled('a', 10).energy as Known<'JPerItem'>
    const own = ownSpread(total, shared.ratio)
    expect(own.high * 1.9).toBeCloseTo(total.high, 9)
    expect(own.low * 0.45).toBeCloseTo(total.low, 9)
    expect(own.high).toBeLessThan(total.high)
  })
})
