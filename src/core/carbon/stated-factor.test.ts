import { expect, test } from 'vitest'
import { pueOf, siteOf } from './site.ts'
import { ratioOf, statedGrid } from './stated-factor.ts'

const hydro = { value: 25, source: 'Hydro-Quebec', year: 2024 }

test('a stated grid has its source and year, 10 % either way, and its age', () => {
  const { intensity, ...rest } = statedGrid(hydro, { asOf: 2025 })
  expect(rest).toMatchObject({ zone: 'stated', period: '2024', kind: 'average' })
  expect(intensity).toMatchObject({ value: 25, low: 22.5, source: 'Hydro-Quebec' })
  expect(intensity.high).toBeCloseTo(27.5, 9)
  const old = statedGrid(hydro, { asOf: 2028 }).intensity
  expect([old.low, old.high]).toEqual([
    expect.closeTo(22.5 * 0.92 ** 3, 9),
    expect.closeTo(27.5 * 1.03 ** 3, 9),
  ])
})

test('a stated interval is kept as it is, and must hold its value', () => {
  const { intensity } = statedGrid({ ...hydro, low: 20, high: 40 }, { asOf: 2030 })
  expect([intensity.low, intensity.high]).toEqual([20, 40])
  expect(() => ratioOf({ value: 25, low: 30 }, [1, 1])).toThrow('does not hold')
  expect(() => statedGrid({ ...hydro, source: 'RECs' }, {})).toThrow('market-based')
})

test('the same record states PUE and embodied carbon', () => {
  expect(
    pueOf({ value: 1.08, low: 1.07, high: 1.1, source: 'operator', year: 2025 }),
  ).toMatchObject({
    ...{ value: 1.08, source: 'operator, 2025' },
    ...{ low: expect.closeTo(1.07, 9), high: expect.closeTo(1.1, 9) },
  })
  expect(() => pueOf({ value: 0.9, source: 'operator', year: 2025 })).toThrow()
  const deployment = {
    ...{ instances: 1, replicas: 1, share: 1, load: [], scaleToZero: false },
    embodied: { value: 1300, low: 1000, high: 1600, source: 'Dell R740 LCA', year: 2019 },
  }
  const account = { pue: null, lifetimeYears: 4 }
  const { device } = siteOf({ account, deployment, cores: 64, grid: statedGrid(hydro, {}) })
  expect(device.total).toMatchObject({
    ...{ value: 1.3e6, low: 1e6, high: 1.6e6, source: 'Dell R740 LCA, 2019' },
  })
})

test('kg typed as g are refused with the grams; 0 is taken', () => {
  const typed = () => statedGrid({ ...hydro, value: 0.025 }, {})
  expect(typed).toThrow(expect.objectContaining({ code: 'GRID_FACTOR_INVALID' }))
  expect(typed).toThrow(/kg typed as g\?/)
  expect(statedGrid({ ...hydro, value: 0 }, {}).intensity.value).toBe(0)
})
