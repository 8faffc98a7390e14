import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { expect, test } from 'vitest'
import type { Item } from '../data/item.ts'
import { numberIn, numeric } from './numeric.ts'
import type { Score } from './scorer.ts'

const file = join(env['RIGHTSIZE_DATA'] ?? '../shared/data', 'gsm8k/example_model_solutions.jsonl')
const item = (expected: unknown): Item => ({
  id: '1',
  input: '',
  expected,
  slices: {},
  cluster: null,
  row: {},
  digest: '',
})
const score = (said: string, expected: unknown, options = {}) =>
  (numeric(options).score({ kind: 'text', text: said }, item(expected)) as Score).score

test.each([
  ['so 3 ducks and 4 eggs make 7.', 7],
  ['#### 1,234', 1234],
  ['A: -5', -5],
  ['The answer is $18. I checked 3 times', 18],
  ['\\boxed{0.5} units', 0.5],
  ['1.5e3', 1500],
  ['it costs $2,000.50', 2000.5],
  ['.5', 0.5],
  ['none', null],
])('the number in %j is %s', (said, wanted) => {
  expect(numberIn(said, false)).toBe(wanted)
})

test('a tolerance may be absolute or relative', () => {
  expect(score('3.15', 3.155)).toBe(0)
  expect(score('3.15', 3.155, { tolerance: 0.01 })).toBe(1)
  expect(score('101', 100, { relative: 0.01 })).toBe(1)
  expect(score('102', 100, { relative: 0.01 })).toBe(0)
})

test('a label without a number is refused with the item', () => {
  expect(() => score('1', 'none')).toThrow(/item 1/)
})

interface Solution {
  readonly ground_truth: string
  readonly [model: string]: string | { readonly is_correct: boolean; readonly solution: string }
}

// openai/grade-school-math 3101c7d, example_model_solutions.jsonl: is_correct was published with the answers.
test.skipIf(!existsSync(file))(
  'agrees with the published correctness of every one of 5,276 GSM8K answers',
  () => {
    const rows = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Solution)
    const right: Record<string, number> = {}
    const other: string[] = []
    for (const row of rows)
      for (const [model, answer] of Object.entries(row)) {
        if (typeof answer === 'string') continue
        const given = score(answer.solution, row.ground_truth)
        right[model] = (right[model] ?? 0) + (given ?? 0)
        if (given !== Number(answer.is_correct))
          other.push(`${model}: ${answer.solution.slice(-40)}`)
      }
    expect(other).toEqual([])
    const accuracy = Object.fromEntries(
      Object.entries(right).map(([model, n]) => [model, (n / rows.length).toFixed(4)]),
    )
    expect(accuracy).toEqual({
      '6b_finetuning': '0.2168',
      '6b_verification': '0.3904',
      '175b_finetuning': '0.3472',
      '175b_verification': '0.5625',
    })
  },
)
