import { describe, expect, test } from 'vitest'
import { parseSpecValue } from '../spec/parse.ts'
import { optionsSchema } from './options.ts'
import { checkedScorer, scorerKind, scorerPart } from './scorer-name.ts'
import { scorers } from './scorers.ts'

const specWith = (scorer: unknown) =>
  parseSpecValue({
    task: 't',
    dataset: { test: 'a.csv', input: 'x', expected: 'y' },
    scorer,
    candidates: ['linear'],
    bar: { floor: 0.5 },
  })

describe('what is written as the name of a scorer', () => {
  test('is a name, an alias of one, or the path of a function', () => {
    expect(scorerKind('exact')).toBe('exact')
    expect(scorerKind('accuracy')).toBe('exact')
    expect(scorerKind('./score.mjs')).toBe('module')
    expect(() => scorerKind('exactt')).toThrow(
      expect.objectContaining({
        code: 'SCORER_UNKNOWN',
        next: expect.stringContaining('Did you mean `exact`?'),
      }),
    )
  })

  test('is refused when the spec is read, and so are its options', () => {
    expect(() => specWith('acuracy')).toThrow(
      expect.objectContaining({ code: 'SCORER_UNKNOWN', at: 'spec: scorer' }),
    )
    expect(() => specWith({ name: 'exact', options: { ignorecase: true } })).toThrow(
      expect.objectContaining({
        code: 'SCORER_OPTION',
        next: expect.stringContaining('`ignoreCase`'),
      }),
    )
  })
})

test('an alias is guarded as its scorer is: both read labels, and the spec holds one name', () => {
  expect(specWith('accuracy').scorers).toEqual(specWith('exact').scorers)
  expect(scorerPart('accuracy').reads).toBe('label')
})

test('a path stays a path and takes the options of a module', () => {
  expect(checkedScorer({ name: './score.mjs', options: { export: 'mine' } }, '').name).toBe(
    './score.mjs',
  )
  expect(() => checkedScorer({ name: './score.mjs', options: { exports: 1 } }, '')).toThrow(
    'The scorer module has no option `exports`',
  )
})

test('options become JSON Schema, for editors', () => {
  expect(optionsSchema(scorers.contains.options)).toMatchObject({
    properties: { all: { type: 'boolean', default: false }, values: { anyOf: [{}, {}] } },
    additionalProperties: false,
  })
})

test('every row says what it is in one line and is written as in a spec', () => {
  for (const [name, row] of Object.entries(scorers)) {
    expect(row.summary, name).not.toMatch(/\n|[.]$/)
    expect(row.example, name).toMatch(/^scorer: /)
  }
})
