import type { Meter } from '../../contract/meter.ts'
import type { RuntimeItem, RuntimeSession, RuntimeUsage } from '../../contract/runtime.ts'
import type { Item } from '../../core/data/item.ts'
import { sharpGoal } from '../../core/energy/enough.ts'
import type { MeteredWindow } from '../../core/energy/window.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { runtimePart } from '../../core/part/runtimes.ts'
import type { CandidateSpec, Spec } from '../../core/spec/spec.ts'
import { plural } from '../../core/unit/figure-words.ts'
import { interleave } from '../measure/interleave.ts'
import { timeRequests } from '../measure/requests.ts'
import { sessionWorkload, type Workload } from '../measure/workload.ts'
import { byLength } from './batches.ts'
import { breaks, type Collected } from './collect.ts'
import type { Effects } from './effects.ts'
import type { RunEvent } from './events.ts'
import { refuseIfNothing } from './refusals.ts'

/** What metering found of all candidates. */
export interface Measured {
  readonly windows: readonly MeteredWindow[]
  /** Names of the meters, by candidate. */
  readonly meters: ReadonlyMap<string, string>
  /** Warm single requests, seconds, by candidate. */
  readonly latencies: ReadonlyMap<string, readonly number[]>
  readonly usage: ReadonlyMap<string, RuntimeUsage>
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
  latencyWarmUp: 5,
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
  const able = collected.filter(
    ({ opened: { session }, broken }) =>
      session && !session.deferred && !broken && !context.signal.aborted,
  )
  const failures: Failures = new Map()
  tellUnmetered(able, context)
  const candidates = await meteredCandidates(able, context.effects, failures)
  const asked = (candidates.length === 0 ? [] : items).map(
    (item): RuntimeItem => ({ id: item.id, input: item.input, row: item.row }),
  )
  try {
    const windows = await windowsOf(candidates, asked, spec, { ...context, failures })
    giveUp(able, failures, context)
    refuseIfNothing(spec, collected)
    const latencies = await latenciesOf(candidates, asked, context)
    const usage = new Map<string, RuntimeUsage>()
    for (const { opened } of able) {
      const seen = await opened.session?.usage?.().catch(() => null)
      if (seen) usage.set(opened.spec.id, seen)
    }
    const meters = new Map(candidates.map(({ id, meter }) => [id, meter.name]))
    return { windows, meters, latencies, usage }
  } finally {
    const meters = candidates.flatMap(({ opened }) => opened)
    await Promise.allSettled(meters.map(async (meter) => meter.close()))
  }
}

const isMeterable = ({ meterable, runtime }: CandidateSpec): boolean =>
  meterable ?? runtimePart(runtime).meterable

function tellUnmetered(able: readonly Collected[], { onEvent }: MeasureContext): void {
  const silent = able
    .map(({ opened }) => opened.spec)
    .filter((spec) => spec.meterable === undefined)
  const names = silent.filter((spec) => !isMeterable(spec)).map(({ id }) => id)
  if (names.length === 0) return
  const text = `${names.join(', ')}: not metered, since a program may pay for every answer; \`meterable: true\` in the spec says that asking again is free`
  onEvent({ type: 'note', text })
}

/** What the meters of candidates threw, by candidate. */
type Failures = Map<string, unknown>

/**
 * A candidate whose meter fails is broken, and the others are decided. Where meters that nobody asked for by name fail for
 * all, the machine's sensor is at fault: their energy is unknown, and they are judged.
 */
function giveUp(
  able: readonly Collected[],
  failures: Failures,
  { onEvent }: Pick<MeasureContext, 'onEvent'>,
): void {
  const all = able.every(({ opened }) => failures.has(opened.spec.id))
  for (const one of able) {
    const cause = failures.get(one.opened.spec.id)
    if (cause === undefined) continue
    const known = cause instanceof RightsizeError
    const reason = cause instanceof Error ? cause.message : String(cause)
    const code = known ? cause.code : 'METER_UNAVAILABLE'
    if (all && one.opened.spec.energy === undefined)
      onEvent({ type: 'note', text: `the meter of ${one.opened.spec.id} failed: ${reason}` })
    else breaks(one, { code, message: reason, by: 'meter' }, { onEvent })
  }
}

/** A candidate with what meters it. */
interface MeteredCandidate extends Pick<Workload, 'id' | 'batch' | 'binding'> {
  readonly session: RuntimeSession
  readonly meter: Meter
  /** All meters that were opened for it, the best first. */
  readonly opened: readonly Meter[]
}

