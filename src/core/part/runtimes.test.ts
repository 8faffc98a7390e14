import { describe, expect, test } from 'vitest'
import { candidateFromShort } from '../spec/expand.ts'
import { specFromFlags } from '../spec/flags.ts'
import { partName, unknownPart } from './part.ts'
import { isAdapterName, runtimeName, runtimePart, runtimes, studentKind } from './runtimes.ts'

describe('a word that names a runtime', () => {
  test('is a kind, or the path or package of an adapter, and nothing else', () => {
    expect(runtimeName('onnx')).toBe('onnx')
    for (const word of ['./mine.mjs', '../a.js', '/abs/a.js', 'C:\\a.js', '@team/a', 'npm:a'])
      expect(runtimeName(word)).toBe(word)
    expect(() => runtimeName('opnai')).toThrow(
      expect.objectContaining({
        code: 'RUNTIME_UNKNOWN',
        next: expect.stringContaining('Did you mean `openai`?'),
      }),
    )
  })

  test('is no adapter when it begins with a kind: openai:gpt-4.1 under `runtime` is a mistake', () => {
    expect(isAdapterName('openai:gpt-4.1')).toBe(false)
    expect(() => runtimePart('openai:gpt-4.1')).toThrow(
      'The runtime `openai:gpt-4.1` does not exist',
    )
  })

  test('an adapter is code of which nothing is known', () => {
    expect(runtimePart('./mine.mjs')).toMatchObject({ code: true, quick: false, sees: 'row' })
  })

  test('a student that there is not is named with the nearest one', () => {
    expect(() => studentKind('liner')).toThrow(
      expect.objectContaining({ code: 'STUDENT_INPUT', next: expect.stringContaining('`linear`') }),
    )
    expect(() => studentKind('onnx')).toThrow('The student `onnx` does not exist')
  })
})

describe('a candidate in short', () => {
  test.each([
    ['openai:gpt-4o:2024', { runtime: 'openai', model: 'gpt-4o:2024' }],
    ['linear', { runtime: 'linear', train: true }],
    ['linear:models/linear', { runtime: 'linear', model: 'models/linear' }],
    ['command:python answer.py', { runtime: 'command', command: ['python', 'answer.py'] }],
    ['npm:adapter:model', { runtime: 'npm:adapter', model: 'model' }],
    ['./mine.mjs', { runtime: './mine.mjs' }],
  ])('%s is %o', (short, candidate) => {
    expect(candidateFromShort(short)).toEqual(candidate)
  })

  test('flags that only some runtimes take go to those alone', () => {
    const flags = { dataset: 'a.csv', floor: 0.5, baseUrl: 'http://x/v1', prompt: 'p.txt' }
    const { spec } = specFromFlags({ ...flags, try: ['openai:m', 'linear'] })
    expect(spec.candidates[0]).toMatchObject({ baseUrl: 'http://x/v1', prompt: 'file://p.txt' })
    expect(spec.candidates[1]).not.toHaveProperty('baseUrl')
  })
})

test('an alias is found under the name of its row', () => {
  const table = { exact: { summary: '', example: '', aliases: ['accuracy'] } }
  expect(partName(table, 'accuracy')).toBe('exact')
  expect(partName(table, 'toString')).toBeNull()
  const error = unknownPart(
    table,
    'acuracy',
    { code: 'SCORER_UNKNOWN', noun: 'scorer' },
    'r.yaml:3',
  )
  expect(error).toMatchObject({
    at: 'r.yaml:3',
    next: 'Did you mean `accuracy`?',
  })
})

test('every row says what it is in one line and is written as a candidate', () => {
  for (const [kind, row] of Object.entries(runtimes)) {
    expect(row.summary, kind).not.toMatch(/[.\n]$|\n/)
    expect(row.example, kind).toContain(`runtime: ${kind}`)
  }
})
