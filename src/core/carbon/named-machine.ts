import type { DevicePart } from '../result/usage.ts'
import type { Known } from '../unit/estimate.ts'
import { exact, known } from '../unit/known.ts'
import { type DeviceId, embodiedDevice, hostSlot } from './device.ts'

/** The machine that a file of another tool names; what it does not state is null. */
export interface NamedMachine {
  /** Logical processors that were seen. */
  readonly processors: number | null
  /** Those of its host, where the file states them too. */
  readonly hostProcessors?: number | null
  readonly cpu: string | null
  readonly gpu: string | null
  readonly gpus: number
  /** Whether the file states that it is a machine of a cloud. */
  readonly cloud: boolean
}

/** Threads of a host that a virtual machine cannot see, as for a run: two sockets of 24 cores with two threads each. */
const hostThreads = 96
/** Fewer processors than any rack server of today has. */
const smallestServer = 16
/** More threads than hosts of clouds have. */
const largestHost = 256

/**
 * Embodied parts of a named machine: a laptop or desktop is counted whole, of a host of a cloud the share that was
 * reserved, a GPU of a data center with its slot in a host. Null where the file names nothing to go by.
 */
export function partsOfMachine(
  machine: NamedMachine,
  lifetimeYears: number | null = null,
): readonly DevicePart[] | null {
  const { processors, cpu, gpu, gpus } = machine
  if (processors === null && cpu === null && gpus === 0) return null
  const one = (id: DeviceId, share: Known<'share'>): DevicePart => ({
    device: embodiedDevice(id, lifetimeYears),
    share,
  })
  const whole = exact('share', 1, 'the whole device')
  const cards = Array.from({ length: gpus }, () => one(gpuClass(gpu), whole))
  if (gpus > 0 && inDataCenter(gpu)) {
    const slots = exact(
      'share',
      Math.min(1, gpus * hostSlot.share),
      `${gpus} of eight GPU slots of the host`,
    )
    return [...cards, one(hostSlot.device, slots)]
  }
  const own = cpuClass(machine)
  return [one(own, own === 'server' ? serverShare(machine) : whole), ...cards]
}

const inDataCenter = (gpu: string | null) =>
  gpu === null || !/geforce|gtx|rtx \d|quadro|titan|radeon/i.test(gpu)

/** The class of a GPU by its name. */
export function gpuClass(name: string | null): DeviceId {
  if (name !== null && /h[128]00/i.test(name)) return 'h100'
  return name !== null && /a[18]00/i.test(name) ? 'a100' : 'gpu'
}

function cpuClass({ cpu, cloud }: NamedMachine): DeviceId {
  const name = cpu ?? ''
  if (cloud || /xeon|epyc|neoverse|graviton|ampere altra|threadripper pro/i.test(name))
    return 'server'
  if (/apple m\d/i.test(name)) return 'laptop'
  if (!/core|ryzen|pentium|celeron|athlon/i.test(name)) return 'server'
  return /\d(h|hk|hx|hs|u|p|y|g\d)\b/i.test(name) ? 'laptop' : 'desktop'
}

/** RR / ToR of a server: what a virtual machine has of a host of unknown size, or all of it. */
function serverShare({ processors, hostProcessors, cloud }: NamedMachine): Known<'share'> {
  if (processors === null) return exact('share', 1, 'the file states no number of processors')
  if (hostProcessors != null && hostProcessors >= processors)
    return exact(
      'share',
      processors / hostProcessors,
      `${processors} of ${hostProcessors} processors`,
    )
  const of = (threads: number) => Math.min(1, processors / threads)
  const virtual = cloud || processors < smallestServer
  return known('share', {
    value: virtual ? of(hostThreads) : 1,
    low: of(largestHost),
    high: virtual ? of(smallestServer) : 1,
    method: 'modeled',
    how: virtual
      ? `${processors} of ${hostThreads} processors of a host of unknown size (${smallestServer} to ${largestHost})`
      : `${processors} processors: a whole server, or a share of a host of up to ${largestHost}`,
    source: 'the processors that the file states',
  })
}
