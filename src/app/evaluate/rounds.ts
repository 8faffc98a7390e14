import type { Clock } from '../../contract/clock.ts'
import type { Meter, WindowReading } from '../../contract/meter.ts'
import type { RuntimeItem, RuntimeSession } from '../../contract/runtime.ts'
import { nextWindow, type WindowSeen } from '../../core/energy/window-plan.ts'

/** One candidate as the metering rounds see it. */
export interface MeteredCandidate {
  readonly id: string
  readonly session: RuntimeSession
  readonly meter: Meter
  readonly pids: readonly number[]
  readonly threads: number
}

/** One window: a candidate answered `items` items while its meter was open. */
export interface RoundWindow {
  readonly candidate: string
  readonly round: number
  readonly items: number
  /** CPU seconds as the worker itself counted them; null where it cannot. */
  readonly workerCpuS: number | null
  readonly reading: WindowReading
}

export interface RoundsRequest {
  readonly candidates: readonly MeteredCandidate[]
  readonly items: readonly RuntimeItem[]
  /** Wall seconds that one window aims at: long enough for the counter's step. */
  readonly windowS: number
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Asked after every round: whether the windows say enough. */
  readonly enough: (windows: readonly RoundWindow[], rounds: number) => boolean
  readonly onWindow: (done: number, candidate: string) => void
}

/**
 * Meters all candidates in interleaved windows: each round runs them in the order of the round before, reversed
 * (A B B A ...), on the same items, so that slow drift of the machine falls on all alike.
 * Returns the windows in the order they were run; a round that was interrupted is left out. A candidate that breaks
 * while it is metered is left out of the later rounds.
 */
export async function meterRounds(request: RoundsRequest): Promise<readonly RoundWindow[]> {
  const fitted = await fitAll(request)
  const windows: RoundWindow[] = []
  for (let round = 0; ; round++) {
    const order = round % 2 === 0 ? fitted : [...fitted].reverse()
    const added: RoundWindow[] = []
    for (const one of order) {
      if (request.signal.aborted) return windows
      const window = await meterOne(request, one, round)
      if (window) added.push(window)
      request.onWindow(windows.length + added.length, one.candidate.id)
    }
    windows.push(...added)
    if (request.enough(windows, round + 1)) return windows
  }
}

interface Fitted {
  readonly candidate: MeteredCandidate
  readonly times: number
}

/** Warms each candidate and finds how often the items must be repeated to fill a window. */
async function fitAll(request: RoundsRequest): Promise<readonly Fitted[]> {
  const fitted: Fitted[] = []
  for (const candidate of request.candidates) {
    const pass = await exercise(candidate, request, 1).catch(() => null)
    const again = pass && (await exercise(candidate, request, 1).catch(() => null))
    if (!again) continue
    fitted.push(await fitCounter(request, candidate, Math.max(again.wallS, 1e-4)))
  }
  return fitted
}

/** Repeats the items until a window holds enough steps of the sensor's counter; too short a window reads as nothing. */
async function fitCounter(
  request: RoundsRequest,
  candidate: MeteredCandidate,
  passS: number,
): Promise<Fitted> {
  const filling = (windowS: number): Fitted => ({
    candidate,
    times: Math.max(1, Math.ceil(windowS / passS)),
  })
  let windowS = request.windowS
  while (candidate.meter.sensor && !request.signal.aborted) {
    const trial = await meterOne(request, filling(windowS), 0)
    const next = trial && nextWindow([seenIn(trial)], windowS)
    if (next?.kind !== 'more' || next.windowS <= windowS) break
    windowS = next.windowS
  }
  return filling(windowS)
}

function seenIn({ items, reading }: RoundWindow): WindowSeen {
  const { energy, resolutionJ, wallS } = reading
  // A sensor that says nothing of a window has not moved in it.
  const amount = energy.kind === 'known' ? energy.value : 0
  return { items, wallS, amount, step: resolutionJ ?? (amount === 0 ? 1 : null) }
}

async function meterOne(
  request: RoundsRequest,
  { candidate, times }: Fitted,
  round: number,
): Promise<RoundWindow | null> {
  const window = await candidate.meter.start({ pids: candidate.pids, threads: candidate.threads })
  const worked = await exercise(candidate, request, times).catch(() => null)
  const reading = await window.stop()
  if (!worked) return null
  const items = request.items.length * times
  return { candidate: candidate.id, round, items, workerCpuS: worked.cpuS, reading }
}

async function exercise(
  candidate: MeteredCandidate,
  request: RoundsRequest,
  times: number,
): Promise<{ readonly wallS: number; readonly cpuS: number | null }> {
  const { session } = candidate
  if (session.exercise) return session.exercise(request.items, times, request.signal)
  const start = request.clock.monotonicS()
  for (let i = 0; i < times; i++) await session.answer(request.items, request.signal)
  return { wallS: request.clock.monotonicS() - start, cpuS: null }
}
