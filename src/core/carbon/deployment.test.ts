import { describe, expect, test } from 'vitest'
import {
  accountInputs,
  accountRun,
  accountSpec,
  fixtureCandidate,
} from '../../../test/fixtures/account-run.ts'
import { buildAccount } from '../account/account.ts'
import type { DeploymentSpec } from '../spec/spec.ts'
import type { Known } from '../unit/estimate.ts'
import { within } from '../unit/known.ts'
import { loadAccount, realizedSaving } from './deployment.ts'
import { embodiedDevice } from './device.ts'
import type { Serving } from './load.ts'
import { sciOf } from './sci.ts'
import { siteOf, usageOf } from './site.ts'

const about = { method: 'measured', how: 'test', source: 'test' } as const
const device = embodiedDevice('server', 4)
const deployment: DeploymentSpec = {
  instances: 2,
  replicas: 8,
  share: 1,
  load: [10],
  scaleToZero: false,
  instancePricePerHour: 2,
}
const site = siteOf({
  account: { pue: 1.2, lifetimeYears: 4 },
  deployment,
  cores: 8,
  grid: accountInputs.grid,
})
const servingAt = (changed: Partial<DeploymentSpec>): Serving => ({
  deployment: { ...deployment, ...changed },
  idleW: within('W', 20, [0.9, 1.1], about),
})
const serving = servingAt({})
const candidate = (id: string, joules: number, throughput: number | null, at = serving) => {
  const one = fixtureCandidate({ id, joules, seconds: 1 / (throughput ?? 1), accepted: 0.95 })
  const throughputPerS =
    throughput === null
      ? ({ kind: 'unknown', why: 'x' } as const)
      : within('ratio', throughput, [0.9, 1.1], about)
  const usage = usageOf(
    { ...one, cost: { ...one.cost, throughputPerS, latencyP50: { kind: 'unknown', why: 'x' } } },
    { ...site, serving: at },
  )
  return { usage, sci: sciOf(usage), throughputPerS }
}
const loaded = (id: string, joules: number, throughput: number | null, at = serving) =>
  loadAccount(candidate(id, joules, throughput, at), at)
const v = (e: unknown) => (e as Known<'J'>).value

describe('a declared load', () => {
  const large = loaded('large', 10, 2)
  const small = loaded('small', 1, 20)

  test('replicas needed: the busiest hour over throughput at 70 % utilization', () => {
    expect(large).toMatchObject({ replicasNeeded: 8, replicasToDrop: 0, instancesToDrop: 0 })
    expect(small).toMatchObject({ replicasNeeded: 1, replicasToDrop: 7, instancesToDrop: 1 })
    expect(loaded('x', 1, 1)).toMatchObject({
      replicasToDrop: -7,
    })
  })

  test('idle time of what is held is charged: the small model on the same fleet idles more', () => {
    // 8 replicas x 86400 s, less 864,000 answers / 2 per s = 432,000 s busy
    expect(v(large.idlePerAnswer)).toBeCloseTo((20 * (8 * 86_400 - 432_000)) / 864_000, 9)
    expect(v(small.idlePerAnswer)).toBeGreaterThan(v(large.idlePerAnswer))
    expect(large.utilization).toBeCloseTo(0.625, 9)
  })

  test('M is that of the held instances over their answers', () => {
    expect(v(large.embodiedPerAnswer)).toBeCloseTo(
      (2 * 1_215_000 * 86_400) / (4 * 365 * 86_400) / 864_000,
      9,
    )
    expect(v(large.sciPerAnswer)).toBeCloseTo(
      ((v(large.energyPerAnswer) * 1.2) / 3.6e6) * 342.06 + v(large.embodiedPerAnswer),
      9,
    )
  })

  test('realized is what is released: 7 of 8 replicas, one of two instances', () => {
    const saved = realizedSaving(large, candidate('small', 1, 20), serving, { ...site, device })
    expect(saved).toMatchObject({ replicasReleased: 7, instancesReleased: 1 })
    expect(v(saved.money)).toBeCloseTo(2 * 24 * 30.436875, 6)
    expect(v(saved.idleEnergy)).toBeCloseTo(20 * 7 * 86_400 * 30.436875, 0)
    expect(saved.sentence).toMatch(/7 of 8 replicas .* 70 % .* frees 1 of 2 instances/)
  })

  test('nothing released, nothing realized: zero, although the answer itself needs less', () => {
    const busy = loaded('lean', 5, 2)
    const saved = realizedSaving(large, candidate('lean', 5, 2), serving, site)
    expect([v(saved.idleEnergy), v(saved.carbon), v(saved.money)]).toEqual([0, 0, 0])
    expect(saved.sentence).toMatch(
      /^Nothing is saved yet: at the declared load all 8 replicas stay held; a replica is released below 9.8 answers per second in the busiest hour \(10 declared\), and `deployment.scaleToZero`/,
    )
    expect(v(busy.energyPerAnswer)).toBeLessThan(v(large.energyPerAnswer))
  })

  test('scaled to zero holds nothing while nothing is asked', () => {
    const zero = loaded('s', 1, 20, servingAt({ scaleToZero: true }))
    expect(v(zero.idlePerAnswer)).toBe(0)
    expect(v(zero.embodiedPerAnswer)).toBeLessThan(v(small.embodiedPerAnswer))
  })

  test('a day of 24 hours takes its busiest one for the replicas and all of them for the answers', () => {
    const load = Array.from({ length: 24 }, (_, hour) => (hour === 12 ? 20 : 1))
    const day = loaded('s', 1, 2, servingAt({ load }))
    expect(day.replicasNeeded).toBe(15)
    expect(day.answersPerMonth).toBeCloseTo((20 + 23) * 3600 * 30.436875, 3)
  })

  test.each([[[]], [[1, 2, 3]], [[Number.NaN]], [[-1]]])('a load of %j is refused', (load) => {
    expect(() => loaded('s', 1, 2, servingAt({ load }))).toThrow(/load/)
  })

  test('an unknown throughput gives no number of replicas instead of a wrong one', () => {
    expect(loaded('s', 1, null)).toMatchObject({
      replicasNeeded: null,
      replicasToDrop: null,
      idlePerAnswer: { kind: 'unknown' },
    })
  })

  test('the account answers how many replicas can be dropped', () => {
    const made = buildAccount(accountRun, { ...accountSpec, deployment }, accountInputs)
    expect(made.deployment!.sentence).toMatch(/replicas can be released|Nothing is saved yet/)
    expect(made.deployment!.candidates).toHaveLength(3)
    expect(v(made.deployment!.marginalPerAnswer)).toBeGreaterThan(0)
    expect(made.costs[0]!.cost.parts.map(({ name }) => name)).toEqual([
      'instances, electricity included',
    ])
  })
})