async function meteredCandidates(
  able: readonly Collected[],
  effects: Effects,
  failures: Failures,
): Promise<readonly MeteredCandidate[]> {
  const found: MeteredCandidate[] = []
  for (const { opened } of able) {
    const { session, spec } = opened
    if (!session || !isMeterable(spec)) continue
    const usage = await session.usage?.().catch(() => null)
    const pids = spec.energy?.pid === undefined ? (usage?.pids ?? []) : [spec.energy.pid]
    const { cgroup, gpus, prometheus, external } = spec.energy ?? {}
    const elsewhere = cgroup ?? gpus ?? prometheus ?? external
    if (pids.length === 0 && elsewhere === undefined && spec.energy?.host !== true) continue
    const binding = { pids, threads: usage?.threads ?? 1 }
    const meters = await effects.openMeters(spec, binding).catch((cause: unknown) => {
      failures.set(spec.id, cause)
      return []
    })
    const [meter] = meters
    const batch = spec.settings.batch ?? session.batchSize
    if (meter) found.push({ id: spec.id, session, batch, binding, meter, opened: meters })
  }
  return found
}

async function windowsOf(
  candidates: readonly MeteredCandidate[],
  asked: readonly RuntimeItem[],
  { incumbent, budget }: Spec,
  context: MeasureContext & { readonly failures: Failures },
): Promise<readonly MeteredWindow[]> {
  const { effects, signal, onEvent, failures } = context
  const nowS = effects.clock.monotonicS
  const on = (items: readonly RuntimeItem[]) =>
    candidates.map((one) => sessionWorkload({ ...one, items, nowS }))
  const count = await affordable(on(asked.slice(0, 8)), context)
  const most = wholeBatches(Math.max(4, Math.min(limits.items, count, asked.length)), candidates)
  const some = asked.slice(0, most)
  if (candidates.length === 0 || some.length === 0 || signal.aborted) return []
  onEvent({ type: 'stage', stage: 'meter', detail: meterDetail(candidates, some.length) })
  return interleave({
    workloads: on(byLength(some, some.length)),
    windowS: limits.windowS,
    goal: { ...sharpGoal, maxS: budget.meterS ?? sharpGoal.maxS },
    ...{ reference: incumbent, nowS, signal, machine: effects.machine },
    onBroken: (candidate, cause) => failures.set(candidate, cause),
    onWindow: (done, candidate) =>
      onEvent({ type: 'progress', stage: 'meter, window of', candidate, done, total: 0 }),
  })
}

/** As many items as fill the largest batch that fits: a rest would be metered at a batch of its own. */
function wholeBatches(items: number, candidates: readonly MeteredCandidate[]): number {
  const fits = candidates.map(({ batch }) => batch).filter((batch) => batch <= items)
  const largest = Math.max(1, ...fits)
  return items - (items % largest)
}

/** As many items as the slowest candidate answers in the time of a pass, judged on a few. */
async function affordable(
  few: readonly Workload[],
  { signal, effects }: MeasureContext,
): Promise<number> {
  let slowest = 0
  for (const workload of few) {
    if (workload.items === 0 || signal.aborted) break
    const start = effects.clock.monotonicS()
    const worked = await workload.work(1, signal)
    if (worked) slowest = Math.max(slowest, effects.clock.monotonicS() - start)
  }
  const perItem = slowest / Math.max(1, few[0]?.items ?? 1)
  return perItem === 0 ? limits.items : Math.floor(limits.passS / perItem)
}

async function latenciesOf(
  candidates: readonly MeteredCandidate[],
  items: readonly RuntimeItem[],
  { effects, signal, onEvent }: MeasureContext,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const latencies = new Map<string, readonly number[]>()
  if (candidates.length === 0 || items.length === 0) return latencies
  const detail = `${limits.latencyRequests} single warm requests each`
  onEvent({ type: 'stage', stage: 'latency', detail })
  const nowS = effects.clock.monotonicS
  for (const { id, session } of candidates) {
    if (signal.aborted) break
    const seconds = await timeRequests({
      count: limits.latencyRequests,
      warmUp: limits.latencyWarmUp,
      maxS: limits.latencyS,
      one: (at) => secondsOf(session, items[at % items.length] as RuntimeItem, nowS, signal),
      ...{ nowS, signal },
    }).catch(() => [])
    latencies.set(id, seconds)
  }
  return latencies
}

/** Batch of one, as a user of a service meets it. */
async function secondsOf(
  session: RuntimeSession,
  item: RuntimeItem,
  nowS: () => number,
  signal: AbortSignal,
): Promise<number> {
  if (session.exercise) {
    const run = await session.exercise([item], { times: 1, batch: 1 }, signal)
    return run.latenciesS[0] ?? run.wallS
  }
  const start = nowS()
  await session.answer([item], signal)
  return nowS() - start
}

function meterDetail(candidates: readonly MeteredCandidate[], items: number): string {
  const names = [...new Set(candidates.map((one) => one.meter.name))].join(', ')
  return `${plural(candidates.length, 'candidate')} in interleaved windows of ${items} items (${names})`
}
