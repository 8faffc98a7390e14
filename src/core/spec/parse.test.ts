import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { RightsizeError } from '../error/error.ts'
import { parseSpec, parseSpecValue } from './parse.ts'

const small = `
task: support-intent
dataset: { file: data/test.jsonl, input: text, expected: intent, train: data/train.jsonl }
scorer: exact
candidates:
  - { id: large,  runtime: onnx,   model: models/large }
  - { id: small,  runtime: onnx,   model: models/small }
  - { id: linear, runtime: linear, train: true }
  - { id: api,    runtime: openai, model: gpt-4o-mini-2024-07-18, baseUrl: http://127.0.0.1:11434/v1, prompt: file://prompt.txt }
incumbent: large
bar: { margin: 0.01 }
order: auto
constraints: { latencyP95Ms: 50, memoryMiB: 512 }
risk: { alpha: 0.05, beta: 0.05, claim: supported }
account: { grid: DEU, pue: 1.2, volumePerMonth: 400000, pricePerKwh: 0.30 }
`

const failure = (text: string): RightsizeError => {
  try {
    parseSpec(text, { file: 'r.yaml' })
  } catch (error) {
    if (error instanceof RightsizeError) return error
    throw error
  }
  throw new Error('parsed')
}

test('the smallest useful spec parses and gets its defaults', () => {
  const spec = parseSpec(small)
  expect(spec.dataset).toEqual({
    test: 'data/test.jsonl',
    input: 'text',
    expected: 'intent',
    train: 'data/train.jsonl',
  })
  expect(spec.candidates.map((c) => c.id)).toEqual(['large', 'small', 'linear', 'api'])
  expect(spec.scorers).toEqual([{ name: 'exact', weight: 1, options: {} }])
  expect(spec.bar).toEqual({ kind: 'relative', margin: 0.01, tolerance: 0.01 })
  expect(spec.risk).toEqual({ alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 })
  expect(spec).toMatchObject({
    order: 'auto',
    regime: 'auto',
    validDays: 90,
    accept: null,
    strictSplits: false,
  })
  expect(spec.account).toMatchObject({
    grid: 'DEU',
    pue: 1.2,
    fallback: null,
  })
})

test('keys beside a value in short form are pointed to its long form', () => {
  const energy = "energy: { prometheus: 'sum(my_watts)', unit: W, kind: gauge }"
  const error = failure(
    small.replace(
      '{ id: linear, runtime: linear, train: true }',
      `{ id: linear, runtime: linear, ${energy} }`,
    ),
  )
  expect(error.next).toBe('Write it as `prometheus: { query: ..., unit: ..., kind: ... }`.')
})

test('the same spec as JSON gives the same result', () => {
  const value = {
    task: 't',
    dataset: { test: 'a.csv', input: 'x' },
    candidates: ['linear'],
    bar: { floor: 0.9 },
  }
  expect(parseSpec(JSON.stringify(value, null, '\t'))).toEqual(parseSpecValue(value))
})

test('an unknown key is named with its line and the nearest right one', () => {
  const error = failure(small.replace('order: auto', 'ordr: auto'))
  expect(error.code).toBe('SPEC_UNKNOWN_KEY')
  expect(error.at).toBe('r.yaml:12')
  expect(error.message).toContain('`ordr`')
  expect(error.next).toContain('`order`')
})

test('an unknown key deep in a candidate is named with its line', () => {
  const error = failure(
    small.replace(
      '{ id: small,  runtime: onnx,   model: models/small }',
      '{ id: small,  runtime: onnx,   modle: models/small }',
    ),
  )
  expect(error).toMatchObject({ code: 'SPEC_UNKNOWN_KEY', at: 'r.yaml:7' })
  expect(error.next).toContain('`model`')
})

