import { describe, expect, test } from 'vitest'
import {
  accountInputs,
  accountRun,
  accountSpec,
  fixtureCandidate,
  fixtureCandidates,
  gridTables,
} from '../../../test/fixtures/account-run.ts'
import { gridFactor } from '../carbon/grid-factor.ts'
import { annualFactor } from '../carbon/grid-zone.ts'
import type { AccountRun } from '../result/run-result.ts'
import type { Known } from '../unit/estimate.ts'
import { buildAccount } from './account.ts'

const account = buildAccount(accountRun, accountSpec, accountInputs)
const v = (e: unknown) => (e as Known<'J'>).value
const row = (id: string) => account.consumer.rows.find((each) => each.id === id)!

describe('the account of a run', () => {
  test('is JSON, without NaN or Infinity, and the same every time', () => {
    const text = JSON.stringify(account)
    expect(JSON.parse(text)).toEqual(account)
    expect(JSON.stringify(buildAccount(accountRun, accountSpec, accountInputs))).toBe(text)
  })

  test('ranks only what meets the bar, by SCI per accepted answer', () => {
    expect(account.consumer.rows.map(({ id, rank }) => [id, rank])).toEqual([
      ['large', 2],
      ['small', 1],
      ['wrong', null],
    ])
  })

  test('gives two functional units at least, with every conversion between them', () => {
    expect(row('small').conversions.map(({ to }) => to)).toEqual(['accepted answer'])
    expect(row('small').conversions[0]!.factor).toBeCloseTo(1 / 0.945, 12)
    const { sci } = row('small')
    expect(v(sci.perAccepted)).toBeCloseTo(v(sci.perInference) / 0.945, 12)
    expect(row('small').withFallback).toBeNull()
  })

  test('the chosen is better than the incumbent, and what moves the difference most is named', () => {
    expect(account.comparisons).toHaveLength(1)
    expect(account.comparisons[0]).toMatchObject({
      kind: 'compared',
      a: 'small',
      verdict: 'better',
    })
    expect(account.measureNext.length).toBeGreaterThan(3)
    expect(account.measureNext[0]!.swing).toBeGreaterThanOrEqual(account.measureNext[1]!.swing)
  })

  test('the waterfall adds up to the headline', () => {
    const { steps, total } = account.waterfall!
    expect(steps.reduce((sum, { grams }) => sum + grams, 0)).toBeCloseTo(total, 12)
    expect(total).toBe(v(row('small').sci.perAccepted))
    expect(steps.at(-1)!.grams / total).toBeCloseTo(0.055, 9)
  })
})

