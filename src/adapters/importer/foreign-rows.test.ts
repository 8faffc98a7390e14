import { expect, test } from 'vitest'
import type { ImportedOutcomes } from '../../core/data/imported.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { localFiles } from '../dataset/files.ts'
import { importers, importResults } from './table.ts'

const ids = ['a', 'b', 'c']
/** A file of each importer: its name, what it holds, and whether it has a row a line. */
const seeds: Readonly<Record<string, readonly [string, unknown]>> = {
  'lm-eval': [
    'samples_x.jsonl',
    ids.map((id, doc_id) => ({
      ...{ doc_id, doc: { q: id }, target: 'x', arguments: [['p', {}]], filter: 'none' },
      ...{ resps: [['x']], filtered_resps: ['x'], metrics: ['acc'], acc: 1 },
    })),
  ],
  inspect: [
    'log.json',
    {
      ...{ version: 2, status: 'success', eval: { task: 't', model: 'm' } },
      samples: ids.map((id) => ({
        ...{ id, epoch: 1, input: [{ role: 'user', content: 'q' }], target: 'red' },
        output: {
          ...{ completion: 'red', choices: [{ message: { content: 'red' } }], time: 0.5 },
          usage: { input_tokens: 7, output_tokens: 1 },
        },
        scores: { match: { value: 'C' } },
      })),
    },
  ],
  deepeval: [
    'run.json',
    {
      testCases: ids.map((name) => ({
        ...{ name, input: 'q', actualOutput: 'o', expectedOutput: 'o', success: true },
        metricsData: [{ name: 'M', score: 0.5 }],
      })),
    },
  ],
  'openai-batch': [
    'batch.jsonl',
    ids.map((custom_id) => ({
      ...{ custom_id, error: null },
      response: {
        status_code: 200,
        body: {
          choices: [{ message: { content: 'x' } }],
          usage: { prompt_tokens: 3, completion_tokens: 1 },
        },
      },
    })),
  ],
  'openai-evals': [
    'events.jsonl',
    [
      { spec: { eval_name: 't', completion_fns: ['m'] } },
      ...ids.flatMap((sample_id) => [
        { sample_id, type: 'sampling', data: { prompt: 'q', sampled: ['x'] } },
        { sample_id, type: 'match', data: { correct: true, expected: 'x' } },
      ]),
    ],
  ],
  langfuse: [
    'observations.jsonl',
    ids.map((traceId) => ({
      ...{ id: `o${traceId}`, traceId, model: 'm', input: 'q', output: { content: 'x' } },
      ...{ latency: 0.5, totalCost: 0.01, level: 'DEFAULT' },
    })),
  ],
  'langfuse, scores': [
    'scores.jsonl',
    ids.map((traceId) => ({
      ...{ id: `s${traceId}`, traceId, name: 'acc', dataType: 'NUMERIC', value: 1 },
    })),
  ],
  promptfoo: [
    'results.json',
    {
      results: {
        version: 3,
        results: ids.map((q, testIdx) => ({
          ...{ testIdx, promptIdx: 0, provider: { id: 'p' }, vars: { q }, success: true, score: 1 },
          ...{ response: { output: 'x', tokenUsage: { prompt: 3, completion: 1 } } },
          ...{ latencyMs: 5, cost: 0.1 },
        })),
      },
    },
  ],
  matrix: [
    'matrix.json',
    {
      ...{ name: 'x', items: ids, clusters: ['k', 'k', 'l'] },
      models: [{ name: 'm', params_b: 1, est_joules_per_item: 2, results: '101' }],
    },
  ],
  'matrix, trials': [
    'trials.json',
    { name: 'x', items: ids, trials: 3, results: ['101', '111', '000'] },
  ],
  predictions: [
    'rows.jsonl',
    ids.map((id) => ({
      ...{ id, output: 'x', gold: 'x', latency_s: 0.1, joules: 2, price: 0.1, error: '' },
      ...{ input_tokens: 3, output_tokens: 1, model: 'm' },
    })),
  ],
}
const fileText = ([file, value]: readonly [string, unknown]) =>
  file.endsWith('.jsonl')
    ? (value as readonly unknown[]).map((row) => JSON.stringify(row)).join('\n')
    : JSON.stringify(value)
const load = (path: string, text: string) => {
  const bytes = Buffer.from(text)
  const files = { ...localFiles, text: async () => text, bytes: async () => bytes }
  return importResults([{ name: 'small', path }], files)
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (cause: unknown) => {
      if (cause instanceof RightsizeError) return cause.code
      throw cause
    },
  )

/** What another program may have in any place. */
const foreign = [null, 0, -1, 1e308, '', ' ', 'abc', {}, [], [null], true, 'NaN', '9'.repeat(23)]

function placesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  const inner =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) => placesIn(one, [...path, key]))
      : []
  return path.length === 0 ? inner : [path, ...inner]
}

