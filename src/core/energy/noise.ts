import type { Estimate } from '../unit/estimate.ts'

/** CPU time stolen by the host above which timings of a machine are not trusted, share (settled: 2 %). */
export const stealLimit = 0.02

/** Why this machine was too noisy to measure on; null where it was quiet or does not tell. */
export function noiseOf(steals: readonly (number | null)[]): string | null {
  const seen = steals.filter((steal) => steal !== null)
  const worst = Math.max(0, ...seen)
  if (worst <= stealLimit) return null
  const noisy = seen.filter((steal) => steal > stealLimit).length
  return `the host took up to ${(worst * 100).toFixed(1)} % of CPU time in ${noisy} of ${seen.length} windows`
}

export type RankVerdict = { readonly ranks: true } | { readonly ranks: false; readonly why: string }

/** Whether two candidates may be put in order by a ratio of theirs: a quiet machine, and an interval that leaves out 1. */
export function mayRank(ratio: Estimate<'ratio'>, steals: readonly (number | null)[]): RankVerdict {
  const noise = noiseOf(steals)
  if (noise) return { ranks: false, why: noise }
  if (ratio.kind !== 'known')
    return { ranks: false, why: ratio.kind === 'unknown' ? ratio.why : ratio.reason }
  if (ratio.low <= 1 && ratio.high >= 1)
    return { ranks: false, why: 'the interval of the ratio holds 1: they cannot be told apart' }
  return { ranks: true }
}