describe('Provider and Consumer', () => {
  test('everything the run spent is Provider work, failed tries included, each with its stage', () => {
    const { provider } = account
    expect(v(provider.energy)).toBe(20_000)
    expect(provider.stages.every(({ stage }) => stage === 'Design & Development')).toBe(true)
    expect(v(provider.discardedEnergy)).toBe(15_100)
    expect(v(provider.operational)).toBeCloseTo(((20_000 * 1.2) / 3.6e6) * 342.06, 9)
    expect(v(provider.total)).toBeCloseTo(v(provider.operational) + v(provider.embodied), 12)
  })

  test('Provider units are gross and effective, and unknown ones say so', () => {
    const provider = { trainingTokens: { gross: 2e6, effective: 1e6 } }
    const declared = { ...accountSpec.account, provider }
    const made = buildAccount(accountRun, { ...accountSpec, account: declared }, accountInputs)
      .provider.units
    const of = (unit: string, count: string) =>
      made.find((u) => u.unit === unit && u.count === count)!.sci
    expect(v(of('billion parameters', 'gross'))).toBeCloseTo(v(account.provider.total) / 0.0227, 6)
    expect(v(of('training token', 'effective'))).toBeCloseTo(
      2 * v(of('training token', 'gross')),
      12,
    )
    expect(of('FLOP', 'gross').kind).toBe('unknown')
  })

  test('re-validation is Consumer work: the evaluation once per 90 days', () => {
    const perMonth = (11_100 * 30.436875) / 90
    expect(v(account.consumer.monitoringPerMonth)).toBeCloseTo(
      ((perMonth * 1.2) / 3.6e6) * 342.06,
      9,
    )
  })

  test('the boundary checklist says include or exclude, with a reason, for both', () => {
    for (const persona of ['consumer', 'provider'] as const) {
      const rows = account.boundary.filter((each) => each.persona === persona)
      expect(rows.some(({ included }) => included)).toBe(true)
      expect(rows.some(({ included }) => !included)).toBe(true)
      expect(rows.every(({ reason }) => reason.length > 2)).toBe(true)
    }
  })

  test('what SCI for AI states that a Consumer SHALL include is listed, and what is left out makes it a comparison', () => {
    const must = account.boundary.filter(({ persona, shall }) => persona === 'consumer' && shall)
    const items = must.map(({ item }) => item).join('; ')
    for (const word of [
      'inference',
      'orchestration',
      'scaling',
      'observability',
      'data and feature management',
      'storage',
      'user interface',
      'tool connectors',
      'monitoring',
    ])
      expect(items).toContain(word)
    expect(account.consumer.conformance).toMatch(
      /^A comparison, not a conforming SCI-for-AI score: scaling: replicas that are held, orchestration, .* are excluded\.$/,
    )
    const deployment = {
      ...{ instances: 1, replicas: 1, share: 1, load: [1], scaleToZero: false },
    }
    const loaded = buildAccount(accountRun, { ...accountSpec, deployment }, accountInputs)
    expect(loaded.consumer.conformance).not.toContain('scaling')
  })

  test('every coefficient is listed once with its unit and source', () => {
    const names = account.coefficients.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toEqual(expect.arrayContaining(['I DEU', 'PUE 1.2', 'TE server', 'EL server']))
    expect(account.coefficients.every(({ source, unit }) => source !== '' && unit !== '')).toBe(
      true,
    )
  })
})

describe('pay-back', () => {
  test('N* is overhead over saving; the date follows from the volume; the chance is near one here', () => {
    const { carbon, energy, money } = account.payBack!
    if ('kind' in carbon || 'kind' in energy || 'kind' in money)
      throw new Error('expected all three')
    // joules for as many tasks that end right: incumbent 10, small 1 x 0.95 / 0.945
    expect(v(energy.answers)).toBeCloseTo(20_000 / (10 - 0.95 / 0.945), 6)
    expect(carbon.probability).toBeGreaterThan(0.99)
    expect(carbon.date! >= '2026-01-15' && carbon.date! < '2026-02-01').toBe(true)
    expect(carbon.curve).toHaveLength(13)
    expect(carbon.curve[0]!.value).toBeLessThan(0)
    expect(carbon.curve[12]!.value).toBeGreaterThan(0)
    expect(money.sentence).toMatch(/Paid back by/)
  })

  test('a choice that saves nothing never pays back, in words', () => {
    const dearer = fixtureCandidate({ id: 'small', joules: 20, seconds: 0.4, accepted: 0.95 })
    const run: AccountRun = { ...accountRun, candidates: [fixtureCandidates[0]!, dearer] }
    const { carbon } = buildAccount(run, accountSpec, accountInputs).payBack!
    if ('kind' in carbon) throw new Error('expected a pay-back')
    expect(carbon.answers.kind).toBe('infinite')
    expect(carbon.probability).toBe(0)
    expect(carbon.date).toBeNull()
  })

  test('without a volume there are answers but no date and no chance', () => {
    const quiet = { ...accountSpec, account: { ...accountSpec.account, volumePerMonth: null } }
    const { carbon } = buildAccount(accountRun, quiet, accountInputs).payBack!
    if ('kind' in carbon) throw new Error('expected a pay-back')
    expect(carbon).toMatchObject({ date: null, probability: null, net: null })
    expect(carbon.sentence).toMatch(/Paid back after \d+ answers/)
  })
})

