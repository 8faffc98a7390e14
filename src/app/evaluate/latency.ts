import type { Clock } from '../../contract/clock.ts'
import type { RuntimeItem, RuntimeSession } from '../../contract/runtime.ts'

/** Single warm requests, in seconds, in the order they were made. Batch of one, as a user of a service meets it. */
export async function singleLatencies(
  session: RuntimeSession,
  items: readonly RuntimeItem[],
  options: {
    readonly requests: number
    readonly clock: Clock
    readonly signal: AbortSignal
    readonly maxS: number
  },
): Promise<readonly number[]> {
  const times: number[] = []
  if (items.length === 0) return times
  const started = options.clock.monotonicS()
  for (let i = 0; i < options.requests + warmUp && !options.signal.aborted; i++) {
    const item = items[i % items.length]
    if (item === undefined || options.clock.monotonicS() - started > options.maxS) break
    const seconds = await one(session, item, options)
    if (i >= warmUp) times.push(seconds)
  }
  return times
}

const warmUp = 5

async function one(
  session: RuntimeSession,
  item: RuntimeItem,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<number> {
  if (session.exercise) {
    const run = await session.exercise([item], 1, options.signal)
    return run.latenciesS[0] ?? run.wallS
  }
  const start = options.clock.monotonicS()
  await session.answer([item], options.signal)
  return options.clock.monotonicS() - start
}
