import { modelsCpuTime } from '../part/meters.ts'
import type { CandidateResult } from '../result/candidate.ts'
import type { CostResult } from '../result/cost.ts'
import type { DevicePart, EmbodiedDevice, GridFactor, Usage } from '../result/usage.ts'
import type { AccountSpec, DeploymentSpec, StatedFactor } from '../spec/spec.ts'
import { divide } from '../unit/arithmetic.ts'
import type { Estimate, Known } from '../unit/estimate.ts'
import { exact, known, within } from '../unit/known.ts'
import { pue as checkedPue } from '../unit/quantity.ts'
import { deviceParts, embodiedDevice, isGpu } from './device.ts'
import { type HeldPerAnswer, heldPerAnswer, type Serving, servingOf } from './load.ts'
import { atWall, occupancyOf, type PowerModel } from './power-model.ts'
import { ratioOf, sourceOf } from './stated-factor.ts'

/** Where and on what the work runs: shared by all candidates of a run. */
export interface Site {
  readonly grid: GridFactor
  readonly pue: Known<'ratio'>
  readonly device: EmbodiedDevice
  /** Logical processors of the device, for the share that a candidate reserves. */
  readonly cores: number
  /** Share of the device as declared; null: threads / cores. */
  readonly share: number | null
  /** The declared load and what is held for it; null where none is declared. */
  readonly serving: Serving | null
  /** The machine's power model, for candidates metered without a sensor. */
  readonly powerModel: PowerModel | null
}

export interface SiteInput {
  readonly account: Pick<AccountSpec, 'pue' | 'lifetimeYears'>
  readonly deployment: DeploymentSpec | null
  readonly cores: number
  readonly grid: GridFactor
  readonly powerModel?: PowerModel | null
}

/** The site of a run: declared figures where they are, sourced defaults with their interval where not. */
export function siteOf({ account, deployment, cores, grid, powerModel = null }: SiteInput): Site {
  const device = deviceOf(deployment, account.lifetimeYears)
  return {
    grid,
    pue: pueOf(account.pue),
    device,
    cores,
    serving: servingOf(deployment, { cores, device }),
    share: deployment?.share ?? null,
    powerModel,
  }
}

/**
 * PUE: +-5 % when stated (published figures differ by that), else 1.15 in [1.1, 1.6]: median of 80 cloud regions
 * in GSF real-time-cloud 2024 is 1.15; Uptime and Green Algorithms put the unknown data center at 1.56 to 1.6.
 */
export function pueOf(stated: number | StatedFactor | null): Known<'ratio'> {
  if (stated !== null && typeof stated === 'object') return statedPue(stated)
  if (stated === null)
    return known('ratio', {
      value: 1.15,
      low: 1.1,
      high: 1.6,
      method: 'sourced',
      how: 'PUE not stated',
      source: 'GSF real-time-cloud 2024 median; Green Algorithms unknown 1.56',
    })
  const value = checkedPue(stated)
  if (value === 1) return exact('ratio', 1, 'account.pue')
  return known('ratio', {
    value,
    low: Math.max(1, value * 0.95),
    high: value * 1.05,
    method: 'sourced',
    how: `PUE ${value} as stated`,
    source: 'account.pue',
  })
}

function statedPue(factor: StatedFactor): Known<'ratio'> {
  const value = checkedPue(factor.value)
  const [less, more] = ratioOf(factor, [0.95, 1.05])
  return known('ratio', {
    ...{ value, low: Math.max(1, value * less), high: value * more, method: 'sourced' },
    how: `PUE ${value} as stated`,
    source: sourceOf(factor),
  })
}

/** The device of a deployment, with the embodied carbon that is stated for it, kg; x0.5 to x2 where no interval is. */
function deviceOf(deployment: DeploymentSpec | null, lifetimeYears: number | null): EmbodiedDevice {
  const device = embodiedDevice(deployment?.device ?? 'server', lifetimeYears)
  const stated = deployment?.embodied
  if (stated === undefined) return device
  const total = within('g', stated.value * 1000, ratioOf(stated, [0.5, 2]), {
    method: 'sourced',
    how: 'embodied carbon as stated',
    source: sourceOf(stated),
  })
  return { ...device, total }
}

