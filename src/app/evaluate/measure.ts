import type { Meter } from '../../contract/meter.ts'
import type { RuntimeItem, RuntimeUsage } from '../../contract/runtime.ts'
import type { Item } from '../../core/spec/item.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { Collected } from './collect.ts'
import type { Effects } from './effects.ts'
import type { RunEvent } from './events.ts'
import { singleLatencies } from './latency.ts'
import { type MeteredCandidate, meterRounds, type RoundWindow } from './rounds.ts'
import { enoughRounds } from './rounds-enough.ts'

/** What metering found of all candidates. */
export interface Measured {
  readonly windows: readonly RoundWindow[]
  readonly meters: ReadonlyMap<string, Meter>
  /** Warm single requests, seconds, by candidate. */
  readonly latencies: ReadonlyMap<string, readonly number[]>
  readonly usage: ReadonlyMap<string, RuntimeUsage>
  readonly wallS: number
}

export interface MeasureContext {
  readonly effects: Effects
  readonly signal: AbortSignal
  readonly onEvent: (event: RunEvent) => void
}

const limits = {
  /** Items per window at most; all candidates are metered on the same ones. */
  items: 128,
  /** Wall seconds of one window: 50 steps of a 10 ms CPU counter. */
  windowS: 0.5,
  /** Wall seconds that one pass of the slowest candidate may take. */
  passS: 1.5,
  latencyRequests: 200,
  latencyS: 4,
}

/**
 * Meters what can be metered here: local candidates, and endpoints whose energy is bound to a process, cgroup or GPU.
 * Windows of all candidates are interleaved; single-request latency is taken apart from them.
 */
export async function measureAll(
  spec: Spec,
  collected: readonly Collected[],
  items: readonly Item[],
  context: MeasureContext,
): Promise<Measured> {
  const { effects, onEvent, signal } = context
  const started = effects.clock.monotonicS()
  const able = collected.filter((one) => one.opened.session && !one.broken && !signal.aborted)
  const metered = await meteredCandidates(able, effects)
  const asked = items.map(
    (item): RuntimeItem => ({ id: item.id, input: item.input, row: item.row }),
  )
  const subset = await affordable(metered, asked.slice(0, limits.items), context)
  let windows: readonly RoundWindow[] = []
  if (metered.length > 0 && subset.length > 0 && !signal.aborted) {
    onEvent({ type: 'stage', stage: 'meter', detail: meterDetail(metered, subset.length) })
    windows = await meterRounds({
      candidates: metered,
      items: subset,
      windowS: limits.windowS,
      clock: effects.clock,
      signal,
      enough: enoughRounds(spec.incumbent, effects.clock.monotonicS),
      onWindow: (done, candidate) =>
        onEvent({ type: 'progress', stage: 'meter, window of', candidate, done, total: 0 }),
    })
  }
  const latencies = await latenciesOf(metered, asked, context)
  const usage = new Map<string, RuntimeUsage>()
  for (const one of able) {
    const seen = await one.opened.session?.usage().catch(() => null)
    if (seen) usage.set(one.opened.spec.id, seen)
  }
  const meters = new Map(metered.map((one) => [one.id, one.meter]))
  return { windows, meters, latencies, usage, wallS: effects.clock.monotonicS() - started }
}

async function meteredCandidates(
  able: readonly Collected[],
  effects: Effects,
): Promise<readonly MeteredCandidate[]> {
  const found: MeteredCandidate[] = []
  for (const { opened } of able) {
    const { session, spec } = opened
    if (!session) continue
    const usage = await session.usage().catch(() => null)
    const bound = spec.energy?.pid === undefined ? (usage?.pids ?? []) : [spec.energy.pid]
    const { cgroup, gpus, prometheus, external } = spec.energy ?? {}
    const elsewhere = cgroup ?? gpus ?? prometheus ?? external
    if (bound.length === 0 && elsewhere === undefined && spec.energy?.host !== true) continue
    const threads = usage?.threads ?? 1
    const meters = await effects.openMeters(spec, { pids: bound, threads })
    const meter = meters[0]
    if (meter) found.push({ id: spec.id, session, meter, pids: bound, threads })
  }
  return found
}

/** As many items as the slowest candidate answers in the time of a pass, judged on a few. */
async function affordable(
  metered: readonly MeteredCandidate[],
  items: readonly RuntimeItem[],
  { effects, signal }: MeasureContext,
): Promise<readonly RuntimeItem[]> {
  const few = items.slice(0, 8)
  let slowest = 0
  for (const { session } of metered) {
    if (few.length === 0 || signal.aborted) break
    const start = effects.clock.monotonicS()
    const worked = session.exercise
      ? await session.exercise(few, 1, signal).catch(() => null)
      : await session.answer(few, signal).catch(() => null)
    if (worked) slowest = Math.max(slowest, effects.clock.monotonicS() - start)
  }
  const perItem = slowest / Math.max(1, few.length)
  const count = perItem === 0 ? items.length : Math.floor(limits.passS / perItem)
  return items.slice(0, Math.max(Math.min(4, items.length), count))
}

async function latenciesOf(
  metered: readonly MeteredCandidate[],
  items: readonly RuntimeItem[],
  { effects, signal, onEvent }: MeasureContext,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const latencies = new Map<string, readonly number[]>()
  if (metered.length > 0) {
    const detail = `${limits.latencyRequests} single warm requests each`
    onEvent({ type: 'stage', stage: 'latency', detail })
  }
  for (const { id, session } of metered) {
    if (signal.aborted) break
    const options = {
      requests: limits.latencyRequests,
      clock: effects.clock,
      signal,
      maxS: limits.latencyS,
    }
    latencies.set(id, await singleLatencies(session, items, options).catch(() => []))
  }
  return latencies
}

function meterDetail(metered: readonly MeteredCandidate[], items: number): string {
  const names = [...new Set(metered.map((one) => one.meter.name))].join(', ')
  return `${metered.length} candidates in interleaved windows of ${items} items (${names})`
}
