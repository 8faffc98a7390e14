// A real Prometheus that scrapes an exporter with the names, labels and units of real ones, and queries with the power that each must show.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Version of the server on this machine; null without one. */
export function prometheusVersion() {
  try {
    const text = execFileSync('prometheus', ['--version'], { encoding: 'utf8', stdio: 'pipe' })
    return /version ([\d.]+)/.exec(text)?.[1] ?? 'unknown'
  } catch {
    return null
  }
}

/** Series of the exporter: name, labels, watts, and how the watts are shown: a counter in so many units a joule, or a gauge. */
const counter = (name, labels, watts, perJoule = 1, type = 'counter') => ({
  ...{ name, labels, type },
  value: (seconds) => 1e4 * perJoule + watts * seconds * perJoule,
})
const gauge = (name, labels, watts, perWatt = 1, type = 'gauge') => ({
  ...{ name, labels, type },
  // Readings move by a hundredth from one scrape to the next.
  value: (seconds) => watts * perWatt * (1 + 0.01 * Math.sin(seconds * 7)),
})
const coarse = (series, digits) => ({
  ...series,
  value: (seconds) => Number(series.value(seconds).toFixed(digits)),
})
const zones = { package: 40, core: 25, dram: 8, uncore: 3, psys: 70 }
const overZones = (of) => Object.entries(zones).map(([zone, watts]) => of(zone, watts))
const kWh = 1 / 3.6e6

