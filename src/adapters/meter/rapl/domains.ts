import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gaugeIn } from '../../../core/data/figures.ts'
import { systemText } from '../../files/read-file.ts'

/** One energy counter of the processor. */
export interface Domain {
  readonly folder: string
  /** package-0, dram, core, psys. */
  readonly name: string
  /** Largest value before it starts again from 0, J; null where the kernel does not show it. */
  readonly rangeJ: number | null
}

/**
 * Counters whose sum is the processor with its memory: packages (or their dies, `package-0-die-1`) and dram. Cores are inside the
 * package already; psys is the whole platform, its processor included.
 */
const counted = /^(package-\d+(-die-\d+)?|dram)$/

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
    .filter((domain, i, all) => !all.slice(0, i).some((former) => isMirror(domain, former)))
}

const packageOf = ({ name }: Domain): string | undefined =>
  /^(package-\d+)-die-\d+$/.exec(name)?.[1]

/**
 * Whether two dies of one package show one counter: then a reading of the one lies between two readings of the other.
 * It would be counted twice.
 */
function isMirror(domain: Domain, former: Domain): boolean {
  if (packageOf(domain) === undefined || packageOf(domain) !== packageOf(former)) return false
  const [before, own, after] = [former, domain, former].map(readCounter)
  return before != null && own != null && after != null && before <= own && own <= after
}

function domainAt(folder: string): Domain {
  const rangeUj = gaugeIn(textOf(join(folder, 'max_energy_range_uj'))) ?? 0
  const rangeJ = rangeUj > 0 ? rangeUj / 1e6 : null
  return { folder, name: textOf(join(folder, 'name')) ?? '', rangeJ }
}

/** The counter now, J; null when this user may not read it. */
export function readCounter(domain: Domain): number | null {
  const microjoules = gaugeIn(textOf(join(domain.folder, 'energy_uj')))
  return microjoules === undefined ? null : microjoules / 1e6
}

function textOf(path: string): string | null {
  try {
    return systemText(path).trim()
  } catch {
    return null
  }
}
