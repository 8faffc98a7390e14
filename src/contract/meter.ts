import type { ModeledMachine } from '../core/energy/cpu-model.ts'
import type { CandidateSpec } from '../core/spec/spec.ts'
import type { Estimate } from '../core/unit/estimate.ts'
import type { Processes } from './processes.ts'

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
  /** The name of its row in core/part/meters.ts; `none` where nothing is bound. */
  readonly name: string
  /** What it sees and what it cannot see, in a sentence for the report. */
  readonly scope: string
  /** Whether its joules come from a sensor. */
  readonly sensor: boolean
  start(binding: MeterBinding): Promise<MeterWindow>
  close(): Promise<void>
}

/** What meters are made of. */
export interface MeterParts {
  readonly processes: Processes | null
  /** Monotonic seconds. */
  readonly nowS: () => number
  /** Hardware threads of the machine; null inside a virtual machine, whose host is unknown. */
  readonly machine: ModeledMachine
  /** Whether work is charged for idle threads and memory that it holds, or for what it used alone. */
  readonly idle: 'reserved' | 'used'
  /** False under --no-exec: `energy.external` is code of the spec. */
  readonly exec?: boolean
  /** PROMETHEUS_URL is read from it. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly fetch?: typeof globalThis.fetch
  /** Where Linux shows energy counters; a folder of a test. */
  readonly powercap?: string
  /** Runs a program and returns its stdout; a test's own. */
  readonly run?: (program: string, args: readonly string[]) => Promise<string>
}

/** One way of metering on this machine: what each file of adapters/meter exports. */
export interface MeterSource {
  /** The meter, if it works here and the candidate or the binding names something that it sees; else null. */
  open(candidate: CandidateSpec, binding: MeterBinding, parts: MeterParts): Promise<Meter | null>
  /** Whether it works on this machine, and the command that would make it work. */
  available(parts: MeterParts): Promise<Omit<Availability, 'name'>>
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
