import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Meter, MeterBinding, MeterSource, WindowReading } from '../../contract/meter.ts'
import { gaugeIn } from '../../core/data/figures.ts'
import { integratePower, type PowerSample } from '../../core/energy/counter.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { type Estimate, unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'

export interface NvmlParts {
  /** Runs a program and returns its stdout; rejects when it is absent or fails. */
  readonly run: (program: string, args: readonly string[]) => Promise<string>
  readonly nowS: () => number
}

const execute = promisify(execFile)

async function runProgram(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, [...args], { timeout: 10_000 })
  return stdout
}

export const nvml: MeterSource = {
  open: async (_candidate, { gpus }, { run = runProgram, nowS }) => {
    const source = gpus?.length ? await findGpuSource({ run, nowS }) : null
    return source === null ? null : createNvmlMeter(source, { run, nowS })
  },
  available: ({ run = runProgram, nowS }) => nvmlAvailability({ run, nowS }),
}

/** Where a GPU's joules come from, best first. */
export type GpuSource =
  /** The energy counter, by a field of this driver's nvidia-smi. */
  | { readonly kind: 'counter'; readonly field: string }
  /** The energy counter, by DCGM. */
  | { readonly kind: 'dcgm' }
  /** Polled power, put together: NVML samples only part of the time on some boards. */
  | { readonly kind: 'power'; readonly field: string }

/** DCGM field 156, total energy since the driver was loaded, mJ (source: DCGM API reference, field identifiers). */
const dcgmEnergyField = '156'
/** How often power is polled; boards refresh it every 20 to 100 ms. */
const pollMs = 100
/** Counter: 5 %. Power polling errs by up to 65 % and 35 % on average before correction (arXiv 2312.02741). */
const error = { counter: 0.05, power: 0.35 } as const

/** NVIDIA GPUs by index: the board's energy counter where a tool shows it, else polled power, and it says which. */
export function createNvmlMeter(source: GpuSource, parts: NvmlParts): Meter {
  const how =
    source.kind === 'power'
      ? 'Power of the board polled every 100 ms and put together; the sensor itself looks only part of the time.'
      : 'Energy counter of the board.'
  return {
    name: 'nvml',
    scope: `${how} All work on the bound GPUs counts; processor, memory and fans of the host do not.`,
    sensor: true,
    start: async (binding) => startWindow(source, parts, binding),
    close: async () => undefined,
  }
}

async function startWindow(
  source: GpuSource,
  parts: NvmlParts,
  binding: MeterBinding,
): Promise<{ stop(): Promise<WindowReading> }> {
  const gpus = binding.gpus ?? []
  if (gpus.length === 0) throw new RightsizeError('METER_BINDING', 'no GPU index is bound')
  const started = parts.nowS()
  const finish =
    source.kind === 'power'
      ? pollPower(source.field, gpus, parts)
      : await countEnergy(source, gpus, parts)
  return {
    stop: async () => {
      const { joules, resolutionJ, notes } = await finish()
      const wallS = parts.nowS() - started
      return {
        wallS,
        cpuS: null,
        peakRssBytes: null,
        energy: gpuEnergy(source, joules),
        idle: unknown('idle power of the GPU is inside the energy'),
        resolutionJ,
        steal: null,
        notes,
      }
    },
  }
}

function gpuEnergy(source: GpuSource, joules: number | null): Estimate<'J'> {
  if (joules === null || joules <= 0)
    return unknown('the counter did not move: the window is too short')
  const off = source.kind === 'power' ? error.power : error.counter
  return known('J', {
    value: joules,
    low: joules * (1 - off),
    high: joules * (1 + off),
    level: 0.9,
    method: 'measured',
    how: source.kind === 'power' ? 'polled GPU power, integrated' : 'GPU energy counter',
    source: source.kind === 'dcgm' ? 'DCGM' : 'nvidia-smi',
  })
}

interface Finished {
  readonly joules: number | null
  readonly resolutionJ: number | null
  readonly notes: readonly string[]
}

