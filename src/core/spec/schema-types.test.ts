import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { account } from '../result/account.ts'
import { compression } from '../result/compression.ts'
import { lock } from '../result/lock.ts'
import { runResult } from '../result/run-result.ts'
import { defineSpec } from './definition.ts'
import { parseSpecValue } from './parse.ts'
import { specSchema } from './schema.ts'

test.each([
  ['schema/spec.schema.json', specSchema],
  ['schema/run-result.schema.json', runResult],
  ['schema/account.schema.json', account],
  ['schema/compression.schema.json', compression],
  ['schema/lock.schema.json', lock],
])('%s is what tools/schema.mjs makes from the schema', (file, schema) => {
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input' }))),
  )
})

test('every key of the spec has a description or speaks for itself in the published schema', () => {
  const { properties } = JSON.parse(readFileSync('schema/spec.schema.json', 'utf8')) as {
    properties: Record<string, { description?: string }>
  }
  const silent = Object.entries(properties).filter(
    ([, { description }]) => description === undefined,
  )
  expect(silent.map(([key]) => key)).toEqual([])
})

test('defineSpec gives back what it got, and it parses', () => {
  const spec = defineSpec({
    task: 't',
    dataset: { rows: [{ q: 'a', a: 'b' }], input: 'q', expected: 'a' },
    candidates: ['linear'],
    bar: { floor: 0.5 },
  })
  expect(parseSpecValue(spec).dataset.rows).toEqual([{ q: 'a', a: 'b' }])
})
