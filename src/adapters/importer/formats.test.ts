import { crc32, deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Files } from '../../contract/files.ts'
import type { ImportColumns } from '../../contract/importer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { localFiles } from '../dataset/files.ts'
import { importResults, type LabelColumns } from './table.ts'

/** Made-up files in the forms that the tools write. */
const load = (
  path: string,
  text: string | Uint8Array,
  {
    columns,
    labels,
  }: { columns?: ImportColumns; labels?: readonly Record<string, unknown>[] } = {},
) => {
  const files: Files = {
    ...localFiles,
    text: async () => (typeof text === 'string' ? text : Buffer.from(text).toString('utf8')),
    bytes: async () => (typeof text === 'string' ? Buffer.from(text) : text),
  }
  const named: LabelColumns = { id: 'id', expected: 'label' }
  return importResults(
    [{ name: 'small', path }],
    files,
    labels === undefined ? undefined : { rows: labels, columns: named },
    { ...(columns === undefined ? {} : { columns }) },
  )
}
const jsonl = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n')
const failure = async (promise: Promise<unknown>): Promise<RightsizeError> => {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof RightsizeError) return error
  throw error ?? new Error('did not fail')
}

const sample = (id: string, epoch: number, value: unknown, more: object = {}) => ({
  ...{ id, epoch, input: [{ role: 'user', content: `q ${id}` }], target: 'red' },
  output: {
    model: 'mock/model',
    choices: [{ message: { role: 'assistant', content: 'red' }, stop_reason: 'stop' }],
    completion: 'red',
    usage: { input_tokens: 7, output_tokens: 1, total_tokens: 8 },
    time: 0.5,
  },
  scores: { match: { value, answer: 'red', metadata: {} } },
  ...more,
})
const header = { version: 2, status: 'success', eval: { task: 'colors', model: 'mock/model' } }

test('inspect_ai: letters are scores, epochs one answer with their mean', async () => {
  const samples = [
    sample('a', 1, 'C'),
    sample('a', 2, 'I'),
    sample('b', 1, 'P'),
    sample('c', 1, 'N'),
  ]
  const read = await load('log.json', JSON.stringify({ ...header, samples }))
  expect(read).toMatchObject({ task: 'colors', scored: true, ignored: [] })
  expect(read.items[0]).toEqual({ id: 'a', input: 'q a', expected: 'red' })
  expect(read.candidates[0]?.rows.map(({ score }) => score)).toEqual([0.5, 0.5, 0])
  expect(read.candidates[0]?.rows[0]).toMatchObject({
    latencyS: 0.5,
    tokens: { input: 7, output: 1 },
  })
})

test('inspect_ai: an evaluation that did not end well is a part, and a missing score is refused', async () => {
  const text = (value: unknown) =>
    JSON.stringify({ ...header, status: 'cancelled', samples: [sample('a', 1, value)] })
  expect((await load('log.json', text('C'))).ignored).toMatchObject([
    { path: 'cancelled', partial: true },
  ])
  expect((await failure(load('log.json', text(null)))).code).toBe('SCORE_MISSING')
  expect((await failure(load('log.json', text(3)))).code).toBe('SCORE_SCALE')
})

/** A frame of Zstandard with one block that is not compressed (RFC 8878, 3.1.1). */
function zstdFrame(raw: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt32LE(0xfd2fb528, 0)
  head.writeUInt8(0xa0, 4)
  head.writeUInt32LE(raw.length, 5)
  head.writeUIntLE(1 | (raw.length << 3), 9, 3)
  return Buffer.concat([head, raw])
}

const packedBy = {
  0: (raw: Buffer) => raw,
  8: deflateRawSync,
  93: zstdFrame,
} as const

/** A zip of one member after the other; `wide` states its directory as archives of very many members do. */
function zip(
  members: Readonly<Record<string, string>>,
  method: keyof typeof packedBy,
  wide = false,
): Uint8Array {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [name, text] of Object.entries(members)) {
    const raw = Buffer.from(text)
    const data = packedBy[method](raw)
    const about = Buffer.alloc(26)
    about.writeUInt16LE(method, 4)
    about.writeUInt32LE(crc32(raw), 10)
    about.writeUInt32LE(data.length, 14)
    about.writeUInt32LE(raw.length, 18)
    about.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), about, Buffer.from(name), data])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\0\0'), about, tail, Buffer.from(name)]))
    parts.push(local)
    at += local.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(directory.length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(at, 16)
  if (!wide) return Buffer.concat([...parts, list, end])
  end.writeUInt16LE(0xffff, 10)
  end.writeUInt32LE(0xffffffff, 16)
  const record = Buffer.alloc(56 + 20)
  record.writeUInt32LE(0x06064b50, 0)
  record.writeBigUInt64LE(BigInt(directory.length), 32)
  record.writeBigUInt64LE(BigInt(at), 48)
  record.writeUInt32LE(0x07064b50, 56)
  record.writeBigUInt64LE(BigInt(at + list.length), 56 + 8)
  return Buffer.concat([...parts, list, record, end])
}

