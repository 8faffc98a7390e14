import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { accountRun, fixtureCandidate } from '../../../test/fixtures/account-run.ts'
import type { Files } from '../../contract/files.ts'
import { type ImportedOutcomes, importedSpec } from '../../core/data/imported.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { parseSpecValue } from '../../core/spec/parse.ts'
import { localFiles } from '../dataset/files.ts'
import { importResults, type LabelColumns } from './table.ts'

const data = resolve(process.env['RIGHTSIZE_DATA'] ?? '../shared/data')
const matrices = resolve(data, 'matrices')
const absent = !existsSync(matrices)

/** Files in memory. */
const memory = (files: Readonly<Record<string, string>>): Files => ({
  ...localFiles,
  text: async (path) => {
    const text = files[path]
    if (text === undefined) throw new RightsizeError('DATA_MISSING', path)
    return text
  },
})
const load = (
  files: Readonly<Record<string, string>>,
  labels?: { rows: Record<string, unknown>[]; columns: LabelColumns },
) =>
  importResults(
    Object.keys(files).map((path) => ({ name: path.replace(/^.*\/|\.\w+$/g, ''), path })),
    memory(files),
    labels,
  )
const failure = async (promise: Promise<unknown>): Promise<RightsizeError> => {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof RightsizeError) return error
  throw error ?? new Error('did not fail')
}
const jsonl = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n')
const labels = {
  rows: [
    { id: 'a', label: 'x' },
    { id: 'b', label: 'y' },
  ],
  columns: { id: 'id', expected: 'label' },
}

test('plain predictions pair with labels by id, with joules, latency and price where they are given', async () => {
  const outcomes = await load(
    {
      'big.jsonl': jsonl([
        { id: 'b', output: 'y', joules: 2, latencyS: 0.5, price: 0.01 },
        { id: 'a', output: 'x', error: '' },
      ]),
      'small.csv': 'id,prediction,latency_ms,input_tokens,output_tokens\na,x,20,7,1\nb,z,30,8,1\n',
    },
    labels,
  )
  expect(outcomes.scored).toBe(false)
  expect(outcomes.items.map(({ id, expected }) => [id, expected])).toEqual([
    ['a', 'x'],
    ['b', 'y'],
  ])
  expect(outcomes.candidates).toEqual([
    {
      id: 'big',
      rows: [
        { id: 'b', output: 'y', joules: 2, latencyS: 0.5, price: 0.01 },
        { id: 'a', output: 'x' },
      ],
    },
    {
      id: 'small',
      rows: [
        { id: 'a', output: 'x', latencyS: 0.02, tokens: { input: 7, output: 1 } },
        { id: 'b', output: 'z', latencyS: 0.03, tokens: { input: 8, output: 1 } },
      ],
    },
  ])
})

test('ids that do not pair are counted, with examples of both sides', async () => {
  const error = await failure(load({ 'small.csv': 'id,output\nA,x\nb,y\n' }, labels))
  expect(error.code).toBe('IMPORT_PAIRING')
  expect(error.message).toContain('`small` has no prediction for 1 of 2 labeled items, such as `a`')
  expect(error.message).toContain('1 of its ids are not among the labels, such as `A`')
})

test('where rows lack, the advice is to add them, never to pair the rest by row', async () => {
  const error = await failure(load({ 'small.csv': 'id,output\na,x\n' }, labels))
  expect(error).toMatchObject({ code: 'IMPORT_PAIRING' })
  expect(error.next).toMatch(/^Add the missing row under its id, or take these items out/)
})

test('predictions without a label are left out and listed', async () => {
  const outcomes = await load({ 'small.csv': 'id,output\na,x\nb,y\nc,z\n' }, labels)
  expect(outcomes.candidates[0]?.rows).toHaveLength(2)
  expect(outcomes.ignored).toMatchObject([{ path: 'small: `c`', what: 'prediction', count: 1 }])
})

