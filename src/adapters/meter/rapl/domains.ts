import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One energy counter of the processor. */
export interface Domain {
  readonly folder: string
  /** package-0, dram, core, psys. */
  readonly name: string
  /** Largest value before it starts again from 0, J. */
  readonly rangeJ: number
}

/** Counters whose sum is the processor with its memory: packages and dram. Cores are inside the package already. */
const counted = /^(package-\d+|dram)$/

/**
 * RAPL domains of Linux powercap below `root` (/sys/class/powercap). The mmio copies of the same counters are left out.
 * Source: docs.kernel.org/power/powercap/powercap.html; AMD shows its packages under the same names.
 */
export function findDomains(root: string): readonly Domain[] {
  if (!existsSync(root)) return []
  return readdirSync(root)
    .filter((entry) => /^intel-rapl:\d+(:\d+)?$/.test(entry))
    .map((entry) => domainAt(join(root, entry)))
    .filter((domain) => counted.test(domain.name))
    .sort((a, b) => a.folder.localeCompare(b.folder))
}

function domainAt(folder: string): Domain {
  const rangeUj = Number(textOf(join(folder, 'max_energy_range_uj')) ?? 0)
  return { folder, name: textOf(join(folder, 'name')) ?? '', rangeJ: rangeUj / 1e6 }
}

/** The counter now, J; null when this user may not read it. */
export function readCounter(domain: Domain): number | null {
  const text = textOf(join(domain.folder, 'energy_uj'))
  return text === null || text === '' ? null : Number(text) / 1e6
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}