const series = [
  ...overZones((zone, w) => counter('kepler_node_cpu_joules_total', { zone, path: zone }, w)),
  ...overZones((zone, w) => gauge('kepler_node_cpu_watts', { zone, path: zone }, w)),
  ...['llm', 'web'].flatMap((container_name, i) =>
    overZones((zone, w) =>
      counter('kepler_container_cpu_joules_total', { container_name, zone }, w * (i ? 0.2 : 0.5)),
    ),
  ),
  ...['llm', 'web'].flatMap((pod_name, i) =>
    overZones((zone, w) => gauge('kepler_pod_cpu_watts', { pod_name, zone }, w * (i ? 0.2 : 0.5))),
  ),
  gauge('kepler_platform_watts', { power_control_id: 'PC1', power_control_name: 'Server' }, 180),
  gauge('kepler_platform_watts', { power_control_id: 'PC2', power_control_name: 'CPU' }, 60),
  counter('kepler_container_joules_total', { pod_name: 'llm', mode: 'dynamic' }, 18),
  counter('kepler_container_joules_total', { pod_name: 'llm', mode: 'idle' }, 6),
  counter('kepler_node_package_joules_total', { package: '0', mode: 'dynamic' }, 30),
  counter('kepler_node_package_joules_total', { package: '0', mode: 'idle' }, 10),
  gauge('scaph_host_power_microwatts', {}, 48, 1e6),
  counter('scaph_host_energy_microjoules', {}, 48, 1e6),
  ...overZones((domain_name, w) =>
    gauge('scaph_domain_power_microwatts', { domain_name, socket_id: '0' }, w, 1e6),
  ),
  gauge('scaph_process_power_consumption_microwatts', { exe: 'ollama', pid: '1' }, 20, 1e6),
  gauge('scaph_process_power_consumption_microwatts', { exe: 'ollama', pid: '2' }, 4, 1e6),
  ...[300, 250].flatMap((w, i) => {
    const labels = { gpu: `${i}`, UUID: `GPU-${i}`, Hostname: 'a' }
    return [
      gauge('DCGM_FI_DEV_POWER_USAGE', labels, w),
      counter('DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION', labels, w, 1e3),
    ]
  }),
  ...['1', '2'].map((GPU_I_ID) =>
    gauge('DCGM_FI_DEV_POWER_USAGE', { gpu: '2', UUID: 'GPU-2', GPU_I_ID, Hostname: 'mig' }, 200),
  ),
  counter('node_rapl_package_joules_total', { index: '0', path: '/sys/intel-rapl:0' }, 40),
  counter('node_rapl_package_joules_total', { index: '0', path: '/sys/intel-rapl-mmio:0' }, 40),
  counter('node_rapl_dram_joules_total', { index: '0', path: '/sys/intel-rapl:0:1' }, 8),
  gauge('node_hwmon_power_average_watt', { chip: 'gpu', sensor: 'power1' }, 110),
  gauge('node_hwmon_power_average_watt', { chip: 'board', sensor: 'power1' }, 300),
  counter('node_hwmon_energy_joule_total', { chip: 'amd_energy', sensor: 'ecore000' }, 12),
  counter('node_hwmon_energy_joule_total', { chip: 'amd_energy', sensor: 'esocket0' }, 55),
  gauge('ipmi_dcmi_power_consumption_current_watts', {}, 220),
  gauge('ipmi_power_watts', { id: '90', name: 'Pwr Consumption' }, 220),
  gauge('ipmi_power_watts', { id: '91', name: 'PSU1' }, 110),
  gauge('ipmi_power_watts', { id: '92', name: 'PSU2' }, 110),
  counter('amd_socket_energy', { socket_energy: '0' }, 90, 1e6),
  counter('amd_socket_energy', { socket_energy: '1' }, 80, 1e6),
  gauge('amd_socket_power', { socket_power: '0' }, 90, 1e3),
  ...['0', '128'].map((thread) => counter('amd_core_energy', { thread }, 2, 1e6)),
  // amd_smi_exporter declares this power as a counter.
  gauge('amd_gpu_power_avg', { gpu_power_avg: '0' }, 400, 1e6, 'counter'),
  counter('gpu_energy_consumed', { gpu_id: '0', gpu_partition_id: '0' }, 700, 1e6, 'gauge'),
  gauge('gpu_package_power', { gpu_id: '0', gpu_partition_id: '0' }, 700),
  counter('xpum_energy_joules', { pci_bdf: '0000:4d:00.0' }, 120),
  gauge('xpum_power_watts', { pci_bdf: '0000:4d:00.0' }, 120),
  gauge('homeassistant_sensor_power_w', { entity: 'sensor.plug_power' }, 95),
  gauge('homeassistant_sensor_power_w', { entity: 'sensor.house_power' }, 900),
  coarse(
    counter('homeassistant_sensor_energy_kwh', { entity: 'sensor.plug' }, 95, kWh, 'gauge'),
    2,
  ),
  gauge('shellyplug_power', {}, 95),
  counter('shellyplug_total', {}, 95, 1 / 60),
  gauge('shellyplug_power_total', {}, 95),
  gauge('tasmota_energy_power_active_watts', {}, 95),
  counter('tasmota_energy_power_kilowatts_total', {}, 95, kWh),
  gauge('my_plug_milliwatts', {}, 95, 1e3),
  gauge('my_plug_watts', { plug: 'a' }, 95),
  gauge('my_plug_watts', { plug: 'b' }, 30),
  counter('my_meter_joules_total', {}, 95),
  gauge('my_solar_watts', {}, -40),
  { name: 'my_limit_watts', labels: {}, type: 'gauge', value: () => 400 },
]

const llm = '{container_name="llm",zone="package"}'
const ofPackage = 'kepler_node_cpu_joules_total{zone="package"}'
const refused = 'refused'
const w = { unit: 'W', kind: 'gauge' }

