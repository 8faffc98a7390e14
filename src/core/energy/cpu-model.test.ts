import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { env } from 'node:process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cpuEnergy, lineErrorOf, withWorkloadPower } from './cpu-model.ts'

const use = { cpuS: 2, wallS: 4, threads: 2, rssBytes: 5e8 }

test('one busy thread for a second is 3.15 J, a reserved one 0.55 W, a gigabyte 0.392 W', () => {
  const { active, idle, memory, total } = cpuEnergy(use, { threads: null })
  expect(active.value).toBeCloseTo(6.3, 12)
  expect(idle.value).toBeCloseTo(4.4, 12)
  expect(memory.value).toBeCloseTo(0.784, 12)
  expect(total.value).toBeCloseTo(active.value + idle.value + memory.value, 12)
  expect([active.low, active.high]).toEqual([6.3 * 0.45, 6.3 * 1.9])
  expect(total.method).toBe('modeled')
})

test('no reserved threads, no idle energy', () => {
  const { idle, total, active, memory } = cpuEnergy({ ...use, threads: 0 }, { threads: null })
  expect(idle.value).toBe(0)
  expect(total.value).toBeCloseTo(active.value + memory.value, 12)
})

test('energy grows with every part of the use and scales with time', () => {
  const amounts = fc.record({
    cpuS: fc.double({ min: 0, max: 1e4, noNaN: true }),
    wallS: fc.double({ min: 0, max: 1e4, noNaN: true }),
    threads: fc.nat(128),
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

/** Load and RAPL power of five machines (mlco2/codecarbon, b05965e, cpu_load_profiling). RAPL is not wall power. */
function measured(): readonly { load: number; watts: number; threads: number }[] {
  return readdirSync(profiles).flatMap((machine) =>
    readdirSync(join(profiles, machine)).flatMap((file) => {
      const [head, ...lines] = readFileSync(join(profiles, machine, file), 'utf8')
        .trim()
        .split('\n')
      const at = (name: string): number => head?.split(',').indexOf(name) ?? -1
      return lines.map((line) => {
        const cells = line.split(',').map(Number)
        return {
          load: cells[at('cpu_load')] ?? 0,
          watts: cells[at('rapl_power')] ?? 0,
          threads: cells[at('cores_used')] ?? 0,
        }
      })
    }),
  )
}

test.skipIf(!existsSync(profiles))(
  'the interval holds measured RAPL power in at least 88 % of rows above 5 % load (skipped without RIGHTSIZE_DATA)',
  () => {
    const rows = measured().filter(({ load }) => load > 5)
    expect(rows.length).toBe(50)
    const held = rows.filter(({ load, watts, threads }) => {
      const second = { cpuS: (threads * load) / 100, wallS: 1, threads, rssBytes: 0 }
      const { total } = cpuEnergy(second, { threads })
      return watts >= total.low && watts <= total.high
    })
    expect(held.length / rows.length).toBeGreaterThanOrEqual(0.88)
  },
)

test.skipIf(!existsSync(profiles))(
  'idle rows lie below the interval: sleeping packages draw less than the line (skipped without RIGHTSIZE_DATA)',
  () => {
    const rows = measured().filter(({ load }) => load <= 5)
    expect(rows.length).toBe(5)
    for (const { load, watts, threads } of rows) {
      const second = { cpuS: (threads * load) / 100, wallS: 1, threads, rssBytes: 0 }
      expect(watts).toBeLessThan(cpuEnergy(second, { threads }).total.low)
    }
  },
)

test('a machine whose size is known to be small may sit higher above the line', () => {
  expect(lineErrorOf({ threads: 8 })).toEqual([0.45, 2.2])
  expect(lineErrorOf({ threads: 64 })).toEqual([0.45, 1.9])
  expect(lineErrorOf({ threads: null })).toEqual([0.45, 1.9])
})
