/**
 * Embodied carbon of servers and GPUs from their parts, kgCO2e, manufacturing and transport, end of life left out.
 * Source of every constant: BoaviztAPI 2.4 (data/factors.yml, models/component/*), facts re-stated. Its own
 * uncertainty of impact factors is not given there; take x0.5..x2 around a result.
 */

export interface CpuParts {
  readonly count: number
  readonly dieMm2: number
}

export interface MemoryParts {
  readonly count: number
  readonly gigabytes: number
  /** GB per cm2 of die: RAM 0.625 to 2.375, SSD 16.4 to 128. */
  readonly densityGbPerCm2: number
}

export interface GpuParts {
  readonly count: number
  readonly dieMm2: number
  readonly vramGb: number
  readonly vramDies: number
  readonly pwbCm2: number
  readonly casingKg: number
  readonly heatsinkKg: number
  readonly totalKg: number
  /** Transport in km; 19,000 by boat and 1,000 by lorry unless said. */
  readonly boatKm?: number
  readonly truckKm?: number
  readonly planeKm?: number
}

export interface ServerParts {
  readonly cpus: CpuParts
  readonly ram: readonly MemoryParts[]
  readonly ssds: readonly MemoryParts[]
  readonly hdds: number
  readonly gpus: readonly GpuParts[]
  readonly powerSupplies: { readonly count: number; readonly kg: number }
  readonly chassis: 'rack' | 'blade'
}

const hddKg = 31.11
const motherboardKg = 66.1
const assemblyKg = 6.68
const powerSupplyPerKg = 24.3
/** A blade carries a sixteenth of its 880 kg enclosure. */
const chassisKg = { rack: 150, blade: 30.9 + 880 / 16 } as const

/** A whole server, kgCO2e. */
export function serverKg(server: ServerParts): number {
  return (
    cpuKg(server.cpus) +
    sum(server.ram, ramKg) +
    sum(server.ssds, ssdKg) +
    server.hdds * hddKg +
    sum(server.gpus, gpuKg) +
    server.powerSupplies.count * server.powerSupplies.kg * powerSupplyPerKg +
    motherboardKg +
    assemblyKg +
    chassisKg[server.chassis]
  )
}

export function cpuKg({ count, dieMm2 }: CpuParts): number {
  return count * (dieMm2 * 0.0197 + 9.14)
}

export function ramKg({ count, gigabytes, densityGbPerCm2 }: MemoryParts): number {
  return count * ((gigabytes / densityGbPerCm2) * 2.2 + 5.22)
}

export function ssdKg({ count, gigabytes, densityGbPerCm2 }: MemoryParts): number {
  return count * ((gigabytes / densityGbPerCm2) * 2.2 + 6.34)
}

/** GPU cards, kgCO2e, from casing, heat sink, board, dies with wafer losses, assembly and transport. */
export function gpuKg(gpu: GpuParts): number {
  const { boatKm = 19_000, truckKm = 1_000, planeKm = 0, totalKg } = gpu
  const vramMm2 = gpu.vramDies * effectiveDieMm2((vramMm2PerGb * gpu.vramGb) / gpu.vramDies)
  const each =
    8.2542 * gpu.casingKg +
    5.7412 * gpu.heatsinkKg +
    0.032549 * gpu.pwbCm2 +
    0.042592 * effectiveDieMm2(gpu.dieMm2) +
    0.18379 * vramMm2 +
    0.25955 * totalKg +
    totalKg * (1.33e-5 * boatKm + 5.04e-5 * truckKm + 2.11e-3 * planeKm) +
    1.5062 * totalKg
  return gpu.count * each
}

/** Average of the GPUs that BoaviztAPI studied. */
const vramMm2PerGb = 15.5
const waferDiameterMm = 300
const kerfMm = 0.2

/**
 * Wafer area that one usable die takes, mm2: saw gap, the round wafer's edge, and yield, which falls with area.
 * Dies per wafer: pi r^2 / a - pi d / sqrt(2 a). Yield: exp(-sqrt(a in cm2 x 0.1 defects)).
 */
export function effectiveDieMm2(dieMm2: number): number {
  const area = (Math.sqrt(dieMm2) + kerfMm) ** 2
  const wafer = Math.PI * (waferDiameterMm / 2) ** 2
  const dies = wafer / area - (Math.PI * waferDiameterMm) / Math.sqrt(2 * area)
  return wafer / dies / Math.exp(-Math.sqrt((area / 100) * 0.1))
}

function sum<T>(list: readonly T[], kg: (each: T) => number): number {
  return list.reduce((total, each) => total + kg(each), 0)
}

/** What a host of a cloud instance holds, in the way Cloud Carbon Footprint counts. */
export interface CcfHost {
  readonly sockets: number
  readonly memoryGb: number
  readonly ssds: number
  readonly hdds: number
  readonly gpus: number
}

/**
 * Host of a cloud instance, kgCO2e: 1000 for one socket and 16 GB, plus 100 per further socket, 533/384 per GB
 * above 16, 100 per SSD, 50 per HDD, 150 per GPU. Source: Cloud Carbon Footprint, cloud-carbon-coefficients
 * (2023-05, Apache-2.0). Impact Framework's defaults swap SSD and HDD and charge per vCPU: not used here.
 */
export function ccfHostKg({ sockets, memoryGb, ssds, hdds, gpus }: CcfHost): number {
  const memory = Math.max(0, memoryGb - 16) * (533 / 384)
  return 1000 + (sockets - 1) * 100 + memory + ssds * 100 + hdds * 50 + gpus * 150
}