/** What is written in a spec, and the watts that it must show, or that it is refused, or `unknown`: too coarse to show in this window. */
export const queries = [
  ['kepler_node_cpu_joules_total', refused],
  ['sum(kepler_node_cpu_joules_total)', refused],
  [ofPackage, 40],
  ['kepler_node_cpu_watts{zone="psys"}', 70],
  ['sum(kepler_node_cpu_watts)', refused],
  ['sum(kepler_node_cpu_watts{zone=~"package|core"})', refused],
  [`sum(kepler_container_cpu_joules_total${llm})`, 20],
  ['sum by (container_name) (kepler_container_cpu_joules_total{zone="package"})', refused],
  ['sum(kepler_container_cpu_joules_total{zone="package"})', 28],
  ['sum(kepler_pod_cpu_watts{pod_name="llm"})', refused],
  ['kepler_platform_watts', refused],
  ['kepler_platform_watts{power_control_id="PC1"}', 180],
  ['kepler_container_joules_total{pod_name="llm"}', refused],
  ['sum(kepler_container_joules_total{pod_name="llm"})', 24],
  ['sum(kepler_node_package_joules_total)', 40],
  ['rate(kepler_node_cpu_joules_total{zone="package"}[5s])', refused],
  [{ query: `rate(${ofPackage}[5s])`, ...w }, 40],
  [{ query: 'sum(rate(kepler_node_cpu_joules_total[5s]))', ...w }, refused],
  [{ query: `rate(${ofPackage}[5s])`, unit: 'J', kind: 'counter' }, refused],
  [{ query: `increase(${ofPackage}[5s])`, unit: 'J', kind: 'counter' }, refused],
  [{ query: ofPackage, ...w }, refused],
  [{ query: `${ofPackage} + 0`, ...w }, refused],
  [
    {
      query:
        'kepler_node_cpu_joules_total{zone="package"} + on() kepler_node_cpu_joules_total{zone="dram"}',
      ...{ unit: 'J', kind: 'counter' },
    },
    48,
  ],
  ['scaph_host_power_microwatts', 48],
  ['scaph_host_energy_microjoules', 48],
  ['sum(scaph_domain_power_microwatts)', refused],
  ['sum(scaph_process_power_consumption_microwatts{exe="ollama"})', 24],
  ['DCGM_FI_DEV_POWER_USAGE{gpu="0"}', 300],
  ['DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION', refused],
  ['sum(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION)', 550],
  ['sum(DCGM_FI_DEV_POWER_USAGE)', refused],
  ['sum(DCGM_FI_DEV_POWER_USAGE{Hostname="a"})', 550],
  [{ query: 'rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0"}[5s])', ...w }, refused],
  [
    {
      query: 'rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0"}[5s])',
      ...{ unit: 'mW', kind: 'gauge' },
    },
    300,
  ],
  ['sum(node_rapl_package_joules_total)', refused],
  ['sum(node_rapl_package_joules_total{path!~".*mmio.*"})', 40],
  ['node_rapl_dram_joules_total', 8],
  ['sum(node_hwmon_power_average_watt)', refused],
  ['node_hwmon_power_average_watt{chip="gpu"}', 110],
  ['sum(node_hwmon_energy_joule_total{chip="amd_energy"})', refused],
  ['node_hwmon_energy_joule_total{sensor="esocket0"}', 55],
  ['ipmi_dcmi_power_consumption_current_watts', 220],
  ['sum(ipmi_power_watts)', refused],
  ['ipmi_power_watts{name="Pwr Consumption"}', 220],
  ['sum(amd_socket_energy)', 170],
  ['amd_socket_power', 90],
  ['sum(amd_core_energy)', refused],
  ['amd_gpu_power_avg', 400],
  ['gpu_energy_consumed', 700],
  ['gpu_package_power', 700],
  ['xpum_energy_joules', 120],
  ['xpum_power_watts', 120],
  ['sum(homeassistant_sensor_power_w)', refused],
  ['homeassistant_sensor_power_w{entity="sensor.plug_power"}', 95],
  ['homeassistant_sensor_energy_kwh{entity="sensor.plug"}', 'unknown'],
  ['shellyplug_power', 95],
  ['shellyplug_total', 95],
  ['shellyplug_power_total', refused],
  ['tasmota_energy_power_active_watts', 95],
  ['tasmota_energy_power_kilowatts_total', 95],
  ['my_plug_watts{plug="a"}', refused],
  [{ query: 'my_plug_watts{plug="a"}', ...w }, 95],
  [{ query: 'my_plug_watts', ...w }, refused],
  [{ query: 'sum(my_plug_watts)', ...w }, 125],
  [{ query: 'my_plug_milliwatts', unit: 'mW', kind: 'gauge' }, 95],
  [{ query: 'my_plug_milliwatts', ...w, limitW: 3680 }, refused],
  [{ query: 'my_plug_watts{plug="a"}', unit: 'J', kind: 'counter' }, refused],
  [{ query: 'my_meter_joules_total', unit: 'J', kind: 'counter' }, 95],
  [{ query: 'my_solar_watts', ...w }, refused],
  [{ query: 'my_limit_watts', ...w }, refused],
  ['scaph_host_power_microwatts / 1e6', refused],
  [{ query: 'scaph_host_power_microwatts / 1e6', ...w }, 48],
]

