import { expect, test } from 'vitest'
import { renderMarkdown } from '../../src/core/report/run/markdown.ts'
import { items, specOf, world } from './world.ts'

const answersOfFiles = { sessionOf: () => ({ replays: true as const }) }

test('answers of files are not calls: they cost nothing, whatever they cost when they were asked for', async () => {
  const spec = specOf(null)
  const candidates = spec.candidates.map((one) => ({ ...one, price: { perCall: 5 } }))
  const result = await world(answersOfFiles).run({ ...spec, candidates })
  const { overhead, decision, provenance } = result
  expect(overhead).toMatchObject({ calls: 0, reused: 3 * items, cpuS: 0, money: { value: 0 } })
  expect(overhead.energy).toMatchObject({ kind: 'known', value: 0 })
  expect(provenance.resumed).toBe(false)
  expect(decision.regime).toEqual({ kind: 'full', why: 'every answer is there already' })
  expect(renderMarkdown(result)).toContain(`0 calls (${3 * items} stored answers)`)
})

test('no budget of calls and no volume stops what costs nothing', async () => {
  for (const regime of ['auto', 'race'] as const) {
    const { asked, run } = world(answersOfFiles)
    const result = await run({ ...specOf(1, regime), budget: { calls: 0 } })
    expect(asked.get('large')).toBe(items)
    expect(asked.get('small')).toBeGreaterThan(0)
    expect(result.provenance.limits.join(' ')).not.toMatch(/not evaluated further/)
    if (regime === 'auto') expect(result.decision.chosen).toBe('small')
  }
})
