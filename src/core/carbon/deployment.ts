import { RightsizeError } from '../error/error.ts'
import type { LoadAccount, RealizedSaving } from '../result/account.ts'
import type { EmbodiedDevice, GridFactor } from '../result/usage.ts'
import type { DeploymentSpec } from '../spec/spec.ts'
import { add, convert, divide, scale } from '../unit/arithmetic.ts'
import { type Estimate, type Known, unknown } from '../unit/estimate.ts'
import { exact } from '../unit/known.ts'
import { monthDays, monthS } from './calendar.ts'
import { embodiedDevice, hostSlot, isGpu } from './device.ts'
import { facilityGrams } from './facility.ts'

/** One candidate as it would serve the declared load. */
export interface ServingCandidate {
  readonly id: string
  /** IT energy of one answer while working, J. */
  readonly energy: Estimate<'JPerItem'>
  /** Answers per second that one replica gives. */
  readonly throughputPerS: Estimate<'ratio'>
}

export interface ReplicaSite {
  readonly device: EmbodiedDevice
  readonly grid: GridFactor
  readonly pue: Known<'ratio'>
  /** Power that one replica holds while it waits. */
  readonly idleW: Estimate<'W'>
}

/**
 * Capacity kept free at the busiest hour: replicas are planned for 70 % utilization. An allowance of ours, stated
 * wherever a number of replicas is (queueing delay grows with 1 / (1 - utilization): Erlang).
 */
export const plannedUtilisation = 0.7

/** Energy, M and SCI per answer at the declared load, idle time included, and how many replicas could go. */
export function loadAccount(
  candidate: ServingCandidate,
  deployment: DeploymentSpec,
  site: ReplicaSite,
): LoadAccount {
  const day = dayOf(deployment, candidate)
  const idlePerAnswer = idleOf(deployment, day, site)
  const energyPerAnswer = add(candidate.energy, idlePerAnswer)
  const embodiedPerAnswer = embodiedOf(deployment, day, site)
  const operational = facilityGrams(energyPerAnswer, site, 'gPerR')
  return {
    id: candidate.id,
    answersPerMonth: day.answers * monthDays,
    replicasHeld: deployment.replicas,
    ...replicaCounts(deployment, day),
    utilization:
      day.busyReplicaS === null ? null : day.busyReplicaS / (deployment.replicas * 86_400),
    energyPerAnswer,
    idlePerAnswer,
    embodiedPerAnswer,
    sciPerAnswer: add(operational, embodiedPerAnswer),
  }
}

interface Day {
  readonly answers: number
  readonly peakPerS: number
  readonly throughput: number | null
  /** Replica-seconds of work in a day. */
  readonly busyReplicaS: number | null
}

function dayOf({ load }: DeploymentSpec, { throughputPerS }: ServingCandidate): Day {
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
  return {
    answers,
    peakPerS: Math.max(...hours),
    throughput,
    busyReplicaS: throughput === null ? null : answers / throughput,
  }
}

function replicaCounts({ replicas, instances }: DeploymentSpec, { peakPerS, throughput }: Day) {
  if (throughput === null)
    return { replicasNeeded: null, replicasToDrop: null, instancesToDrop: null }
  const replicasNeeded = Math.max(1, Math.ceil(peakPerS / (throughput * plannedUtilisation)))
  const perInstance = replicas / instances
  const instancesNeeded = Math.ceil(replicasNeeded / perInstance)
  return {
    replicasNeeded,
    replicasToDrop: replicas - replicasNeeded,
    instancesToDrop: instances - instancesNeeded,
  }
}

/** Waiting energy per answer: held replicas less the working ones; none when scaled to zero. */
function idleOf(
  deployment: DeploymentSpec,
  day: Day,
  { idleW }: ReplicaSite,
): Estimate<'JPerItem'> {
  if (deployment.scaleToZero)
    return exact('JPerItem', 0, 'deployment.scaleToZero: no replica is held without requests')
  if (day.busyReplicaS === null)
    return unknown('the throughput is unknown, so the idle time is unknown')
  if (day.answers === 0) return unknown('the declared load is zero')
  const idleS = Math.max(0, deployment.replicas * 86_400 - day.busyReplicaS)
  return convert(idleW, 'JPerItem', idleS / day.answers)
}