test('without ids rows pair by position, and a repeated id is an error', async () => {
  const rows = { rows: [{ label: 'x' }, { label: 'y' }], columns: { expected: 'label' } }
  const outcomes = await load({ 'a.csv': 'output\nx\ny\n' }, rows)
  expect(outcomes.candidates[0]?.rows.map(({ id }) => id)).toEqual(['1', '2'])
  expect(await failure(load({ 'a.csv': 'id,output\na,x\na,y\nb,y\n' }, labels))).toMatchObject({
    code: 'DATA_DUPLICATE_ID',
  })
})

test('one file may hold several models and scores instead of outputs', async () => {
  const outcomes = await load({
    'r.csv': 'item_id,model,score,joules\n1,m1,1,5\n2,m1,0,5\n1,m2,0.5,1\n2,m2,true,1\n',
  })
  expect(outcomes.scored).toBe(true)
  expect(outcomes.candidates.map(({ id, rows }) => [id, rows.map(({ score }) => score)])).toEqual([
    ['m1', [1, 0]],
    ['m2', [0.5, 1]],
  ])
})

test('a file in no known form, one with unknown columns and an empty one say so', async () => {
  expect(await failure(load({ 'a.xml': '<a/>' }))).toMatchObject({ code: 'IMPORT_FORMAT' })
  expect((await failure(load({ 'a.csv': 'id,outpt\na,x\n' }))).next).toContain('outpt')
  expect(await failure(load({ 'a.csv': 'id,output\n' }))).toMatchObject({ code: 'DATA_EMPTY' })
})

// The shape of lm-eval 0.4.9 samples (several filters, arguments as an object, a corpus metric that holds lists).
const sample = (id: number, filter: string, score: number) => ({
  doc_id: id,
  doc: { question: `q${id}` },
  target: `${id}`,
  arguments: { gen_args_0: { arg_0: `Q: q${id}`, arg_1: { until: ['\n'] } } },
  resps: [[` thus ${id}`]],
  filtered_resps: [`${id}`],
  filter,
  metrics: ['exact_match', 'f1'],
  doc_hash: 'h',
  exact_match: score,
  f1: [`${id}`, [' ']],
})

test('lm-eval samples: the first filter and the first metric that is a score, the model from its folder', async () => {
  const text = jsonl([
    sample(0, 'strict-match', 1),
    sample(0, 'flexible-extract', 0),
    sample(1, 'strict-match', 0),
    sample(1, 'flexible-extract', 1),
  ])
  const outcomes = await importResults(
    [
      {
        name: 'gemma',
        path: 'out/google__gemma-2b/samples_gsm8k_2026-01-16T15-23-47.285735.jsonl',
      },
    ],
    memory({ 'out/google__gemma-2b/samples_gsm8k_2026-01-16T15-23-47.285735.jsonl': text }),
  )
  expect(outcomes).toMatchObject({ task: 'gsm8k', scored: true })
  expect(outcomes.candidates).toEqual([
    {
      id: 'gemma',
      rows: [
        { id: '0', output: '0', score: 1 },
        { id: '1', output: '1', score: 0 },
      ],
    },
  ])
  expect(outcomes.items[1]).toEqual({ id: '1', input: 'Q: q1', expected: '1' })
  expect(outcomes.ignored.map(({ path }) => path)).toEqual(['flexible-extract', 'f1'])
})

test('lm-eval samples with a corpus metric alone leave the scoring to us', async () => {
  const row = { ...sample(0, 'none', 1), metrics: ['f1'] }
  const outcomes = await load({ 'samples_ner.jsonl': jsonl([row]) })
  expect(outcomes.scored).toBe(false)
  expect(outcomes.candidates[0]?.rows).toEqual([{ id: '0', output: '0' }])
})

