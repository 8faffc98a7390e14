import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createMemoryStore } from '../../src/adapters/store/memory.ts'
import type { Effects } from '../../src/app/evaluate/effects.ts'
import { evaluate } from '../../src/app/evaluate/evaluate.ts'
import { worthOf } from '../../src/app/evaluate/worth.ts'
import type { RuntimeItem, RuntimeSession } from '../../src/contract/runtime.ts'
import { gridFactor } from '../../src/core/carbon/grid-factor.ts'
import { exact as exactScorer } from '../../src/core/score/exact.ts'
import { parseSpecValue } from '../../src/core/spec/parse.ts'
import type { Spec } from '../../src/core/spec/spec.ts'
import { unknown } from '../../src/core/unit/estimate.ts'
import { exact } from '../../src/core/unit/known.ts'
import { memoryLedger } from '../memory-ledger.ts'

const items = 200

/** Three candidates that are always right, at 4, 3 and 2 J an answer. */
function specOf(volumePerMonth: number | null, regime: Spec['regime'] = 'auto'): Spec {
  const candidate = (id: string, joules: number) => ({
    id,
    runtime: 'replay',
    model: id,
    energy: { jPerItem: [joules, joules] },
  })
  return parseSpecValue({
    task: 'fake',
    dataset: {
      rows: Array.from({ length: items }, (_, i) => ({ id: `${i}`, text: `t${i}`, label: 'yes' })),
      input: 'text',
      expected: 'label',
    },
    scorer: 'exact',
    candidates: [candidate('large', 4), candidate('middle', 3), candidate('small', 2)],
    incumbent: 'large',
    bar: { margin: 0.02 },
    regime,
    account: volumePerMonth === null ? {} : { volumePerMonth, horizonMonths: 1 },
  })
}

function world() {
  const asked = new Map<string, number>()
  const sessionOf = (id: string): RuntimeSession => ({
    identity: { model: id, revision: '1', precision: 'fp32', engine: 'fake', floating: false },
    batchSize: 16,
    answer: async (batch: readonly RuntimeItem[]) => {
      asked.set(id, (asked.get(id) ?? 0) + batch.length)
      return batch.map(() => ({
        ok: true as const,
        output: { kind: 'label' as const, label: 'yes' },
      }))
    },
    usage: async () => ({ pids: [], threads: 1, loadS: 0, loadCpuS: 0, peakRssBytes: null }),
    close: async () => undefined,
  })
  let nowS = 0
  const effects: Partial<Effects> = {
    clock: {
      now: () => '2026-11-20T12:00:00.000Z',
      monotonicS: () => nowS++,
      sleep: async () => undefined,
    },
    digest: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    env: {},
    machineThreads: 4,
    own: {
      ...{ binding: {}, cpuS: () => 0, wallS: () => nowS++, machineThreads: 4 },
      openMeters: async () => [],
    },
    resolve: (_, path) => path,
    openRuntime: async (candidate) => sessionOf(candidate.id),
    openScorer: async () => exactScorer({}),
    openMeters: async () => [],
    environment: async () => ({
      machine: 'm',
      cpu: 'fake',
      cores: 4,
      memoryBytes: 1e9,
      os: 'fake',
      node: '20',
      meters: [],
      noisy: null,
    }),
    gridFactor: async () =>
      gridFactor({
        zone: 'X',
        value: 300,
        unit: 'g/kWh',
        period: 2024,
        kind: 'average',
        source: 'fake',
      }),
    apiFacts: async () => ({
      models: { models: {} },
      prices: { source: 'none', retrieved: '2026-01-01', columns: [], models: {} },
      gridOf: () =>
        gridFactor({
          zone: 'X',
          value: 300,
          unit: 'g/kWh',
          period: 2024,
          kind: 'average',
          source: 'fake',
        }),
    }),
  }
  const run = (spec: Spec, store = createMemoryStore()) =>
    evaluate(spec, {
      baseDir: '.',
      effects: effects as Effects,
      store,
      signal: new AbortController().signal,
      onEvent: () => undefined,
      ledger: memoryLedger(),
      by: 'run',
      generator: 'rightsize@test',
    })
  return { asked, run }
}

