import { exactly } from '../../core/energy/enough.ts'
import { type PairedCost, pairedCost } from '../../core/energy/paired-cost.ts'
import { judgedWindows, type MeteredWindow } from '../../core/energy/window.ts'
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

/** Seconds of a window that are aimed at. */
export const windowOf = ({ own, windowS }: Pick<PairOptions, 'own' | 'windowS'>): number =>
  windowS ?? (own.meter?.sensor ? 0.5 : 0.15)

/** Laps of each of the two works, of a window at least each from the third on: two openings, each with two laps to warm up and a round that is not judged. */
export const lapsOf = ({ rounds = 8 }: Pick<PairOptions, 'rounds'>): number => rounds + 2 * 3

/** Opens what is measured: a session with its memory. */
export type OpenWork = () => Promise<{ readonly work: Work; close(): Promise<void> }>

/** Work that is open already, or needs no opening. */
export const ready =
  (work: Work): OpenWork =>
  async () => ({ work, close: async () => undefined })

/**
 * Two works of this process in interleaved windows: per item and as b over a, CPU time and energy. Without a sensor energy
 * is modeled from the CPU time of each. Both are opened twice, each first once: of two sessions of one model the one that
 * was opened first ran one to two hundredths slower in short windows (`npm run bench -- planted`). Throws what either
 * throws, and when it is aborted.
 */
export async function measurePair(
  a: OpenWork,
  b: OpenWork,
  options: PairOptions,
): Promise<PairedCost> {
  const { rounds = 8 } = options
  const first = await halfOf(['a', a], ['b', b], Math.ceil(rounds / 2), options)
  if (rounds < 2) return pairedCost(first, ['a', 'b'])
  const second = await halfOf(['b', b], ['a', a], Math.floor(rounds / 2), options)
  return pairedCost([...first, ...after(first, second)], ['a', 'b'])
}

/** Rounds that follow others; the warm-up of the second opening is no round. */
function after(
  first: readonly MeteredWindow[],
  second: readonly MeteredWindow[],
): readonly MeteredWindow[] {
  const before = Math.max(0, ...first.map(({ round }) => round))
  return judgedWindows(second).map((one) => ({ ...one, round: one.round + before }))
}

type Named = readonly [id: string, open: OpenWork]

async function halfOf(
  one: Named,
  other: Named,
  rounds: number,
  options: PairOptions,
): Promise<readonly MeteredWindow[]> {
  const { own, batch, signal } = options
  const first = await one[1]()
  try {
    const second = await other[1]()
    try {
      const windows = await interleave({
        workloads: [
          ownWorkload({ id: one[0], batch, work: first.work }, own),
          ownWorkload({ id: other[0], batch, work: second.work }, own),
        ],
        windowS: windowOf(options),
        goal: exactly(rounds),
        reference: 'a',
        machine: own.machine,
        nowS: own.wallS,
        signal,
      })
      signal?.throwIfAborted()
      return windows
    } finally {
      await second.close()
    }
  } finally {
    await first.close()
  }
}
