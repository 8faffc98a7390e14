import type { Meter, MeterBinding } from '../../contract/meter.ts'
import type { ModeledMachine } from '../../core/energy/cpu-model.ts'

/** This process, where it does the work itself: its clocks and the best meter that sees it. */
export interface OwnProcess {
  /** Its pid, and the threads that the work reserves. */
  readonly binding: MeterBinding
  /** Null where nothing sees it: its CPU seconds are left. */
  readonly meter: Meter | null
  /** User and system CPU seconds so far. */
  readonly cpuS: () => number
  /** Monotonic seconds. */
  readonly wallS: () => number
  /** Hardware threads of the machine; null inside a virtual machine, whose host is not known. */
  readonly machine: ModeledMachine
}

/** The same without its meter: a sensor's windows take seconds, which a search has for its result only. */
export const byCpuTime = (own: OwnProcess): OwnProcess => ({ ...own, meter: null })

/** What the outside knows of this process. */
export interface OwnProcessEffects extends Omit<OwnProcess, 'meter'> {
  /** Meters that see the binding here, best first: sensors before CPU time. */
  openMeters(binding: MeterBinding): Promise<readonly Meter[]>
}

/** Opens the best meter of this process for as long as `use` takes. */
export async function withOwnProcess<T>(
  effects: OwnProcessEffects,
  use: (own: OwnProcess) => Promise<T>,
): Promise<T> {
  const { openMeters, ...own } = effects
  const meters = await openMeters(own.binding)
  try {
    return await use({ ...own, meter: meters[0] ?? null })
  } finally {
    await Promise.all(meters.map((meter) => meter.close()))
  }
}
