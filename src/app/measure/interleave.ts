import type { WindowReading } from '../../contract/meter.ts'
import { gaugeIn } from '../../core/data/figures.ts'
import { energyOfCpuTime, type ModeledMachine } from '../../core/energy/cpu-model.ts'
import { isEnough, type RoundsGoal } from '../../core/energy/enough.ts'
import { longerWindow, type MeteredWindow } from '../../core/energy/window.ts'
import { seededRandom } from '../../core/random/random.ts'
import { type Estimate, unknown } from '../../core/unit/estimate.ts'
import type { Worked, Workload } from './workload.ts'

export interface Interleaving {
  /** Their ids differ. */
  readonly workloads: readonly Workload[]
  /** Seconds that one window aims at: long enough for the step of a CPU counter. */
  readonly windowS: number
  readonly goal: RoundsGoal
  /** Id of the workload that the others are compared with; the first one without. */
  readonly reference: string | null
  /** Hardware threads of the machine; null inside a virtual machine. */
  readonly machine: ModeledMachine
  readonly nowS: () => number
  readonly signal?: AbortSignal | undefined
  readonly onWindow?: (done: number, workload: string) => void
  /** Told of a workload whose meter fails: it is left out, and the others go on. Without it the error is the caller's. */
  readonly onBroken?: (workload: string, cause: unknown) => void
}

/**
 * Meters all workloads in interleaved windows. Every second round runs the order of the round before it backwards
 * (A B B A), so that slow drift of the machine falls on all alike; each such pair of rounds has an order of its own, drawn
 * with a fixed seed, so that none always follows the same neighbour.
 * Returns the windows in the order they were run. An interrupted round is left out, and so is a workload from the round in
 * which it breaks. Windows under a sensor grow until they hold enough steps of its counter.
 */
export async function interleave(plan: Interleaving): Promise<readonly MeteredWindow[]> {
  const started = plan.nowS()
  let fitted = await fitAll(plan)
  const random = seededRandom('interleaved windows')
  const windows: MeteredWindow[] = []
  for (let round = 0; fitted.length > 0; round += 1) {
    fitted = round % 2 === 0 ? random.shuffle(fitted) : fitted.toReversed()
    const added: MeteredWindow[] = []
    for (const one of fitted) {
      if (plan.signal?.aborted) return windows
      const window = await unlessBroken(plan, one.workload, () => meterOne(plan, one, round))
      if (window) added.push(window)
      plan.onWindow?.(windows.length + added.length, one.workload.id)
    }
    windows.push(...added)
    fitted = fitted.filter(({ workload }) => added.some((one) => one.workload === workload.id))
    if (isEnough(windows, round + 1, plan.nowS() - started, plan)) break
  }
  return windows
}

interface Fitted {
  readonly workload: Workload
  readonly laps: number
}

/** Warms each workload and finds how many laps fill a window; the broken ones are left out. */
async function fitAll(plan: Interleaving): Promise<readonly Fitted[]> {
  const fitted: Fitted[] = []
  for (const workload of plan.workloads) {
    if (plan.signal?.aborted) break
    const warm = await workload.work(1, plan.signal)
    const again = warm && (await workload.work(1, plan.signal))
    const one =
      again &&
      (await unlessBroken(plan, workload, () => fitCounter(plan, workload, lapSeconds(again))))
    if (one) fitted.push(one)
  }
  return fitted
}

async function unlessBroken<T>(
  { onBroken }: Interleaving,
  { id }: Workload,
  metered: () => Promise<T>,
): Promise<T | null> {
  try {
    return await metered()
  } catch (cause) {
    if (onBroken === undefined) throw cause
    onBroken(id, cause)
    return null
  }
}

/** Wall time, or CPU time where several threads make more of it. */
const lapSeconds = ({ wallS, cpuS }: Worked): number => Math.max(wallS, cpuS ?? 0, 1e-4)

/** More laps until a window holds enough steps of the sensor's counter; too short a one reads as nothing. */
async function fitCounter(plan: Interleaving, workload: Workload, lapS: number): Promise<Fitted> {
  const filling = (windowS: number): Fitted => ({
    workload,
    laps: Math.max(1, Math.ceil(windowS / lapS)),
  })
  let windowS = plan.windowS
  while (workload.meter?.sensor && !plan.signal?.aborted) {
    const window = await workload.meter.start(workload.binding)
    const worked = await workload.work(filling(windowS).laps, plan.signal)
    const reading = await window.stop()
    const next = worked && longerWindow(stepsIn(reading), windowS, reading.wallS)
    if (next === null) break
    windowS = next
  }
  return filling(windowS)
}

/** A sensor that says nothing of a window has not moved in it; one whose step is not known cannot be too short. */
function stepsIn({ energy, resolutionJ }: WindowReading): number {
  if (energy.kind !== 'known') return 0
  return resolutionJ === null ? Number.POSITIVE_INFINITY : energy.value / resolutionJ
}

async function meterOne(
  plan: Interleaving,
  { workload, laps }: Fitted,
  round: number,
): Promise<MeteredWindow | null> {
  const { id, items, batch, meter, binding } = workload
  const window = await meter?.start(binding)
  const worked = await workload.work(laps, plan.signal)
  const reading = (await window?.stop()) ?? null
  if (!worked) return null
  const cpuS = gaugeIn(worked.cpuS ?? reading?.cpuS) ?? null
  return {
    ...{ workload: id, round, batch, items: items * laps, cpuS },
    wallS: gaugeIn(reading?.wallS) ?? worked.wallS,
    energy: energyOf(workload, cpuS, reading, plan),
    steal: gaugeIn(reading?.steal) ?? null,
  }
}

function energyOf(
  { meter, sharesProcess }: Workload,
  cpuS: number | null,
  reading: WindowReading | null,
  { machine }: Interleaving,
): Estimate<'J'> {
  if (reading && (meter?.sensor || !sharesProcess)) return reading.energy
  if (cpuS === null) return unknown('there is no meter')
  return cpuS > 0
    ? energyOfCpuTime(cpuS, machine)
    : unknown('the CPU clock did not move: too short')
}
