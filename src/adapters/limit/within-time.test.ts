import { expect, test } from 'vitest'
import { withinTime } from './within-time.ts'

const slow = () => new Error('too slow')
const forever = () => {
  for (;;);
}

test('work inside work, and after work that was given up, returns its own result', () => {
  expect(() => withinTime(forever, 20, slow)).toThrow('too slow')
  expect(withinTime(() => [withinTime(() => 1, 1000, slow), 2], 1000, slow)).toEqual([1, 2])
  expect(() => withinTime(() => withinTime(forever, 20, slow), 10_000, slow)).toThrow('too slow')
  expect(withinTime(() => 3, 1000, slow)).toBe(3)
})
