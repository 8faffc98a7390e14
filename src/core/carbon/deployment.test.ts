import { describe, expect, test } from 'vitest'
import { accountInputs, accountRun, accountSpec } from '../../../test/fixtures/account-run.ts'
import { buildAccount } from '../account/account.ts'
import type { DeploymentSpec } from '../spec/spec.ts'
import type { Known } from '../unit/estimate.ts'
import { within } from '../unit/known.ts'
import { loadAccount, realizedSaving } from './deployment.ts'
import { embodiedDevice } from './device.ts'
import { pueOf } from './site.ts'

const about = { method: 'measured', how: 'test', source: 'test' } as const
const site = {
  device: embodiedDevice('server', 4),
  grid: accountInputs.grid,
  pue: pueOf(1.2),
  idleW: within('W', 20, [0.9, 1.1], about),
}
const deployment: DeploymentSpec = {
  instances: 2,
  replicas: 8,
  share: 1,
  load: [10],
  scaleToZero: false,
  instancePricePerHour: 2,
}
const candidate = (id: string, joules: number, throughput: number) => ({
  id,
  energy: within('JPerItem', joules, [0.9, 1.1], about),
  throughputPerS: within('ratio', throughput, [0.9, 1.1], about),
})
const v = (e: unknown) => (e as Known<'J'>).value

describe('a declared load', () => {
  const large = loadAccount(candidate('large', 10, 2), deployment, site)
  const small = loadAccount(candidate('small', 1, 20), deployment, site)

  test('replicas needed: the busiest hour over throughput at 70 % utilization', () => {
    expect(large).toMatchObject({ replicasNeeded: 8, replicasToDrop: 0, instancesToDrop: 0 })
    expect(small).toMatchObject({ replicasNeeded: 1, replicasToDrop: 7, instancesToDrop: 1 })
    expect(loadAccount(candidate('x', 1, 1), deployment, site)).toMatchObject({
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
    const saved = realizedSaving(large, small, deployment, site)
    expect(saved).toMatchObject({ replicasReleased: 7, instancesReleased: 1 })
    expect(v(saved.money)).toBeCloseTo(2 * 24 * 30.436875, 6)
    expect(v(saved.idleEnergy)).toBeCloseTo(20 * 7 * 86_400 * 30.436875, 0)
    expect(saved.sentence).toMatch(/7 of 8 replicas .* 70 % .* frees 1 of 2 instances/)
  })

  test('nothing released, nothing realized: zero, although the answer itself needs less', () => {
    const busy = loadAccount(candidate('lean', 5, 2), deployment, site)
    const saved = realizedSaving(large, busy, deployment, site)
    expect([v(saved.idleEnergy), v(saved.carbon), v(saved.money)]).toEqual([0, 0, 0])
    expect(saved.sentence).toMatch(/is not realized/)
    expect(v(busy.energyPerAnswer)).toBeLessThan(v(large.energyPerAnswer))
  })

  test('scaled to zero holds nothing while nothing is asked', () => {
    const zero = loadAccount(candidate('s', 1, 20), { ...deployment, scaleToZero: true }, site)
    expect(v(zero.idlePerAnswer)).toBe(0)
    expect(v(zero.embodiedPerAnswer)).toBeLessThan(v(small.embodiedPerAnswer))
  })

  test('a day of 24 hours takes its busiest one for the replicas and all of them for the answers', () => {
    const load = Array.from({ length: 24 }, (_, hour) => (hour === 12 ? 20 : 1))
    const day = loadAccount(candidate('s', 1, 2), { ...deployment, load }, site)
    expect(day.replicasNeeded).toBe(15)
    expect(day.answersPerMonth).toBeCloseTo((20 + 23) * 3600 * 30.436875, 3)
  })

  test.each([[[]], [[1, 2, 3]], [[Number.NaN]], [[-1]]])('a load of %j is refused', (load) => {
    expect(() => loadAccount(candidate('s', 1, 2), { ...deployment, load }, site)).toThrow(/load/)
  })

  test('an unknown throughput gives no number of replicas instead of a wrong one', () => {
    const blind = {
      ...candidate('s', 1, 2),
      throughputPerS: { kind: 'unknown', why: 'x' } as const,
    }
    expect(loadAccount(blind, deployment, site)).toMatchObject({
      replicasNeeded: null,
      replicasToDrop: null,
      idlePerAnswer: { kind: 'unknown' },
    })
  })

  test('the account answers how many replicas can be dropped', () => {
    const made = buildAccount(accountRun, { ...accountSpec, deployment }, accountInputs)
    expect(made.deployment!.sentence).toMatch(/replicas can be released|No replica/)
    expect(made.deployment!.candidates).toHaveLength(3)
    expect(v(made.deployment!.marginalPerAnswer)).toBeGreaterThan(0)
    expect(made.costs[0]!.cost.parts.map(({ name }) => name)).toEqual([
      'instances, electricity included',
    ])
  })
})
