import type { SeriesUnit } from './series-unit.ts'

/** What an exporter's series sees, and the most that one series of it can draw, W. */
export const seriesScopes = {
  gpu: { sees: 'each GPU board, and no processor, memory or power supply', mostW: 3000 },
  processor: {
    sees: 'the processor as its own counters report it, and no power supply, fans, disks or GPUs',
    mostW: 1500,
  },
  share: { sees: 'a share of the processor, attributed by use', mostW: 6000 },
  machine: { sees: 'the machine as its controller or board measures it', mostW: 20_000 },
  outlet: { sees: 'all that is plugged in behind this meter', mostW: 4000 },
} as const satisfies Readonly<Record<string, { readonly sees: string; readonly mostW: number }>>

/** One or more series whose unit and meaning are documented by their exporter. */
export interface KnownSeries {
  readonly exporter: string
  readonly names: readonly string[]
  readonly unit: SeriesUnit
  readonly scope: keyof typeof seriesScopes
  /** Labels whose values overlap, such as package and core: only one value is ever counted. */
  readonly zones?: readonly string[]
  /** A label that identifies the device: a device that occurs twice is exported twice. */
  readonly device?: string
  /** A label whose values must be written in the query before series are added. */
  readonly listed?: string
  /** Series whose label holds this text are copies of the others. */
  readonly copies?: { readonly label: string; readonly text: string }
}

const levels = ['container', 'process', 'vm', 'pod'] as const
const parts = ['package', 'core', 'uncore', 'dram', 'other', 'gpu', 'platform'] as const
const times = (names: (level: string) => readonly string[], all: readonly string[] = levels) =>
  all.flatMap(names)

const kepler = 'Kepler 0.10 and later'
const keplerBefore = 'Kepler up to 0.9'
const scaphandre = 'Scaphandre'
const dcgm = 'dcgm-exporter'
const node = 'node_exporter'
const ipmi = 'ipmi_exporter'
const amdSmi = 'amd_smi_exporter'
const amdDevices = 'AMD device-metrics-exporter'
const xpu = 'Intel XPU Manager'
const home = 'Home Assistant'
const shelly = 'Shelly plug exporters'
const tasmota = 'Tasmota'
const sensor = { zones: ['chip', 'sensor'], scope: 'machine' } as const
const zone = { zones: ['zone'] } as const
const partition = { zones: ['gpu_partition_id'], scope: 'gpu' } as const
const entity = { listed: 'entity', scope: 'outlet' } as const
const msr = { copies: { label: 'path', text: 'mmio' }, scope: 'processor' } as const

/**
 * Series by name, each checked in the documentation or source of its exporter. A name that is missing here has no unit
 * that could be relied on: Kepler's zones, for example, contain each other, amd_smi_exporter declares a power as a counter,
 * and Tasmota calls kilowatt-hours `kilowatts`.
 */
