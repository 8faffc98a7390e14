import { wattsPerReservedThread } from '../energy/cpu-model.ts'
import { RightsizeError } from '../error/error.ts'
import type { EmbodiedDevice } from '../result/usage.ts'
import type { DeploymentSpec } from '../spec/spec.ts'
import { convert } from '../unit/arithmetic.ts'
import { type Estimate, unknown } from '../unit/estimate.ts'
import { exact, within } from '../unit/known.ts'
import { isGpu } from './device.ts'

/** A declared load and what is held for it. */
export interface Serving {
  readonly deployment: DeploymentSpec
  /** Power that one replica takes while it waits. */
  readonly idleW: Estimate<'W'>
}

/** Null where no load is declared. */
export function servingOf(
  deployment: DeploymentSpec | null,
  machine: { readonly cores: number; readonly device: EmbodiedDevice },
): Serving | null {
  if (deployment === null || deployment.load.length === 0) return null
  return { deployment, idleW: idlePower(machine, deployment) }
}

/** Idle power of one replica: reserved threads at idle, or unknown on a device that threads do not describe. */
function idlePower(
  { cores, device }: { readonly cores: number; readonly device: EmbodiedDevice },
  { share, replicas, instances }: DeploymentSpec,
): Estimate<'W'> {
  if (isGpu(device.id)) return unknown('the idle power of a GPU must be measured')
  const threads = (cores * share * instances) / replicas
  return within('W', wattsPerReservedThread * threads, [0.39 / 0.55, 1.32 / 0.55], {
    method: 'modeled',
    how: `0.55 W x ${threads} reserved threads`,
    source: 'SPECpower_ssj2008 results 2018+, idle per thread 0.55 W [0.39, 1.32]',
  })
}

/**
 * Capacity kept free at the busiest hour: replicas are planned for 70 % utilization. An allowance of ours, stated
 * wherever a number of replicas is (queueing delay grows with 1 / (1 - utilization): Erlang).
 */
export const plannedUtilisation = 0.7

/** A day of the declared load with one candidate. */
export interface Day {
  readonly answers: number
  readonly peakPerS: number
  /** Answers per second of one replica; null where unknown. */
  readonly throughput: number | null
  /** Replica-seconds of work in a day. */
  readonly busyReplicaS: number | null
  /** Replicas that the busiest hour needs. */
  readonly replicasNeeded: number | null
}

/** Throws ACCOUNT_INVALID for a load that is neither one rate nor one for each hour. */
export function dayOf({ load }: DeploymentSpec, throughputPerS: Estimate<'ratio'>): Day {
  const hours = load.length === 24 ? load : Array.from({ length: 24 }, () => load[0] ?? 0)
  if ((load.length !== 1 && load.length !== 24) || load.some((rate) => !(rate >= 0 && rate < 1e9)))
    throw new RightsizeError(
      'ACCOUNT_INVALID',
      'the load must be one number of answers per second, or 24 of them',
      { at: 'deployment.load' },
    )
  const answers = hours.reduce((sum, rate) => sum + rate * 3600, 0)
  const throughput =
    throughputPerS.kind === 'known' && throughputPerS.value > 0 ? throughputPerS.value : null
  const peakPerS = Math.max(...hours)
  return {
    ...{ answers, peakPerS, throughput },
    busyReplicaS: throughput === null ? null : answers / throughput,
    replicasNeeded:
      throughput === null
        ? null
        : Math.max(1, Math.ceil(peakPerS / (throughput * plannedUtilisation))),
  }
}

/** Waiting energy and device time of one answer, of all that stays held at the load. */
export interface HeldPerAnswer {
  readonly idle: Estimate<'JPerItem'>
  /** Seconds of one device, before the share of it that is reserved. */
  readonly device: Estimate<'sPerItem'>
}

export function heldPerAnswer(
  { deployment, idleW }: Serving,
  throughputPerS: Estimate<'ratio'>,
): HeldPerAnswer {
  const day = dayOf(deployment, throughputPerS)
  return { idle: idleOf(deployment, day, idleW), device: deviceTime(deployment, day) }
}

/** Waiting energy per answer: held replicas less the working ones; none when scaled to zero. */
function idleOf(
  { scaleToZero, replicas }: DeploymentSpec,
  { busyReplicaS, answers }: Day,
  idleW: Estimate<'W'>,
): Estimate<'JPerItem'> {
  if (scaleToZero)
    return exact('JPerItem', 0, 'deployment.scaleToZero: no replica is held without requests')
  if (busyReplicaS === null)
    return unknown('the throughput is unknown, so the idle time is unknown')
  if (answers === 0) return unknown('the declared load is zero')
  return convert(idleW, 'JPerItem', Math.max(0, replicas * 86_400 - busyReplicaS) / answers)
}

/** Device time per answer: held instances over the day when kept warm, the working part of them when scaled to zero. */
function deviceTime(
  { instances, replicas, scaleToZero }: DeploymentSpec,
  { answers, busyReplicaS }: Day,
): Estimate<'sPerItem'> {
  if (answers === 0) return unknown('the declared load is zero')
  if (scaleToZero && busyReplicaS === null) return unknown('the throughput is unknown')
  const instanceS = scaleToZero ? ((busyReplicaS ?? 0) * instances) / replicas : instances * 86_400
  return exact('sPerItem', instanceS / answers, 'deployment: instances held over the answers')
}

/** What the choice releases at the declared load, or what would release something. */
export interface Release {
  readonly replicas: number
  readonly instances: number
  readonly text: string
}

/** Replicas of today that the candidate does not need; whole instances only where all of theirs go. */
export function releaseOf({ deployment }: Serving, throughputPerS: Estimate<'ratio'>): Release {
  const day = dayOf(deployment, throughputPerS)
  const { replicas: held, instances } = deployment
  if (deployment.scaleToZero)
    return {
      replicas: 0,
      instances: 0,
      text: 'Replicas scale to zero: what an answer saves is saved.',
    }
  const replicas = day.replicasNeeded === null ? 0 : Math.max(0, held - day.replicasNeeded)
  const freed = Math.floor(replicas / (held / instances))
  if (replicas === 0) return { replicas, instances: 0, text: blockedText(held, day) }
  const start = `${replicas} of ${held} replicas can be released at ${plannedUtilisation * 100} % utilization in the busiest hour`
  return {
    replicas,
    instances: freed,
    text:
      freed === 0
        ? `${start}; no whole instance becomes free, so embodied carbon and rent stay the same.`
        : `${start}, which frees ${freed} of ${instances} instances.`,
  }
}

function blockedText(held: number, { throughput, peakPerS }: Day): string {
  const start = `nothing is saved yet: at the declared load ${held === 1 ? 'the only replica stays' : `all ${held} replicas stay`} held`
  if (throughput === null) return `${start}, because the throughput is unknown.`
  const zero = '`deployment.scaleToZero` or a smaller `deployment.share` would release capacity'
  if (held === 1) return `${start}; ${zero}.`
  const limit = Number((throughput * plannedUtilisation * (held - 1)).toPrecision(3))
  return `${start}; a replica is released below ${limit} answers per second in the busiest hour (${Number(peakPerS.toPrecision(3))} declared), and ${zero}.`
}
