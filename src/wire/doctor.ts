import { modeledMachine } from '../adapters/machine/this-machine.ts'
import { openProcesses } from '../adapters/processes/table.ts'
import type { Effects } from '../app/evaluate/effects.ts'
import type { Availability } from '../contract/meter.ts'
import { monotonicS } from './world.ts'

/** Which meters, runtimes and optional packages work here, and what would fix each. */
export async function doctor(
  effects: Pick<Effects, 'env' | 'fetch'>,
): Promise<Readonly<Record<string, readonly Availability[]>>> {
  const { runtimeAvailability } = await import('../adapters/runtime/availability.ts')
  return {
    meters: await meters(effects),
    'runtimes and packages': await runtimeAvailability(),
  }
}

export async function meters({
  env,
  fetch,
}: Pick<Effects, 'env' | 'fetch'>): Promise<readonly Availability[]> {
  const { meterAvailability } = await import('../adapters/meter/table.ts')
  return meterAvailability({
    ...{ env, fetch, nowS: monotonicS, idle: 'reserved' },
    processes: openProcesses(process.platform),
    machine: modeledMachine(),
  })
}