/** The part of a candidate's result that SCI needs. */
export interface MeteredCandidate
  extends Pick<CandidateResult, 'id' | 'n' | 'acceptRate' | 'settings'> {
  readonly cost: Pick<
    CostResult,
    | 'meter'
    | 'energyPerItem'
    | 'cpuPerItem'
    | 'peakRss'
    | 'idlePerItem'
    | 'throughputPerS'
    | 'latencyP50'
  >
}

/** What one answer of a metered candidate uses at a site: at the declared load, with all that is held for it, where there is one. */
export function usageOf(candidate: MeteredCandidate, site: Site): Usage {
  const { cost, settings, acceptRate, id, n } = candidate
  const model = modelsCpuTime(cost.meter) ? site.powerModel : null
  const held = heldOf(cost, site)
  return {
    candidate: id,
    meter: cost.meter,
    answers: Math.max(1, n),
    energy: model ? atWall(cost, model.machine) : cost.energyPerItem,
    ...(model ? { sharedSpread: model.spread } : {}),
    idle: held?.idle ?? cost.idlePerItem,
    pue: site.pue,
    grid: site.grid,
    embodied: {
      kind: 'devices',
      parts: partsOf(site, settings.threads ?? 1),
      occupancy: held?.device ?? occupancyOf(cost),
    },
    acceptRate,
  }
}

/** The device, and for a bare GPU its slot in a host: M of all hardware inside the boundary is a must. */
function partsOf(site: Site, threads: number): readonly DevicePart[] {
  const share = shareOf(site, threads)
  const [own, ...host] = deviceParts(site.device, share.value)
  return own === undefined ? [] : [{ ...own, share }, ...host]
}

/** The share of the device that a run holds while it lasts: the whole machine that it sees, on a host that it may not see. */
export function runShare(site: Site): Known<'share'> {
  return shareOf(site, site.cores)
}

/** Threads of a host that a virtual machine cannot see: two sockets of 24 cores with two threads each, an assumption that is stated. */
const unknownHostThreads = 96

/** Below this many processors, something called a server is taken for a virtual machine on a larger host. */
const smallestServer = 16

/**
 * RR / ToR. Declared: as declared. On a device that is seen whole: threads over its processors. On a server with fewer
 * processors than any rack server has: threads over 96, up to what is seen, because the host cannot be seen. The
 * other way round, what looks like a whole server may be half of one.
 */
function shareOf({ share, cores, device }: Site, threads: number): Known<'share'> {
  if (isGpu(device.id))
    return exact('share', share ?? 1, 'deployment.share, otherwise the whole GPU')
  if (share !== null) return exact('share', Math.min(1, share), 'deployment.share')
  const seen = Math.min(1, threads / cores)
  if (!device.id.startsWith('server'))
    return exact('share', seen, `${threads} of ${cores} processors`)
  const ofHost = Math.min(seen, threads / unknownHostThreads)
  const virtual = cores < smallestServer
  return known('share', {
    value: virtual ? ofHost : seen,
    low: ofHost,
    high: seen,
    method: 'modeled',
    how: virtual
      ? `${threads} of ${unknownHostThreads} processors of a host of unknown size, up to ${threads} of ${cores}`
      : `${threads} of ${cores} processors, down to ${threads} of ${unknownHostThreads} on a shared host`,
    source: 'environment.cores',
  })
}

/** What stays held for an answer at the declared load; null where none is declared. */
export const heldOf = (
  cost: Pick<CostResult, 'throughputPerS' | 'latencyP50'>,
  { serving }: Pick<Site, 'serving'>,
): HeldPerAnswer | null => (serving === null ? null : heldPerAnswer(serving, servedPerS(cost)))

/** Answers per second of one replica: as measured, else one after the other at the median latency. */
export const servedPerS = (
  cost: Pick<CostResult, 'throughputPerS' | 'latencyP50'>,
): Estimate<'ratio'> => divide(exact('count', 1, 'definition'), occupancyOf(cost), 'ratio')
