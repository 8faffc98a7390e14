import { expect, test } from 'vitest'
import { payload } from '../../../../test/report/hostile.ts'
import {
  broken,
  every,
  hostile,
  supported,
  synthetic,
  twelve,
} from '../../../../test/report/results.ts'
import { renderHtml } from './html.ts'
import { renderMarkdown } from './markdown.ts'
import { renderTerminal } from './terminal.ts'

test('twelve candidates and the incumbent fit a pull request', () => {
  const text = renderMarkdown(twelve)
  expect(text.split('\n').length).toBeLessThan(60)
  expect(text.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(2 + 13)
})

test.each(Object.entries(every))(
  '%s: every row of a table has as many cells as its head',
  (_, result) => {
    const tables = renderMarkdown(result)
      .split('\n\n')
      .filter((block) => block.startsWith('|'))
    expect(tables.length).toBeGreaterThan(0)
    for (const table of tables) {
      const rows = table.split('\n').filter((line) => line.startsWith('|'))
      expect(new Set(rows.map((row) => row.split(/(?<!\\)\|/).length)).size).toBe(1)
    }
  },
)

test('both claims stand on lines of the same form', () => {
  const text = renderMarkdown(supported)
  expect(text).toContain('- **Matches (these items): yes.** On these 1,000 items')
  expect(text).toContain('- **Certified (future items like these): no.** On future items')
})

test('synthetic data are named in heading and headline', () => {
  const text = renderMarkdown(synthetic)
  expect(text).toMatch(/^### .*\(synthetic data\)/)
  expect(text).toContain('**On synthetic data: Ship small')
})

test('a payload in every field adds no tag, link, mention, heading, fence or row', () => {
  const clean = renderMarkdown(supported).split('\n')
  const text = renderMarkdown(hostile(supported, payload))
  const lines = text.split('\n')
  expect(lines).toHaveLength(clean.length)
  expect(lines.filter((line) => /^\s*#/.test(line))).toHaveLength(1)
  const tags = new Set([...text.matchAll(/(?<!\\)<\/?(\w+)/g)].map(([, name]) => name))
  expect([...tags].sort()).toEqual(['details', 'sub', 'summary'])
  expect(text).not.toMatch(/(?<!\\)\[/)
  expect(text).not.toMatch(/@\w/)
  expect(text).not.toMatch(/https?:\/\//)
  expect(text).not.toMatch(/(?<!\\)`/)
})

test('a candidate that broke says why, in the pull request too', () => {
  const text = renderMarkdown(broken)
  expect(text).toMatch(/broke: \S+/)
})

test('what was left out stands in every form of the report', () => {
  const leftOut = [
    {
      what: 'assertion',
      code: 'assertion-unused',
      why: 'llm-rubric is not checked',
      count: 120,
      of: 180,
      examples: ['tests[0].assert[1]'],
      partial: true,
    },
  ]
  const result = { ...supported, task: { ...supported.task, leftOut } }
  const sentence = '120 of 180 assertions were left out: llm-rubric is not checked'
  expect(renderMarkdown(result)).toContain(sentence)
  expect(renderHtml(result)).toContain(sentence)
  expect(renderTerminal(result, { columns: 100, color: false }).replace(/\s+/g, ' ')).toContain(
    sentence,
  )
})

test('answers that were not read, or only after normalization, stand in every form of the report', () => {
  const health = {
    ...{ closed: true, answers: 60, unread: { none: 30, cut: 11 }, unreadShare: 41 / 60 },
    ...{ wrapped: 12, rules: { case: 12 }, fix: 'Raise `settings.maxTokens` of small.' },
    examples: [{ kind: 'none' as const, item: '1', raw: 'I think' }],
  }
  const [first, ...others] = supported.candidates
  const result = { ...supported, candidates: first ? [{ ...first, health }, ...others] : [] }
  const unread =
    '41 of 60 answers cannot be read (30 none of the labels, 11 cut off by the token limit'
  const wrapped = 'were read after normalization (case 12).'
  const terminal = renderTerminal(result, { columns: 100, color: false }).replace(/\s+/g, ' ')
  for (const text of [renderMarkdown(result), renderHtml(result), terminal]) {
    expect(text).toContain(unread)
    expect(text).toContain(wrapped)
    expect(text).toContain('settings.maxTokens')
  }
})
