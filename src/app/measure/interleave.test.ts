import { describe, expect, test } from 'vitest'
import type { Meter, WindowReading } from '../../contract/meter.ts'
import { exactly, sharpGoal } from '../../core/energy/enough.ts'
import { pairedCost, pairedRatio } from '../../core/energy/paired-cost.ts'
import { unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'
import { interleave } from './interleave.ts'
import type { Workload } from './workload.ts'

/** A world in which an item takes 1 ms and 0.01 J unless said otherwise, and a counter that moves in steps. */
function world(stepJ: number | null) {
  const state = { nowS: 0, joules: 0, order: [] as string[] }
  const counter = (): number =>
    stepJ === null ? state.joules : Math.floor(state.joules / stepJ + 1e-9) * stepJ
  const meter: Meter = {
    ...{ name: 'fake', scope: 'a counter', sensor: true },
    start: async () => {
      const from = { atS: state.nowS, joules: counter() }
      return { stop: async () => reading(counter() - from.joules, state.nowS - from.atS, stepJ) }
    },
    close: async () => undefined,
  }
  const workload = (id: string, more: Partial<Workload> & { readonly times?: number } = {}) => {
    const { times = 1, ...rest } = more
    return {
      ...{ id, items: 10, batch: 1, binding: { pids: [1] }, meter, sharesProcess: false },
      work: async (laps: number) => {
        state.order.push(id)
        state.nowS += 1e-3 * 10 * laps * times
        state.joules += 0.01 * 10 * laps * times
        return { wallS: 1e-3 * 10 * laps * times, cpuS: 1e-3 * 10 * laps * times }
      },
      ...rest,
    } satisfies Workload
  }
  return { state, workload }
}

function reading(joules: number, wallS: number, resolutionJ: number | null): WindowReading {
  const about = { method: 'measured', how: 'fake', source: 'fake' } as const
  const energy = joules > 0 ? known('J', { value: joules, ...about }) : unknown('too short')
  const none = { cpuS: null, peakRssBytes: null, idle: unknown('no'), steal: null, notes: [] }
  return { wallS, energy, resolutionJ, ...none }
}

const plan = (workloads: readonly Workload[], rounds: number, nowS = () => 0) => ({
  ...{
    workloads,
    windowS: 0.1,
    goal: exactly(rounds),
    reference: null,
    machine: { threads: null },
    nowS,
  },
})

describe('interleaved windows', () => {
  test('each pair of rounds is an order and the same backwards; pairs have orders of their own', async () => {
    const { workload } = world(0.001)
    const ids = ['a', 'b', 'c', 'd']
    const windows = await interleave(
      plan(
        ids.map((id) => workload(id)),
        7,
      ),
    )
    const orders = Array.from({ length: 8 }, (_, round) =>
      windows.filter((one) => one.round === round).map((one) => one.workload),
    )
    for (const at of [0, 2, 4, 6]) {
      expect(orders[at + 1]).toEqual(orders[at]?.toReversed())
      expect(orders[at]?.toSorted()).toEqual(ids)
    }
    expect(new Set(orders.map(String)).size).toBeGreaterThan(2)
  })

  test('the same plan runs in the same order', async () => {
    const orderOf = async () => {
      const { state, workload } = world(0.001)
      await interleave(plan([workload('a'), workload('b'), workload('c')], 5))
      return state.order
    }
    expect(await orderOf()).toEqual(await orderOf())
  })

  test.each([1, 0.5, 4])(
    'a counter with steps of %f J gets windows of at least 50',
    async (step) => {
      const { workload } = world(step)
      const windows = await interleave(plan([workload('a')], 1))
      expect(windows).toHaveLength(2)
      for (const { energy, items } of windows) {
        const joules = energy.kind === 'known' ? energy.value : 0
        expect(joules).toBeGreaterThanOrEqual(50 * step)
        expect(Math.abs(joules / items - 0.01)).toBeLessThan(2e-4)
      }
    },
  )

  test('a counter that needs more than the longest window is given up, not waited for', async () => {
    const { state, workload } = world(1e9)
    const [window] = await interleave(plan([workload('a')], 1))
    expect(window?.energy.kind).toBe('unknown')
    expect(state.nowS).toBeLessThan(200)
  })

  test('a workload that breaks is left out from then on; the others go on', async () => {
    const { workload } = world(null)
    const good = workload('a')
    const bad = workload('b')
    let left = 5
    const breaks = { ...bad, work: async (laps: number) => (left-- > 0 ? bad.work(laps) : null) }
    const windows = await interleave(plan([good, breaks], 6))
    const rounds = (id: string) => windows.filter((one) => one.workload === id).length
    expect(rounds('a')).toBe(7)
    expect(rounds('b')).toBeLessThan(4)
    expect(left).toBe(-1)
  })

  test('an interruption leaves out the round in hand', async () => {
    const { workload } = world(null)
    const control = new AbortController()
    const windows = await interleave({
      ...plan([workload('a'), workload('b')], 9),
      signal: control.signal,
      onWindow: (done) => {
        if (done === 5) control.abort()
      },
    })
    expect(windows).toHaveLength(4)
  })

  test('rounds end as soon as the ratio is known to 4 %, and none is judged that warms up', async () => {
    const { workload, state } = world(null)
    const windows = await interleave({
      ...plan([workload('a'), workload('b', { times: 3 })], 1, () => state.nowS),
      goal: sharpGoal,
    })
    expect(Math.max(...windows.map(({ round }) => round))).toBe(sharpGoal.least)
  })

  // Two windows of 0.1 s a round: about 0.52 s after the first judged round.
  test.each([
    [0.5, 3, 'the rounds that an interval takes are still run'],
    [0.1, 1, 'but for no more than twice the time'],
  ])('after the %s s of the goal: %i judged rounds, %s', async (maxS, rounds) => {
    const { workload, state } = world(null)
    const windows = await interleave({
      ...plan([workload('a'), workload('b', { times: 3 })], 1, () => state.nowS),
      goal: { ...sharpGoal, maxS },
    })
    expect(Math.max(...windows.map(({ round }) => round))).toBe(rounds)
  })
})

describe('what is metered', () => {
  test('a sensor measures the energy of both; the ratio is theirs', async () => {
    const { workload } = world(null)
    const windows = await interleave(plan([workload('a'), workload('b', { times: 4 })], 5))
    const cost = pairedCost(windows, ['a', 'b'])
    expect(cost.energy.a).toMatchObject({ method: 'measured', value: expect.closeTo(0.01, 9) })
    expect(cost.energy.ratio).toMatchObject({ method: 'measured', value: expect.closeTo(4, 9) })
    expect(cost).toMatchObject({ cheaper: 'a', why: null, noise: null })
  })

  test('work that shares its process is modelled from its own CPU time where there is no sensor', async () => {
    const { workload } = world(null)
    const own = { meter: null, sharesProcess: true }
    const windows = await interleave(
      plan([workload('a', own), workload('b', { ...own, times: 4 })], 5),
    )
    const cost = pairedCost(windows, ['a', 'b'])
    // 3.15 W per busy thread; what two programs may differ by does not cancel.
    expect(cost.energy.a).toMatchObject({ method: 'modeled', value: expect.closeTo(0.00315, 9) })
    expect(cost.energy.ratio).toMatchObject({
      ...{ method: 'modeled', value: expect.closeTo(4, 9) },
      low: expect.closeTo(4 / 1.4 ** Math.SQRT2, 6),
    })
    expect(cost.cpu.ratio).toMatchObject({ method: 'measured', low: expect.closeTo(4, 9) })
  })

  test('a window that says nothing leaves no ratio of energy, and CPU time stands', async () => {
    const { workload } = world(1e9)
    const windows = await interleave(plan([workload('a'), workload('b')], 3))
    expect(pairedRatio(windows, ['a', 'b'], 'energy')).toEqual({
      kind: 'unknown',
      why: 'too short',
    })
    expect(pairedRatio(windows, ['a', 'b'], 'cpu')).toMatchObject({ value: expect.closeTo(1, 9) })
  })

  test('the batch of each is in its windows and in the words of its figures', async () => {
    const { workload } = world(null)
    const windows = await interleave(plan([workload('a', { batch: 32 }), workload('b')], 3))
    const cost = pairedCost(windows, ['a', 'b'])
    expect(cost.cpu.a).toMatchObject({ how: 'interleaved windows, batch 32, CPU time' })
    expect(cost.cpu.ratio).toMatchObject({
      how: '3 interleaved rounds, batch 32 and 1, CPU time (energy proxy)',
    })
  })
})