/** M per answer: held devices over the day (all of it when kept warm, the working part when scaled to zero). */
function embodiedOf(
  { instances, share, scaleToZero }: DeploymentSpec,
  { answers, busyReplicaS }: Day,
  { device }: ReplicaSite,
): Estimate<'gPerR'> {
  if (answers === 0) return unknown('the declared load is zero')
  if (scaleToZero && busyReplicaS === null) return unknown('the throughput is unknown')
  const deviceS = scaleToZero ? (busyReplicaS ?? 0) * share : instances * share * 86_400
  return wear(device, deviceS / answers, 'gPerR')
}

/** M of a device (and of a GPU's slot in its host) held for some seconds. */
function wear<U extends 'g' | 'gPerR'>(
  device: EmbodiedDevice,
  heldS: number,
  unit: U,
): Estimate<U> {
  const own = divide(scale(device.total, heldS), device.lifetime, unit)
  if (!isGpu(device.id)) return own
  const host = embodiedDevice(hostSlot.device)
  return add(own, divide(scale(host.total, heldS * hostSlot.share), host.lifetime, unit))
}

/**
 * What releasing saves in a month, when the incumbent's replicas are cut to what the candidate needs. Whole
 * instances only give back M and rent. Never added to the marginal saving.
 */
export function realizedSaving(
  incumbent: LoadAccount,
  candidate: LoadAccount,
  deployment: DeploymentSpec,
  site: ReplicaSite,
): RealizedSaving {
  const needed = candidate.replicasNeeded
  const replicasReleased = needed === null ? 0 : Math.max(0, incumbent.replicasHeld - needed)
  const perInstance = deployment.replicas / deployment.instances
  const instancesReleased = Math.floor(replicasReleased / perInstance)
  const heldS = deployment.scaleToZero ? 0 : replicasReleased * monthS
  const idleEnergy: Estimate<'J'> =
    replicasReleased === 0
      ? exact('J', 0, 'no replica is released')
      : convert(site.idleW, 'J', heldS)
  return {
    replicasReleased,
    instancesReleased,
    idleEnergy,
    carbon: add(
      facilityGrams(idleEnergy, site, 'g'),
      embodiedReleased(instancesReleased, deployment, site),
    ),
    money: rentReleased(instancesReleased, deployment),
    sentence: releaseSentence(replicasReleased, instancesReleased, deployment) + slack(incumbent),
  }
}

function embodiedReleased(
  instances: number,
  { share }: DeploymentSpec,
  { device }: ReplicaSite,
): Estimate<'g'> {
  return instances === 0
    ? exact('g', 0, 'no instance is released')
    : wear(device, instances * share * monthS, 'g')
}

function rentReleased(
  instances: number,
  { instancePricePerHour }: DeploymentSpec,
): Estimate<'money'> {
  if (instances === 0) return exact('money', 0, 'no instance is released')
  if (instancePricePerHour === undefined) return unknown('no instance price is declared')
  return exact(
    'money',
    instances * instancePricePerHour * (monthS / 3600),
    'deployment.instancePricePerHour',
  )
}

/** Replicas that the incumbent does not need either: releasing those is no merit of the choice. */
function slack({ replicasHeld, replicasNeeded }: LoadAccount): string {
  const spare = replicasNeeded === null ? 0 : Math.max(0, replicasHeld - replicasNeeded)
  return spare === 0
    ? ''
    : ` The incumbent could also release ${spare} of its ${replicasHeld} replicas.`
}

function releaseSentence(replicas: number, instances: number, deployment: DeploymentSpec): string {
  if (replicas === 0) return 'No replica can be released, so the saving per answer is not realized.'
  const held = `${replicas} of ${deployment.replicas} replicas can be released at ${
    plannedUtilisation * 100
  } % utilization in the busiest hour`
  return instances === 0
    ? `${held}; no whole instance becomes free, so embodied carbon and rent stay the same.`
    : `${held}, which frees ${instances} of ${deployment.instances} instances.`
}
