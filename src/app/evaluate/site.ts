import { cpuPowerSpread, type Site, siteOf } from '../../core/carbon/site.ts'
import type { Environment } from '../../core/spec/run-result.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { Effects } from './effects.ts'

/** Where the work runs, for SCI: the grid of the account (the world's mean where none is named) and this machine. */
export async function siteFor(
  spec: Spec,
  environment: Environment,
  effects: Effects,
): Promise<Site | null> {
  const grid = await effects.gridFactor(spec.account.grid ?? 'WORLD')
  const powerModel = cpuPowerSpread(environment.machine, effects.machineThreads)
  const { account, deployment } = spec
  return siteOf({ account, deployment, cores: environment.cores, grid, powerModel })
}
