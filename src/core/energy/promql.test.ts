import { expect, test } from 'vitest'
import { knownSeries, knownSeriesOf } from './known-series.ts'
import { readQuery, type WrittenQuery } from './promql.ts'
import { impossible, whyNotAdded } from './series-check.ts'

const watts = { unit: 'W', kind: 'gauge' } as const

test.each([
  ['kepler_node_cpu_joules_total{zone="package"}', 'counter', 1, 'one'],
  ['sum(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu=~"0|1"})', 'counter', 1e-3, 'sum'],
  ['sum by (instance) ( scaph_host_power_microwatts )', 'gauge', 1e-6, 'sum'],
  ['shellyplug_total', 'counter', 60, 'one'],
  ['homeassistant_sensor_energy_kwh{entity="sensor.a}b"}', 'counter', 3.6e6, 'one'],
  ['amd_gpu_power_avg', 'gauge', 1e-6, 'one'],
  ['node_rapl_package_0_die_1_joules_total', 'counter', 1, 'one'],
])('%s is a %s', (query, kind, factor, form) => {
  expect(readQuery({ query })).toMatchObject({ form, series: { kind, factor } })
})

test.each<[string | WrittenQuery, string]>([
  ['my_plug_watts', 'the unit of my_plug_watts is unknown'],
  ['rate(kepler_node_cpu_joules_total[1m])', 'a function'],
  ['scaph_host_power_microwatts / 1e6', 'arithmetic'],
  ['kepler_node_cpu_watts offset 5m', 'arithmetic'],
  ['avg(shellyplug_power)', 'a function'],
  ['', 'a function'],
  [{ query: 'my_watts', unit: 'W' }, 'the unit of my_watts is unknown'],
  [{ query: 'my_watts', unit: 'W', kind: 'counter' }, 'a counter cannot be in W'],
  [{ query: 'shellyplug_power', unit: 'mW', kind: 'gauge' }, 'documents it as a gauge in W'],
  [{ query: 'increase(my_j[1m])', unit: 'J', kind: 'counter' }, 'not a counter'],
  [{ query: 'kepler_node_cpu_joules_total * 2', ...watts }, 'is a counter'],
  [{ query: 'rate(scaph_host_energy_microjoules[1m])', ...watts }, 'uJ is 0.000001 W'],
])('%o is refused', (written, why) => {
  const stated = typeof written === 'string' ? { query: written } : written
  expect(() => readQuery(stated, 'candidates.0')).toThrow(why)
})

test('a name in quotes is no series, and every name is known once', () => {
  const query = 'label_replace(my_w, "a", "shellyplug_power", "", "")'
  expect(readQuery({ query, ...watts }).selectors).toEqual([])
  const names = knownSeries.flatMap((row) => row.names)
  expect(new Set(names).size).toBe(names.length)
  expect(knownSeriesOf('kepler_node_cpu_usage_ratio')).toBeNull()
})

const added = (query: string, found: readonly Readonly<Record<string, string>>[]) => {
  const { selectors, form } = readQuery({ query })
  const [selector] = selectors
  return selector ? whyNotAdded(selector, found, form) : 'no selector'
}

test('zones, devices, copies, jobs and rooms are not added by accident', () => {
  const zones = [{ zone: 'package' }, { zone: 'core' }]
  expect(added('sum(kepler_node_cpu_watts)', zones)).toContain('zone="package"')
  expect(
    added('sum(kepler_node_cpu_watts)', [
      { zone: 'core', node: 'a' },
      { zone: 'core', node: 'b' },
    ]),
  ).toBeNull()
  const mig = [
    { UUID: 'a', GPU_I_ID: '1' },
    { UUID: 'a', GPU_I_ID: '2' },
  ]
  expect(added('sum(DCGM_FI_DEV_POWER_USAGE)', mig)).toContain('UUID a')
  const paths = [{ path: '/intel-rapl:0' }, { path: '/intel-rapl-mmio:0' }]
  expect(added('sum(node_rapl_package_joules_total)', paths)).toContain('copies')
  const jobs = [{ job: 'a' }, { job: 'b' }]
  expect(added('sum(shellyplug_power)', jobs)).toContain('two jobs')
  const rooms = [{ entity: 'plug' }, { entity: 'house' }]
  expect(added('sum(homeassistant_sensor_power_w)', rooms)).toContain('plug, house')
  expect(added('sum(homeassistant_sensor_power_w{entity=~"plug|house"})', rooms)).toBeNull()
  expect(added('shellyplug_power', [{ plug: 'a' }, { plug: 'b' }])).toContain('2 series')
})

const gauge = (...values: readonly number[]) =>
  ({ kind: 'gauge', values, wallS: 12, joules: 12 * (values[0] ?? 0), scrapes: 12 }) as const
const still = gauge(200, 200, 200, 200, 200)

test('what cannot be energy is refused, a steady reading of one window is not', () => {
  expect(impossible([still], 400)).toBeNull()
  expect(impossible([still, still], 400)).toContain('200 W through two windows')
  expect(impossible([still, gauge(200, 200, 200, 200, 201)], 400)).toBeNull()
  expect(impossible([{ ...still, scrapes: 1 }, still], 400)).toBeNull()
  expect(impossible([gauge(-5)], null)).toContain('never negative')
  expect(impossible([gauge(500)], 400)).toContain('more than the 400 W')
  const down = { ...still, kind: 'counter', values: [5, 3], joules: null } as const
  expect(impossible([down], 400)).toBeNull()
  expect(impossible([down, down], 400)).toContain('goes down')
})
