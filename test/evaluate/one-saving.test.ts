import { describe, expect, test } from 'vitest'
import { explainRun } from '../../src/app/account/explain.ts'
import { exportAccount } from '../../src/app/account/exports.ts'
import type { RuntimeItem } from '../../src/contract/runtime.ts'
import { lockedDecision } from '../../src/core/keep/lock.ts'
import { renderHtml } from '../../src/core/report/run/html.ts'
import { renderMarkdown } from '../../src/core/report/run/markdown.ts'
import { renderTerminal } from '../../src/core/report/run/terminal.ts'
import type { RunResult } from '../../src/core/result/run-result.ts'
import type { Spec } from '../../src/core/spec/spec.ts'
import type { Estimate, Unit } from '../../src/core/unit/estimate.ts'
import { items, specOf, world } from './world.ts'

const v = (estimate: Estimate<Unit> | null | undefined): number => {
  if (estimate?.kind !== 'known') throw new Error(JSON.stringify(estimate))
  return estimate.value
}

const labelOf = (id: string) => (Number(id) % 2 === 0 ? 'no' : 'yes')
const answerOf = (id: string) => (Number(id) % 10 === 0 ? 'yes' : labelOf(id))

/** `large` is wrong on every tenth item; `small` gives the same answers at a twentieth of the energy, time and price. */
async function decided(
  deployment: Partial<NonNullable<Spec['deployment']>> | null = null,
  by: 'energy' | 'price' = 'energy',
) {
  const seconds: Record<string, number> = { large: 0.2, small: 0.01 }
  const { run } = world({
    sessionOf: (id) => ({
      answer: async (batch: readonly RuntimeItem[]) =>
        batch.map((item) => ({
          ok: true as const,
          output: {
            kind: 'label' as const,
            label: answerOf(`${item.input}`.slice(1)),
          },
          latencyS: seconds[id] ?? 1,
          price: (seconds[id] ?? 1) / 10,
        })),
    }),
  })
  const spec = specOf(1000)
  const candidates = spec.candidates.flatMap((one) => {
    const s = seconds[one.id]
    if (s === undefined) return []
    const energy = { jPerItem: [50 * s, 50 * s] as const }
    const { energy: _none, ...bare } = one
    return [by === 'energy' ? { ...bare, energy } : bare]
  })
  const full = deployment && {
    ...{ instances: 1, replicas: 1, share: 1, load: [0.15], scaleToZero: false },
    ...deployment,
  }
  const rows = Array.from({ length: items }, (_, i) => ({
    ...{ id: `${i}`, text: `t${i}`, label: labelOf(`${i}`) },
  }))
  const dataset = { ...spec.dataset, rows }
  return run({ ...spec, dataset, candidates, regime: 'full', deployment: full })
}

const html = (result: RunResult) => renderHtml(result).replace(/<[^>]*>/g, ' ')