// The shape of promptfoo's JSON, results.version 3.
const result = (
  testIdx: number,
  promptIdx: number,
  provider: string,
  score: number,
  more: object = {},
) => ({
  testIdx,
  promptIdx,
  provider: { id: provider, label: '' },
  prompt: { raw: 'Say {{x}}', label: 'Say {{x}}' },
  vars: { x: `v${testIdx}` },
  testCase: { vars: { x: `v${testIdx}` }, assert: [{ type: 'contains', value: 'v' }] },
  response: { output: `o${testIdx}`, tokenUsage: { prompt: 5, completion: 2 }, cached: false },
  success: score === 1,
  score,
  latencyMs: 250,
  cost: 0.001,
  failureReason: score === 1 ? 0 : 1,
  ...more,
})
const promptfoo = (results: readonly object[]) =>
  JSON.stringify({
    evalId: 'e',
    results: { version: 3, results, prompts: [], stats: {} },
    config: { description: 'my eval' },
  })

test('promptfoo results: a candidate per provider and prompt, errors apart from wrong answers, cached latency dropped', async () => {
  const outcomes = await load({
    'results.json': promptfoo([
      result(0, 0, 'openai:big', 1),
      result(1, 0, 'openai:big', 0),
      result(0, 1, 'openai:small', 1, { response: { output: 'o0', cached: true } }),
      result(1, 1, 'openai:small', 0, {
        response: { error: 'HTTP 500' },
        error: 'HTTP 500',
        failureReason: 2,
      }),
      result(0, 2, 'openai:small', 0),
      result(1, 2, 'openai:small', 0),
    ]),
  })
  expect(outcomes).toMatchObject({ task: 'my eval', scored: true })
  expect(outcomes.candidates.map(({ id }) => id)).toEqual([
    'openai:big',
    'openai:small+prompt=1',
    'openai:small+prompt=2',
  ])
  expect(outcomes.candidates[0]?.rows[0]).toEqual({
    id: '0',
    output: 'o0',
    score: 1,
    latencyS: 0.25,
    price: 0.001,
    tokens: { input: 5, output: 2 },
  })
  expect(outcomes.candidates[1]?.rows[0]).toEqual({ id: '0', output: 'o0', score: 1 })
  expect(outcomes.candidates[1]?.rows[1]).toMatchObject({ error: 'HTTP 500' })
  expect(outcomes.items[1]).toEqual({
    id: '1',
    input: { x: 'v1' },
    expected: [{ type: 'contains', value: 'v' }],
  })
})

test('our own result gives its scores back, and one without scores says what to do', async () => {
  const own = {
    ...accountRun,
    account: null,
    candidates: [fixtureCandidate({ id: 'a', joules: 2, seconds: 1, accepted: 1, parameters: 7 })],
    outcomes: { items: ['1', '2'], scores: { a: [1, null] } },
  }
  const text = JSON.stringify(own, null, 2)
  expect((await failure(load({ 'result.json': text }))).code).toBe('SCORE_MISSING')
  const outcomes = await importResults(
    [{ name: 'result', path: 'result.json' }],
    memory({ 'result.json': text }),
    undefined,
    { terms: { missing: 'wrong' } },
  )
  expect(outcomes).toMatchObject({ task: 'support-intent' })
  expect(outcomes.candidates).toEqual([
    {
      id: 'result',
      parameters: 7,
      jPerItem: [2 * 0.97, 2 * 1.03],
      rows: [
        { id: '1', score: 1, latencyS: 1 },
        { id: '2', score: 0, latencyS: 1 },
      ],
    },
  ])
  const { outcomes: _, ...bare } = own
  expect((await failure(load({ 'result.json': JSON.stringify(bare) }))).code).toBe('IMPORT_FORMAT')
  const broken = JSON.stringify({ ...own, incumbent: 7 })
  expect((await failure(load({ 'result.json': broken }))).message).toContain('`incumbent` must be')
})

test('scores of one import and outputs of another do not mix', async () => {
  const files = { 'a.csv': 'id,score\na,1\nb,0\n', 'b.csv': 'id,output\na,x\nb,y\n' }
  expect(await failure(load(files, labels))).toMatchObject({ code: 'IMPORT_FORMAT' })
})

const mean = ({ candidates }: ImportedOutcomes, id: string) => {
  const rows = candidates.find((one) => one.id === id)?.rows ?? []
  return rows.reduce((sum, row) => sum + Number(row.score ?? 0), 0) / rows.length
}

