import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Item } from '../../core/data/item.ts'
import { jsonFields } from '../../core/score/json-fields.ts'
import type { Score } from '../../core/score/scorer.ts'
import { jsonSchema, schemaCheck } from './json-schema.ts'

const item = (expected: unknown): Item => ({
  id: '1',
  input: '',
  expected,
  slices: {},
  cluster: null,
  row: {},
  digest: '',
})
const fits = (schema: unknown, value: unknown) => schemaCheck(schema)(value) === null

const values: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  1.5,
  2,
  10,
  0.3,
  1e6,
  '',
  'a',
  'ab',
  'abc',
  '😀',
  '2024-01-01',
  [],
  [1],
  [1, 1],
  [1, 2, 3],
  ['a', 1],
  [[1], [1]],
  {},
  { a: 1 },
  { a: 'x' },
  { a: 1, b: 2 },
  { a: null, c: [1, { d: 2 }] },
  { 'x-1': 1, b: true },
  { b: { a: 1 } },
  { credit: 1 },
  { credit: 1, address: 'y' },
]

// ajv gets 1e300 / 2 wrong (it looks at the digits), so very large numbers are left out.
// Every keyword, alone and together; ajv 8 in its 2020-12 form is the other opinion.
const schemas: readonly (object | boolean)[] = [
  true,
  false,
  {},
  { type: 'integer' },
  { type: ['string', 'null'] },
  { enum: [1, 'a', { a: 1 }, [1, 2, 3]] },
  { const: { b: 2, a: 1 } },
  { minimum: 1, maximum: 2 },
  { exclusiveMinimum: 1 },
  { exclusiveMaximum: 1 },
  { multipleOf: 2 },
  { multipleOf: 0.5 },
  { minLength: 1, maxLength: 2 },
  { pattern: '^a' },
  { minItems: 1, maxItems: 2 },
  { uniqueItems: true },
  { uniqueItems: false },
  { minProperties: 1, maxProperties: 1 },
  { required: ['a'] },
  { dependentRequired: { credit: ['address'] } },
  { dependentSchemas: { credit: { required: ['address'] } } },
  { properties: { a: { type: 'number' } } },
  { properties: { a: true }, additionalProperties: false },
  { patternProperties: { '^x-': { type: 'number' } }, additionalProperties: { type: 'boolean' } },
  { propertyNames: { maxLength: 1 } },
  { prefixItems: [{ type: 'number' }, { type: 'number' }], items: false },
  { items: { type: 'number' } },
  { contains: { const: 1 } },
  { contains: { const: 1 }, minContains: 2 },
  { contains: { const: 1 }, maxContains: 1 },
  { contains: { const: 9 }, minContains: 0 },
  { allOf: [{ type: 'number' }, { minimum: 1 }] },
  { anyOf: [{ type: 'string' }, { minimum: 2 }] },
  { oneOf: [{ minimum: 1 }, { maximum: 2 }] },
  { not: { type: 'object' } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
  { if: { type: 'string' }, then: { minLength: 2 }, else: { type: 'object' } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
  { if: { type: 'string' }, then: false },
  { $defs: { n: { type: 'number' } }, properties: { a: { $ref: '#/$defs/n' }, b: { $ref: '#' } } },
  {
    type: 'object',
    required: ['a'],
    properties: {
      a: { type: 'integer', minimum: 1 },
      c: { type: 'array', items: { type: ['integer', 'object'] } },
    },
  },
]

test(`agrees with ajv on ${schemas.length} schemas and ${values.length} values`, () => {
  const ajv = new Ajv2020({ strict: false })
  const other: string[] = []
  for (const schema of schemas) {
    const validate = ajv.compile(schema)
    for (const value of values)
      if (fits(schema, value) !== validate(value))
        other.push(
          `${JSON.stringify(schema)} on ${JSON.stringify(value)}: ajv says ${validate(value)}`,
        )
  }
  expect(other).toEqual([])
})

test('agrees with ajv on random pairs of schemas under allOf, anyOf, oneOf and not, with random values', () => {
  const ajv = new Ajv2020({ strict: false })
  const some = fc.constantFrom(
    ...schemas.filter((schema) => !/\$ref|multipleOf/.test(JSON.stringify(schema))),
  )
  const nested = fc.oneof(
    fc.record({ allOf: fc.array(some, { minLength: 1, maxLength: 3 }) }),
    fc.record({ anyOf: fc.array(some, { minLength: 1, maxLength: 3 }) }),
    fc.record({ oneOf: fc.array(some, { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: some }),
    fc.record({ properties: fc.record({ a: some, b: some }), items: some }),
  )
  const value = fc.oneof(fc.constantFrom(...values), fc.jsonValue({ maxDepth: 2 }))
  fc.assert(
    fc.property(nested, value, (schema, instance) => {
      // -0 equals 0 in JSON Schema and not in JavaScript's Object.is; JSON has no -0 that survives writing.
      const plain = JSON.parse(JSON.stringify(instance))
      fc.pre(!/"(valueOf|toString)"/.test(JSON.stringify(plain))) // ajv calls them when it compares
      expect(fits(schema, plain)).toBe(ajv.validate(schema, plain))
    }),
    { numRuns: 300 },
  )
})

test('an unknown keyword is refused loudly, wherever it stands', () => {
  expect(() => schemaCheck({ properties: { a: { requird: ['b'] } } })).toThrow(
    '`requird` at #/properties/a/requird is unknown',
  )
  expect(() => jsonSchema({ schema: { pattern: '(' } })).toThrow(/not a regular expression/)
  expect(() => schemaCheck({ patternProperties: { '(': true } })).toThrow(
    /not a regular expression/,
  )
  expect(() => schemaCheck(7)).toThrow(/neither an object nor a boolean/)
})

test('format describes and does not judge, also below properties named like keywords', () => {
  expect(fits({ type: 'string', format: 'email' }, 'no address')).toBe(true)
  expect(fits({ properties: { format: { type: 'number' } } }, { format: 'x' })).toBe(false)
  expect(fits({ enum: [{ title: 'a' }] }, { title: 'a' })).toBe(true)
})

test('the schema of the caller stays as it was, frozen or not', () => {
  const schema = Object.freeze({
    properties: Object.freeze({ a: Object.freeze({ type: 'number' }) }),
  })
  expect(fits(schema, { a: 1 })).toBe(true)
  expect(Reflect.ownKeys(schema)).toEqual(['properties'])
})

test('a reference out of the schema is refused, one without end is stopped', () => {
  expect(() => fits({ $ref: 'https://example.com/s' }, 1)).toThrow(/example.com/)
  expect(() => fits({ $ref: '#' }, 1)).toThrow(/leads back to itself/)
  expect(fits({ $ref: '#/$defs/a~1b', $defs: { 'a/b': { type: 'number' } } }, 1)).toBe(true)
})

test('the scorer wants the whole answer to be JSON, unless fences are allowed', () => {
  const fenced = { kind: 'text' as const, text: 'Sure:\n```json\n{"color":"red"}\n```' }
  const schema = { type: 'object', required: ['color'] }
  expect((jsonSchema({ schema }).score(fenced, item(null)) as Score).score).toBe(0)
  expect((jsonSchema({ schema, fenced: true }).score(fenced, item(null)) as Score).score).toBe(1)
  const lacking = jsonSchema({ schema }).score({ kind: 'text', text: '{}' }, item(null)) as Score
  expect(lacking).toMatchObject({
    score: 0,
    reason: '$: Instance does not have required property "color".',
  })
})

test('json-fields gives the share of fields that are right, with counts for F1', () => {
  const score = (answer: unknown, expected: unknown, options = {}) =>
    jsonFields(options).score({ kind: 'json', value: answer }, item(expected)) as Score
  const label = { name: 'Ann', total: 10, tags: ['x', 'y'] }
  expect(score(label, label)).toMatchObject({ score: 1, counts: { tp: 4, fp: 0, fn: 0 } })
  expect(score({ name: 'ann', total: 10.005, extra: 1 }, label)).toMatchObject({
    score: 0,
    counts: { tp: 0, fp: 3, fn: 4 },
  })
  expect(
    score({ name: 'ann', total: 10.005 }, label, { ignoreCase: true, tolerance: 0.01 }).score,
  ).toBe(0.5)
  expect(score({ name: 'Ann', total: 0 }, label, { fields: ['name'] }).score).toBe(1)
  expect(score({ tags: ['x'] }, label, { fields: ['tags'] }).score).toBe(0.5)
  expect(() => score(label, 'no json')).toThrow(/not a JSON object/)
})
