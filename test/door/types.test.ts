import { expect, test } from 'vitest'
import { mistakesIn } from './compiler.ts'

const definition = (parts: Readonly<Record<string, string>>): string => {
  const { runtime = 'onnx', scorer = 'exact', incumbent = 'large', key = 'dataset' } = parts
  return `
    import { defineSpec } from 'rightsize'
    export const spec = defineSpec({
      task: 'tickets',
      ${key}: { test: 'tickets.csv', input: 'text', expected: 'label' },
      candidates: [
        'linear',
        'openai:gpt-4o-mini',
        { id: 'large', runtime: '${runtime}', model: 'models/large' },
        { runtime: 'onnx', model: 'models/small' },
        { id: 'mine', answer: async ({ input }) => String(input), version: '2' },
      ],
      scorer: '${scorer}',
      incumbent: '${incumbent}',
      bar: { margin: 0.01 },
    })`
}

/** A misspelling, and what the compiler must name. */
const wrong = {
  runtime: ['opnai', '"opnai"'],
  scorer: ['exactt', '"exactt"'],
  incumbent: ['larg', '"larg"'],
  key: ['datset', 'datset'],
} as const

const shorts = (candidate: string): string => `
  import { defineSpec } from 'rightsize'
  export const spec = defineSpec({
    task: 't',
    dataset: { test: 'a.csv', input: 'text', expected: 'label' },
    candidates: ['${candidate}'],
    bar: { floor: 0.9 },
  })`

const ids = ['large', 'linear', 'gpt-4o-mini', 'small', 'mine']

const texts = {
  ...Object.fromEntries(ids.map((incumbent) => [`id ${incumbent}`, definition({ incumbent })])),
  ...Object.fromEntries(
    Object.entries(wrong).map(([part, [word]]) => [part, definition({ [part]: word })]),
  ),
  'short right': shorts('command:python answer.py'),
  'short adapter': shorts('./adapter.mjs'),
  'short wrong': shorts('opnai:gpt-4o'),
  'ids made elsewhere': `
    import { type CandidateDefinition, run } from 'rightsize'
    declare const candidates: readonly CandidateDefinition[]
    declare const incumbent: string
    export const result = run({
      task: 't', dataset: { test: 'a.csv', input: 'text' }, candidates, incumbent, bar: { margin: 0 },
    })`,
  functions: `
    import { run } from 'rightsize'
    export const result = await run({
      task: 't',
      dataset: { test: 'a.csv', input: 'text', expected: 'label' },
      candidates: [{ id: 'a', answer: ({ id, input }, { signal }) => ({ label: id + String(input) + String(signal) }) }],
      scorer: [
        { name: 'exact', weight: 2 },
        { name: 'mine', score: (output, item) => (output.kind === 'label' ? 1 : item.expected === null ? null : 0) },
      ],
      bar: { floor: 0.9 },
    }, { onEvent: (event) => void event.type, signal: AbortSignal.timeout(1000) })
    export const kind: 'certified' | 'supported' | 'undecided' | 'none' = result.decision.kind
    export const account: string | undefined = result.account?.schema`,
  'a function that answers nothing': `
    import { defineSpec } from 'rightsize'
    export const spec = defineSpec({
      task: 't', dataset: { test: 'a.csv', input: 'text' }, candidates: [{ id: 'a', answer: () => undefined }], bar: { floor: 0.9 },
    })`,
}

const found = mistakesIn(texts)

test.each(ids)('the id %s of a candidate may be the incumbent', (id) => {
  expect(found[`id ${id}`]).toEqual([])
})

test.each(Object.entries(wrong))('a misspelt %s does not compile', (part, [, named]) => {
  expect(found[part]?.join(' ')).toContain(named)
})

test('short candidates name a runtime or an adapter', () => {
  expect([found['short right'], found['short adapter']]).toEqual([[], []])
  expect(found['short wrong']?.join(' ')).toContain('opnai:gpt-4o')
})

test('candidates that are put together elsewhere take any incumbent', () => {
  expect(found['ids made elsewhere']).toEqual([])
})

test('functions are candidates and scorers, and what comes back is typed', () => {
  expect(found['functions']).toEqual([])
  expect(found['a function that answers nothing']?.join(' ')).toContain('undefined')
})
