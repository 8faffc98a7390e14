import { expect, test } from 'vitest'
import { fillSpec } from '../spec/fill.ts'
import { hostedFacts } from './api-usage.ts'

const specOf = (size: object) =>
  fillSpec({
    task: 'sizes',
    dataset: { test: 't.csv', input: 'text' },
    candidates: [{ runtime: 'openai', model: 'gpt-x', ...size }],
    bar: { floor: 0.5 },
  } as Parameters<typeof fillSpec>[0]).candidates[0]

test('a size with its source and interval reaches the estimate; the number counts where a number is needed', () => {
  const parameters = { value: 70e9, low: 60e9, high: 80e9, source: 'model card', year: 2025 }
  const spec = specOf({ parameters })
  if (spec === undefined) throw new Error('no candidate')
  expect(spec.parameters).toBe(70e9)
  const facts = hostedFacts(spec, null, { rows: [] } as never)
  expect(facts?.totalBillions).toMatchObject({ value: 70, low: 60, high: 80 })
  expect(facts?.source).toBe('model card, 2025')
  expect(facts?.activeBillions).toMatchObject({ low: 60, high: 80 })
})

test('a plain number and a record without interval are exact', () => {
  for (const size of [70e9, { value: 70e9, source: 'model card', year: 2025 }]) {
    const spec = specOf({ parameters: size })
    if (spec === undefined) throw new Error('no candidate')
    const facts = hostedFacts(spec, null, { rows: [] } as never)
    expect(facts?.totalBillions).toMatchObject({ value: 70, low: 70, high: 70 })
  }
})
