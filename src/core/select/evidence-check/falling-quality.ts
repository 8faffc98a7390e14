import type { Cap } from '../../result/run-result.ts'
import { counted, points } from '../../unit/figure-words.ts'
import { type Evidence, type HeardCandidate, lossesOf } from './evidence.ts'
import { largerThanChance } from './permutation.ts'

/** Share of the items before and behind a change at least. */
const shortestPart = 0.05
const fewestItems = 60

/**
 * falling-quality: a candidate loses more towards the end of the file, or with the date, than the bar allows.
 *
 * What it finds: a place in the order of the rows (and of a column of dates) behind which the paired loss is larger than
 * chance makes it, and beyond the limit. The mean over all rows would hide it, and traffic to come is like the last rows.
 * How: the largest cumulative-sum statistic over all places, with its distribution by permutation within each label, so
 * that a file sorted by label is no alarm.
 * Error rate: 0.001 for each order and candidate.
 * When it misleads: a file sorted by difficulty or by source within the labels.
 * Source: Page 1954, cumulative sums; permutation as in Good 2005.
 */
export function fallingQuality(evidence: Evidence): readonly Cap[] {
  return evidence.candidates
    .filter(({ id }) => id !== evidence.incumbent?.id)
    .flatMap((one) => evidence.orders.flatMap((order) => fallIn(one, order, evidence)).slice(0, 1))
}

function fallIn(
  one: HeardCandidate,
  { by, rank }: Evidence['orders'][number],
  evidence: Evidence,
): readonly Cap[] {
  const losses = lossesOf(one, evidence)
  const places = losses
    .flatMap((loss, at) => (loss === null ? [] : [at]))
    .sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0))
  if (places.length < fewestItems) return []
  const values = places.map((at) => losses[at] as number)
  const strata = places.map((at) => String(evidence.items[at]?.expected))
  const { cut, mean } = change(values)
  if (mean <= evidence.limit) return []
  if (!largerThanChance(values, strata, (mixed) => change(mixed).size)) return []
  const why = `${one.id} loses more towards the end (${by}): ${points(mean)} over the last ${counted(values.length - cut)} of ${counted(values.length)} items, ${points(meanOf(values.slice(0, cut)))} before.`
  const next = `Judge the newest items alone, or find out what changed there; if the order of the rows means nothing, shuffle the file.`
  return [{ code: 'falling-quality', candidate: one.id, at: 'undecided', why, next }]
}

/** The place behind which the mean is most clearly higher, with that mean. */
function change(values: readonly number[]) {
  const n = values.length
  const total = values.reduce((sum, value) => sum + value, 0)
  const margin = Math.max(1, Math.floor(shortestPart * n))
  let best = { cut: 0, mean: 0, size: Number.NEGATIVE_INFINITY }
  let before = 0
  for (let cut = 1; cut < n; cut += 1) {
    before += values[cut - 1] as number
    if (cut < margin || n - cut < margin) continue
    const mean = (total - before) / (n - cut)
    const size = (mean - before / cut) * Math.sqrt((cut * (n - cut)) / n)
    if (size > best.size) best = { cut, mean, size }
  }
  return best
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
