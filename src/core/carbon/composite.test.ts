import { describe, expect, test } from 'vitest'
import {
  accountInputs,
  accountRun,
  accountSpec,
  fixtureCandidates,
} from '../../../test/fixtures/account-run.ts'
import { buildAccount } from '../account/account.ts'
import { ifManifest } from '../export/if.ts'
import { type Known, unknown } from '../unit/estimate.ts'
import { exact } from '../unit/known.ts'
import { cascadeUsage, withSupport } from './composite.ts'
import { deviceOfParts } from './device.ts'
import { sciOf } from './sci.ts'
import { siteOf, usageOf } from './site.ts'

const site = siteOf({
  account: accountSpec.account,
  deployment: null,
  cores: 8,
  grid: accountInputs.grid,
})
const [large, small] = fixtureCandidates.map((each) => usageOf(each, site))
const v = (e: unknown) => (e as Known<'gPerR'>).value
const each = (usage: typeof large) => v(sciOf(usage!, { kind: 'person' }).perInference)
const exactly = (joules: number) => exact('JPerItem', joules, 'test')

describe('what stands around a model', () => {
  test('judges and guards are inside the score', () => {
    const guarded = withSupport(small!, [exactly(0.5), exactly(0.5)])
    expect((guarded.energy as Known<'JPerItem'>).value).toBe(2)
    expect(each(guarded)).toBeGreaterThan(each(small))
    expect(withSupport(small!, [unknown('nobody metered the judge')]).energy.kind).toBe('unknown')
  })

  test('a cascade is n (c_s + c_g) + n (1 - h) c_l', () => {
    const cascade = cascadeUsage({
      id: 'cascade',
      small: small!,
      large: large!,
      kept: 0.8,
      gate: exactly(0),
      acceptRate: exact('share', 0.95, 'test'),
    })
    const whole = { ...cascade, idle: unknown('x') }
    expect(each(whole)).toBeCloseTo(each(small) + 0.2 * each(large), 12)
    expect(() =>
      cascadeUsage({
        id: 'c',
        small: small!,
        large: large!,
        kept: 1.2,
        gate: exactly(0),
        acceptRate: exact('share', 1, 't'),
      }),
    ).toThrow(/gate/)
  })

  test('stages that were metered in two ways make no cascade', () => {
    const other = { ...large!, meter: 'api-estimate' }
    expect(() =>
      cascadeUsage({
        id: 'c',
        small: small!,
        large: other,
        kept: 0.5,
        gate: exactly(0),
        acceptRate: exact('share', 1, 't'),
      }),
    ).toThrow(expect.objectContaining({ code: 'COMPARISON_MIXED' }))
  })
})

describe('what it runs on and what is billed', () => {
  const deployment = {
    instances: 1,
    replicas: 1,
    share: 1,
    load: [1],
    scaleToZero: false,
    device: 'h100',
  }

  test('a GPU brings its slot in a host, and several devices are exported as a sum that IF adds up exactly', () => {
    const account = buildAccount(accountRun, { ...accountSpec, deployment }, accountInputs)
    const [usage] = account.usages
    expect(usage!.embodied).toMatchObject({
      parts: [{ device: { id: 'h100' } }, { device: { id: 'gpu-host' }, share: { value: 1 / 8 } }],
    })
    const { manifest, expected } = ifManifest(account)
    expect(manifest.tree.children['small']!.inputs[0]).toHaveProperty('carbon-embodied')
    const row = account.consumer.rows.find(({ id }) => id === 'small')!
    expect(expected['small']).toBe(v(row.sci.perResolved))
    expect(account.deployment!.candidates[0]!.idlePerAnswer.kind).toBe('unknown')
  })

  test('a small virtual machine is not charged a whole server; a laptop is seen whole', () => {
    const on = (cores: number, device?: string) => {
      const where = device === undefined ? null : { device, share: null as never }
      const made = siteOf({
        account: accountSpec.account,
        deployment: where,
        cores,
        grid: accountInputs.grid,
      })
      const { embodied } = usageOf(fixtureCandidates[1]!, { ...made, share: null })
      return embodied.kind === 'devices' ? embodied.parts[0]!.share : null
    }
    expect(on(2)).toMatchObject({ value: 1 / 96, low: 1 / 96, high: 0.5 })
    expect(on(64)).toMatchObject({ value: 1 / 64, low: 1 / 96, high: 1 / 64 })
    expect(on(8, 'laptop')).toMatchObject({ value: 1 / 8, low: 1 / 8, high: 1 / 8 })
  })

  test('a machine from its parts: m5.large by Cloud Carbon Footprint', () => {
    const device = deviceOfParts('m5.large', {
      sockets: 2,
      memoryGb: 384,
      ssds: 0,
      hdds: 0,
      gpus: 0,
    })
    expect(device.total.value / 1000).toBeCloseTo(1610.79, 2)
    expect([device.total.low, device.total.high]).toEqual([
      device.total.value / 2,
      device.total.value * 2,
    ])
  })

  test('a billing unit stands beside the inference, with its conversion shown', () => {
    const billing = { unit: 'page', perAnswer: 4 } as const
    const account = buildAccount(accountRun, accountSpec, { ...accountInputs, billing })
    const row = account.consumer.rows[0]!
    expect(row.perBillingUnit!.unit).toBe('page')
    expect(v(row.perBillingUnit!.sci)).toBeCloseTo(v(row.sci.perInference) / 4, 15)
    expect(row.conversions.at(-1)).toMatchObject({ to: 'page', factor: 0.25 })
  })

  test('what finding out cost in money: electricity of the run, calls apart', () => {
    const { overheadCost } = buildAccount(accountRun, accountSpec, accountInputs)
    expect(v(overheadCost.electricity)).toBeCloseTo((20_000 / 3.6e6) * 1.2 * 0.3, 12)
    expect(overheadCost.calls.kind).toBe('unknown')
    expect(overheadCost.currency).toBe('EUR')
  })
})
