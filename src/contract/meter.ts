import type { Estimate } from '../core/unit/estimate.ts'

/** What does the work that a window meters. Never the HTTP client of an endpoint. */
export interface MeterBinding {
  /** Process ids; their whole process trees count. */
  readonly pids?: readonly number[]
  /** cgroup v2 path below /sys/fs/cgroup. */
  readonly cgroup?: string
  readonly gpus?: readonly number[]
  readonly host?: boolean
  /** Threads the work has reserved, for idle energy. */
  readonly threads?: number
}

export interface WindowReading {
  readonly wallS: number
  /** CPU seconds (user + system) of what was bound; null where it cannot be seen. */
  readonly cpuS: number | null
  readonly peakRssBytes: number | null
  /** Energy of the window; unknown where this meter cannot say. */
  readonly energy: Estimate<'J'>
  /** The part of `energy` that belongs to reserved but idle capacity. */
  readonly idle: Estimate<'J'>
  /** The meter's smallest step, J; windows repeat until they clear it. */
  readonly resolutionJ: number | null
  /** CPU time stolen by the host during the window, share 0..1; null where unknown. */
  readonly steal: number | null
  readonly notes: readonly string[]
}

export interface MeterWindow {
  stop(): Promise<WindowReading>
}

export interface Meter {
  /** rapl, nvml, prometheus, external, cpu-time. */
  readonly name: string
  /** What it sees and what it cannot see, in a sentence for the report. */
  readonly scope: string
  /** Whether its joules come from a sensor. */
  readonly sensor: boolean
  start(binding: MeterBinding): Promise<MeterWindow>
  close(): Promise<void>
}

/** What `doctor` prints for one meter, runtime or package. */
export interface Availability {
  readonly name: string
  readonly works: boolean
  /** What was found, or why it does not work. */
  readonly detail: string
  /** The command that would fix it. */
  readonly fix?: string
}
