import { expect, test } from 'vitest'
import { specFromFlags } from './flags.ts'
import { parseSpec } from './parse.ts'
import { renderSpec } from './render.ts'

test('the flags of the readme make a spec, and the YAML that is written makes the same spec', () => {
  const { spec, yaml } = specFromFlags({
    dataset: 'tickets.csv',
    input: 'text',
    expected: 'label',
    incumbent: 'openai:big',
    try: ['openai:small', 'linear'],
    baseUrl: 'http://127.0.0.1:8000/v1',
    prompt: 'prompt.txt',
  })
  expect(spec).toMatchObject({
    task: 'tickets',
    incumbent: 'big',
    bar: { kind: 'relative', margin: 0.01 },
  })
  expect(spec.candidates).toMatchObject([
    {
      id: 'small',
      runtime: 'openai',
      model: 'small',
      prompt: 'file://prompt.txt',
      baseUrl: 'http://127.0.0.1:8000/v1',
    },
    { id: 'linear', runtime: 'linear', train: true },
    { id: 'big', runtime: 'openai', model: 'big', prompt: 'file://prompt.txt' },
  ])
  expect(parseSpec(yaml)).toEqual(spec)
})

test('an incumbent that is also tried is one candidate', () => {
  const { spec } = specFromFlags({
    dataset: 'a.csv',
    input: 'x',
    try: ['onnx:m/big', 'onnx:m/small'],
    incumbent: 'onnx:m/big',
  })
  expect(spec.candidates.map((c) => c.id)).toEqual(['big', 'small'])
  expect(spec.incumbent).toBe('big')
})

test('two models of one name get ids that tell them apart', () => {
  const { spec } = specFromFlags({
    dataset: 'a.csv',
    input: 'x',
    try: ['onnx:a/m', 'onnx:b/m'],
    floor: 0.9,
  })
  expect(spec.candidates.map((c) => c.id)).toEqual(['onnx/a/m', 'onnx/b/m'])
})

test('flags that name no candidate say what to add', () => {
  expect(() => specFromFlags({ dataset: 'a.csv' })).toThrow(/No candidate/)
})

test('a full spec that is rendered and parsed again is the same spec', () => {
  const text = `
task: t
description: "a: b"
dataset: { test: a.jsonl, input: [q, ctx], expected: y, id: id, slices: [lang], cluster: doc, limit: 9, synthetic: true }
scorer: [{ name: exact, weight: 2, options: { ignoreCase: true } }]
accept: 0.5
candidates:
  - { id: big, runtime: openai, model: b, baseUrl: http://x, settings: { maxTokens: 9, extra: { top_p: 0.5 } }, price: { perCall: 1 } }
  - { id: small, runtime: openai, model: s, prompt: [p1, p2], settings: { maxTokens: [1, 2] }, energy: { jPerItem: [1, 2] } }
  - { id: cmd, runtime: command, command: [node, x.js], settings: { threads: 2 } }
incumbent: big
order: price
constraints: { latencyP95Ms: 50, slices: { lang: { margin: 0.02 } } }
risk: { alpha: 0.1, claim: certified }
budget: { joules: 100 }
regime: race
account: { grid: DEU, pue: 1.2 }
deployment: { load: 3, device: cpu }
validDays: 30
strictSplits: true
`
  const spec = parseSpec(text)
  const again = parseSpec(renderSpec(spec))
  const withoutBase = (s: typeof spec) => ({
    ...s,
    candidates: s.candidates.map(({ base: _, ...c }) => c),
  })
  expect(withoutBase(again)).toEqual(withoutBase(spec))
})
