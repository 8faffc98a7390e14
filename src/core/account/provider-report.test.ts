import { describe, expect, test } from 'vitest'
import { accountInputs, accountRun, accountSpec } from '../../../test/fixtures/account-run.ts'
import { sciReport } from '../export/sci-report.ts'
import type { Known } from '../unit/estimate.ts'
import { buildAccount } from './account.ts'

const v = (estimate: unknown) => (estimate as Known<'g'>).value
const on = (cores: number) =>
  buildAccount(
    { ...accountRun, environment: { ...accountRun.environment, cores } },
    accountSpec,
    accountInputs,
  )

describe('the Provider side', () => {
  test('every joule has a lifecycle stage, and training of what was not chosen is counted as discarded', () => {
    const { stages, discardedEnergy, energy } = on(8).provider
    expect(stages.map(({ stage }) => stage)).toEqual(stages.map(() => 'Design & Development'))
    const training = stages.find(({ activity }) => activity === 'training')
    expect(training).toMatchObject({ candidate: 'wrong', discarded: true })
    expect(v(training?.energy)).toBe(5000)
    expect(v(discardedEnergy)).toBe(10_000 + 100 + 5000)
    expect(v(energy)).toBe(20_000)
  })

  test('parameters that the runtime told are enough for a report; its components sum to the score', () => {
    const report = sciReport(on(8), 'provider')
    expect(report.sci.unit).toBe('gCO2e per billion parameters (gross)')
    expect(report.components.map(({ name }) => name).join()).toContain('training of wrong')
    const total = report.components.reduce((sum, { sci }) => sum + sci, 0)
    expect(Math.abs(total / report.sci.value - 1)).toBeLessThan(1e-9)
    expect(report.checklist.filter(({ ok }) => !ok)).toEqual([])
  })

  test('two processors of an unseen host wear 2 of 96, up to all of it: the question the Consumer asks too', () => {
    const small = on(2).provider.embodied as Known<'g'>
    const whole = on(48).provider.embodied as Known<'g'>
    expect(whole.value / small.value).toBeCloseTo(48, 6)
    expect(small.high).toBeCloseTo(whole.high, 9)
  })

  test('twelve windows of one meter are one way of knowing in the provenance', () => {
    const { how, source } = on(8).provider.energy as Known<'J'>
    expect(how.split('RAPL windows')).toHaveLength(2)
    expect(source).toBe('fixture')
  })
})
