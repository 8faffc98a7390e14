import type {
  Availability,
  Meter,
  MeterBinding,
  MeterParts,
  MeterSource,
} from '../../contract/meter.ts'
import { type MeterKind, meters } from '../../core/part/meters.ts'
import { partNames } from '../../core/part/part.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'

/** How each meter is opened, loaded when metering begins; their facts and their order are in core/part/meters.ts. */
const sources = {
  prometheus: async () => (await import('./prometheus.ts')).prometheus,
  external: async () => (await import('./external.ts')).external,
  nvml: async () => (await import('./nvml.ts')).nvml,
  rapl: async () => (await import('./rapl.ts')).rapl,
  'cpu-time': async () => (await import('./cpu-time.ts')).cpuTime,
} as const satisfies Readonly<Record<MeterKind, () => Promise<MeterSource>>>

/** Said where nothing is bound; the same sentence in reports and errors. */
export const unboundWhy =
  'this endpoint works in another process: bind what does the work (energy: pid, cgroup, gpus, host or prometheus) or state energy: { jPerItem: [low, high] }'

/**
 * Meters that work here for this candidate, best first, never empty: what its spec binds comes first, then sensors, then CPU
 * time; an endpoint that nothing is bound to gets the meter that says so. The binding of the spec is added to every start.
 */
export async function openMeters(
  candidate: CandidateSpec,
  binding: MeterBinding,
  parts: MeterParts,
): Promise<readonly Meter[]> {
  const whole = bindingOf(candidate, binding)
  const found: Meter[] = []
  for (const kind of partNames(meters)) {
    const meter = await (await sources[kind]()).open(candidate, whole, parts)
    if (meter !== null) found.push(bound(meter, candidate))
  }
  if (found.length > 0) return found
  const { createUnboundMeter } = await import('./unbound.ts')
  return [createUnboundMeter(parts.nowS, unboundWhy)]
}

/** The binding of the caller with what the spec says of this candidate. */
function bindingOf({ energy }: CandidateSpec, binding: MeterBinding): MeterBinding {
  return {
    ...binding,
    ...(energy?.pid === undefined ? {} : { pids: [energy.pid] }),
    ...(energy?.cgroup === undefined ? {} : { cgroup: energy.cgroup }),
    ...(energy?.gpus === undefined ? {} : { gpus: energy.gpus }),
    ...(energy?.host === undefined ? {} : { host: energy.host }),
  }
}

function bound(meter: Meter, candidate: CandidateSpec): Meter {
  return { ...meter, start: (binding) => meter.start(bindingOf(candidate, binding)) }
}

/** What `doctor` prints: every meter, whether it works here, and the command that would fix it. */
export async function meterAvailability(parts: MeterParts): Promise<readonly Availability[]> {
  const of = async (name: MeterKind) => ({
    name,
    ...(await (await sources[name]()).available(parts)),
  })
  return Promise.all(partNames(meters).map(of))
}
