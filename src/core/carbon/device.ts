import { RightsizeError } from '../error/error.ts'
import type { DevicePart, EmbodiedDevice } from '../result/usage.ts'
import type { Known } from '../unit/estimate.ts'
import { exact, known } from '../unit/known.ts'

/** Seconds of a year of 365 days, as SCI, CCF and Impact Framework count lifetimes. */
export const yearS = 365 * 24 * 3600

interface DeviceRow {
  readonly name: string
  /** kgCO2e: low, central, high. */
  readonly kg: readonly [number, number, number]
  /** Share of cases that low..high is meant to hold. */
  readonly level: number
  readonly years: number
  readonly source: string
}

const boaviztaPcf = 'Boavizta environmental footprint data (boavizta-data-us.csv, 2023-02)'
const ademe = 'ADEME Base Empreinte through BoaviztAPI data/factors.yml'

/**
 * TE by device class, kgCO2e. Sources in each row; low and high are the spread between sources or products, and
 * x0.5..x2 where one source stands alone (product carbon footprints are order-of-magnitude figures: Boavizta README).
 */
export const deviceTable = {
  server: {
    name: 'rack server, manufacturing (n = 48 product carbon footprints: p10, median, p90)',
    kg: [678, 1215, 1693],
    level: 0.8,
    years: 4,
    source: boaviztaPcf,
  },
  'server-ccf': {
    name: 'one-socket rack server without extras',
    kg: [500, 1000, 2000],
    level: 0.9,
    years: 4,
    source: 'Cloud Carbon Footprint, cloud-carbon-coefficients/coefficients.ipynb (2023-05)',
  },
  'dell-r740': {
    name: 'Dell PowerEdge R740, manufacturing (8640 kg x 0.152)',
    kg: [657, 1313, 2627],
    level: 0.9,
    years: 4,
    source: boaviztaPcf,
  },
  'gpu-host': {
    name: 'p5.48xlarge host without its 8 GPUs',
    kg: [2850, 5700, 11400],
    level: 0.9,
    years: 3,
    source: 'EcoLogits 0.9.3 methodology, through BoaviztAPI',
  },
  h100: {
    name: 'NVIDIA H100 SXM 80 GB (NVIDIA PCF 1312/8; high end: BoaviztAPI 2.4 bottom-up 575)',
    kg: [148, 164, 575],
    level: 0.9,
    years: 3,
    source: 'NVIDIA HGX H100 PCF summary; BoaviztAPI 2.4 factors',
  },
  a100: {
    name: 'NVIDIA A100',
    kg: [159, 318, 636],
    level: 0.9,
    years: 3,
    source: 'Chien et al., HotCarbon 2023, through the Scope3 methodology page',
  },
  gpu: {
    name: 'any data center GPU',
    kg: [75, 150, 575],
    level: 0.9,
    years: 4,
    source: 'Cloud Carbon Footprint and Impact Framework default; high end as for H100',
  },
  laptop: {
    name: 'laptop (n = 226 product carbon footprints: p10, ADEME, p90)',
    kg: [132, 181, 315],
    level: 0.8,
    years: 4,
    source: `${ademe}; ${boaviztaPcf}`,
  },
  'macbook-pro-m1': {
    name: 'MacBook Pro 13 M1, manufacturing (185 kg x 0.73)',
    kg: [68, 135, 270],
    level: 0.9,
    years: 3,
    source: boaviztaPcf,
  },
  'mac-mini-m1': {
    name: 'Mac mini M1, manufacturing (172 kg x 0.54)',
    kg: [47, 93, 186],
    level: 0.9,
    years: 3.5,
    source: boaviztaPcf,
  },
  desktop: {
    name: 'desktop computer, professional',
    kg: [139, 277, 554],
    level: 0.9,
    years: 6,
    source: ademe,
  },
  phone: { name: 'smartphone', kg: [42, 84, 168], level: 0.9, years: 2.5, source: ademe },
  tablet: { name: 'tablet', kg: [38, 75.9, 152], level: 0.9, years: 3, source: ademe },
} as const satisfies Record<string, DeviceRow>

export type DeviceId = keyof typeof deviceTable

/** Lifetimes seen in the wild run from 3 to 6 years (accounting practice of CCF, EcoLogits, BoaviztAPI, clouds). */
const lifetimeYears: readonly [number, number] = [3, 6]

/** A device of the table, with its lifetime as an interval unless the user states one. */
export function embodiedDevice(id: string, statedYears: number | null = null): EmbodiedDevice {
  const row: DeviceRow | undefined = deviceTable[id as DeviceId]
  if (row === undefined)
    throw new RightsizeError('ACCOUNT_INVALID', `"${id}" is not a device class`, {
      at: 'deployment.device',
      next: `Use one of ${Object.keys(deviceTable).join(', ')}.`,
    })
  const [low, value, high] = row.kg
  return {
    id,
    name: row.name,
    total: known('g', {
      value: value * 1000,
      low: low * 1000,
      high: high * 1000,
      level: row.level,
      method: 'sourced',
      how: `embodied emissions of ${row.name}`,
      source: row.source,
    }),
    lifetime: lifetimeOf(statedYears, row.years),
  }
}

/** GPUs stand in a host; a share of it belongs to each: one of eight slots. */
export const hostSlot = { device: 'gpu-host', share: 1 / 8 } as const

/** Whether a device class is a bare GPU, whose host has to be counted beside it. */
export function isGpu(id: string): boolean {
  return id === 'h100' || id === 'a100' || id === 'gpu'
}

/** A share of a device as parts: a bare GPU with that share of its slot in a host (M of all hardware inside the boundary is a must). */
export function deviceParts(
  device: EmbodiedDevice,
  share: number,
  lifetimeYears: number | null = null,
): readonly DevicePart[] {
  const own = { device, share: exact('share', share, share === 1 ? 'the whole device' : 'stated') }
  if (!isGpu(device.id)) return [own]
  const slot = exact('share', hostSlot.share * share, 'one of eight GPU slots of the host')
  return [own, { device: embodiedDevice(hostSlot.device, lifetimeYears), share: slot }]
}

function lifetimeOf(stated: number | null, usual: number): Known<'s'> {
  if (stated === null) {
    const [low, high] = lifetimeYears
    return known('s', {
      value: usual * yearS,
      low: Math.min(low, usual) * yearS,
      high: high * yearS,
      method: 'sourced',
      how: `lifetime of ${usual} years (3 to 6 in use)`,
      source: 'CCF 4 y, EcoLogits 3 y, BoaviztAPI 3 to 6 y',
    })
  }
  if (!(stated > 0 && stated <= 30))
    throw new RightsizeError('ACCOUNT_INVALID', `a lifetime of ${stated} years is impossible`, {
      at: 'account.lifetimeYears',
    })
  const how = `lifetime of ${stated} years`
  return known('s', {
    value: stated * yearS,
    method: 'sourced',
    how,
    source: 'account.lifetimeYears',
  })
}