async function countEnergy(
  source: GpuSource,
  gpus: readonly number[],
  parts: NvmlParts,
): Promise<() => Promise<Finished>> {
  const before = await counterJ(source, gpus, parts)
  return async () => {
    const after = await counterJ(source, gpus, parts)
    // mJ steps that the board updates every 20 to 100 ms; at 300 W that is up to 30 J (PETSc on NVML energy).
    return { joules: after - before, resolutionJ: 3 * gpus.length, notes: [] }
  }
}

async function counterJ(
  source: GpuSource,
  gpus: readonly number[],
  { run }: NvmlParts,
): Promise<number> {
  const text =
    source.kind === 'dcgm'
      ? await run('dcgmi', ['dmon', '-e', dcgmEnergyField, '-c', '1', '-i', gpus.join(',')])
      : await run('nvidia-smi', query(source.kind === 'counter' ? source.field : '', gpus))
  const values = source.kind === 'dcgm' ? dcgmValues(text) : plainValues(text)
  return values.reduce((sum, mJ) => sum + mJ, 0) / 1000
}

const query = (field: string, gpus: readonly number[]): readonly string[] => [
  `--query-gpu=${field}`,
  '--format=csv,noheader,nounits',
  '-i',
  gpus.join(','),
]

function plainValues(text: string): readonly number[] {
  return text.split('\n').flatMap((line) => gaugeIn(Number.parseFloat(line)) ?? [])
}

/** Rows of dcgmi dmon look like `GPU 0     123456789`. */
function dcgmValues(text: string): readonly number[] {
  return [...text.matchAll(/^\s*GPU\s+\d+\s+([\d.]+)/gm)].flatMap((row) => gaugeIn(row[1]) ?? [])
}

function pollPower(
  field: string,
  gpus: readonly number[],
  { run, nowS }: NvmlParts,
): () => Promise<Finished> {
  const samples: PowerSample[] = []
  let failure = ''
  let open = true
  const poll = async (): Promise<void> => {
    try {
      const watts = plainValues(await run('nvidia-smi', query(field, gpus)))
      if (watts.length > 0)
        samples.push({ watts: watts.reduce((sum, each) => sum + each, 0), atS: nowS() })
    } catch (cause) {
      failure = cause instanceof Error ? cause.message : String(cause)
    }
  }
  const loop = (async () => {
    while (open) {
      await poll()
      await new Promise((done) => setTimeout(done, pollMs))
    }
  })()
  return async () => {
    open = false
    await loop
    await poll()
    const notes = [`${samples.length} readings of ${field}`, ...(failure ? [failure] : [])]
    return { joules: integratePower(samples), resolutionJ: null, notes }
  }
}

/** Finds the best source on this machine; null without a GPU or its driver. */
export async function findGpuSource({ run }: NvmlParts): Promise<GpuSource | null> {
  const fields = await run('nvidia-smi', ['--help-query-gpu']).catch(() => null)
  if (fields === null) return null
  const names = [...fields.matchAll(/"([a-z_.]+)"/g)].map((found) => found[1] ?? '')
  const energy = names.find((name) => /total.*energy|energy.*consumption/.test(name))
  if (energy !== undefined) return { kind: 'counter', field: energy }
  const dcgm = await run('dcgmi', ['dmon', '-e', dcgmEnergyField, '-c', '1']).catch(() => null)
  if (dcgm !== null && dcgmValues(dcgm).length > 0) return { kind: 'dcgm' }
  const power = ['power.draw.instant', 'power.draw'].find((name) => names.includes(name))
  return power === undefined ? null : { kind: 'power', field: power }
}

export async function nvmlAvailability(parts: NvmlParts): ReturnType<MeterSource['available']> {
  const source = await findGpuSource(parts)
  if (source === null)
    return { works: false, detail: 'no NVIDIA driver: nvidia-smi does not run here' }
  if (source.kind !== 'power') return { works: true, detail: `energy counter by ${source.kind}` }
  return {
    works: true,
    detail: `${source.field} only, polled: its error is several times that of the energy counter`,
    fix: 'sudo apt install datacenter-gpu-manager && sudo systemctl start nvidia-dcgm',
  }
}
