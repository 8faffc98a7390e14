import { expect, test } from 'vitest'
import { parseSpec } from '../spec/parse.ts'
import { datasets } from './datasets.ts'
import { meters } from './meters.ts'
import { runtimes } from './runtimes.ts'
import { scorers } from './scorers.ts'

interface Lines {
  readonly dataset?: string
  readonly scorer?: string
  readonly candidate?: string
}

/** A spec in which one part is written as the example of its row says. */
const spec = ({ dataset, scorer = '', candidate = '{ id: one, runtime: linear }' }: Lines) =>
  parseSpec(`
task: examples
${dataset ?? 'dataset: { test: test.csv, input: text, expected: label }'}
${scorer}
candidates:
  - ${candidate}
bar: { floor: 0.9 }
`)

test.each(Object.entries(runtimes))('the example of the runtime %s is a candidate', (kind, row) => {
  expect(spec({ candidate: row.example }).candidates[0]?.runtime).toBe(kind)
})

test.each(Object.entries(scorers))('the example of the scorer %s is one', (kind, { example }) => {
  const name = spec({ scorer: example }).scorers[0]?.name
  expect(name).toBe(kind === 'module' ? './score.mjs' : kind)
})

test.each(Object.entries(meters))('the example of the meter %s binds it', (_, { example }) => {
  const candidate = `{ id: one, runtime: openai, model: m, ${example} }`
  expect(spec({ candidate }).candidates[0]?.energy).toBeDefined()
})

test.each(Object.entries(datasets))('the example of the format %s is a dataset', (_, row) => {
  expect(spec({ dataset: row.example }).dataset.input).toBeDefined()
})
