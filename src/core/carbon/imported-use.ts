import { RightsizeError } from '../error/error.ts'
import type { DevicePart, Usage } from '../result/usage.ts'
import type { EstimateMethod } from '../unit/estimate.ts'
import { unknown } from '../unit/estimate.ts'
import { within } from '../unit/known.ts'
import { joulesPerKwh } from '../unit/quantity.ts'
import { deviceParts, embodiedDevice } from './device.ts'
import { acceptRateOf, timePerAnswer } from './figures.ts'
import { gridFactor } from './grid-factor.ts'
import { type NamedMachine, partsOfMachine } from './named-machine.ts'
import type { Site } from './site.ts'
import type { StatedCarbon } from './stated-carbon.ts'

/** Energy (or tokens) that another tool recorded, read into one shape. */
export interface ImportedUse {
  readonly name: string
  /** The tool: codecarbon, impact-framework, litellm, ml-energy, opentelemetry. */
  readonly tool: string
  /** Energy as the tool reports it, kWh; null where it only knows tokens or carbon. */
  readonly energyKwh: number | null
  /** PUE already inside that energy. */
  readonly pueInside: number
  readonly durationS: number | null
  /** Functional units that the tool counted, where it did. */
  readonly requests: number | null
  readonly tokens: {
    readonly input: number
    readonly output: number
    readonly cachedInput: number
  } | null
  /** Who answered, in the words of the file: `openai`, `aws.bedrock`; or the address of the server. */
  readonly provider?: string | null
  /** Country (ISO alpha-3) that the file names. */
  readonly place?: string | null
  /** Grid intensity that the tool counted with, g/kWh, where its file states it as a fact of the site. */
  readonly intensity?: number | null
  /** Embodied emissions of all answers as the tool states them, g. */
  readonly embodiedG?: number | null
  /** Carbon of all answers as the file states it. */
  readonly carbon?: StatedCarbon | null
  /** The machine that the file names. */
  readonly machine?: NamedMachine | null
  /** What the energy covers. */
  readonly boundary: string
  readonly method: EstimateMethod
  readonly notes: readonly string[]
}

export interface ImportResult {
  readonly uses: readonly ImportedUse[]
  /** What was in the file and was not read, with the reason. */
  readonly leftOut: readonly string[]
}

/**
 * An imported use as a usage at a site: PUE that is already inside is taken out, the error of the tool is an
 * interval. R must be known, from the file or from the caller.
 */
export function usageOfImport(
  use: ImportedUse,
  site: Site,
  counts: { readonly requests?: number; readonly accepted?: number } = {},
  hardware: StatedHardware = {},
): Usage {
  const requests = counts.requests ?? use.requests
  if (requests === null || !(requests > 0))
    throw new RightsizeError(
      'FUNCTIONAL_UNIT_ZERO',
      `${use.name}: the number of answers is missing`,
      { next: 'State how many answers the file covers, for example: --requests 5000' },
    )
  const { tool, boundary, method, energyKwh, durationS, pueInside } = use
  const about = { method, how: `${tool}, ${boundary}`, source: tool }
  return {
    candidate: use.name,
    meter: tool,
    answers: requests,
    energy:
      energyKwh === null
        ? unknown(`${tool} recorded no energy for ${use.name}`)
        : within(
            'JPerItem',
            (energyKwh * joulesPerKwh) / pueInside / requests,
            toolError(use),
            about,
          ),
    idle: unknown('an imported file does not report idle energy'),
    pue: site.pue,
    grid: gridOf(use, site),
    embodied:
      use.embodiedG == null || hardware.device !== undefined
        ? {
            kind: 'devices',
            parts: partsOf(use, site, hardware),
            occupancy: timePerAnswer(durationS, requests, tool),
          }
        : { kind: 'given', perItem: within('gPerR', use.embodiedG / requests, [0.5, 2], about) },
    acceptRate: acceptRateOf(counts.accepted, requests),
  }
}

/** Hardware as the user states it; it replaces what the file names. */
export interface StatedHardware {
  readonly device?: string
  readonly share?: number
  readonly lifetimeYears?: number
}

function partsOf(use: ImportedUse, site: Site, hardware: StatedHardware): readonly DevicePart[] {
  const { device, share, lifetimeYears = null } = hardware
  const named = use.machine == null ? null : partsOfMachine(use.machine, lifetimeYears)
  if (device === undefined && share === undefined && named !== null) return named
  const own = device === undefined ? site.device : embodiedDevice(device, lifetimeYears)
  return deviceParts(own, share ?? site.share ?? 1, lifetimeYears)
}

/** The intensity that the file states, else that of the site. */
function gridOf({ intensity, tool }: ImportedUse, site: Site): Site['grid'] {
  if (intensity == null) return site.grid
  const about = { zone: 'file', name: `the file of ${tool}`, unit: 'g/kWh', source: tool }
  return gridFactor({ ...about, value: intensity, period: 'as in the file', kind: 'average' })
}

/** Counters are within 10 %; CodeCarbon's no-sensor CPU model is off by half (measured on its own recordings). */
function toolError({ method }: ImportedUse): readonly [number, number] {
  return method === 'measured' ? [0.9, 1.1] : [0.45, 1.9]
}
