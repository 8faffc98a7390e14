import { lapsOf, windowOf } from '../measure/pair.ts'
import type { DriveOptions } from './drive.ts'
import { lapTexts } from './measure-cost.ts'
import { sweepSeconds } from './sweep.ts'

/** Models that the hold-out is answered by, in the work of the incumbent: itself, and finalists that are smaller. */
const judgedModels = 2

/** CPU seconds that follow a search, with a result of the size of the incumbent: the hold-out, the costs, the settings of the runtime. */
export function closingSeconds({
  bench: { itemCpuS, own },
  holdout: { sealed },
  sweep,
}: Pick<DriveOptions, 'bench' | 'holdout' | 'sweep'>): number {
  const windowS = windowOf({ own })
  const lap = (batch: number) => windowS + Math.max(windowS, lapTexts(batch) * itemCpuS)
  const costs = lapsOf({}) * (lap(1) + lap(32))
  const settings = sweep === null ? 0 : sweepSeconds(itemCpuS, sweep)
  return judgedModels * sealed.items.length * itemCpuS + costs + settings
}

/** Share of the time that is kept at most: the search has the rest, whatever follows it takes. */
const mostKept = 0.5

/** Seconds of all that there are that the search leaves, where `closingS` follow it. */
export const keptSeconds = (seconds: number, closingS: number): number =>
  Math.min(mostKept * seconds, closingS)

/** How the time is shared, and where it will not be enough. */
export function timesOf(seconds: number, closingS: number): string {
  const kept = keptSeconds(seconds, closingS)
  const about = (s: number) => `about ${Math.ceil(s)} s`
  const what = 'the hold-out and the measurements at the end take'
  return closingS > kept
    ? `${what} ${about(closingS)}: expect ${about(seconds - kept + closingS)} in all instead of the ${+seconds.toFixed(1)} s asked for (half of them are for the search)`
    : `${what} ${about(closingS)} of the ${+seconds.toFixed(1)} s`
}
