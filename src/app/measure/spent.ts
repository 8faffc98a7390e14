import { energyOfCpuTime } from '../../core/energy/cpu-model.ts'
import { add } from '../../core/unit/arithmetic.ts'
import type { Known } from '../../core/unit/estimate.ts'
import type { OwnProcess } from './own-process.ts'

/** What the evaluation has taken. */
export interface Spent {
  readonly wallS: number
  /** CPU seconds of this process, and of the earlier runs that it went on from. */
  readonly cpuS: number
  /** By the sensor that sees this process, where there is one; else modelled from its CPU time. */
  readonly energy: Known<'J'>
  /** Whether the energy holds what child processes took: a sensor sees them, the CPU time of this process does not. */
  readonly withChildren: boolean
}

export interface Spending {
  /** Seconds so far, by the clocks alone. */
  sofar(): { readonly wallS: number; readonly cpuS: number }
  /** CPU seconds of earlier runs that this one went on from are added; their energy is modelled. */
  stop(earlierCpuS?: number): Promise<Spent>
}

/** Counts what the work takes, from the call on: one window of the sensor over all of it. */
export async function startSpending(own: OwnProcess): Promise<Spending> {
  const start = { wallS: own.wallS(), cpuS: own.cpuS() }
  const window = own.meter?.sensor ? await own.meter.start(own.binding) : null
  const machine = own.machine
  const sofar = () => ({ wallS: own.wallS() - start.wallS, cpuS: own.cpuS() - start.cpuS })
  return {
    sofar,
    async stop(earlierCpuS = 0) {
      const { wallS, cpuS } = sofar()
      const seen = (await window?.stop())?.energy
      const withChildren = seen?.kind === 'known'
      const now = seen?.kind === 'known' ? seen : energyOfCpuTime(cpuS, machine)
      const earlier = energyOfCpuTime(earlierCpuS, machine)
      const energy = earlierCpuS > 0 ? (add(now, earlier) as Known<'J'>) : now
      return { wallS, cpuS: cpuS + earlierCpuS, energy, withChildren }
    },
  }
}
