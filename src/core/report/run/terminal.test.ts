import { expect, test } from 'vitest'
import {
  absolute,
  api,
  every,
  hostile,
  none,
  supported,
  synthetic,
  twelve,
} from '../../../../test/report/results.ts'
import { renderTerminal } from './terminal.ts'

const plain = { columns: 80, color: false }

test.each(Object.entries(every))('%s: no line is wider than the terminal', (_, result) => {
  const wide = renderTerminal(result, plain)
    .split('\n')
    .filter((line) => line.length > 80)
  expect(wide).toEqual([])
})

test('one screen holds the decision, both claims, the table and what to do next', () => {
  const text = renderTerminal(supported, plain)
  expect(text.split('\n').length).toBeLessThan(40)
  expect(text).toMatch(/matches {4}yes {2}On these 1,000 items/)
  expect(text).toMatch(/certified {2}no {3}On future items/)
  expect(text).toMatch(/> small +meets/)
  expect(text).toMatch(/large +incumbent/)
  expect(text).toMatch(/picked\s+among\s+2\s+candidates/)
  expect(text).toContain('Label 1,900 more items')
})

test('"saves" says of what, and against whom', () => {
  expect(renderTerminal(supported, plain)).toMatch(/times less energy than\s+large/)
  expect(renderTerminal(api, plain)).toMatch(/times less money\s+than\s+large/)
})

test('without an incumbent no saving is stated', () => {
  const text = renderTerminal(absolute, plain)
  expect(text).toContain('No incumbent is named, so no saving is stated.')
  expect(text).not.toMatch(/candidate .* saves/)
})

test('when nothing is good enough the incumbent is last and nothing is marked as new', () => {
  const lines = renderTerminal(none, plain).split('\n')
  const table = lines.filter((line) => /^(> | {2})(small|wrong|large) /.test(line))
  expect(table.at(-1)).toMatch(/^> large +incumbent/)
  expect(table.filter((line) => line.startsWith('> '))).toHaveLength(1)
})

test('synthetic data are named before the decision', () => {
  const text = renderTerminal(synthetic, plain).replace(/\s+/g, ' ')
  expect(text).toContain('On synthetic data: Ship small')
  expect(text).not.toContain('(Synthetic data.)')
})

test('names are cut so that every figure of twelve candidates stays on the screen', () => {
  const lines = renderTerminal(twelve, plain).split('\n')
  const head = lines.find((line) => line.startsWith('candidate'))
  expect(head).toMatch(/loss +at most +energy +saves$/)
  expect(lines.join(' ')).not.toContain('P(over)')
  expect(lines.filter((line) => /8x$/.test(line))).toHaveLength(12)
})

test('what a model said cannot steer the terminal', () => {
  const text = renderTerminal(hostile(supported), plain)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
})