test('a setting written outside of settings is pointed to its place', () => {
  const error = failure(
    small.replace(
      '{ id: linear, runtime: linear, train: true }',
      '{ id: linear, runtime: linear, threads: 2 }',
    ),
  )
  expect(error.next).toContain('settings: { threads: ... }')
})

test('a wrong type says what was expected and what was found, with the line', () => {
  const error = failure(small.replace('margin: 0.01', 'margin: one point'))
  expect(error).toMatchObject({ code: 'SPEC_TYPE', at: 'r.yaml:11' })
  expect(error.message).toContain('`bar.margin` must be a number, not the text "one point"')
})

test('a value of a union names every kind that it may be', () => {
  const error = failure(small.replace('scorer: exact', 'scorer: 3'))
  expect(error.message).toContain(
    '`scorer` must be text or an object of keys or a list, not the number 3',
  )
})

test('a word outside the list of words is refused with the list', () => {
  const error = failure(small.replace('order: auto', 'order: cheapest'))
  expect(error.message).toContain('"auto", "energy", "price", "latency", "parameters"')
})

test('a number outside its range is refused with the bound', () => {
  expect(failure(small.replace('margin: 0.01', 'margin: 2')).message).toContain('<= 1')
})

test('a missing key is named', () => {
  const error = failure(small.replace('task: support-intent', ''))
  expect(error).toMatchObject({ code: 'SPEC_MISSING_KEY' })
  expect(error.message).toContain('`task` is missing')
})

test('all problems of a file are listed in one message', () => {
  const error = failure(
    small.replace('order: auto', 'ordr: auto').replace('margin: 0.01', 'margin: x'),
  )
  expect(error.message).toContain('ordr')
  expect(error.message).toContain('bar.margin')
})

test('broken YAML names the line', () => {
  const error = failure('task: a\ndataset: { test: b\ncandidates: [')
  expect(error.code).toBe('SPEC_SYNTAX')
  expect(error.at).toMatch(/^r\.yaml:\d+$/)
})

test('a duplicate key is a syntax error, not the last value', () => {
  expect(failure('task: a\ntask: b')).toMatchObject({ code: 'SPEC_SYNTAX', at: 'r.yaml:2' })
})