describe('one saving, wherever it is stated', () => {
  test('identical answers at a twentieth save 20 times in every place', async () => {
    const result = await decided()
    const { decision, candidates, account, overhead } = result
    const small = candidates.find(({ id }) => id === 'small')
    if (account === null || decision.saving === null) throw new Error('expected both')
    expect(decision.chosen).toBe('small')
    expect(v(decision.saving.ratio)).toBeCloseTo(20, 9)
    expect(v(small?.cost.ratioAccepted)).toBe(v(decision.saving.ratio))
    expect(decision.headline).toContain('20x less energy per accepted answer than large')
    const { candidate: own, incumbent: theirs } = decision.saving
    expect(v(theirs.perAccepted) / v(own.perAccepted)).toBeCloseTo(20, 9)
    // Carbon, with M of the same device for a twentieth of the time.
    const [compared] = account.comparisons
    expect(compared?.kind === 'compared' && v(compared.ratio)).toBeCloseTo(20, 6)
    const row = (id: string) => account.consumer.rows.find((one) => one.id === id)?.sci.perAccepted
    expect(v(row('large')) / v(row('small'))).toBeCloseTo(20, 6)
    // Pay-back: 10 J x (1 - 1/20) saved an answer, in the run and in the account alike.
    const energy = account.payBack?.energy
    if (energy === undefined || 'kind' in energy) throw new Error('expected a pay-back')
    expect(v(energy.answers)).toBeCloseTo(v(overhead.energy) / 9.5, 6)
    expect(v(overhead.payBackCalls)).toBeCloseTo(v(energy.answers), 6)
  })

  test('table, lock, reports, `sci` and exports state the same figures', async () => {
    const result = await decided()
    const { account, decision } = result
    const line = 'small 500 mJ an answer, 90 % accepted, 556 mJ an accepted answer'
    const texts = [
      renderTerminal(result, { columns: 100, color: false }),
      renderMarkdown(result),
      html(result),
    ].map((text) => text.replace(/\s+/g, ' '))
    for (const text of texts) {
      expect(text).toMatch(/\b20\s?x/)
      expect(text).toContain(line)
    }
    const locked = lockedDecision(result, { evidence: 'e', validUntil: '2027-01-01', former: null })
    expect(locked.saving).toEqual(decision.saving)
    const score = account?.consumer.rows.find(({ id }) => id === 'small')?.sci.perAccepted
    expect(locked.sci).toEqual(score)
    const [explained] = explainRun(result, ['small'])
    expect(explained?.sci.perAccepted).toEqual(score)
    expect(explained?.lines.at(-1)).toContain(line)
    const csv = (await exportAccount(result, 'csv')).split('\r\n').map((row) => row.split(','))
    const column = csv[0]?.indexOf('sci_g_per_accepted_answer') ?? -1
    expect(Number(csv.find(([id]) => id === 'small')?.[column])).toBe(v(score))
    expect(JSON.parse(await exportAccount(result, 'json')).sci.value).toBe(v(score))
  })

  test('the declared load reaches the score, the comparison, the pay-back and the headline alike', async () => {
    const result = await decided({ load: [0.15], replicas: 2, instances: 1 })
    const { decision, account } = result
    if (account === null) throw new Error('expected an account')
    const [large, small] = ['large', 'small'].map((id) => {
      const usage = account.usages.find(({ candidate }) => candidate === id)
      const served = account.deployment?.candidates.find((one) => one.id === id)
      const row = account.consumer.rows.find((one) => one.id === id)
      if (!usage || !served || !row) throw new Error(id)
      expect(v(served.sciPerAnswer)).toBe(v(row.sci.perInference))
      return { joules: v(usage.energy) + v(usage.idle), row }
    })
    if (!large || !small) throw new Error('expected two')
    // 2 replicas of 2 threads at 0.55 W each wait 2 x 86,400 s less the working time, over 12,960 answers a day.
    const idle = (s: number) => (1.1 * (2 * 86_400 - 12_960 * s)) / 12_960
    expect(large.joules).toBeCloseTo(10 + idle(0.2), 6)
    expect(small.joules).toBeCloseTo(0.5 + idle(0.01), 6)
    const [compared] = account.comparisons
    const carbon = v(large.row.sci.perAccepted) / v(small.row.sci.perAccepted)
    expect(compared?.kind === 'compared' && v(compared.ratio)).toBeCloseTo(carbon, 9)
    expect(v(decision.saving?.ratio)).toBeCloseTo(large.joules / small.joules, 9)
    const energy = account.payBack?.energy
    if (energy === undefined || 'kind' in energy) throw new Error('expected a pay-back')
    expect(v(energy.answers)).toBeCloseTo(
      v(result.overhead.energy) / (large.joules - small.joules),
      6,
    )
    expect(decision.saving?.release).toMatchObject({ replicas: 1, instances: 0 })
    expect(decision.headline).toContain('1 of 2 replicas can be released')
    // The work alone saves what it did without a load.
    expect(v(account.deployment?.marginalPerAnswer)).toBeCloseTo((9.5 / 3.6e6) * 1.15 * 300, 9)
  })

  test('where nothing can be released, the headline says that nothing is saved yet, and what would release it', async () => {
    const { decision } = await decided({ load: [0.01] })
    expect(decision.headline).toMatch(
      /^Ship small: nothing is saved yet: at the declared load the only replica stays held; `deployment.scaleToZero` or a smaller `deployment.share` would release capacity\./,
    )
  })
})

test('where the saving is one of money, the pay-back names what is not counted', async () => {
  const result = await decided(null, 'price')
  expect(result.decision.headline).toContain('it costs 20x less per accepted answer than large')
  const text = renderTerminal(result, { columns: 100, color: false }).replace(/\s+/g, ' ')
  expect(text).toMatch(/In money: Paid back .* Not counted: .*labels, people's hours, tooling/)
})
