import { expect, test } from 'vitest'
import { candidateFromShort, expandCandidate } from './expand.ts'
import { parseSpecValue } from './parse.ts'

const withCandidates = (candidates: unknown[], incumbent: string) =>
  parseSpecValue({
    task: 't',
    dataset: { test: 'a.csv', input: 'x', expected: 'y' },
    candidates,
    incumbent,
  })

test('lists are expanded to their product and ids say what was varied', () => {
  const made = expandCandidate(
    {
      id: 'api',
      runtime: 'openai',
      model: 'm',
      prompt: ['file://p/short.txt', 'file://p/long.txt'],
      settings: { maxTokens: [16, 64] },
    },
    false,
  )
  expect(made.map((c) => c.id)).toEqual([
    'api+prompt=short+maxTokens=16',
    'api+prompt=short+maxTokens=64',
    'api+prompt=long+maxTokens=16',
    'api+prompt=long+maxTokens=64',
  ])
  expect(made[1]).toMatchObject({
    base: 'api',
    prompt: 'file://p/short.txt',
    settings: { maxTokens: 64 },
  })
})

test('a list of one varies nothing', () => {
  expect(expandCandidate({ runtime: 'linear', settings: { threads: [2] } }, false)).toMatchObject([
    { id: 'linear', settings: { threads: 2 } },
  ])
})

test('prompts that are not files are numbered', () => {
  const ids = expandCandidate(
    { id: 'a', runtime: 'openai', model: 'm', prompt: ['Say {{x}}', 'Tell {{x}}'] },
    false,
  ).map((c) => c.id)
  expect(ids).toEqual(['a+prompt=1', 'a+prompt=2'])
})

test('the incumbent gets the same tuning as its rivals, and what is in use keeps its id', () => {
  const spec = withCandidates(
    [
      { id: 'big', runtime: 'openai', model: 'b', prompt: 'p0', settings: { maxTokens: 512 } },
      {
        id: 'small',
        runtime: 'openai',
        model: 's',
        prompt: ['p1', 'p2'],
        settings: { maxTokens: [16, 64] },
      },
    ],
    'big',
  )
  const big = spec.candidates.filter((c) => c.base === 'big')
  expect(spec.incumbent).toBe('big')
  expect(big).toHaveLength(9)
  expect(big[0]).toMatchObject({ id: 'big', prompt: 'p0', settings: { maxTokens: 512 } })
  expect(big.map((c) => c.id)).toContain('big+maxTokens=64')
  expect(new Set(big.map((c) => c.prompt))).toEqual(new Set(['p0', 'p1', 'p2']))
})

test('tune: false keeps the incumbent as written, and another runtime is not tuned', () => {
  const rivals = [{ id: 's', runtime: 'openai', model: 's', settings: { maxTokens: [16, 64] } }]
  const kept = { id: 'big', runtime: 'openai', model: 'b', settings: { maxTokens: 9 }, tune: false }
  expect(withCandidates([kept, ...rivals], 'big').candidates).toHaveLength(3)
  const other = { id: 'big', runtime: 'onnx', model: 'b' }
  expect(withCandidates([other, ...rivals], 'big').candidates).toHaveLength(3)
})

test('a product that would take a month is refused', () => {
  const settings = {
    threads: Array.from({ length: 20 }, (_, i) => i + 1),
    batch: Array.from({ length: 20 }, (_, i) => i + 1),
  }
  expect(() => expandCandidate({ runtime: 'linear', settings }, false)).toThrow(
    /400 candidates|at most 256/,
  )
})

test('the short form reads runtime and model, and trains students', () => {
  expect(candidateFromShort('openai:gpt-4o')).toEqual({ runtime: 'openai', model: 'gpt-4o' })
  expect(candidateFromShort('openai:org/m:latest')).toEqual({
    runtime: 'openai',
    model: 'org/m:latest',
  })
  expect(candidateFromShort('openai:qwen3:4b')).toEqual({ runtime: 'openai', model: 'qwen3:4b' })
  expect(candidateFromShort('openai:chat:gpt-4o-mini')).toEqual({
    runtime: 'openai',
    model: 'gpt-4o-mini',
  })
  expect(candidateFromShort('openai:responses:gpt-5')).toEqual({
    runtime: 'openai',
    model: 'gpt-5',
    settings: { extra: { api: 'responses' } },
  })
  expect(candidateFromShort('google:gemini-2.5-flash').runtime).toBe('gemini')
  expect(candidateFromShort('bedrock:amazon.nova-lite-v1:0').model).toBe('amazon.nova-lite-v1:0')
  expect(candidateFromShort('linear')).toEqual({ runtime: 'linear', train: true })
})

test('extra settings are handed on and known ones stay', () => {
  const [made] = expandCandidate(
    { runtime: 'openai', model: 'm', settings: { temperature: 0, extra: { top_p: 0.9 } } },
    false,
  )
  expect(made?.settings).toEqual({ temperature: 0, top_p: 0.9 })
})

test('a cap that rivals try is tried on an incumbent that has none, whose own form stays without', () => {
  const spec = withCandidates(
    [
      { id: 'big', runtime: 'openai', model: 'b' },
      { id: 'small', runtime: 'openai', model: 's', settings: { maxTokens: [16, 64] } },
    ],
    'big',
  )
  expect(spec.candidates.map((c) => [c.id, c.settings.maxTokens])).toEqual([
    ['big', undefined],
    ['big+maxTokens=16', 16],
    ['big+maxTokens=64', 64],
    ['small+maxTokens=16', 16],
    ['small+maxTokens=64', 64],
  ])
})

test.each([
  ['gpt-4o-mini', 'openai'],
  ['o3-mini', 'openai'],
  ['claude-haiku-4-5', 'anthropic'],
  ['gemini-2.5-flash', 'gemini'],
  ['mistral-small-latest', 'mistral'],
])('%s alone is a model of %s', (model, runtime) => {
  expect(candidateFromShort(model)).toEqual({ runtime, model })
})

test.each(['llama3.1:8b', 'qwen3:4b', 'phi-4'])('%s may run anywhere: asked where', (short) => {
  expect(() => candidateFromShort(short)).toThrow(`\`${short}\` does not say which runtime`)
})
