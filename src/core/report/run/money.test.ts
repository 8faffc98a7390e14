import { expect, test } from 'vitest'
import { api, every, supported } from '../../../../test/report/results.ts'
import type { RunResult } from '../../result/run-result.ts'
import { exact } from '../../unit/known.ts'
import { renderHtml } from './html.ts'
import { renderMarkdown } from './markdown.ts'
import { moneyColumns, moneyLegend } from './money.ts'
import { renderTerminal } from './terminal.ts'

const cells = (result: RunResult, id: string) => {
  const one = result.candidates.find((candidate) => candidate.id === id)
  return moneyColumns(result).map(({ head, cell }) => [head, one && cell(one)])
}

test('where energy is unknown: tokens, price per answer and per accepted answer, a million answers, p95', () => {
  expect(cells(api, 'small')).toEqual([
    ['tokens', '220+12'],
    ['price/answer', '0.0001'],
    ['/accepted', '0.00011'],
    ['/1M answers', '100'],
    ['p95', '600 ms'],
  ])
})

test('with a declared volume: money a month', () => {
  const monthly = {
    ...api,
    candidates: api.candidates.map((one) => ({
      ...one,
      cost: { ...one.cost, pricePerMonth: exact('money', 2100, 'tariff') },
    })),
  }
  expect(cells(monthly, 'small')).toContainEqual(['/month', '2,100'])
})

test('terminal, Markdown and page show the same cells, with where the prices come from', () => {
  const forms = [
    renderTerminal(api, { columns: 80, color: false }),
    renderMarkdown(api),
    renderHtml(api),
  ]
  for (const text of forms)
    for (const part of ['220+12', '0.00011', '600 ms', 'tariff'])
      expect(text.replace(/&#43;|\\\+/g, '+')).toContain(part)
})

test('where every energy is known nothing is added', () => {
  expect(moneyColumns(supported)).toEqual([])
  expect(moneyLegend(supported)).toBeNull()
  expect(Object.values(every).filter((result) => moneyColumns(result).length > 0).length).toBe(1)
})

test('a stale price is named in every form, whether or not the money is tabled', () => {
  const source = 'list price of 2026-01-01, older than 90 days (small; map)'
  for (const result of [api, supported]) {
    const old = {
      ...result,
      candidates: result.candidates.map((one) =>
        one.id === 'small'
          ? {
              ...one,
              cost: { ...one.cost, pricePerItem: { ...exact('moneyPerItem', 1, ''), source } },
            }
          : one,
      ),
    }
    const forms = (of: RunResult) => [
      renderTerminal(of, { columns: 80, color: false }),
      renderMarkdown(of),
      renderHtml(of),
    ]
    for (const text of forms(old))
      expect(text.replace(/\s+/g, ' ')).toContain('List prices of small are older than 90 days')
    for (const text of forms(result)) expect(text).not.toContain('older than 90 days')
  }
})

test('long names hide no sentence of the legend', () => {
  const source = 'list price of 2026-01-01, older than 90 days (small; map)'
  const long = 'n'.repeat(800)
  const old = {
    ...api,
    incumbent: long,
    candidates: api.candidates.map((one) => ({
      ...one,
      id: one.id === api.incumbent ? long : one.id,
      cost: { ...one.cost, pricePerItem: { ...exact('moneyPerItem', 1, ''), source } },
    })),
  }
  for (const text of [renderMarkdown(old), renderHtml(old)]) {
    expect(text).toContain('rightsize prices update')
    expect(text).toContain(`Order: ${api.decision.order.word}`)
  }
})
