import { expect, test } from 'vitest'
import { accountRun } from '../../../test/fixtures/account-run.ts'
import { cpuEnergy, withWorkloadPower } from '../energy/cpu-model.ts'
import { exact, known } from '../unit/known.ts'
import { gridFactor } from './grid-factor.ts'
import { cpuPowerModel, overheadAtWall } from './power-model.ts'
import { ownSpread } from './sci-model.ts'
import { siteOf, usageOf } from './site.ts'

const machine = { threads: 8, year: 2014 }
const powerModel = cpuPowerModel('desk', machine)
const about = { zone: 'X', unit: 'g/kWh', period: 2026, kind: 'average', source: 'by hand' }
const site = siteOf({
  account: { pue: 1, lifetimeYears: null },
  deployment: null,
  ...{ cores: 8, grid: gridFactor({ ...about, value: 1 }), powerModel },
})

// 0.02 CPU-s on one held thread for 0.02 s with 2 GB: processor and memory 0.063 + 0.011 + 0.01568 J.
const modeled = withWorkloadPower(
  cpuEnergy({ cpuS: 0.02, wallS: 0.02, threads: 1, rssBytes: 2e9 }, machine).total,
)
const [candidate] = accountRun.candidates
const usageWith = (meter: string) => {
  if (candidate === undefined) throw new Error('no candidate')
  const cost = {
    ...candidate.cost,
    meter,
    energyPerItem: known('JPerItem', { ...modeled }),
    cpuPerItem: exact('sPerItem', 0.02, 'by hand'),
    peakRss: exact('B', 2e9, 'by hand'),
    throughputPerS: exact('ratio', 50, 'by hand'),
  }
  return usageOf({ ...candidate, cost }, site)
}

test('modeled joules reach the score at the wall: (5.31 + 2) W x 0.02 s, memory inside, once', () => {
  const { energy, sharedSpread } = usageWith('cpu-time')
  expect(energy).toMatchObject({ value: expect.closeTo(0.1462, 9), method: 'modeled' })
  expect(sharedSpread).toBe(powerModel.spread)
  if (energy.kind !== 'known') throw new Error('unknown')
  // The class is off by 0.68 to 3.6 times; what is left of the interval is the workload's own.
  expect(powerModel.spread.ratio).toMatchObject({
    low: expect.closeTo(0.68, 9),
    high: expect.closeTo(3.6, 9),
  })
  const own = ownSpread(energy, powerModel.spread.ratio)
  expect(own.low / own.value).toBeCloseTo(1 / 1.4, 1)
  expect(own.high / own.value).toBeGreaterThan(1.2)
})

test('metered joules stay what the meter shows', () => {
  expect(usageWith('rapl').energy).toMatchObject({ value: modeled.value })
})

// 7.31 W at the wall for 3.7 W of processor and memory: the modeled joules, and they alone, count 1.9757 times.
test('the overhead of a run is at the wall too, and what a sensor measured is not touched', () => {
  const joules = (value: number) =>
    known('J', { value, method: 'measured', how: 'RAPL', source: 'Linux powercap' })
  const modeledJ = withWorkloadPower(
    cpuEnergy({ cpuS: 1 / 3.15, wallS: 0, threads: 0, rssBytes: 0 }, machine).active,
  )
  const row = { stage: 'evaluation', candidate: null, cpuS: 1, wallS: 1 } as const
  const total = known('J', {
    ...modeledJ,
    value: 7,
    low: 3,
    high: 14,
    source: `${modeledJ.source}; x`,
  })
  const { energy, byStage } = overheadAtWall(
    {
      ...accountRun.overhead,
      energy: total,
      byStage: [
        { ...row, energy: modeledJ },
        { ...row, energy: joules(5) },
      ],
    },
    powerModel,
  )
  const times = 7.31 / 3.7
  expect(byStage.map((one) => one.energy)).toMatchObject([
    { value: expect.closeTo(times, 9) },
    { value: 5 },
  ])
  expect(energy).toMatchObject({ value: expect.closeTo(5 + 2 * times, 9) })
})
