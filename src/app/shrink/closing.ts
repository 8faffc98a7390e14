import { lapsOf, type PairOptions, windowOf } from '../measure/pair.ts'
import type { DriveOptions } from './drive.ts'
import { briefly } from './finals.ts'
import { lapTexts } from './measure-cost.ts'
import { sweepSeconds } from './sweep.ts'

/** Models that the hold-out is answered by, in the work of the incumbent: itself, and finalists that are smaller. */
const judgedModels = 2
/** Steps of the way to the result that the report shows with their cost. */
const stepsShown = 6

/** What follows a search. */
export interface Closing {
  /** The hold-out, the costs and the settings of the runtime. */
  readonly neededS: number
  /** The costs of steps on the way, for which there may be no time. */
  readonly wayS: number
}

/** CPU seconds of what follows a search, with a result of the size of the incumbent. */
export function closingOf({
  bench: { itemCpuS, own },
  holdout: { sealed },
  sweep,
}: Pick<DriveOptions, 'bench' | 'holdout' | 'sweep'>): Closing {
  const cost = (texts: number, how: Pick<PairOptions, 'rounds' | 'windowS'>) => {
    const windowS = windowOf({ own, ...how })
    return lapsOf(how) * (windowS + Math.max(windowS, texts * itemCpuS))
  }
  const judging = judgedModels * sealed.items.length * itemCpuS
  const costs = cost(lapTexts(1), {}) + cost(lapTexts(32), {})
  const settings = sweep === null ? 0 : sweepSeconds(itemCpuS, sweep)
  return {
    neededS: judging + costs + settings,
    wayS: stepsShown * cost(briefly.texts, briefly),
  }
}

/** Share of the time that is kept at most: the search has the rest, whatever follows it takes. */
const mostKept = 0.5

/** Seconds of all that there are that the search leaves to what follows, on a machine that takes `slowdown` times the CPU time. */
export const keptSeconds = (
  seconds: number,
  { neededS, wayS }: Closing,
  slowdown: number,
): number => Math.min(mostKept * seconds, slowdown * (neededS + wayS))

/** How the time is shared, and where it will not be enough. */
export function timesOf(seconds: number, closing: Closing, slowdown: number): string {
  const kept = keptSeconds(seconds, closing, slowdown)
  const neededS = slowdown * closing.neededS
  const about = (s: number) => `about ${Math.ceil(s)} s`
  const what = 'the hold-out and the measurements at the end take'
  return neededS > kept
    ? `${what} ${about(neededS)}: expect ${about(seconds - kept + neededS)} in all instead of the ${+seconds.toFixed(1)} s asked for (half of them are for the search)`
    : `${what} ${about(kept)} of the ${+seconds.toFixed(1)} s`
}
