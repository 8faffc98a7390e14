import { afterEach, describe, expect, test, vi } from 'vitest'
import { createMemoryStore } from '../../src/adapters/store/memory.ts'
import type { Meter } from '../../src/contract/meter.ts'
import type { RuntimeSession } from '../../src/contract/runtime.ts'
import { RightsizeError } from '../../src/core/error/error.ts'
import type { RunResult } from '../../src/core/result/run-result.ts'
import { exact } from '../../src/core/score/exact.ts'
import type { Scorer } from '../../src/core/score/scorer.ts'
import { unknown } from '../../src/core/unit/estimate.ts'
import { items, labelOf, specOf, world } from './world.ts'

const bad = vi.hoisted(() => ({ cost: '', account: '' }))
vi.mock(import('../../src/app/evaluate/cost.ts'), async (original) => {
  const real = await original()
  return {
    ...real,
    itemCost: (one, ...rest) => {
      if (one.opened.spec.id === bad.cost && one.broken === null) throw new TypeError('planted')
      return real.itemCost(one, ...rest)
    },
  }
})
vi.mock(import('../../src/core/account/costs.ts'), async (original) => {
  const real = await original()
  return {
    ...real,
    answerCostOf: (one, context) => {
      if (one.id === bad.account && one.verdict !== 'broken') throw new TypeError('planted')
      return real.answerCostOf(one, context)
    },
  }
})
afterEach(() => Object.assign(bad, { cost: '', account: '' }))

const textOf = (id: string) => (id === 'small' ? { kind: 'text', text: 'yes' } : null)
const asText = (id: string): Partial<RuntimeSession> => {
  const output = textOf(id)
  if (output === null) return {}
  return {
    answer: async (batch) =>
      batch.map(() => ({ ok: true as const, output: { kind: 'text' as const, text: 'yes' } })),
  }
}

/** Throws on the answers of `small`, which are texts. */
const scorerThat = (fails: () => never): Scorer => {
  const plain = exact({})
  return {
    ...plain,
    score: (output, item) => (output.kind === 'text' ? fails() : plain.score(output, item)),
  }
}

function broken(result: RunResult, id: string, why: RegExp): void {
  const verdicts = Object.fromEntries(result.candidates.map((one) => [one.id, one.verdict]))
  expect(verdicts).toEqual({ large: 'meets', middle: 'meets', small: 'meets', [id]: 'broken' })
  expect(result.candidates.find((one) => one.id === id)?.why).toMatch(why)
  expect(result.decision).toMatchObject({ kind: 'certified', chosen: 'middle' })
}

const plainMeter: Meter = {
  ...{ name: 'fake', scope: 'a meter of this test that never moves', sensor: false },
  start: async () => ({
    stop: async () => ({
      ...{ wallS: 1, cpuS: 1, peakRssBytes: null, resolutionJ: null, steal: null, notes: [] },
      ...{ energy: unknown('no'), idle: unknown('no') },
    }),
  }),
  close: async () => undefined,
}
const failing: Meter = {
  ...plainMeter,
  start: async () => ({
    stop: async () => {
      throw new RightsizeError('METER_UNAVAILABLE', 'planted')
    },
  }),
}
const metered = (): Partial<RuntimeSession> => ({
  usage: async () => ({ pids: [1], threads: 1, loadS: 0, loadCpuS: 0, peakRssBytes: null }),
})

describe('an error on one candidate of three breaks that one', () => {
  test.each([
    [
      'a TypeError',
      () => {
        throw new TypeError('planted')
      },
      /SCORER_FAILED: .*planted/,
    ],
    [
      'a named error',
      () => {
        throw new RightsizeError('SCORER_SLOW', 'planted')
      },
      /SCORER_SLOW: planted/,
    ],
  ])('of the scorer: %s', async (_, fails, why) => {
    const openScorer = async () => scorerThat(fails)
    const { run } = world({ sessionOf: asText, effects: { openScorer } })
    broken(await run(specOf(null)), 'small', why)
  })

  test('of the meter, when it is read', async () => {
    const openMeters = async ({ id }: { id: string }) => [id === 'small' ? failing : plainMeter]
    const { run } = world({ sessionOf: metered, effects: { openMeters } })
    broken(await run(specOf(null)), 'small', /METER_UNAVAILABLE: planted/)
  })

  test('of the meter, when it is opened', async () => {
    const openMeters = async ({ id }: { id: string }) => {
      if (id === 'small') throw new RightsizeError('METER_UNAVAILABLE', 'planted')
      return [plainMeter]
    }
    const { run } = world({ sessionOf: metered, effects: { openMeters } })
    broken(await run(specOf(null)), 'small', /METER_UNAVAILABLE: planted/)
  })

  test.each(['cost', 'account'] as const)('of its %s', async (part) => {
    bad[part] = 'small'
    const { run, notes } = world()
    broken(await run(specOf(null)), 'small', /ESTIMATE_INVALID: its figures .*planted/)
    expect(notes.join('\n')).toContain('planted')
  })
})

