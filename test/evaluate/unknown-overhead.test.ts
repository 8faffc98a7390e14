import { describe, expect, test } from 'vitest'
import { renderMarkdown } from '../../src/core/report/run/markdown.ts'
import { renderTerminal } from '../../src/core/report/run/terminal.ts'
import type { Scorer } from '../../src/core/score/scorer.ts'
import { specOf, world } from './world.ts'

/** A model that judges: its scores are not repeatable, so that they are stored. */
const judge = (cost: { readonly price?: number; readonly joules?: number }): Scorer => ({
  ...{ name: 'exact', version: '1', deterministic: false },
  score: () => ({ score: 1, ...cost }),
})

/** Every answer has a price of its own. */
const priced = () => {
  const spec = specOf(null)
  const candidates = spec.candidates.map((one) => ({ ...one, price: { perCall: 0.001 } }))
  return { ...spec, candidates }
}

describe('what finding out has cost is unknown where a part of it is', () => {
  test('the CPU time of answers that nobody metered is not 0', async () => {
    const { overhead, ...rest } = await world().run(specOf(null))
    const stage = overhead.byStage.find((one) => one.stage === 'evaluation')
    expect(stage?.cpuS).toMatchObject({ kind: 'unknown' })
    expect(overhead.cpuS).toMatchObject({ kind: 'unknown' })
    const result = { overhead, ...rest }
    expect(renderMarkdown(result)).toContain('unknown CPU time')
    expect(renderTerminal(result, { columns: 100, color: false })).toMatch(/unknown\s+CPU\s+time/)
  })

  test('the load of a program that does not tell it is not 0', async () => {
    const usage = async () => ({
      ...{ pids: [], threads: 1, loadS: null, loadCpuS: null, peakRssBytes: null },
    })
    const { overhead } = await world({ sessionOf: () => ({ usage }) }).run(specOf(null))
    const stage = overhead.byStage.find((one) => one.stage === 'loading')
    expect(stage).toMatchObject({ cpuS: { kind: 'unknown' }, energy: { kind: 'unknown' } })
  })

  test.each([
    [{ price: 0.01, joules: 2 }, 600 * 0.011, 1200],
    [{ joules: 2 }, 'unknown', 1200],
    [{ price: 0.01 }, 600 * 0.011, 'unknown'],
  ])('a judge that states %o', async (cost, money, joules) => {
    const effects = { openScorer: async () => judge(cost) }
    const { overhead } = await world({ effects }).run(priced())
    const judging = overhead.byStage.find((one) => one.stage === 'judging')
    const stated = (one: { kind: string; value?: number } | undefined) => one?.value ?? one?.kind
    expect(stated(judging?.energy)).toBe(joules)
    const spent = stated(overhead.money)
    expect(typeof spent === 'number' ? Number(spent.toFixed(6)) : spent).toBe(money)
  })
})