function changed(value: unknown, [key = '', ...rest]: readonly string[], to: unknown): unknown {
  const copy: Record<string, unknown> = Array.isArray(value)
    ? ([...value] as unknown as Record<string, unknown>)
    : { ...(value as Record<string, unknown>) }
  if (rest.length > 0) copy[key] = changed(copy[key], rest, to)
  else if (to === undefined) delete copy[key]
  else copy[key] = to
  return Array.isArray(value) ? Object.values(copy) : copy
}

const isFigure = (value: unknown) =>
  value === undefined || (typeof value === 'number' && value >= 0 && value <= 1e12)
const isId = (value: unknown) => typeof value === 'string' && value.trim() !== ''

/** What stands in outcomes although it is no such thing. */
function believed({ task, items, candidates, scored }: ImportedOutcomes): readonly unknown[] {
  const rows = candidates.flatMap((one) => one.rows)
  const figures = rows.flatMap(({ latencyS, joules, price, tokens }) => [
    ...[latencyS, joules, price, tokens?.input, tokens?.output],
  ])
  const scores = scored ? rows.filter((row) => row.error === undefined).map((row) => row.score) : []
  const sizes = candidates.flatMap(({ parameters, activeParameters }) => [
    ...[parameters ?? 1, activeParameters ?? 1],
  ])
  return [
    ...[...items, ...rows, ...candidates].map(({ id }) => id).filter((id) => !isId(id)),
    ...[...figures, ...candidates.flatMap(({ jPerItem = [] }) => jPerItem)].filter(
      (value) => !isFigure(value),
    ),
    ...scores.filter((score) => typeof score !== 'number' || score < 0 || score > 1),
    ...sizes.filter((size) => !(size >= 1 && size <= 1e16)),
    ...rows.map(({ error = '' }) => error).filter((error) => typeof error !== 'string'),
    ...[task].filter((name) => name !== null && typeof name !== 'string'),
  ]
}

test('every importer has a file here', () => {
  const kinds = new Set(Object.keys(seeds).map((name) => name.split(',')[0]))
  // Our own result is parsed as a document (test/fuzz/documents.test.ts).
  expect(kinds).toEqual(new Set(Object.keys(importers).filter((name) => name !== 'rightsize')))
})

test.each(Object.entries(seeds))(
  '%s: whatever stands in any place is read as what it is, listed, or refused by name',
  async (_, seed) => {
    const [file, value] = seed
    expect(believed(await load(file, fileText(seed)))).toEqual([])
    for (const place of placesIn(value))
      for (const to of [...foreign, undefined]) {
        const text = fileText([file, changed(value, place, to)])
        const read = await load(file, text).catch((cause: unknown) => {
          if (cause instanceof RightsizeError && cause.code !== 'INTERNAL') return null
          throw new Error(`${place.join('.')} = ${JSON.stringify(to)}`, { cause })
        })
        if (read !== null) expect([place, to, ...believed(read)]).toEqual([place, to])
      }
  },
)

test('a figure that is none is listed with its row', async () => {
  const rows = ids.map((id) => ({ id, output: 'x', joules: id === 'b' ? -1 : 2, price: 'free' }))
  const { ignored, candidates } = await load('rows.jsonl', fileText(['a.jsonl', rows]))
  expect(candidates[0]?.rows.map((row) => row.joules)).toEqual([2, undefined, 2])
  expect(ignored.map(({ path, what }) => [path, what])).toEqual([
    ['row 1: free', 'figure'],
    ['row 2: -1', 'figure'],
    ['row 2: free', 'figure'],
    ['row 3: free', 'figure'],
  ])
})

test('labels beside outputs belong to the item of their row, whatever the order of the models', async () => {
  const rows = ['x', 'y', 'z'].flatMap((gold) =>
    ['m', 'n'].map((model) => ({ model, output: 'x', gold })),
  )
  const { items } = await load('rows.jsonl', fileText(['a.jsonl', rows]))
  expect(items.map((item) => item.expected)).toEqual(['x', 'y', 'z'])
  const two = [...rows.slice(0, 5), { model: 'n', output: 'x', gold: 'q' }]
  expect(await codeOf(load('rows.jsonl', fileText(['a.jsonl', two])))).toBe('DATA_VALUE')
})

test.each([
  ['a sample that was judged twice', 'events.jsonl', 'openai-evals', { correct: false }],
  ['a first sample without its score', 'samples_x.jsonl', 'lm-eval', null],
  ['trials that were not run', 'trials.json', 'matrix, trials', ''],
  ['trials that are no right and wrong', 'trials.json', 'matrix, trials', '1?1'],
  ['a digit that no judge gives', 'matrix.json', 'matrix', '5F1'],
])('%s has no score that can be read', async (_, file, name, to) => {
  const [, value] = seeds[name] ?? []
  const text =
    name === 'openai-evals'
      ? fileText([file, [...(value as object[]), { sample_id: 'a', type: 'match', data: to }]])
      : fileText([
          file,
          changed(
            value,
            { 'lm-eval': ['0', 'acc'], matrix: ['models', '0', 'results'] }[name] ?? [
              'results',
              '0',
            ],
            to,
          ),
        ])
  expect(await codeOf(load(file, text))).toBe('SCORE_MISSING')
})
