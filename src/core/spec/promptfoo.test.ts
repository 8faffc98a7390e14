import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { expect, test } from 'vitest'
import { RightsizeError } from '../error/error.ts'
import { partialText } from '../result/left-out-text.ts'
import { knowsAssertion } from '../score/assertions.ts'
import { parseSpec } from './parse.ts'
import { parseSpecFile, type SpecFileOptions } from './spec-file.ts'

const data = join(env['RIGHTSIZE_DATA'] ?? '../shared/data', 'eval-configs/promptfoo')
const absent = !existsSync(data)

const options = (over: Partial<SpecFileOptions> = {}): SpecFileOptions => ({
  file: 'promptfooconfig.yaml',
  read: (path) => {
    throw new RightsizeError('SPEC_MISSING_FILE', path)
  },
  list: () => [],
  knows: knowsAssertion,
  trust: false,
  ...over,
})

const load = (file: string, over: Partial<SpecFileOptions> = {}) => {
  const path = join(data, file)
  const read = (name: string) => readFileSync(join(path, '..', name), 'utf8')
  return parseSpecFile(
    readFileSync(path, 'utf8'),
    options({ file, read, bar: { floor: 0.9 }, ...over }),
  )
}

test.skipIf(absent)('the getting-started file of promptfoo loads whole', () => {
  const { spec, ignored, yaml } = load('getting-started.yaml')
  expect(ignored).toEqual([])
  expect(spec.task).toBe('getting-started')
  expect(spec.candidates.map(({ id, model }) => [id, model])).toEqual([
    ['gpt-4.1+prompt=1', 'gpt-4.1'],
    ['gpt-4.1+prompt=2', 'gpt-4.1'],
    ['o4-mini+prompt=1', 'o4-mini'],
    ['o4-mini+prompt=2', 'o4-mini'],
  ])
  expect(spec.candidates[1]?.prompt).toBe('Translate to {{language}}: {{input}}')
  expect(spec.dataset.rows?.[1]).toEqual({
    language: 'Spanish',
    input: 'Where is the library?',
    assert: [{ type: 'icontains', value: 'Dónde está la biblioteca' }],
  })
  expect(spec).toMatchObject({ accept: 1, scorers: [{ name: 'assertions' }] })
  expect(parseSpec(yaml ?? '').dataset).toEqual(spec.dataset)
})

test.skipIf(absent)('code in the json-output file is named and left out', () => {
  const { spec, ignored } = load('json-output.yaml')
  expect(ignored.map(({ path }) => path)).toEqual([
    'tests[0].assert[1]',
    'tests[1].options.transform',
    'tests[1].assert[1]',
    'tests[1].assert[2]',
  ])
  expect(ignored.every(({ why }) => why.includes('--trust'))).toBe(true)
  expect(
    spec.dataset.rows?.map((row) => (row['assert'] as { type: string }[]).map((a) => a.type)),
  ).toEqual([['is-json'], ['is-json']])
})

test.skipIf(absent)('with --trust the code is kept', () => {
  const { spec, ignored } = load('json-output.yaml', { trust: true })
  expect(ignored).toEqual([])
  const second = spec.dataset.rows?.[1]?.['assert'] as { type: string; transform?: string }[]
  expect(second.map((a) => [a.type, a.transform])).toEqual([
    ['is-json', 'JSON.parse(output)'],
    ['javascript', 'JSON.parse(output)'],
    ['contains-any', 'output.countries'],
  ])
})

test.skipIf(absent)(
  'the simple-csv file reads its prompts and tests, and says which prompt it cannot render',
  () => {
    const { spec, ignored } = load('simple-csv/promptfooconfig.yaml')
    expect(ignored).toHaveLength(1)
    expect(ignored[0]?.path).toBe('prompts[0]')
    expect(ignored[0]?.why).toContain('`load`')
    expect(spec.candidates).toHaveLength(1)
    expect(spec.dataset.rows).toHaveLength(4)
    expect(spec.dataset.rows?.[2]).toMatchObject({
      language: 'Pirate',
      body: 'Hello world',
      assert: [{ type: 'icontains', value: 'Ahoy' }],
    })
  },
)

const minimal = `
prompts: ['Say {{x}}']
providers: [openai:gpt-4.1]
tests: [{ vars: { x: hi }, assert: [{ type: equals, value: '{{x}}' }] }]
`

test('a promptfoo file without a bar is asked for one, with the ids and what was ignored', () => {
  try {
    parseSpecFile(`${minimal}env: { OPENAI_API_KEY: sk-secret }`, options())
    expect.unreachable()
  } catch (error) {
    expect(error).toMatchObject({ code: 'SPEC_BAR' })
    expect((error as RightsizeError).message).toContain('ignored env')
    expect((error as RightsizeError).message).not.toContain('sk-secret')
    expect((error as RightsizeError).next).toContain('gpt-4.1')
  }
})

