import type { LoadAccount, RealizedSaving } from '../result/account.ts'
import type { SciResult } from '../result/cost.ts'
import type { EmbodiedDevice, GridFactor, Usage } from '../result/usage.ts'
import { add, convert, divide, scale } from '../unit/arithmetic.ts'
import { type Estimate, type Known, unknown } from '../unit/estimate.ts'
import { exact } from '../unit/known.ts'
import { monthDays, monthS } from './calendar.ts'
import { embodiedDevice, hostSlot, isGpu } from './device.ts'
import { facilityGrams } from './facility.ts'
import { dayOf, releaseOf, type Serving } from './load.ts'

/** One candidate as it would serve the declared load: its usage there, its score, and answers per second of a replica. */
export interface ServingCandidate {
  readonly usage: Usage
  readonly sci: Pick<SciResult, 'embodied' | 'perInference'>
  readonly throughputPerS: Estimate<'ratio'>
}

/** Energy, M and SCI per answer at the declared load, as the usage has them, and how many replicas could go. */
export function loadAccount(
  { usage, sci, throughputPerS }: ServingCandidate,
  { deployment }: Serving,
): LoadAccount {
  const day = dayOf(deployment, throughputPerS)
  const { replicas, instances } = deployment
  const { replicasNeeded, busyReplicaS } = day
  return {
    id: usage.candidate,
    answersPerMonth: day.answers * monthDays,
    replicasHeld: replicas,
    replicasNeeded,
    replicasToDrop: replicasNeeded === null ? null : replicas - replicasNeeded,
    instancesToDrop:
      replicasNeeded === null
        ? null
        : instances - Math.ceil(replicasNeeded / (replicas / instances)),
    utilization: busyReplicaS === null ? null : busyReplicaS / (replicas * 86_400),
    energyPerAnswer: add(usage.energy, usage.idle),
    idlePerAnswer: usage.idle,
    embodiedPerAnswer: sci.embodied,
    sciPerAnswer: sci.perInference,
  }
}

/** Where replicas run. */
export interface ReplicaSite {
  readonly device: EmbodiedDevice
  readonly grid: GridFactor
  readonly pue: Known<'ratio'>
}

/**
 * What releasing saves in a month, when the replicas of today are cut to what the candidate needs. Whole
 * instances only give back M and rent. Never added to the marginal saving.
 */
export function realizedSaving(
  incumbent: LoadAccount,
  { throughputPerS }: Pick<ServingCandidate, 'throughputPerS'>,
  serving: Serving,
  site: ReplicaSite,
): RealizedSaving {
  const { replicas, instances, text } = releaseOf(serving, throughputPerS)
  const idleEnergy: Estimate<'J'> =
    replicas === 0
      ? exact('J', 0, 'no replica is released')
      : convert(serving.idleW, 'J', replicas * monthS)
  return {
    replicasReleased: replicas,
    instancesReleased: instances,
    idleEnergy,
    carbon: add(
      facilityGrams(idleEnergy, site, 'g'),
      instances === 0
        ? exact('g', 0, 'no instance is released')
        : wear(site.device, instances * serving.deployment.share * monthS),
    ),
    money: rentReleased(instances, serving),
    sentence: capital(text) + slack(incumbent),
  }
}

/** M of a device (and of a GPU's slot in its host) held for some seconds. */
function wear(device: EmbodiedDevice, heldS: number): Estimate<'g'> {
  const own = divide(scale(device.total, heldS), device.lifetime, 'g')
  if (!isGpu(device.id)) return own
  const host = embodiedDevice(hostSlot.device)
  return add(own, divide(scale(host.total, heldS * hostSlot.share), host.lifetime, 'g'))
}

function rentReleased(
  instances: number,
  { deployment: { instancePricePerHour } }: Serving,
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

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
