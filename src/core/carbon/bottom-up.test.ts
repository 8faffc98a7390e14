import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ccfHostKg,
  effectiveDieMm2,
  type GpuParts,
  gpuKg,
  type ServerParts,
  serverKg,
} from './bottom-up.ts'
import { deviceTable, embodiedDevice } from './device.ts'

// BoaviztAPI 2.4: default GPU archetype with 40 GB, the server of tests/api/test_server.py, and its R740.
const gpu: GpuParts = {
  count: 2,
  dieMm2: 814,
  vramGb: 40,
  vramDies: 6,
  pwbCm2: 296,
  casingKg: 0.79,
  heatsinkKg: 0.9,
  totalKg: 1.69,
}
const complete: ServerParts = {
  cpus: { count: 2, dieMm2: 24 * 24.5 },
  ram: [
    { count: 4, gigabytes: 32, densityGbPerCm2: 1.79 },
    { count: 4, gigabytes: 16, densityGbPerCm2: 1.79 },
  ],
  ssds: [{ count: 2, gigabytes: 400, densityGbPerCm2: 50.6 }],
  hdds: 2,
  gpus: [gpu],
  powerSupplies: { count: 2, kg: 10 },
  chassis: 'rack',
}
const r740: ServerParts = {
  ...complete,
  ram: [{ count: 12, gigabytes: 32, densityGbPerCm2: 1.79 }],
  ssds: [{ count: 1, gigabytes: 400, densityGbPerCm2: 50.6 }],
  hdds: 0,
  gpus: [],
  powerSupplies: { count: 2, kg: 2.99 },
}

describe('servers from their parts (BoaviztAPI)', () => {
  test('its complete test server is 1791.0 kg', () => {
    expect(Math.abs(serverKg(complete) - 1791.0)).toBeLessThan(0.1)
  })
  test('its R740 is 967.9 kg', () => {
    expect(Math.abs(serverKg(r740) - 967.9)).toBeLessThan(0.1)
  })
  test('an H100 SXM is 575.18 kg', () => {
    const h100 = {
      ...gpu,
      count: 1,
      vramGb: 80,
      pwbCm2: 296.37,
      casingKg: 0.78923,
      heatsinkKg: 0.90077,
    }
    expect(Math.abs(gpuKg(h100) - 575.18)).toBeLessThan(0.1)
  })
  test('wafer losses: the A100 die of 826 mm2 takes 2876.29 mm2 (its gpu_specs.csv)', () => {
    expect(effectiveDieMm2(826)).toBeCloseTo(2876.29, 1)
  })
  test('more of anything is never less', () => {
    const more = fc.double({ min: 1, max: 4, noNaN: true })
    fc.assert(
      fc.property(more, fc.constantFrom('dieMm2', 'vramGb', 'pwbCm2', 'totalKg'), (k, what) => {
        expect(gpuKg({ ...gpu, [what]: gpu[what] * k })).toBeGreaterThanOrEqual(gpuKg(gpu))
      }),
    )
  })
})

describe('hosts of cloud instances (Cloud Carbon Footprint, tests/test_embodied_coefficients.py)', () => {
  test.each([
    ['a1.medium', { sockets: 1, memoryGb: 32, ssds: 0, hdds: 0, gpus: 0 }, 1022.21],
    ['m5.large', { sockets: 2, memoryGb: 384, ssds: 0, hdds: 0, gpus: 0 }, 1610.79],
    ['c3.xlarge', { sockets: 2, memoryGb: 60, ssds: 2, hdds: 0, gpus: 0 }, 1361.07],
    ['g4dn.xlarge', { sockets: 2, memoryGb: 384, ssds: 2, hdds: 0, gpus: 8 }, 3010.79],
    ['p4d.24xlarge', { sockets: 2, memoryGb: 1152, ssds: 8, hdds: 0, gpus: 8 }, 4676.79],
    ['A1 v2', { sockets: 2, memoryGb: 64, ssds: 0, hdds: 1, gpus: 0 }, 1216.62],
    ['NC24s v3', { sockets: 2, memoryGb: 448, ssds: 0, hdds: 1, gpus: 4 }, 2349.62],
    ['e2-standard-2 on Skylake', { sockets: 2, memoryGb: 128, ssds: 0, hdds: 0, gpus: 0 }, 1255.46],
    ['n2-standard-4', { sockets: 2, memoryGb: 512, ssds: 1, hdds: 0, gpus: 0 }, 1888.46],
    ['a2-highgpu-8g', { sockets: 2, memoryGb: 1360, ssds: 1, hdds: 0, gpus: 16 }, 5465.5],
  ])('%s', (_, host, kg) => {
    expect(Math.abs(ccfHostKg(host) - kg)).toBeLessThan(0.01)
  })
  test('e2-standard-2 averages its four microarchitectures to 1230.46', () => {
    const host = (sockets: number) =>
      ccfHostKg({ sockets, memoryGb: 128, ssds: 0, hdds: 0, gpus: 0 })
    expect(Math.abs((3 * host(2) + host(1)) / 4 - 1230.46)).toBeLessThan(0.01)
  })
})

describe('device classes', () => {
  test.each(Object.keys(deviceTable))('%s has low < central < high and a lifetime', (id) => {
    const { total, lifetime } = embodiedDevice(id)
    expect(total.low).toBeLessThan(total.value)
    expect(total.value).toBeLessThan(total.high)
    expect(lifetime.low).toBeLessThanOrEqual(lifetime.value)
    expect(total.source).not.toBe('')
  })
  test('a stated lifetime is exact, an impossible one and an unknown device are refused', () => {
    expect(embodiedDevice('server', 5).lifetime).toMatchObject({ value: 157_680_000, level: 1 })
    expect(() => embodiedDevice('server', 0)).toThrow(/lifetime/)
    expect(() => embodiedDevice('toaster')).toThrow(/no device class/)
  })
})
