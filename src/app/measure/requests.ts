/** Single requests, one after the other, as a user of a service makes them. */
export interface Requests {
  readonly count: number
  /** Requests before the first that is timed. */
  readonly warmUp: number
  /** Makes request number `at` and returns its wall seconds. */
  one(at: number): Promise<number>
  /** Waits between two requests, without work; none unless given. */
  readonly pause?: () => Promise<void>
  /** Seconds after which no further request is made. */
  readonly maxS?: number
  readonly nowS: () => number
  /** Ends the requests early; what was timed stays. */
  readonly signal?: AbortSignal | undefined
}

/** Wall seconds of warm single requests, in the order they were made. */
export async function timeRequests(requests: Requests): Promise<readonly number[]> {
  const { count, warmUp, one, pause, maxS = Number.POSITIVE_INFINITY, nowS, signal } = requests
  const times: number[] = []
  const started = nowS()
  for (let at = 0; at < count + warmUp; at += 1) {
    if (signal?.aborted || nowS() - started > maxS) break
    const seconds = await one(at)
    if (at >= warmUp) times.push(seconds)
    await pause?.()
  }
  return times
}
