/** One way of running a model, measured: settings are part of the candidate. */
export interface RuntimeSetting {
  readonly of: 'original' | 'result'
  readonly threads: number
  readonly spinning: boolean
  /** Texts in one run. */
  readonly batch: number
  /** Whether texts of like length share a run. */
  readonly buckets: boolean
  /** Milliseconds without work between two runs: a service waits for requests, a batch job does not. */
  readonly gapMs: number
  /** CPU seconds a text, waiting threads included. */
  readonly cpuS: number
  /** Wall time of one run, ms. */
  readonly p50Ms: number
  readonly p95Ms: number
  readonly runs: number
}

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