describe('other units', () => {
  test('a billing unit divides the score of an answer: 4 pages each', () => {
    const unit = { per: 'page', perAnswer: 4 } as const
    const made = buildAccount(
      accountRun,
      { ...accountSpec, account: { ...accountSpec.account, unit } },
      accountInputs,
    )
    const { perBillingUnit, sci, conversions } = made.consumer.rows[1]!
    expect(perBillingUnit).toMatchObject({ unit: 'page' })
    expect(v(perBillingUnit!.sci)).toBeCloseTo(v(sci.perInference) / 4, 15)
    expect(conversions.at(-1)).toMatchObject({ to: 'page', factor: 0.25 })
  })
})

describe('grids', () => {
  test('marginal is a second scenario beside the average, never an interval with it', () => {
    const marginalGrid = gridFactor({
      zone: 'DEU',
      value: 650,
      unit: 'g/kWh',
      period: 2021,
      kind: 'marginal',
      source: 'UNFCCC IFI 2021',
    })
    const stated = { value: 650, source: 'UNFCCC IFI 2021', year: 2021 }
    const spec = { ...accountSpec, account: { ...accountSpec.account, marginalGrid: stated } }
    const made = buildAccount(accountRun, spec, accountInputs)
    const marginal = made.marginal!.find(({ id }) => id === 'small')!.sci
    const average = made.consumer.rows.find(({ id }) => id === 'small')!.sci
    expect(v(marginal.operational) / v(average.operational)).toBeCloseTo(650 / 342.06, 9)
    expect((average.perAccepted as Known<'gPerR'>).high).toBeLessThan(v(marginal.perAccepted))
    expect(() =>
      buildAccount(accountRun, accountSpec, { ...accountInputs, grid: marginalGrid }),
    ).toThrow(expect.objectContaining({ code: 'COMPARISON_MIXED' }))
  })
})

