import { type Part, type Parts, partName } from './part.ts'

/** The facts of one meter. */
export interface MeterPart extends Part {
  /** Its joules come from a sensor; otherwise they are modeled, and candidates are ordered by what was measured. */
  readonly sensor: boolean
  /** How BoAmps names this way of tracking. */
  readonly tracking: { readonly cpuTrackingMode?: string; readonly gpuTrackingMode?: string }
}

/** Every meter, best first: what a spec binds, then sensors, then CPU time. How each is opened: adapters/meter/table.ts. */
export const meters = {
  prometheus: {
    summary: 'a Prometheus query of a documented series, or of any other with its unit and kind',
    example: `energy: { prometheus: 'sum(kepler_pod_cpu_joules_total{pod_name="llm", zone="package"})' }`,
    sensor: true,
    tracking: {},
  },
  external: {
    summary: 'a program that prints joules so far, or watts, line by line',
    example: 'energy: { external: [./read-plug.sh] }',
    sensor: true,
    tracking: {},
  },
  nvml: {
    summary: 'the energy counter of NVIDIA GPUs, or their power where there is no counter',
    example: 'energy: { gpus: [0] }',
    sensor: true,
    tracking: { gpuTrackingMode: 'nvml' },
  },
  rapl: {
    summary: 'the energy counters of Intel and AMD processors, shared by CPU time',
    example: 'energy: { pid: 4711 }',
    sensor: true,
    tracking: { cpuTrackingMode: 'rapl' },
  },
  'cpu-time': {
    summary: 'CPU time of the process tree, a proxy for energy where there is no sensor',
    example: 'energy: { pid: 4711 }',
    sensor: false,
    tracking: { cpuTrackingMode: 'modeled from CPU time' },
  },
} as const satisfies Parts<MeterPart>

export type MeterKind = keyof typeof meters

/**
 * The facts of the meter that a cost names; null where no meter was involved: joules that were declared, stated,
 * estimated for an API, or imported.
 */
export function meterPart(name: string): MeterPart | null {
  const kind = partName(meters, name)
  return kind === null ? null : meters[kind]
}

/** Whether joules of this origin are modeled from CPU time, which is then what was measured. */
export const modelsCpuTime = (name: string): boolean => meterPart(name)?.sensor === false
