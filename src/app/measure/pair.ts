import { exactly } from '../../core/energy/enough.ts'
import { type PairedCost, pairedCost } from '../../core/energy/paired-cost.ts'
import { interleave } from './interleave.ts'
import type { OwnProcess } from './own-process.ts'
import { ownWorkload, type Work } from './workload.ts'

export interface PairOptions {
  /** What runs both: its sensor measures them, where it has one. */
  readonly own: OwnProcess
  /** Items that both take at a time. */
  readonly batch: number
  /** Judged rounds; 8 unless said. */
  readonly rounds?: number | undefined
  /** Seconds of a window; 0.15 unless said, 0.5 under a sensor, whose share of a process has steps of 10 ms. */
  readonly windowS?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Two works of this process in interleaved windows: per item and as b over a, CPU time and energy. Without a sensor energy
 * is modelled from the CPU time of each. Throws what either throws, and when it is aborted.
 */
export async function measurePair(a: Work, b: Work, options: PairOptions): Promise<PairedCost> {
  const { own, batch, rounds = 8, signal } = options
  const windows = await interleave({
    workloads: [
      ownWorkload({ id: 'a', batch, work: a }, own),
      ownWorkload({ id: 'b', batch, work: b }, own),
    ],
    windowS: options.windowS ?? (own.meter?.sensor ? 0.5 : 0.15),
    goal: exactly(rounds),
    reference: 'a',
    machineThreads: own.machineThreads,
    nowS: own.wallS,
    signal,
  })
  signal?.throwIfAborted()
  return pairedCost(windows, ['a', 'b'])
}