describe('a run stops where finding out costs more than it can save', () => {
  // 200 answers of small cost 400 J and save 2 J each: worth it above 200 answers. Of middle: 600 J and 1 J: above 600.
  test('every item of every candidate while the volume repays them', async () => {
    const { asked, run } = world()
    const result = await run(specOf(10_000))
    expect(result.decision.regime.kind).toBe('full')
    expect(Object.fromEntries(asked)).toEqual({ large: items, middle: items, small: items })
    expect(result.provenance.limits.join(' ')).not.toMatch(/not evaluated further/)
  })

  test('at a smaller volume the dearer one is left out, and the run says so twice', async () => {
    const { asked, run } = world()
    const result = await run(specOf(400))
    expect(asked.get('middle')).toBeUndefined()
    expect(asked.get('small')).toBe(items)
    expect(result.provenance.limits).toContainEqual(
      expect.stringMatching(
        /middle was not evaluated further: \d+ answers cost at least \d+ J, and choosing it could save at most 400 J in 1 months at 400/,
      ),
    )
    expect(result.decision.headline).toMatch(
      /Not evaluated to the end, because that costs more than it could save: middle\./,
    )
    expect(result.decision.chosen).toBe('small')
    expect(result.candidates.find(({ id }) => id === 'middle')).toMatchObject({ n: 0 })
  })

  test('without a volume, or where every item is asked for, nothing is left out', async () => {
    for (const spec of [specOf(null), specOf(10, 'full')]) {
      const { asked, run } = world()
      await run(spec)
      expect(Object.fromEntries(asked)).toEqual({ large: items, middle: items, small: items })
    }
  })

  test('answers in the store are free: what was paid for is judged at any volume', async () => {
    const store = createMemoryStore()
    await world().run(specOf(10_000), store)
    const { asked, run } = world()
    const result = await run(specOf(1), store)
    expect(asked.size).toBe(0)
    expect(result.provenance.limits.join(' ')).not.toMatch(/not evaluated further/)
  })

  test('a race lets a candidate go once its next batch would exceed what it can save', async () => {
    const { asked, run } = world()
    const result = await run(specOf(60, 'race'))
    // small: at most 2 J x 60 = 120 J, that is 60 answers at 2 J; middle: 60 J, that is 20 at 3 J: not even one batch.
    expect(asked.get('small')).toBeLessThanOrEqual(60)
    expect(asked.get('middle')).toBeUndefined()
    expect(
      result.provenance.limits.filter((text) => /not evaluated further/.test(text)),
    ).toHaveLength(2)
    expect(result.decision.chosen).toBe('large')
  })
})

describe('the bound', () => {
  const account = { ...specOf(100).account }
  const spec = { account, incumbent: 'a', regime: 'auto' } as const
  const priced = (id: string, price: number | null) => ({
    id,
    energyPerItem: unknown('not metered yet'),
    pricePerItem: price === null ? unknown('no price') : exact('moneyPerItem', price, 'spec'),
    stored: 0,
  })

  test('takes money where joules are not known for all, and says the currency', () => {
    const worth = worthOf(spec, { candidates: [priced('a', 0.01), priced('b', 0.005)] })
    expect(worth?.refuses('b', 99)).toBeNull()
    expect(worth?.refuses('b', 101)).toContain(account.currency)
    expect(worth?.refuses('a', 1e9)).toBeNull()
  })

  test('a candidate that is free to try is always tried, and one that saves nothing never paid for', () => {
    const worth = worthOf(spec, {
      candidates: [priced('a', 0.01), priced('b', 0), priced('c', 0.02)],
    })
    expect(worth?.refuses('b', 1e9)).toBeNull()
    expect(worth?.refuses('c', 1)).toMatch(/save at most 0 /)
  })

  test('nothing is stopped where a cost is not known', () => {
    expect(worthOf(spec, { candidates: [priced('a', 0.01), priced('b', null)] })).toBeNull()
    expect(worthOf({ ...spec, incumbent: null }, { candidates: [priced('a', 1)] })).toBeNull()
  })
})
