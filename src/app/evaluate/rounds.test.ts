import { expect, test } from 'vitest'
import type { Meter, WindowReading } from '../../contract/meter.ts'
import type { RuntimeSession } from '../../contract/runtime.ts'
import { unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'
import { type MeteredCandidate, meterRounds } from './rounds.ts'

/** A world in which an item takes 1 ms and 0.01 J, and a counter that moves in steps. */
function world(stepJ: number) {
  const state = { nowS: 0, joules: 0, order: [] as string[] }
  const counter = (): number => Math.floor(state.joules / stepJ + 1e-9) * stepJ
  const meter: Meter = {
    name: 'fake',
    scope: 'a counter',
    sensor: true,
    start: async () => {
      const from = { atS: state.nowS, joules: counter() }
      return { stop: async () => reading(counter() - from.joules, state.nowS - from.atS, stepJ) }
    },
    close: async () => undefined,
  }
  const candidate = (id: string): MeteredCandidate => ({
    id,
    meter,
    pids: [1],
    threads: 1,
    session: {
      exercise: async (batch: readonly unknown[], times: number) => {
        state.order.push(id)
        state.nowS += 1e-3 * batch.length * times
        state.joules += 0.01 * batch.length * times
        return { wallS: 1e-3 * batch.length * times, cpuS: 0, latenciesS: [] }
      },
    } as unknown as RuntimeSession,
  })
  return { state, candidate }
}

function reading(joules: number, wallS: number, resolutionJ: number): WindowReading {
  const about = { method: 'measured', how: 'fake', source: 'fake' } as const
  const energy = joules > 0 ? known('J', { value: joules, ...about }) : unknown('too short')
  const none = { cpuS: null, peakRssBytes: null, idle: unknown('no'), steal: null, notes: [] }
  return { wallS, energy, resolutionJ, ...none }
}

const clock = { now: () => '', monotonicS: () => 0, sleep: async () => undefined }
const items = Array.from({ length: 10 }, (_, i) => ({ id: `${i}`, input: 'x' }))
const rounds = (candidates: readonly MeteredCandidate[], count: number) =>
  meterRounds({
    candidates,
    items,
    windowS: 0.1,
    clock,
    signal: new AbortController().signal,
    enough: (_, done) => done >= count,
    onWindow: () => undefined,
  })

test('rounds run forward and backward in turn: A B, B A, A B', async () => {
  const { state, candidate } = world(0.001)
  const windows = await rounds([candidate('a'), candidate('b')], 3)
  expect(windows.map((window) => window.candidate)).toEqual(['a', 'b', 'b', 'a', 'a', 'b'])
  expect(state.order.length).toBeGreaterThan(6)
})

test.each([1, 0.5, 4])(
  'a counter with steps of %f J gets windows of at least 50 steps',
  async (step) => {
    const { candidate } = world(step)
    const windows = await rounds([candidate('a')], 2)
    expect(windows).toHaveLength(2)
    for (const { reading: seen, items: n } of windows) {
      expect(seen.energy.kind === 'known' && seen.energy.value).toBeGreaterThanOrEqual(50 * step)
      const perItem = seen.energy.kind === 'known' ? seen.energy.value / n : 0
      expect(perItem).toBeGreaterThan(0.0098)
      expect(perItem).toBeLessThan(0.0102)
    }
  },
)

test('a counter that needs more than the longest window is given up, not waited for', async () => {
  const { candidate } = world(1e9)
  const windows = await rounds([candidate('a')], 1)
  expect(windows[0]?.reading.energy.kind).toBe('unknown')
})