test('our own words may stand in a promptfoo file', () => {
  const { spec } = parseSpecFile(`${minimal}incumbent: gpt-4.1\nbar: { margin: 0.02 }`, options())
  expect(spec.bar).toMatchObject({ kind: 'relative', margin: 0.02 })
  expect(spec.dataset.rows?.[0]?.['assert']).toEqual([{ type: 'equals', value: 'hi' }])
})

test('providers that do not speak the protocol are named, others keep address, key and settings', () => {
  const text = `
prompts: ['{{x}}']
providers:
  - id: openai:chat:m1
    label: my model
    config: { temperature: 0, max_tokens: 5, apiBaseUrl: 'http://h/v1', apiKeyEnvar: MY_KEY, apiKey: sk-1, top_p: 0.5, tools: [] }
  - ollama:chat:llama3:8b
  - anthropic:messages:claude
  - python:x.py
tests: [{ vars: { x: [a, b] } }]
defaultTest: { assert: [{ type: is-json }, { type: llm-rubric, value: good }], threshold: 0.5 }
evaluateOptions: { maxConcurrency: 2, cache: false }
`
  const { spec, ignored } = parseSpecFile(text, options({ bar: { floor: 0.9 } }))
  expect(spec.candidates).toMatchObject([
    {
      id: 'my-model',
      model: 'm1',
      baseUrl: 'http://h/v1',
      apiKeyEnv: 'MY_KEY',
      settings: { temperature: 0, maxTokens: 5, top_p: 0.5, concurrency: 2 },
    },
    { id: 'llama3:8b', model: 'llama3:8b', baseUrl: 'http://127.0.0.1:11434/v1' },
    { id: 'claude', runtime: 'anthropic', model: 'claude' },
  ])
  expect(ignored.map(({ path }) => path).sort()).toEqual([
    'defaultTest.assert[1]',
    'defaultTest.assert[1]',
    'evaluateOptions.cache',
    'providers[0].config.apiKey',
    'providers[0].config.tools',
    'providers[3]',
  ])
  expect(spec.dataset.rows).toHaveLength(2)
  expect(spec.accept).toBe(0.5)
})

test('what cannot be checked is counted once for each test, and stands in the spec', () => {
  const text = `
prompts: ['{{x}}']
providers: [openai:gpt-4.1]
tests:
  - { vars: { x: a }, assert: [{ type: icontains, value: b }, { type: llm-rubric, value: kind }] }
  - { vars: { x: [c, d] }, assert: [{ type: llm-rubric, value: kind }, { type: javascript, value: '1' }] }
`
  const { spec, yaml } = parseSpecFile(text, options({ bar: { floor: 0.9 } }))
  expect(spec.dataset.rows).toHaveLength(1)
  const { leftOut = [] } = spec.dataset
  expect(leftOut.map(({ what, count, of, partial }) => [what, count, of, partial])).toEqual([
    ['assertion', 3, 6, true],
    ['assertion', 2, 6, true],
    ['test', 2, 3, true],
  ])
  expect(partialText(leftOut)).toBe('1 of 6 assertions checked, 1 of 3 tests checked')
  expect(parseSpec(yaml ?? '').dataset.leftOut).toEqual(leftOut)
})

test('scenarios, patterns and lists of values become tests', () => {
  const text = `
prompts: ['file://prompts/*.txt']
providers: [openai:gpt-4.1]
tests: file://tests/*.yaml
scenarios:
  - config: [{ vars: { tone: kind } }, { vars: { tone: curt } }]
    tests: [{ vars: { x: [a, b] }, assert: [{ type: contains, value: '{{tone}}' }] }]
`
  const files: Readonly<Record<string, string>> = {
    'prompts/one.txt': 'Say {{x}}',
    'prompts/two.txt': 'Please say {{x}}',
    'tests/t.yaml': '- { vars: { x: q }, assert: [{ type: contains, value: q }] }',
  }
  const { spec, ignored } = parseSpecFile(
    text,
    options({
      bar: { floor: 0.9 },
      list: (pattern) =>
        Object.keys(files).filter((path) => path.split('/')[0] === pattern.split('/')[0]),
      read: (path) => files[path] ?? '',
    }),
  )
  expect(ignored).toEqual([])
  expect(spec.candidates).toHaveLength(2)
  expect(spec.dataset.rows?.map((row) => [row['x'], row['tone']])).toEqual([
    ['q', ''],
    ['a', 'kind'],
    ['b', 'kind'],
    ['a', 'curt'],
    ['b', 'curt'],
  ])
})

test('a file from which nothing can be run is refused with the reasons', () => {
  const text = minimal.replace('openai:gpt-4.1', 'python:x.py')
  expect(() => parseSpecFile(text, options({ bar: { floor: 0.9 } }))).toThrow(/python:x.py/)
})

test('our own file goes through the strict reader', () => {
  const text =
    'task: t\nprompts: [x]\ndataset: { test: a, input: b }\ncandidates: [linear]\nbar: { floor: 0.9 }'
  expect(() => parseSpecFile(text, options())).toThrow(/`prompts`/)
})