// Published: grade-school-math (Cobbe et al. 2021), RouteLLM's GSM8K table, ZeroEval's summary; see the pack's notes.
test.skipIf(absent)('the matrices give the published accuracies', async () => {
  const read = (file: string) =>
    importResults([{ name: 'm', path: resolve(matrices, file) }], localFiles)
  const openai = await read('openai_gsm8k_2021.json')
  expect(openai.candidates.map(({ id }) => mean(openai, id).toFixed(4))).toEqual([
    '0.2168',
    '0.3904',
    '0.3472',
    '0.5625',
  ])
  const route = await read('routellm_gsm8k.json')
  expect(mean(route, 'gpt-4-1106-preview')).toBeCloseTo(0.85671, 6 - 1)
  const gsm = await read('zeroeval_gsm8k.json')
  expect([gsm.items.length, gsm.candidates.length]).toEqual([1319, 43])
  expect(mean(gsm, 'gemma-2-2b-it')).toBeCloseTo(0.5163, 4)
  expect(gsm.candidates[0]).toMatchObject({ parameters: 2.6e9, jPerItem: [3.56, 3.56] })
})

test.skipIf(absent)('judge scores become 0..1, trials become means', async () => {
  const wild = await importResults(
    [{ name: 'w', path: resolve(matrices, 'wildbench_scores.json') }],
    localFiles,
  )
  expect(mean(wild, 'Phi-3-mini-128k-instruct')).toBeCloseTo((6.2968 - 1) / 9, 4)
  const tau = await importResults(
    [{ name: 'gpt-4o', path: resolve(matrices, 'taubench_gpt4o_airline_trials.json') }],
    localFiles,
  )
  expect(tau.candidates[0]?.rows.slice(0, 3).map(({ score }) => score)).toEqual([0, 0.25, 0.25])
})

test('an import becomes a spec of replayed candidates and the files that they read', async () => {
  const outcomes = await load(
    { 'big.csv': 'id,output\na,x\nb,y\n', 'small one.csv': 'id,output\na,x\nb,z\n' },
    labels,
  )
  const { input, files } = importedSpec(outcomes, {
    folder: '.rightsize/import',
    incumbent: 'big',
    task: 't',
  })
  const spec = parseSpecValue(input)
  expect(spec.candidates.map(({ id, runtime, model }) => [id, runtime, model])).toEqual([
    ['big', 'replay', '.rightsize/import/1-big.jsonl'],
    ['small-one', 'replay', '.rightsize/import/2-small_one.jsonl'],
  ])
  expect(spec.scorers[0]?.name).toBe('exact')
  expect(files.map(({ path }) => path)).toEqual([
    '.rightsize/import/items.jsonl',
    ...spec.candidates.map(({ model }) => model),
  ])
  expect(files[0]?.text.split('\n')[0]).toBe('{"id":"a","input":"a","expected":"x"}')
})

test('imported scores are taken as given', async () => {
  const outcomes = await load({ 'a.csv': 'id,model,score\na,m,1\nb,m,0.5\n' })
  const { input, files } = importedSpec(outcomes, { folder: 'f', bar: { floor: 0.5 } })
  expect(parseSpecValue(input).scorers[0]?.name).toBe('given')
  expect(files[1]?.text).toContain('{"id":"b","output":{"score":0.5}}')
})

test('slices of the labels travel with the items', async () => {
  const sliced = {
    rows: [
      { id: 'a', label: 'x', lang: 'de' },
      { id: 'b', label: 'y', lang: 'fr' },
    ],
    columns: { id: 'id', expected: 'label', slices: ['lang'] },
  }
  const { input, files } = importedSpec(await load({ 'a.csv': 'id,output\na,x\nb,y\n' }, sliced), {
    folder: 'f',
    bar: { floor: 0.5 },
  })
  expect(parseSpecValue(input).dataset.slices).toEqual(['lang'])
  expect(files[0]?.text).toContain('{"lang":"de","id":"a","input":"a","expected":"x"}')
})