test('an alias bomb is refused', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'
      .split('')
      .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`),
  ].join('\n')
  expect(failure(bomb).code).toBe('SPEC_SYNTAX')
})

test('an incumbent that is no candidate is named with the nearest id', () => {
  const error = failure(small.replace('incumbent: large', 'incumbent: lage'))
  expect(error).toMatchObject({ code: 'SPEC_INCUMBENT', at: 'r.yaml:10' })
  expect(error.next).toContain('`large`')
})

test('without incumbent and floor there is no bar', () => {
  expect(failure(small.replace('incumbent: large', '')).code).toBe('SPEC_BAR')
})

test('a floor makes an absolute bar whose target is one point above', () => {
  const spec = parseSpec(small.replace('margin: 0.01', 'floor: 0.92'))
  expect(spec.bar).toEqual({ kind: 'absolute', floor: 0.92, target: 0.93 })
})

test.each([
  ['{ margin: 0.01, floor: 0.9 }', 'one or the other'],
  ['{ target: 0.9 }', 'no floor'],
  ['{ floor: 0.9, target: 0.8 }', 'below the floor'],
])('the bar %s is refused', (bar, why) => {
  const error = failure(small.replace('{ margin: 0.01 }', bar))
  expect(error).toMatchObject({ code: 'SPEC_BAR', at: 'r.yaml:11' })
  expect(error.message).toContain(why)
})

test('two candidates with one id are refused with the line of the second', () => {
  expect(failure(small.replace('id: small', 'id: large'))).toMatchObject({
    code: 'SPEC_DUPLICATE_ID',
    at: 'r.yaml:7',
  })
})

test('a candidate without what its runtime needs is refused', () => {
  const error = failure(small.replace(', model: gpt-4o-mini-2024-07-18', ''))
  expect(error).toMatchObject({ code: 'SPEC_CANDIDATE', at: 'r.yaml:9' })
  expect(error.message).toContain('needs `model`')
})

test('a weighted list of scorers is kept in order', () => {
  const spec = parseSpec(
    small.replace(
      'scorer: exact',
      'scorer: [{ name: contains, weight: 2 }, { name: regex, options: { pattern: x } }]',
    ),
  )
  expect(spec.scorers).toEqual([
    { name: 'contains', weight: 2, options: {} },
    { name: 'regex', weight: 1, options: { pattern: 'x' } },
  ])
})

test('an empty file, a list and a promptfoo file are called what they are', () => {
  expect(failure('')).toMatchObject({
    code: 'SPEC_MISSING_KEY',
    next: expect.stringContaining('rightsize init'),
  })
  expect(failure('- a').message).toContain('The spec must be an object of keys, not a list')
  expect(failure('prompts: [a]\nproviders: [openai:x]').message).toContain('promptfoo file')
})

test('a misspelled key speaks before the key that it should have been', () => {
  const error = failure(small.replace('input: text', 'inputt: text'))
  expect(error).toMatchObject({ code: 'SPEC_UNKNOWN_KEY', at: 'r.yaml:3' })
  expect(error.next).toContain('`input`')
  expect(error.message).toContain('`dataset.input` is missing')
})

test('a runtime that is nearly a known one is a typing error, a path is an adapter', () => {
  const error = failure(small.replace('runtime: linear', 'runtime: lineer'))
  expect(error).toMatchObject({ code: 'RUNTIME_UNKNOWN', at: 'r.yaml:8' })
  expect(error.next).toContain('`linear`')
  expect(
    parseSpec(small.replace('runtime: linear', 'runtime: ./mine.mjs')).candidates[2]?.runtime,
  ).toBe('./mine.mjs')
})

test('a percentage is answered with the share to write', () => {
  expect(failure(small.replace('margin: 0.01', 'margin: 90%')).message).toContain('(write 0.9)')
})

test('no text makes the reader throw anything but its own error', () => {
  const line = fc.constantFrom(
    'task: a',
    'dataset: {',
    'candidates: [',
    '- x',
    '  a: b',
    '}',
    ']',
    '? !!x',
    '&a *a',
    'bar: {floor: .9}',
    '"',
    "'",
    '\t',
    '%YAML 9',
    '---',
    '...',
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      try {
        parseSpec(lines.join('\n'))
      } catch (error) {
        expect(error).toBeInstanceOf(RightsizeError)
      }
    }),
    { numRuns: 300 },
  )
})

test('the published JSON Schema takes the same spec and refuses the same errors (ajv)', () => {
  const ajv = new Ajv2020({ strict: false })
  const validate = ajv.compile(JSON.parse(readFileSync('schema/spec.schema.json', 'utf8')))
  expect(validate(parse(small))).toBe(true)
  expect(validate(parse(small.replace('order: auto', 'ordr: auto')))).toBe(false)
  expect(validate(parse(small.replace('margin: 0.01', 'margin: x')))).toBe(false)
})

test.each([
  ['apiKeyEnv: sk-secret-123', 'name of an environment variable'],
  ['baseUrl: "http://me:sk-secret-123@h/v1"', 'holds a user name or key'],
])('a key in the spec (%s) is refused and not repeated', (key, why) => {
  const error = failure(
    `task: t\ndataset: { test: a, input: b }\nbar: { floor: 0.9 }\ncandidates:\n  - { runtime: openai, model: m, ${key} }`,
  )
  expect(error.message).toContain(why)
  expect(`${error.message} ${error.next} ${error.at}`).not.toContain('secret')
})

test('brackets that no reader of YAML can follow are refused by name', () => {
  expect(() => parseSpec('['.repeat(20_000))).toThrow(
    expect.objectContaining({ code: 'SPEC_SYNTAX', message: expect.stringContaining('too deep') }),
  )
})
