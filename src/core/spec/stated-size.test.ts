import { expect, test } from 'vitest'
import { fillSpec } from './fill.ts'
import { requireSize } from './stated-size.ts'

test('billions without their zeros are refused with the number meant, also as a range', () => {
  for (const size of [8, [8, 70]] as const)
    expect(() => requireSize('m', size, undefined)).toThrow(
      expect.objectContaining({ code: 'QUANTITY_INVALID', next: expect.stringContaining('8e9') }),
    )
  expect(() => requireSize('m', 8e9, 13)).toThrow(/13 parameters are too few/)
  expect(() => requireSize('m', [8e9, 70e9], 8e9)).not.toThrow()
})

test('more active parameters than there are is refused by name', () => {
  expect(() => requireSize('mix', 8e9, 13e9)).toThrow(/mix: .* active parameters are more than/)
})

test('a candidate that a server answers is checked, a small one of your own machine is not', () => {
  const filled = (candidate: object) =>
    fillSpec({
      task: 't',
      dataset: { test: 't.csv', input: 'text' },
      candidates: [candidate],
      bar: { floor: 0.5 },
    } as Parameters<typeof fillSpec>[0])
  expect(() => filled({ runtime: 'openai', model: 'gpt-x', parameters: 8 })).toThrow(/gpt-x: 8 /)
  expect(() => filled({ runtime: 'replay', model: 'a.jsonl', parameters: 2000 })).not.toThrow()
})