const textOf = (labels) =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`

/** Starts exporter and server; scrapes every second. */
export async function startPrometheus() {
  const started = performance.now()
  const exporter = createServer((_request, response) => {
    const seconds = (performance.now() - started) / 1000
    const declared = new Set()
    const lines = series.flatMap(({ name, labels, type, value }) => {
      const head = declared.has(name) ? [] : [`# TYPE ${name} ${type}`]
      declared.add(name)
      return [...head, `${name}${textOf(labels)} ${value(seconds)}`]
    })
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(`${lines.join('\n')}\n`)
  })
  const port = await listening(exporter)
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'))
  const config = { scrape_interval: '1s', scrape_timeout: '1s' }
  const target = { job_name: 'energy', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }
  writeFileSync(
    join(folder, 'config.yml'),
    JSON.stringify({ global: config, scrape_configs: [target] }),
  )
  const own = await freePort()
  const server = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'config.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${own}`,
    ],
    { stdio: 'ignore' },
  )
  const baseUrl = `http://127.0.0.1:${own}`
  const ended = new Promise((done) => server.once('exit', done))
  const close = async () => {
    server.kill('SIGTERM')
    await ended
    exporter.close()
    rmSync(folder, { recursive: true, force: true })
  }
  await scraped(baseUrl, 60).catch(async (cause) => {
    await close()
    throw cause
  })
  return { baseUrl, close }
}

async function listening(server) {
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return server.address().port
}

async function freePort() {
  const server = createServer()
  const port = await listening(server)
  await new Promise((done) => server.close(done))
  return port
}

/** Waits until six scrapes are in, so that a rate over five seconds has its range. */
async function scraped(baseUrl, seconds) {
  for (let i = 0; i < seconds * 4; i += 1) {
    const url = `${baseUrl}/api/v1/query?query=count_over_time(shellyplug_power[1m])`
    const found = await fetch(url).then(
      async (reply) => (await reply.json()).data?.result?.[0]?.value[1],
      () => 0,
    )
    if (Number(found) >= 6) return
    await new Promise((done) => setTimeout(done, 250))
  }
  throw new Error('Prometheus scraped nothing')
}

/** Two windows of each query, all at once. Each result names what was shown and whether it is true. */
export async function judgeQueries(openMeter, { seconds = 12 } = {}) {
  const opened = await Promise.all(
    queries.map(async ([written, truth]) => {
      const meter = await openMeter(written).catch((cause) => cause)
      return { written, truth, meter }
    }),
  )
  const shown = await Promise.all(
    opened.map(async ({ written, truth, meter }) => {
      const reading = meter instanceof Error ? meter : await twice(meter, seconds)
      return { written, truth, ...judged(reading, truth) }
    }),
  )
  return shown.map(({ written, ...rest }) => ({
    query: typeof written === 'string' ? written : JSON.stringify(written),
    ...rest,
  }))
}

async function twice(meter, seconds) {
  try {
    let reading = null
    for (let round = 0; round < 2; round += 1) {
      const window = await meter.start({})
      await new Promise((done) => setTimeout(done, seconds * 1000))
      reading = await window.stop()
    }
    return reading
  } catch (cause) {
    return cause
  }
}

function judged(reading, truth) {
  if (reading instanceof Error)
    return {
      shown: `${reading.code}: ${reading.message}`,
      holds: truth === refused && reading.code === 'METER_QUERY',
    }
  const { energy, wallS } = reading
  if (energy.kind !== 'known') return { shown: energy.why, holds: truth === 'unknown' }
  const watts = energy.value / wallS
  const inside = energy.low / wallS <= truth && truth <= energy.high / wallS
  return {
    shown: `${watts.toFixed(1)} W`,
    // Two scrapes of twelve are what a window of twelve seconds may be off by.
    holds: typeof truth === 'number' && inside && Math.abs(watts / truth - 1) < 0.17,
  }
}
