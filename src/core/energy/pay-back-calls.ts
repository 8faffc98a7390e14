import { type Estimate, infinite, type Known, unknown } from '../unit/estimate.ts'
import { known } from '../unit/known.ts'

/**
 * Calls after which what was spent on finding a cheaper model is earned back: spent / (before x (1 - 1 / times)).
 *
 * @param spent J or CPU seconds of the search or run.
 * @param before The same per call of what is replaced.
 * @param times What is replaced over what replaces it, per call or per accepted answer, in the same quantity.
 * @returns The interval is that of `times` and of `spent`: what the meter is off by is shared by spent and saved. Infinite
 *   where the replacement is not cheaper, unknown where that cannot be told.
 */
export function payBackCalls<U extends 'J' | 's'>(
  spent: Estimate<U>,
  before: Estimate<`${U}PerItem`>,
  times: Estimate<'ratio'>,
): Estimate<'count'> {
  const silent = [spent, before, times].find(({ kind }) => kind === 'unknown')
  if (silent?.kind === 'unknown') return silent
  if (spent.kind !== 'known' || before.kind !== 'known' || times.kind !== 'known')
    return unknown('what is saved has no finite size')
  if (times.value <= 1) return infinite('the choice saves nothing per call')
  if (times.low <= 1) return unknown('whether the choice saves anything cannot be told')
  return calls(spent, before, times)
}

function calls(
  spent: Known<'J' | 's'>,
  before: Known<'JPerItem' | 'sPerItem'>,
  times: Known<'ratio'>,
): Known<'count'> {
  const after = (amount: number, ratio: number): number => amount / (before.value * (1 - 1 / ratio))
  const value = after(spent.value, times.value)
  const what = spent.unit === 'J' ? 'joules' : 'CPU seconds'
  return known('count', {
    value,
    low: Math.min(value, after(spent.low, times.high)),
    high: Math.max(value, after(spent.high, times.low)),
    level: times.level,
    method: spent.method === 'modeled' ? 'modeled' : times.method,
    how: `${what} spent / ${what} saved per call`,
    source: 'interleaved windows',
  })
}
