import { describe, expect, test } from 'vitest'
import { accountInputs, accountSpec } from '../../../test/fixtures/account-run.ts'
import type { Known } from '../unit/estimate.ts'
import { within } from '../unit/known.ts'
import { explainSci } from './explain-sci.ts'
import { type SciFigures, usageOfFigures } from './figures.ts'
import { gridFactor } from './grid-factor.ts'
import { type ImportedUse, usageOfImport } from './imported-use.ts'
import { siteOf } from './site.ts'

// Ends by hand: a factor of the very place, 10 % either way.
const grid = {
  ...accountInputs.grid,
  intensity: within('gPerKwh', 342.06, [0.9, 1.1], {
    ...{ method: 'sourced', how: 'by hand', source: 'by hand', level: 0.9 },
  }),
}
const figures: SciFigures = {
  energyKwh: 0.75,
  requests: 1000,
  accepted: 957,
  durationS: 5400,
  pue: 1.2,
  grid,
}
const v = (e: unknown) => (e as Known<'gPerR'>).value

describe('figures from the command line', () => {
  test('give a score, and the derivation names E, I, M and R with their sources', () => {
    const { lines, sci, score } = explainSci(usageOfFigures(figures))
    expect(score!.operationalG).toBeCloseTo(0.75 * 1.2 * 342.06, 9)
    expect(v(sci.perAccepted)).toBeCloseTo(score!.totalG / 957, 12)
    const text = lines.join('\n')
    expect(text).toMatch(/E {2}750 Wh x PUE 1\.2 = 900 Wh/)
    expect(text).toMatch(
      /I {2}342\.1 gCO2e\/kWh {3}\(Germany 2024, average, production, lifecycle, 307\.9 to 376\.3; Ember/,
    )
    expect(text).toMatch(/M {2}TE 1215 kg .* x 5400 s \/ 4 years x share 1/)
    expect(text).toMatch(/measure next: /)
    const [, low, high] = /SCI per inference {8}360 mgCO2e {2}\[(.*), (.*)\]/.exec(text) ?? []
    // The ends are quantiles of 10,000 draws: within 0.5 % of those of 4 million.
    expect(Number(low) / 303.8).toBeCloseTo(1, 2)
    expect(Number(high) / 417.2).toBeCloseTo(1, 2)
    expect(text).not.toMatch(/e-\d|0\.000/)
  })

  test('the 2022 study again, end to end: 8.164 g per run (0.5 %)', () => {
    const usa = gridFactor({
      zone: 'X',
      value: 478.4,
      unit: 'g/kWh',
      period: 2022,
      kind: 'average',
      source: 'study',
    })
    const usage = usageOfFigures({
      energyKwh: 1285.47,
      requests: 680_143.78,
      embodiedG: 4_938_000,
      pue: 1,
      grid: usa,
    })
    expect(Math.abs(v(explainSci(usage).sci.perInference) / 8.164 - 1)).toBeLessThan(0.005)
  })

  test('nothing accepted is infinite, in words; nothing stated is not known', () => {
    const none = explainSci(usageOfFigures({ ...figures, accepted: 0 }))
    expect(none.lines.join('\n')).toMatch(/per accepted answer {2}infinite: none of 1000 answers/)
    const bare = explainSci(usageOfFigures({ energyKwh: 1, requests: 10, grid }))
    expect(bare.lines.join('\n')).toMatch(/no score: the device time is unknown/)
  })

  test.each([
    [{ requests: 0 }, 'FUNCTIONAL_UNIT_ZERO'],
    [{ requests: Number.NaN }, 'FUNCTIONAL_UNIT_ZERO'],
    [{ energyKwh: -1 }, 'QUANTITY_INVALID'],
    [{ energyKwh: Number.NaN }, 'QUANTITY_INVALID'],
    [{ accepted: 1001 }, 'QUANTITY_INVALID'],
    [{ accepted: -1 }, 'QUANTITY_INVALID'],
    [{ durationS: -5 }, 'QUANTITY_INVALID'],
    [{ pue: 0.5 }, 'QUANTITY_INVALID'],
    [{ share: 0 }, 'QUANTITY_INVALID'],
    [{ device: 'toaster' }, 'ACCOUNT_INVALID'],
  ])('%j is refused', (wrong, code) => {
    expect(() => usageOfFigures({ ...figures, ...wrong })).toThrow(
      expect.objectContaining({ code }),
    )
  })

  test('energy must be stated', () => {
    expect(() => usageOfFigures({ requests: 1, grid })).toThrow(/no energy/)
  })
})

describe('imported energy', () => {
  const site = siteOf({ account: accountSpec.account, deployment: null, cores: 8, grid })
  const use: ImportedUse = {
    name: 'run 1',
    tool: 'codecarbon',
    energyKwh: 0.12,
    pueInside: 1.2,
    durationS: 100,
    requests: null,
    tokens: null,
    boundary: 'machine: CPU, RAM',
    method: 'modeled',
    notes: [],
  }

  test('PUE that is already inside is taken out, and the tool keeps its error', () => {
    const usage = usageOfImport(use, site, { requests: 1000, accepted: 900 })
    expect((usage.energy as Known<'JPerItem'>).value).toBeCloseTo((0.1 * 3.6e6) / 1000, 9)
    expect(
      (usage.energy as Known<'JPerItem'>).high / (usage.energy as Known<'JPerItem'>).value,
    ).toBeCloseTo(1.9, 9)
    expect(v(explainSci(usage).sci.operational)).toBeCloseTo((0.12 * 342.06) / 1000, 9)
  })

  test('without a number of answers there is no score, and none is made up', () => {
    expect(() => usageOfImport(use, site)).toThrow(
      expect.objectContaining({ code: 'FUNCTIONAL_UNIT_ZERO' }),
    )
    const tokens = usageOfImport({ ...use, energyKwh: null, requests: 5 }, site)
    expect(explainSci(tokens).sci.perInference.kind).toBe('unknown')
  })
})