export const knownSeries: readonly KnownSeries[] = [
  {
    ...zone,
    exporter: kepler,
    names: ['', '_active', '_idle'].map((state) => `kepler_node_cpu${state}_joules_total`),
    unit: 'J',
    scope: 'processor',
  },
  {
    ...zone,
    exporter: kepler,
    names: ['', '_active', '_idle'].map((state) => `kepler_node_cpu${state}_watts`),
    unit: 'W',
    scope: 'processor',
  },
  {
    ...zone,
    exporter: kepler,
    names: times((level) => [`kepler_${level}_cpu_joules_total`]),
    unit: 'J',
    scope: 'share',
  },
  {
    ...zone,
    exporter: kepler,
    names: times((level) => [`kepler_${level}_cpu_watts`]),
    unit: 'W',
    scope: 'share',
  },
  {
    exporter: kepler,
    names: ['kepler_node_gpu_watts'],
    unit: 'W',
    scope: 'gpu',
    device: 'gpu_uuid',
  },
  { exporter: kepler, names: ['kepler_process_gpu_watts'], unit: 'W', scope: 'share' },
  {
    exporter: kepler,
    names: ['kepler_platform_watts'],
    unit: 'W',
    scope: 'machine',
    zones: ['power_control_id'],
  },
  {
    exporter: keplerBefore,
    names: times(
      (level) => [
        `kepler_${level}_joules_total`,
        ...parts.map((part) => `kepler_${level}_${part}_joules_total`),
      ],
      ['container', 'process', 'vm'],
    ),
    unit: 'J',
    scope: 'share',
  },
  {
    exporter: keplerBefore,
    names: parts.slice(0, 4).map((part) => `kepler_node_${part}_joules_total`),
    unit: 'J',
    scope: 'processor',
  },
  {
    exporter: keplerBefore,
    names: parts.slice(4).map((part) => `kepler_node_${part}_joules_total`),
    unit: 'J',
    scope: 'machine',
  },
  {
    exporter: scaphandre,
    names: ['scaph_host_power_microwatts', 'scaph_socket_power_microwatts'],
    unit: 'uW',
    scope: 'processor',
  },
  {
    exporter: scaphandre,
    names: ['scaph_host_energy_microjoules', 'scaph_socket_energy_microjoules'],
    unit: 'uJ',
    scope: 'processor',
  },
  {
    exporter: scaphandre,
    names: ['scaph_domain_power_microwatts'],
    unit: 'uW',
    scope: 'processor',
    zones: ['domain_name'],
  },
  {
    exporter: scaphandre,
    names: ['scaph_domain_energy_microjoules'],
    unit: 'uJ',
    scope: 'processor',
    zones: ['domain_name'],
  },
  {
    exporter: scaphandre,
    names: ['scaph_host_rapl_psys_microjoules'],
    unit: 'uJ',
    scope: 'machine',
  },
  {
    exporter: scaphandre,
    names: ['scaph_process_power_consumption_microwatts'],
    unit: 'uW',
    scope: 'share',
  },
  {
    exporter: dcgm,
    names: ['DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION'],
    unit: 'mJ',
    scope: 'gpu',
    device: 'UUID',
  },
  {
    exporter: dcgm,
    names: ['DCGM_FI_DEV_POWER_USAGE', 'DCGM_FI_DEV_POWER_USAGE_INSTANT'],
    unit: 'W',
    scope: 'gpu',
    device: 'UUID',
  },
  {
    ...msr,
    exporter: node,
    names: ['package', 'core', 'uncore', 'dram'].map((part) => `node_rapl_${part}_joules_total`),
    unit: 'J',
  },
  { ...msr, exporter: node, names: ['node_rapl_psys_joules_total'], unit: 'J', scope: 'machine' },
  { ...sensor, exporter: node, names: ['node_hwmon_energy_joule_total'], unit: 'J' },
  {
    ...sensor,
    exporter: node,
    names: [
      'node_hwmon_power_watt',
      'node_hwmon_power_average_watt',
      'node_hwmon_power_input_watt',
    ],
    unit: 'W',
  },
  {
    exporter: ipmi,
    names: ['ipmi_dcmi_power_consumption_current_watts', 'ipmi_dcmi_power_consumption_watts'],
    unit: 'W',
    scope: 'machine',
  },
  {
    exporter: ipmi,
    names: ['ipmi_power_watts'],
    unit: 'W',
    scope: 'machine',
    zones: ['id', 'name'],
  },
  { exporter: amdSmi, names: ['amd_socket_energy'], unit: 'uJ', scope: 'processor' },
  { exporter: amdSmi, names: ['amd_socket_power'], unit: 'mW', scope: 'processor' },
  {
    exporter: amdSmi,
    names: ['amd_core_energy'],
    unit: 'uJ',
    scope: 'processor',
    zones: ['thread'],
  },
  { exporter: amdSmi, names: ['amd_gpu_power_avg'], unit: 'uW', scope: 'gpu' },
  { ...partition, exporter: amdDevices, names: ['gpu_energy_consumed'], unit: 'uJ' },
  {
    ...partition,
    exporter: amdDevices,
    names: ['gpu_package_power', 'gpu_average_package_power', 'gpu_power_usage'],
    unit: 'W',
  },
  {
    exporter: xpu,
    names: ['xpum_energy_joules', 'xpum_energy_joules_total'],
    unit: 'J',
    scope: 'gpu',
    device: 'pci_bdf',
  },
  {
    exporter: xpu,
    names: ['xpum_power_watts'],
    unit: 'W',
    scope: 'gpu',
    device: 'pci_bdf',
  },
  {
    ...entity,
    exporter: home,
    names: ['homeassistant_sensor_power_w', 'homeassistant_sensor_unit_w'],
    unit: 'W',
  },
  { ...entity, exporter: home, names: ['homeassistant_sensor_power_kw'], unit: 'kW' },
  { ...entity, exporter: home, names: ['homeassistant_sensor_energy_wh'], unit: 'Wh' },
  {
    ...entity,
    exporter: home,
    names: ['homeassistant_sensor_energy_kwh', 'homeassistant_sensor_unit_kwh'],
    unit: 'kWh',
  },
  {
    exporter: shelly,
    names: ['shellyplug_power', 'shellyplug_power_current'],
    unit: 'W',
    scope: 'outlet',
  },
  {
    exporter: shelly,
    names: ['shellyplug_total', 'shellyplug_total_power'],
    unit: 'Wmin',
    scope: 'outlet',
  },
  {
    exporter: tasmota,
    names: ['tasmota_energy_power_active_watts', 'energy_power_active_watts'],
    unit: 'W',
    scope: 'outlet',
  },
  {
    exporter: tasmota,
    names: [
      'tasmota_energy_power_kilowatts_total',
      'energy_power_kilowatts_total',
      'tasmota_energy_power_kilowatts_daily',
      'energy_power_kilowatts_daily',
    ],
    unit: 'kWh',
    scope: 'outlet',
  },
]

const rows = new Map(knownSeries.flatMap((row) => row.names.map((name) => [name, row] as const)))

/** The row of a series; null where its unit is not documented. Dies of node_exporter have a name each. */
export const knownSeriesOf = (name: string): KnownSeries | null =>
  rows.get(/^node_rapl_package_\d+_die_\d+_joules_total$/.test(name) ? diesAre : name) ?? null

const diesAre = 'node_rapl_package_joules_total'
