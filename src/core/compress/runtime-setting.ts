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

/** Settings that can be chosen; a gap and batch are what the traffic is. */
export type Choice = Pick<RuntimeSetting, 'threads' | 'spinning'>

/**
 * The settings for single requests: least CPU time a text among those whose p95 is within `latencyMs`; the fastest where none is. With
 * spinning, idle threads burn CPU while they wait, which only a gap shows. Null for no rows.
 */
export function chosenSetting(
  rows: readonly RuntimeSetting[],
  latencyMs: number | null,
): RuntimeSetting | null {
  const single = rows.filter(({ of, batch, gapMs }) => of === 'result' && batch === 1 && gapMs > 0)
  const within = single.filter(({ p95Ms }) => latencyMs === null || p95Ms <= latencyMs)
  const least = (key: 'cpuS' | 'p95Ms', from: readonly RuntimeSetting[]) =>
    from.toSorted((a, b) => a[key] - b[key])[0] ?? null
  return within.length > 0 ? least('cpuS', within) : least('p95Ms', single)
}