test.each([0, 8, 93] as const)(
  'inspect_ai: an .eval archive, method %d, is its log',
  async (method) => {
    const members = {
      'header.json': JSON.stringify(header),
      '_journal/start.json': '{}',
      'samples/a_epoch_1.json': JSON.stringify(sample('a', 1, 'C')),
      'samples/b_epoch_1.json': JSON.stringify(sample('b', 1, 'I')),
    }
    const bytes = zip(members, method)
    const read = await load('log.eval', bytes)
    expect(read.candidates[0]?.rows.map(({ score }) => score)).toEqual([1, 0])
    const wide = await load('log.eval', zip(members, method, true))
    expect(wide.candidates).toEqual(read.candidates)
    const flipped = Buffer.from(bytes)
    flipped[flipped.indexOf('"C"') < 0 ? 60 : flipped.indexOf('"C"') + 1] = 0x49
    expect((await failure(load('log.eval', flipped))).message).toContain('has a broken')
    const cut = await failure(load('log.eval', bytes.slice(0, bytes.length - 30)))
    expect(cut).toMatchObject({ code: 'IMPORT_FORMAT' })
    expect(cut.next).toContain('inspect log convert')
  },
)

test('Zstandard as its library compresses it is unpacked', async () => {
  // zstandard.ZstdCompressor(level=10).compress(b'{"id":"a","epoch":1,"target":"C"}' * 12), python-zstandard 0.23
  const packed = 'KLUv/WCMAFUBABQCeyJpZCI6ImEiLCJlcG9jaCI6MSwidGFyZ2V0IjoiQyJ9AQBBI6p6Ag=='
  const { unpackers } = await import('./inspect-archive.ts')
  const text = unpackers[93]?.(Buffer.from(packed, 'base64')).toString('utf8')
  expect(text).toBe('{"id":"a","epoch":1,"target":"C"}'.repeat(12))
})

test('an OpenAI batch: chat and responses; a request that failed is a failed answer', async () => {
  const chat = (content: string) => ({
    status_code: 200,
    body: {
      choices: [{ message: { content } }],
      usage: { prompt_tokens: 5, completion_tokens: 1 },
    },
  })
  const text = jsonl([
    { id: 'r1', custom_id: 'a', response: chat('x'), error: null },
    {
      id: 'r2',
      custom_id: 'b',
      response: {
        status_code: 200,
        body: { output: [{ type: 'reasoning' }, { content: [{ text: 'y' }] }] },
      },
    },
    {
      id: 'r3',
      custom_id: 'c',
      response: { status_code: 429, body: { error: { message: 'slow down' } } },
    },
    {
      id: 'r4',
      custom_id: 'd',
      response: null,
      error: { code: 'batch_expired', message: 'expired' },
    },
  ])
  const labels = ['a', 'b', 'c', 'd'].map((id) => ({ id, label: 'x' }))
  const { candidates, scored } = await load('out.jsonl', text, { labels })
  expect(scored).toBe(false)
  expect(candidates[0]?.rows).toEqual([
    { id: 'a', output: 'x', tokens: { input: 5, output: 1 } },
    { id: 'b', output: 'y' },
    { id: 'c', error: 'slow down' },
    { id: 'd', error: 'expired' },
  ])
})

test('OpenAI evals: match events are right or wrong; a sample without one is refused', async () => {
  const event = (sample_id: string, type: string, data: object) => ({
    run_id: 'r',
    event_id: 1,
    sample_id,
    type,
    data,
  })
  const events = [
    { spec: { eval_name: 'colors.dev.v0', completion_fns: ['gpt-x'] } },
    event('s.0', 'sampling', { prompt: 'p', sampled: ['red'] }),
    event('s.0', 'match', { correct: true, expected: 'red', picked: 'red' }),
    event('s.1', 'match', { correct: false, expected: 'red', sampled: 'blue' }),
    { final_report: { accuracy: 0.5 } },
  ]
  const read = await load('events.jsonl', jsonl(events))
  expect(read).toMatchObject({ task: 'colors.dev.v0', scored: true })
  expect(read.candidates[0]?.rows).toEqual([
    { id: 's.0', output: 'red', score: 1 },
    { id: 's.1', output: 'blue', score: 0 },
  ])
  const more = [...events, event('s.2', 'sampling', { sampled: ['red'] })]
  expect((await failure(load('events.jsonl', jsonl(more)))).code).toBe('SCORE_MISSING')
})

test('DeepEval: a test case passes or fails as a whole, or by the metric that is named', async () => {
  const metric = (name: string, score: number | null, success: boolean) => ({
    name,
    score,
    success,
    threshold: 0.5,
  })
  const one = (name: string, metrics: readonly object[], success: boolean) => ({
    ...{ name, input: 'q', actualOutput: 'o', expectedOutput: 'e', success, metricsData: metrics },
  })
  const testCases = [
    one('t0', [metric('Answer Relevancy', 0.9, true), metric('Hallucination', 0.25, true)], true),
    one('t1', [metric('Answer Relevancy', 0.2, false), metric('Hallucination', 0, true)], false),
  ]
  const text = JSON.stringify({ testCases })
  const scores = async (score?: string) =>
    (await load('run.json', text, { columns: { score } })).candidates[0]?.rows.map(
      (row) => row.score,
    )
  expect(await scores()).toEqual([1, 0])
  expect(await scores('Answer Relevancy')).toEqual([0.9, 0.2])
  expect(await scores('Hallucination')).toEqual([0.75, 1])
  expect(
    (await failure(load('run.json', text, { columns: { score: 'Halucination' } }))).next,
  ).toContain('Hallucination')
})

