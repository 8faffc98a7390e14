import fc from 'fast-check'
import { expect, test } from 'vitest'
import { attributeByCpu } from './attribution.ts'

const window = {
  machineJ: 100,
  wallS: 2,
  ownCpuS: 1,
  machineCpuS: 4,
  idleW: 20,
  threads: 2,
  machineThreads: 8,
}

test('active energy goes by busy time, idle energy by reserved threads', () => {
  const part = attributeByCpu(window)
  expect(part.share).toBe(0.25)
  expect(part.active).toBe(15)
  expect(part.idle).toBe(10)
})

test('without idle power all energy goes by busy time', () => {
  expect(attributeByCpu({ ...window, idleW: null })).toMatchObject({ active: 25, idle: 0 })
})

test('work that is alone on the machine gets all active energy, without doubt', () => {
  const alone = attributeByCpu({ ...window, ownCpuS: 4, idleW: null })
  expect(alone).toMatchObject({ active: 100, activeLow: 100, activeHigh: 100 })
})

test('shares of all processes add up to the whole, and the ends hold the value', () => {
  const cpu = fc.double({ min: 0.01, max: 1e3, noNaN: true })
  fc.assert(
    fc.property(fc.array(cpu, { minLength: 1, maxLength: 10 }), (list) => {
      const machineCpuS = list.reduce((sum, each) => sum + each, 0)
      const parts = list.map((ownCpuS) => attributeByCpu({ ...window, ownCpuS, machineCpuS }))
      const active = parts.reduce((sum, part) => sum + part.active, 0)
      expect(active).toBeCloseTo(60, 6)
      for (const part of parts) {
        expect(part.activeLow).toBeLessThanOrEqual(part.active + 1e-9)
        expect(part.activeHigh).toBeGreaterThanOrEqual(part.active - 1e-9)
      }
    }),
  )
})