describe('hosted models', () => {
  const hosted = (id: string, model: string) =>
    fixtureCandidate({
      id,
      joules: null,
      seconds: 1,
      accepted: 0.95,
      model,
      tokens: { input: 500, output: 3 },
    })
  const spec = {
    ...accountSpec,
    candidates: ['api', 'api2'].map((id) => ({
      id,
      base: id,
      runtime: 'openai' as const,
      baseUrl: 'https://api.mistral.ai/v1',
      settings: {},
    })),
  }
  const api = {
    models: {
      files: [
        {
          models: {
            'mistral-large-2411': { total: 123, source: 'https://huggingface.co/mistralai' },
            'ministral-8b': { total: 8.02, source: 'https://huggingface.co/mistralai' },
            'ministral-3b': { total: 3.4, source: 'https://huggingface.co/mistralai' },
          },
        },
      ],
    },
    prices: { source: 'none', retrieved: '2026-01-01', columns: [], models: {} },
    gridOf: (zone: string) => annualFactor(gridTables, zone),
  }
  const with2 = (a: string, b: string | null, incumbent = 'large') => {
    const candidates = [
      ...fixtureCandidates,
      hosted('api', a),
      ...(b === null ? [] : [hosted('api2', b)]),
    ]
    return buildAccount({ ...accountRun, candidates, incumbent }, spec, { ...accountInputs, api })
  }

  test('are estimated at their provider, with its grid and PUE, and say what is assumed', () => {
    const made = with2('mistral-large-2411', null)
    const usage = made.usages.find(({ candidate }) => candidate === 'api')!
    expect(usage).toMatchObject({
      meter: 'api-estimate',
      grid: { zone: 'SWE' },
      pue: { value: 1.16 },
    })
    expect(made.notes.join(' ')).toMatch(/api: the batch size is unknown/)
    expect(made.notes.join(' ')).toMatch(/Energy was measured in 2 ways/)
  })

  test('are estimated more closely where the batch of the server is stated', () => {
    const at = (more: object) => {
      const candidates = spec.candidates.map((one) => ({ ...one, ...more }))
      const run = {
        ...accountRun,
        candidates: [...fixtureCandidates, hosted('api', 'ministral-8b')],
      }
      const made = buildAccount(run, { ...spec, candidates }, { ...accountInputs, api })
      const { energy } = made.usages.find(({ candidate }) => candidate === 'api')!
      return {
        width: energy.kind === 'known' ? energy.high / energy.low : 0,
        notes: made.notes.join(),
      }
    }
    const [blind, stated] = [at({}), at({ servedBatch: 32 })]
    expect(stated.width).toBeLessThan(0.9 * blind.width)
    expect(blind.notes).toMatch(/the batch size is unknown/)
    expect(stated.notes).not.toMatch(/the batch size is unknown/)
  })

  test('are not compared with measured candidates: refused, which says why', () => {
    const refusal = with2('mistral-large-2411', null).comparisons.find((each) => each.a === 'api')!
    expect(refusal).toMatchObject({ kind: 'refused' })
    expect(refusal.kind === 'refused' && refusal.why).toMatch(/meter: api-estimate against rapl/)
  })

  test('two small ones are not ranked: no model as small was measured', () => {
    const made = with2('ministral-3b', 'ministral-8b', 'api2')
    const refusal = made.comparisons.find((each) => each.a === 'api')!
    expect(refusal.kind === 'refused' && refusal.why).toMatch(/too small to be ranked/)
  })

  test('behind a server that is no known provider: the world grid, a wide PUE, labeled modeled and said', () => {
    const elsewhere = {
      ...spec,
      candidates: spec.candidates.map((one) => ({ ...one, baseUrl: 'https://llm.example.org/v1' })),
    }
    const candidates = [...fixtureCandidates, hosted('api', 'mistral-large-2411')]
    const made = buildAccount({ ...accountRun, candidates, incumbent: 'large' }, elsewhere, {
      ...accountInputs,
      api,
    })
    const usage = made.usages.find(({ candidate }) => candidate === 'api')!
    expect(usage).toMatchObject({
      meter: 'api-estimate',
      grid: { zone: 'WORLD' },
      pue: { low: 1.1, high: 1.6 },
      energy: { kind: 'known', method: 'modeled' },
    })
    const { low, high } = usage.energy as Known<'JPerItem'>
    expect(high / low).toBeGreaterThan(4)
    expect(made.notes.join(' ')).toMatch(/api: nothing is known of its host/)
    expect(made.notes.join(' ')).toMatch(/api: it runs elsewhere: the grid is World 2024, not that/)
  })

  test('at an address of your own: the grid and the PUE of the account', () => {
    const own = (baseUrl: string) => ({
      ...spec,
      candidates: spec.candidates.map((one) => ({ ...one, baseUrl })),
    })
    const candidates = [...fixtureCandidates, hosted('api', 'mistral-large-2411')]
    for (const url of ['http://127.0.0.1:11434/v1', 'http://192.168.1.7:8000', 'http://[::1]:80']) {
      const run = { ...accountRun, candidates, incumbent: 'large' }
      const made = buildAccount(run, own(url), { ...accountInputs, api })
      const usage = made.usages.find(({ candidate }) => candidate === 'api')!
      expect(usage).toMatchObject({ grid: { zone: 'DEU' }, pue: { value: 1.2 } })
      expect(made.notes.join(' ')).toMatch(/api: its address is of your own network/)
    }
  })

  test('an unknown model stays unknown', () => {
    const made = with2('gpt-secret', null)
    expect(made.usages.find(({ candidate }) => candidate === 'api')!.energy.kind).toBe('unknown')
    expect(made.consumer.rows.find(({ id }) => id === 'api')!.sci.perAccepted.kind).toBe('unknown')
  })
})