test('Langfuse: observations are answers by model, scores are taken by name', async () => {
  const observations = [
    {
      id: 'o1',
      traceId: 't1',
      type: 'GENERATION',
      model: 'big',
      input: 'q',
      output: { role: 'assistant', content: 'x' },
      latency: 0.5,
      totalCost: 0.01,
    },
    { id: 'o2', traceId: 't1', type: 'SPAN', model: null, output: 'y' },
    {
      id: 'o3',
      traceId: 't2',
      type: 'GENERATION',
      model: 'big',
      level: 'ERROR',
      statusMessage: 'timeout',
      output: null,
    },
  ]
  const labels = [
    { id: 't1', label: 'x' },
    { id: 't2', label: 'x' },
  ]
  const answers = await load('obs.jsonl', jsonl(observations), { labels })
  expect(answers.candidates[0]?.rows).toEqual([
    { id: 't1', output: 'x', latencyS: 0.5, price: 0.01 },
    { id: 't2', error: 'timeout' },
  ])
  expect(answers.ignored).toMatchObject([{ path: 'o2', what: 'observation' }])
  const score = (traceId: string, name: string, value: unknown) => ({
    id: `${traceId}${name}`,
    traceId,
    name,
    dataType: 'NUMERIC',
    value,
  })
  const both = jsonl([
    score('t1', 'quality', 0.5),
    score('t2', 'quality', 1),
    score('t1', 'zorp', 3),
  ])
  expect((await failure(load('scores.jsonl', both))).next).toContain('--score quality')
  const quality = await load('scores.jsonl', both, { columns: { score: 'quality' } })
  expect(quality.candidates[0]?.rows.map((row) => row.score)).toEqual([0.5, 1])
  const csv =
    'id,trace_id,name,data_type,value,string_value\n1,t1,quality,BOOLEAN,1,True\n2,t2,quality,BOOLEAN,0,False\n'
  expect((await load('scores.csv', csv)).candidates[0]?.rows.map((row) => row.score)).toEqual([
    1, 0,
  ])
})

test('a gold column is never taken for an output', async () => {
  const output = async (head: string, columns: ImportColumns = {}) => {
    const cells = head.split(',').map((name) => `${name} 1`)
    const read = await load('a.csv', `${head}\n${cells.join(',')}\n`, {
      columns,
      labels: [{ id: 'id 1', label: 'x' }],
    })
    return read.candidates[0]?.rows[0]?.output
  }
  expect(await output('id,label,prediction')).toBe('prediction 1')
  expect(await output('id,answer,output')).toBe('output 1')
  expect(await output('id,label')).toBe('label 1')
  expect(await output('id,answer,label', { output: 'answer' })).toBe('answer 1')
  const unclear = await failure(output('id,answer,label'))
  expect(unclear.message).toContain('`answer` and `label`')
  expect(unclear.next).toContain('Columns are: id, answer, label')
})

test('Langfuse: scores in a file of their own go to the answers of their traces; CSV holds messages as JSON', async () => {
  const message = (content: string) =>
    `"${JSON.stringify({ role: 'assistant', content }).replaceAll('"', '""')}"`
  const texts: Record<string, string> = {
    'observations.csv': `id,traceId,type,model,input,output\no1,t1,GENERATION,big,q,${message('x')}\no2,t2,GENERATION,big,q,${message('y')}\n`,
    'scores.jsonl': jsonl(
      ['t1', 't2', 't9'].map((traceId, i) => ({
        ...{ id: traceId, traceId, name: 'quality', dataType: 'NUMERIC', value: i === 1 ? 0 : 1 },
      })),
    ),
  }
  const read = (...paths: readonly string[]) =>
    importResults(
      paths.map((path) => ({ name: 'small', path })),
      { ...localFiles, text: async (path) => texts[path] ?? '' },
    )
  const joined = await read('observations.csv', 'scores.jsonl')
  expect(joined.candidates).toHaveLength(1)
  expect(joined).toMatchObject({ scored: true, ignored: [{ path: 't9', what: 'score' }] })
  expect(joined.candidates[0]?.rows).toMatchObject([
    { id: 't1', output: 'x', score: 1 },
    { id: 't2', output: 'y', score: 0 },
  ])
  texts['scores.jsonl'] = (texts['scores.jsonl'] ?? '').split('\n')[0] ?? ''
  expect((await failure(read('observations.csv', 'scores.jsonl'))).code).toBe('SCORE_MISSING')
})
