import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { RunResult } from '../../src/core/result/run-result.ts'
import { commandLine } from '../command-line.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** `run --predictions` on one file of results. */
async function run(file: string, text: string, words: readonly string[] = []) {
  const cwd = mkdtempSync(join(tmpdir(), 'inputs-'))
  folders.push(cwd)
  writeFileSync(join(cwd, file), text)
  const asked = ['run', '--predictions', `a=${file}`, '--floor', '0.5', '--json', ...words]
  const answer = await commandLine(asked, { cwd })
  return { ...answer, result: answer.out === '' ? null : (JSON.parse(answer.out) as RunResult) }
}

const ids = Array.from({ length: 40 }, (_, i) => i + 1)
const jsonl = (score: (i: number) => unknown) =>
  ids.map((id) => `{"id":${id},"score":${JSON.stringify(score(id))}}`).join('\n')
const csv = (head: string, score: (i: number) => unknown) =>
  `${head}\n${ids.map((id) => `${id},${score(id)}`).join('\n')}\n`
const samples = (metric: string, score: (i: number) => string) =>
  ids
    .map(
      (id) =>
        `{"doc_id":${id},"target":"t","resps":[["r"]],"filtered_resps":["r"],"filter":"none","metrics":["${metric}"],"${metric}":${score(id)}}`,
    )
    .join('\n')

test.each([
  ['ratings', 'a.jsonl', jsonl((i) => (i % 5) + 1), /SCORE_SCALE: .*--score-scale 1\.\.5/s],
  ['percentages', 'a.csv', csv('id,score', (i) => (i % 8 ? 100 : 0)), /SCORE_SCALE.*0\.\.100/s],
  ['nulls', 'a.jsonl', jsonl((i) => (i % 2 ? 1 : null)), /SCORE_MISSING: .*20 of 40.*--missing/s],
  ['empty cells', 'a.csv', csv('id,score', (i) => (i % 2 ? 1 : '')), /SCORE_MISSING: .*20 of 40/s],
  [
    'NaN of Python',
    'a.jsonl',
    jsonl((i) => i % 2).replaceAll(':0}', ':NaN}'),
    /SCORE_MISSING.*NaN/s,
  ],
  ['a dict of Python', 'a.jsonl', "{'id': 1, 'score': True}", /as Python prints it.*json\.dumps/s],
  ['a loss', 'samples_t.jsonl', samples('nll', () => '0.3'), /METRIC_DIRECTION.*--score-scale/s],
  [
    'an unknown metric',
    'samples_t.jsonl',
    samples('zorp', () => '0.3'),
    /METRIC_DIRECTION.*higher/s,
  ],
  [
    'rouge in points',
    'samples_t.jsonl',
    samples('rougeL', (i) => (i % 2 ? '87.5' : '0')),
    /SCORE_SCALE.*0\.\.100/s,
  ],
  [
    'two outputs',
    'a.csv',
    'id,prediction,response\n1,a,b\n',
    /IMPORT_FORMAT.*--output prediction.*id, prediction/s,
  ],
])(
  '%s are refused with the flag that settles it, and nothing is written',
  async (_, file, text, told) => {
    const { code, err, out } = await run(file, text)
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toMatch(told)
  },
)

test.each([
  ['ratings', 'a.jsonl', jsonl((i) => (i % 5) + 1), ['--score-scale', '1..5'], 0.5],
  ['nulls', 'a.jsonl', jsonl((i) => (i % 2 ? 1 : null)), ['--missing', 'wrong'], 0.5],
  ['True and False', 'a.csv', csv('id,correct', (i) => (i % 8 ? 'True' : 'False')), [], 0.875],
  ['yes and no', 'a.csv', csv('id,score', (i) => (i % 8 ? 'yes' : 'No')), [], 0.875],
  ['percent signs', 'a.csv', csv('id,score', (i) => (i % 8 ? '100 %' : '0 %')), [], 0.875],
  ['wer', 'samples_t.jsonl', samples('wer', () => '0.25'), [], 0.75],
  [
    'a loss on its range',
    'samples_t.jsonl',
    samples('nll', () => '2'),
    ['--score-scale', '0..8'],
    0.75,
  ],
  [
    'a named metric',
    'samples_t.jsonl',
    samples('zorp', () => '0.25'),
    ['--metric-direction', 'lower'],
    0.75,
  ],
  [
    'own columns',
    'a.csv',
    csv('key,mark', (i) => (i % 8 ? '10' : '0')),
    ['--score', 'mark', '--score-scale', '0..10', '--metric-direction', 'higher'],
    0.875,
  ],
] as const)('%s are read: none of the answers goes', async (_, file, text, words, quality) => {
  const { result, err } = await run(file, text, words)
  expect(err).not.toContain('error')
  const [only] = result?.candidates ?? []
  expect(only?.n).toBe(40)
  expect(only?.quality).toMatchObject({ value: quality })
})

test('what counts as wrong for want of a score stands in the result', async () => {
  const { result } = await run(
    'a.jsonl',
    jsonl((i) => (i % 2 ? 1 : null)),
    ['--missing', 'wrong'],
  )
  expect(result?.task.leftOut).toMatchObject([{ what: 'score', count: 20, partial: false }])
  expect(result?.decision.kind).not.toBe('certified')
})

test('a flag about results is refused where there are none', async () => {
  const { code, err } = await run('a.csv', 'id,score\n1,1\n', ['--score-scale', '5..1'])
  expect(code).toBe(3)
  expect(err).toContain('FLAG_VALUE')
  const cwd = folders.at(-1) ?? ''
  writeFileSync(join(cwd, 'spec.yaml'), 'task: t')
  expect((await commandLine(['run', 'spec.yaml', '--missing', 'wrong'], { cwd })).err).toContain(
    'FLAG_UNUSED',
  )
})
