import { describe, expect, test } from 'vitest'
import { benchPackage } from '../../../test/bench-package.ts'
import { gramsPerKwhFrom, gridFactor } from '../../core/carbon/grid-factor.ts'
import { annualFactor } from '../../core/carbon/grid-zone.ts'
import { createAnnualGrid, openGridTables } from './annual.ts'

const tables = openGridTables()
const co2 = benchPackage('@tgwf/co2')

describe('annual factors', () => {
  test.skipIf(co2.absent !== '')(
    `agree with co2.js 0.19.0 on every zone it has${co2.absent}`,
    () => {
      const { averageIntensity } = co2.load('@tgwf/co2') as {
        averageIntensity: { data: Record<string, number> }
      }
      const theirs = Object.entries(averageIntensity.data)
      expect(theirs.length).toBe(222)
      for (const [zone, value] of theirs) {
        const factor = annualFactor(tables, zone)
        expect([zone, factor.intensity.value]).toEqual([zone, value])
        expect(Number(factor.period)).toBeGreaterThanOrEqual(2022)
      }
    },
  )

  test('every cloud region names its provider, a zone of the table, a source and the date of its check', () => {
    const { regions, sources } = tables.regions
    expect(Object.keys(regions).length).toBeGreaterThan(100)
    for (const [name, row] of Object.entries(regions)) {
      expect(['aws', 'gcp', 'azure'], name).toContain(row.provider)
      expect(tables.annual.zones, name).toHaveProperty([row.zone])
      expect(sources, name).toHaveProperty([row.source ?? ''])
      expect(row.checked, name).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    }
    expect(tables.annual.retrieved).toMatch(/^\d{4}-\d{2}-\d{2}$/)
  })

  test('carry kind, mix, scope, source and license', () => {
    expect(annualFactor(tables, 'DEU')).toMatchObject({
      name: 'Germany',
      period: '2024',
      kind: 'average',
      mix: 'production',
      scope: 'lifecycle',
      intensity: { value: 342.06, method: 'sourced' },
    })
    expect(annualFactor(tables, 'DEU').license).toContain('CC-BY')
  })

  test.each([
    ['eu-central-1', 'DEU'],
    ['aws:us-east-1', 'USA'],
    ['europe-west1', 'BEL'],
    ['swedencentral', 'SWE'],
    ['germany', 'DEU'],
    [' fra ', 'FRA'],
  ])('%s stands in %s', async (place, zone) => {
    expect((await createAnnualGrid(tables).factor(place)).zone).toBe(zone)
  })

  test.each([
    ['DE', 'DEU (Germany)'],
    ['Germny', 'DEU (Germany)'],
    ['us-east-9', 'us-east-1 (USA)'],
  ])('%s is unknown and %s is offered', async (place, near) => {
    await expect(createAnnualGrid(tables).factor(place)).rejects.toMatchObject({
      code: 'GRID_UNKNOWN',
      next: expect.stringContaining(near),
    })
  })

  test('the interval holds the grids inside a country, the sources, and the age of the factor', () => {
    const ends = (place: string, asOf = 2025) => {
      const { low, high } = annualFactor(tables, place, asOf).intensity
      return [low, high]
    }
    // One grid: 342.06 x 0.6 - 30 and x 1.5 + 30; one more year widens by 8 % down and 3 % up.
    expect(ends('DEU')).toEqual([expect.closeTo(175.236, 9), expect.closeTo(543.09, 9)])
    expect(ends('DEU', 2026)).toEqual([
      expect.closeTo(342.06 * 0.6 * 0.92 - 30, 9),
      expect.closeTo(342.06 * 1.5 * 1.03 + 30, 9),
    ])
    // Several grids, and a mean of the world: Oregon to South Carolina, Quebec to coal.
    const [oregon, carolina] = ends('USA')
    expect(oregon).toBeLessThan(79)
    expect(carolina).toBeGreaterThan(2 * 383)
    expect(ends('CAN')[0]).toBeGreaterThan(0)
    expect(ends('CAN')[0]).toBeLessThan(7)
    expect(ends('NOR')[0]).toBe(7)
    expect(ends('WORLD')[0]).toBe(20.83)
    expect(ends('WORLD')[1]).toBeGreaterThan(900)
  })

  test('a reported 0 keeps an upper end above 0: no grid is free of carbon', () => {
    expect(annualFactor(tables, 'CAF').intensity).toMatchObject({ value: 0, low: 0, high: 30 })
  })
})

describe('units and kinds', () => {
  test('WattTime pounds per MWh are converted exactly (453.59237 / 1000, carbon-aware-sdk)', () => {
    expect(gramsPerKwhFrom(1000, 'lbs CO2/MWh')).toBe(453.59237)
    expect(gramsPerKwhFrom(1000, 'lb/MWh')).toBe(1000 * (453.59237 / 1000))
  })

  test.each([
    ['kgCO2e/kWh', 0.342, 342],
    ['kg/MWh', 342, 342],
    ['t/MWh', 0.342, 342],
    ['gCO2eq/kWh', 342, 342],
    ['g/MJ', 95, 342],
  ])('%s', (unit, value, grams) => {
    expect(gramsPerKwhFrom(value, unit)).toBeCloseTo(grams, 9)
  })

  const good = { zone: 'X', value: 100, unit: 'g/kWh', period: 2024, kind: 'average', source: 's' }
  test.each([
    ['unit', { ...good, unit: 'g' }, 'UNIT_UNKNOWN'],
    [
      'unit',
      { zone: 'X', value: 100, period: 2024, kind: 'average', source: 's' },
      'GRID_FACTOR_INVALID',
    ],
    [
      'year',
      { zone: 'X', value: 100, unit: 'g/kWh', kind: 'average', source: 's' },
      'GRID_FACTOR_INVALID',
    ],
    [
      'kind',
      { zone: 'X', value: 100, unit: 'g/kWh', period: 2024, source: 's' },
      'GRID_FACTOR_INVALID',
    ],
    ['number', { ...good, value: -1 }, 'GRID_FACTOR_INVALID'],
    ['number', { ...good, value: Number.NaN }, 'GRID_FACTOR_INVALID'],
  ])('a factor without a proper %s is refused', (_, input, code) => {
    expect(() => gridFactor(input)).toThrow(expect.objectContaining({ code }))
  })

  test.each([
    { ...good, kind: 'market-based' },
    { ...good, method: 'residual mix' },
    { ...good, offsets: 20 },
    { ...good, renewable: true },
    { ...good, source: 'supplier, covered by guarantees of origin' },
    { ...good, kind: 'net' },
  ])('market-based factors are refused: %o', (input) => {
    expect(() => gridFactor(input)).toThrow(expect.objectContaining({ code: 'GRID_MARKET_BASED' }))
  })
})
