import { lapsOf, type PairOptions, windowOf } from '../measure/pair.ts'
import type { DriveOptions } from './drive.ts'
import { briefly } from './finals.ts'
import { lapTexts } from './measure-cost.ts'
import { sweepSeconds } from './sweep.ts'

/** Models that the hold-out is answered by, in the work of the incumbent: itself, and finalists that are smaller. */
const judgedModels = 2
/** Steps of the way to the result that the report shows with their cost. */
const stepsShown = 6

/** CPU seconds that follow a search, with a result of the size of the incumbent: the hold-out, the costs, the settings of the runtime, the way. */
export function closingSeconds({
  bench: { itemCpuS, own },
  holdout: { sealed },
  sweep,
}: Pick<DriveOptions, 'bench' | 'holdout' | 'sweep'>): number {
  const cost = (texts: number, how: Pick<PairOptions, 'rounds' | 'windowS'>) => {
    const windowS = windowOf({ own, ...how })
    return lapsOf(how) * (windowS + Math.max(windowS, texts * itemCpuS))
  }
  const judging = judgedModels * sealed.items.length * itemCpuS
  const costs = cost(lapTexts(1), {}) + cost(lapTexts(32), {})
  const settings = sweep === null ? 0 : sweepSeconds(itemCpuS, sweep)
  return judging + costs + settings + stepsShown * cost(briefly.texts, briefly)
}

/** Share of the time that is kept at most: the search has the rest, whatever follows it takes. */
const mostKept = 0.5

/** Seconds of all that there are that the search leaves, where `closingS` follow it. */
export const keptSeconds = (seconds: number, closingS: number): number =>
  Math.min(mostKept * seconds, closingS)

/** How the time is shared, and where it will not be enough. */
export function timesOf(seconds: number, closingS: number): string {
  const about = (s: number) => `about ${Math.ceil(s)} s`
  const closing = 'the hold-out and the measurements at the end take'
  const all = seconds - keptSeconds(seconds, closingS) + closingS
  return all > 1.01 * seconds
    ? `${closing} ${about(closingS)}: expect ${about(all)} in all instead of the ${+seconds.toFixed(1)} s asked for (half of them are for the search)`
    : `${closing} ${about(closingS)} of the ${+seconds.toFixed(1)} s`
}
