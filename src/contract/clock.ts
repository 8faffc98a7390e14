/** Time, as an effect. */
export interface Clock {
  /** Wall time, ISO 8601 UTC. */
  now(): string
  /** Monotonic seconds since an arbitrary start. */
  monotonicS(): number
  sleep(seconds: number, signal?: AbortSignal): Promise<void>
}
