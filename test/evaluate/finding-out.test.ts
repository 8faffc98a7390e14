import { describe, expect, test } from 'vitest'
import { createMemoryStore } from '../../src/adapters/store/memory.ts'
import { worthOf } from '../../src/app/evaluate/worth.ts'
import { unknown } from '../../src/core/unit/estimate.ts'
import { exact } from '../../src/core/unit/known.ts'
import { items, specOf, world } from './world.ts'

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

  test('in a race an incumbent whose answers are all stored costs nothing', async () => {
    const store = createMemoryStore()
    const race = { ...specOf(null, 'race'), budget: { ...specOf(null).budget, joules: 40 } }
    const only = (ids: readonly string[]) => ({
      ...specOf(null),
      candidates: specOf(null).candidates.filter(({ id }) => ids.includes(id)),
    })
    // A first batch of 8 would take 16 J of small and 32 J of large: more than the budget, unless large is logged.
    const unlogged = await world().run(race)
    expect(unlogged.candidates.find(({ id }) => id === 'small')?.n).toBe(0)
    await world().run(only(['large', 'middle']), store)
    const { asked, run } = world()
    const logged = await run(race, store)
    expect(asked.get('large')).toBeUndefined()
    expect(logged.candidates.find(({ id }) => id === 'small')?.n).toBeGreaterThan(0)
  })

  test('a race lets a candidate go once its next batch would exceed what it can save', async () => {
    const { asked, run } = world()
    const result = await run(specOf(20, 'race'))
    // small: at most 2 J x 20 = 40 J, that is 20 answers at 2 J; middle: 20 J, that is 6 at 3 J: not even one batch of 8.
    expect(asked.get('small')).toBeLessThanOrEqual(20)
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
    const worth = worthOf(spec, { items, candidates: [priced('a', 0.01), priced('b', 0.005)] })
    expect(worth?.refuses('b', 99)).toBeNull()
    expect(worth?.refuses('b', 101)).toContain(account.currency)
    expect(worth?.refuses('a', 1e9)).toBeNull()
  })

  test('a candidate that is free to try is always tried, and one that saves nothing never paid for', () => {
    const worth = worthOf(spec, {
      items,
      candidates: [priced('a', 0.01), priced('b', 0), priced('c', 0.02)],
    })
    expect(worth?.refuses('b', 1e9)).toBeNull()
    expect(worth?.refuses('c', 1)).toMatch(/save at most 0 /)
  })

  test('answers of a file are free, whatever they cost when they were asked for', () => {
    const kept = { ...priced('b', 0.005), stored: items }
    const worth = worthOf(spec, { items, candidates: [priced('a', 0.01), kept] })
    expect(worth?.refuses('b', 101)).toBeNull()
  })

  test('nothing is stopped where a cost is not known', () => {
    expect(worthOf(spec, { items, candidates: [priced('a', 0.01), priced('b', null)] })).toBeNull()
    expect(
      worthOf({ ...spec, incumbent: null }, { items, candidates: [priced('a', 1)] }),
    ).toBeNull()
  })
})