describe('an error on all is the error of the run', () => {
  test('a scorer that throws on everything is named after two candidates', async () => {
    const score = () => {
      throw new RightsizeError('SCORER_FAILED', 'planted')
    }
    const openScorer = async () => ({ ...exact({}), score })
    const { run, asked } = world({ effects: { openScorer } })
    await expect(run(specOf(null))).rejects.toMatchObject({ code: 'SCORER_FAILED' })
    expect(asked.get('small')).toBeUndefined()
  })

  test('a label that no scorer can read is a fault of the data', async () => {
    const score = () => {
      throw new RightsizeError('SCORER_EXPECTED', 'planted')
    }
    const { run } = world({ effects: { openScorer: async () => ({ ...exact({}), score }) } })
    await expect(run(specOf(null))).rejects.toMatchObject({ code: 'SCORER_EXPECTED' })
  })
})

test('figures that are no numbers are left out by name, and cannot be stored', async () => {
  const strange = [Number.NaN, -5, 1e308, Number.POSITIVE_INFINITY, '7x', { a: 1 }, [1], true]
  const sessionOf = (id: string): Partial<RuntimeSession> => ({
    answer: async (batch) =>
      batch.map(({ id: item, input }) => {
        const value = strange[Number(item) % strange.length] as number
        const figures = { latencyS: value, joules: value, price: value }
        const tokens = { input: value, output: 0.5, cachedInput: value }
        const output = {
          kind: 'label' as const,
          label: labelOf(input),
          probabilities: { yes: value },
        }
        return { ok: true as const, output, ...(id === 'small' ? { ...figures, tokens } : {}) }
      }),
  })
  const store = createMemoryStore()
  const { run } = world({ sessionOf })
  const result = await run(specOf(null), store)
  expect(result.decision).toMatchObject({ kind: 'supported', chosen: 'small' })
  const small = result.candidates.find(({ id }) => id === 'small')
  expect(small?.cost.tokensPerItem).toBeNull()
  expect(small?.cost.pricePerItem).toEqual({
    kind: 'unknown',
    why: 'the prices that came with its answers cannot be read as numbers',
  })
  const stored = [...store.exportRows()].filter(({ table }) => table === 'outcomes')
  expect(stored).toHaveLength(3 * items)
  for (const { row } of stored)
    expect(row['answer']).not.toMatch(/null|NaN|Infinity|"(joules|price|latencyS)":/)
})

test('prices and joules that came with few of the answers are no cost: unknown, with the count', async () => {
  const priced = (share: number) => ({
    answer: async (batch: Parameters<RuntimeSession['answer']>[0]) =>
      batch.map(({ id: item }) => {
        const told = Number(item) % 10 < share * 10 ? { price: 1, joules: 1 } : {}
        return { ok: true as const, output: { kind: 'label' as const, label: 'yes' }, ...told }
      }),
  })
  const costs = async (share: number) => {
    const result = await world({ sessionOf: () => priced(share) }).run(specOf(null))
    return result.candidates.find(({ id }) => id === 'small')?.cost
  }
  const few = await costs(0.5)
  expect(few?.pricePerItem).toMatchObject({
    kind: 'unknown',
    why: expect.stringMatching(/^\d+ of \d+ answers came without a price/),
  })
  expect(few?.energyPerItem).toMatchObject({ source: 'energy.jPerItem' })
  const most = await costs(0.9)
  expect(most?.pricePerItem).toMatchObject({
    kind: 'known',
    how: expect.stringMatching(/^mean of \d+ of \d+ answers in [A-Z]{3}$/),
  })
  expect(most?.energyPerItem).toMatchObject({ source: 'the candidate' })
})

test('a setting that a server refused stands in the result', async () => {
  const sessionOf = (id: string) =>
    id === 'small' ? { refusedSettings: () => ['temperature'] } : { refusedSettings: () => [] }
  const { task } = await world({ sessionOf }).run(specOf(null))
  expect(task.leftOut).toMatchObject([
    { what: 'setting', count: 1, examples: ['temperature'], why: expect.stringMatching(/small/) },
  ])
})
