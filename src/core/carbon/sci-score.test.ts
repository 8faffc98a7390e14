import { describe, expect, test } from 'vitest'
import { yearS } from './device.ts'
import { embodiedGrams, scoreOf } from './sci-score.ts'

describe('SCI at given figures', () => {
  test('the specification: 1000 kg, 4 years, 1 hour is 28.5 g (ISO/IEC 21031, worked example)', () => {
    const grams = embodiedGrams({
      totalG: 1_000_000,
      share: 1,
      durationS: 3600,
      lifetimeS: 4 * yearS,
    })
    expect(grams).toBeCloseTo(28.5, 1)
  })

  // GSF study 2022 (eval_sci_of_foundation_models), Table VI: GPT-J, 680,143.78 runs, 1285.47 kWh, 478.4 g/kWh,
  // 4938 kg embodied, 8.164 g per run.
  test('the 2022 foundation model study: GPT-J is 8.164 g per run within 0.5 %', () => {
    const { sci } = scoreOf({
      itEnergyKwh: 1285.47,
      pue: 1,
      gridGPerKwh: 478.4,
      embodied: { grams: 4_938_000 },
      units: 680_143.78,
    })
    expect(Math.abs(sci / 8.164 - 1)).toBeLessThan(0.005)
  })

  // what if-run 1.1.0 prints for these figures (Multiply, Multiply, SciEmbodied, Sum, Sci)
  test.each([
    { it: 2.5e-5, share: 0.125, durationS: 1200, units: 912, sci: 0.0019684016437354806 },
    { it: 0.75, share: 1, durationS: 5400, units: 957, sci: 0.42780285137630436 },
  ])(
    'the figures of Impact Framework 1.1.0 to the last bit: $sci',
    ({ it, share, durationS, units, sci }) => {
      const made = scoreOf({
        itEnergyKwh: it,
        pue: 1.2,
        gridGPerKwh: 383.55,
        embodied: { totalG: 1.5e6, share, durationS, lifetimeS: 126_144_000 },
        units,
      })
      expect(made.sci).toBe(sci)
    },
  )

  test.each([0, -1, Number.NaN])('R = %d is refused, not turned into a score', (units) => {
    const input = { itEnergyKwh: 1, pue: 1, gridGPerKwh: 1, embodied: { grams: 0 }, units }
    expect(() => scoreOf(input)).toThrow(/functional unit/)
  })
})
