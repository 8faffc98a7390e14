import type { RuntimeSetting } from '../result/compression.ts'
/**
 * The settings for single requests: of those whose p95 is within `latencyMs` the ones with fewest threads, without spinning before with it
 * (more threads never need less CPU time, and idle ones that spin burn it); the fastest where none is. Null for no rows.
 */
export function chosenSetting(
  rows: readonly RuntimeSetting[],
  latencyMs: number | null,
): RuntimeSetting | null {
  const single = rows
    .filter(({ of, batch, gapMs }) => of === 'result' && batch === 1 && gapMs > 0)
    .toSorted((a, b) => a.threads - b.threads || Number(a.spinning) - Number(b.spinning))
  const within = single.find(({ p95Ms }) => latencyMs === null || p95Ms <= latencyMs)
  return within ?? single.toSorted((a, b) => a.p95Ms - b.p95Ms)[0] ?? null
}
