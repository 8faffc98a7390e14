import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { env } from 'node:process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cpuEnergy, lineErrorOf, withWorkloadPower } from './cpu-model.ts'
import { processorYear } from './processor-year.ts'
import { wallEnergy } from './wall-model.ts'

const use = { cpuS: 2, wallS: 4, threads: 2, rssBytes: 5e8 }

test('one busy thread for a second is 3.15 J, a reserved one 0.55 W, a gigabyte 0.392 W', () => {
  const { active, idle, memory, total } = cpuEnergy(use, { threads: null })
  expect(active.value).toBeCloseTo(6.3, 12)
  expect(idle.value).toBeCloseTo(4.4, 12)
  expect(memory.value).toBeCloseTo(0.784, 12)
  expect(total.value).toBeCloseTo(active.value + idle.value + memory.value, 12)
  const recent = cpuEnergy(use, { threads: null, year: 2021 })
  expect([recent.active.low, recent.active.high]).toEqual([6.3 * 0.45, 6.3 * 1.9])
  expect(total.method).toBe('modeled')
})

test('one rule: work that holds no threads is charged neither idle threads nor memory', () => {
  const { idle, memory, total, active } = cpuEnergy({ ...use, threads: 0 }, { threads: null })
  expect([idle.value, memory.value]).toEqual([0, 0])
  expect(total.value).toBe(active.value)
})

test('energy grows with every part of the use and scales with time', () => {
  const amounts = fc.record({
    cpuS: fc.double({ min: 0, max: 1e4, noNaN: true }),
    wallS: fc.double({ min: 0, max: 1e4, noNaN: true }),
    threads: fc.integer({ min: 1, max: 128 }),
    rssBytes: fc.double({ min: 0, max: 1e12, noNaN: true }),
  })
  fc.assert(
    fc.property(amounts, amounts, (a, more) => {
      const grown = {
        cpuS: a.cpuS + more.cpuS,
        wallS: a.wallS + more.wallS,
        threads: a.threads + more.threads,
        rssBytes: a.rssBytes + more.rssBytes,
      }
      const [small, large] = [a, grown].map((each) => cpuEnergy(each, { threads: null }).total)
      expect(large?.value).toBeGreaterThanOrEqual(small?.value ?? 0)
      expect(large?.low).toBeGreaterThanOrEqual(small?.low ?? 0)
      const twice = { ...a, cpuS: 2 * a.cpuS, wallS: 2 * a.wallS }
      const doubled = cpuEnergy(twice, { threads: null }).total.value
      expect(doubled).toBeCloseTo(2 * (small?.value ?? 0), 5)
    }),
  )
})

test('the workload term widens and keeps the value', () => {
  const { total } = cpuEnergy(use, { threads: null })
  const wide = withWorkloadPower(total)
  expect(wide.value).toBe(total.value)
  expect(wide.low).toBeCloseTo(total.low / 1.4, 12)
  expect(wide.high).toBeCloseTo(total.high * 1.4, 12)
})

const data = env['RIGHTSIZE_DATA'] ?? resolve(import.meta.dirname, '../../../../shared/data')
const profiles = join(data, 'codecarbon/hardware/cpu_load_profiling')

interface Row {
  readonly load: number
  readonly rapl: number
  readonly plug: number
  readonly threads: number
  readonly year: number | null
}

/** Load, RAPL power and, of a desktop, a plug's power of five machines (mlco2/codecarbon, b05965e, cpu_load_profiling). */
function measured(): readonly Row[] {
  return readdirSync(profiles).flatMap((machine) =>
    readdirSync(join(profiles, machine)).flatMap((file) => {
      const [head, ...lines] = readFileSync(join(profiles, machine, file), 'utf8')
        .trim()
        .split('\n')
      return lines.map((line) => {
        const cells = line.split(',')
        const cell = (name: string): string => cells[head?.split(',').indexOf(name) ?? -1] ?? ''
        return {
          ...{ load: Number(cell('cpu_load')), rapl: Number(cell('rapl_power')) },
          ...{ plug: Number(cell('tapo_power')), threads: Number(cell('cores_used')) },
          year: processorYear(cell('cpu_name')),
        }
      })
    }),
  )
}

const secondOf = ({ load, threads }: Row) => ({ cpuS: (threads * load) / 100, wallS: 1, threads })
const holds = (watts: number, { low, high }: { readonly low: number; readonly high: number }) =>
  low <= watts && watts <= high

test.skipIf(!existsSync(profiles))(
  'the interval holds measured RAPL power above 5 % load, of known and of unknown age (skipped without RIGHTSIZE_DATA)',
  () => {
    const rows = measured().filter(({ load }) => load > 5)
    expect(rows.length).toBe(50)
    for (const aged of [true, false]) {
      const held = rows.filter((row) => {
        const machine = { threads: row.threads, year: aged ? row.year : null }
        return holds(row.rapl, cpuEnergy({ ...secondOf(row), rssBytes: 0 }, machine).total)
      })
      expect(held.length).toBeGreaterThanOrEqual(48)
    }
  },
)

test.skipIf(!existsSync(profiles))(
  'the wall interval holds the plug of a desktop at every load, and the interval of the package never does at rest (skipped without RIGHTSIZE_DATA)',
  () => {
    const rows = measured().filter(({ plug }) => plug > 0)
    expect(rows.length).toBe(11)
    const outside = rows.filter((row) => !holds(row.plug, wallEnergy(secondOf(row), row)))
    expect(outside).toEqual([])
    const [rest] = rows
    if (rest === undefined) throw new Error('no row')
    const { total } = cpuEnergy({ ...secondOf(rest), rssBytes: 0 }, rest)
    expect(holds(rest.plug, total)).toBe(false)
  },
)

test.skipIf(!existsSync(profiles))(
  'idle rows lie below the interval: sleeping packages draw less than the line (skipped without RIGHTSIZE_DATA)',
  () => {
    const rows = measured().filter(({ load }) => load <= 5)
    expect(rows.length).toBe(5)
    for (const row of rows)
      expect(row.rapl).toBeLessThan(cpuEnergy({ ...secondOf(row), rssBytes: 0 }, row).total.low)
  },
)

test('age and size narrow the interval where they are known', () => {
  expect(lineErrorOf({ threads: 8, year: 2020 })).toEqual([0.45, 2.2])
  expect(lineErrorOf({ threads: 64, year: 2020 })).toEqual([0.45, 1.9])
  expect(lineErrorOf({ threads: 64, year: 2012 })).toEqual([0.45, 4])
  expect(lineErrorOf({ threads: 64 })).toEqual([0.45, 4])
  const spread = (machine: Parameters<typeof wallEnergy>[1]) => {
    const { low, high } = wallEnergy({ cpuS: 1, wallS: 1, threads: 1 }, machine)
    return high / low
  }
  expect(spread({ threads: 64, year: 2020 })).toBeLessThan(spread({ threads: 64 }) / 2)
})

// By hand: a large server of 2020, 10 CPU-seconds on 4 held threads for 5 s: 2.9 x 10 + 0.52 x 4 x 5 = 39.4 J.
test('a worked example at the wall', () => {
  const { value, low, high } = wallEnergy(
    { cpuS: 10, wallS: 5, threads: 4 },
    { threads: 128, year: 2020 },
  )
  expect(value).toBeCloseTo(39.4, 9)
  expect([low / value, high / value].map((x) => Number(x.toFixed(6)))).toEqual([0.47, 1.95])
})
