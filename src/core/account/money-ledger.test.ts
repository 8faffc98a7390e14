import { describe, expect, test } from 'vitest'
import {
  accountInputs,
  accountRun,
  accountSpec,
  fixtureCandidate,
} from '../../../test/fixtures/account-run.ts'
import type { AccountRun } from '../result/run-result.ts'
import type { Known } from '../unit/estimate.ts'
import { exact } from '../unit/known.ts'
import { buildAccount } from './account.ts'

const v = (e: unknown) => (e as Known<'money'>).value

/** Identical answers behind an API at a twentieth of the price: 11,000 a month for the incumbent. */
const priced = (id: string, price: number, role?: 'incumbent') => {
  const one = fixtureCandidate({
    id,
    joules: null,
    seconds: 1,
    accepted: 0.95,
    ...(role === undefined ? {} : { role }),
  })
  const cost = { ...one.cost, pricePerItem: exact('moneyPerItem', price, 'test') }
  return { ...one, acceptRatio: exact('ratio', 1, 'paired'), cost }
}
const run: AccountRun = {
  ...accountRun,
  candidates: [priced('large', 0.0275, 'incumbent'), priced('small', 0.001375)],
  overhead: { ...accountRun.overhead, money: exact('money', 20, 'calls') },
}
const ledger = {
  ...{ hours: 10, ratePerHour: 60, labels: 300, pricePerLabel: 0.1 },
  ...{ tooling: 100, hardware: 0, hoursPerMonth: 0.5, toolingPerMonth: 20 },
}
const account = { ...accountSpec.account, pricePerKwh: 0, ledger }

describe('the ledger of money', () => {
  const made = buildAccount(run, { ...accountSpec, account }, accountInputs).payBack!
  const line = (name: string) => v(made.ledger.lines.find((one) => one.name === name)?.amount)

  test('by hand: 10,450 saved a month, against calls, labels, hours, tools and upkeep', () => {
    expect(line('answers (tokens, calls, electricity)') * 400_000).toBeCloseTo(10_450, 6)
    expect(line('calls of the run')).toBe(20)
    expect(line('labels')).toBeCloseTo(30, 9)
    expect(line("people's hours")).toBe(600)
    expect(line("people's hours per month")).toBe(30)
    // The run again once in 90 days.
    expect(line('re-validation: calls')).toBeCloseTo((20 * 30.436875) / 90, 9)
    expect(made.ledger.missing).toEqual([])
    const { money } = made
    if ('kind' in money) throw new Error('expected a pay-back')
    const upkeep = 30 + 20 + (20 * 30.436875) / 90
    expect(money.net?.value).toBeCloseTo(12 * (10_450 - upkeep) - (20 + 30 + 600 + 100), 4)
    expect(v(money.answers)).toBeCloseTo(750 / (0.0275 - 0.001375), 4)
    expect(money.sentence).toMatch(
      /^Paid back by 2026-01-\d\d; P\(paid back within 12 months\) = 1.00\.$/,
    )
  })

  test('what is not declared is named in the sentence, never counted as nothing', () => {
    const bare = buildAccount(run, accountSpec, accountInputs).payBack!.money
    if ('kind' in bare) throw new Error('expected a pay-back')
    expect(bare.sentence).toMatch(/Not counted: labels, people's hours, tooling, hardware bought/)
  })

  test('without a price of either answer there is no money to state', () => {
    const local = { ...accountSpec, account: { ...accountSpec.account, pricePerKwh: null } }
    const { money } = buildAccount(accountRun, local, accountInputs).payBack!
    expect(money).toMatchObject({ kind: 'unknown' })
    expect('kind' in money && money.why).toMatch(/no price per kWh is declared/)
  })

  test('rented instances save what is released, not what an answer needs', () => {
    const deployment = {
      ...{ instances: 4, replicas: 8, share: 1, load: [20], scaleToZero: false },
      instancePricePerHour: 2,
    }
    const loaded = buildAccount(accountRun, { ...accountSpec, deployment }, accountInputs)
    const { realized } = loaded.deployment!
    const rent = loaded.payBack!.ledger.lines.find(({ name }) => /instance hours/.test(name))
    expect(realized!.instancesReleased).toBeGreaterThan(0)
    expect(v(rent?.amount)).toBeCloseTo(realized!.instancesReleased * 2 * 24 * 30.436875, 6)
  })
})
