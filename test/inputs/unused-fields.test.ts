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

const ids = Array.from({ length: 200 }, (_, i) => i + 1)
const labelOf = (id: number) => ['refund', 'login', 'ship'][id % 3] as string
const labels = `id,label\n${ids.map((id) => `${id},${labelOf(id)}`).join('\n')}\n`
const always = (id: number) => id > 0

/** Rows of which `right` are right, with further cells. */
const table = (head: string, right: (id: number) => boolean, cells: (id: number) => string) =>
  `id,output${head}\n${ids.map((id) => `${id},${right(id) ? labelOf(id) : labelOf(id + 1)}${cells(id)}`).join('\n')}\n`

/** `run --predictions` of an incumbent and a candidate of known price. */
async function run(
  files: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
) {
  const cwd = mkdtempSync(join(tmpdir(), 'unused-'))
  folders.push(cwd)
  for (const [name, text] of Object.entries({ ...files, 'labels.csv': labels }))
    writeFileSync(join(cwd, name), text)
  const names = Object.keys(given)
  const answer = await commandLine(
    [
      'run',
      ...names.flatMap((name) => ['--predictions', `${name}=${given[name]}`]),
      ...names.flatMap((name, i) => ['--parameters', `${name}=${i === 0 ? '70e9' : '8e9'}`]),
      ...['--incumbent', names[0] ?? '', '--margin', '0.1', '--expected', 'labels.csv', '--json'],
    ],
    { cwd },
  )
  if (answer.out === '') throw new Error(answer.err)
  return { ...answer, result: JSON.parse(answer.out) as RunResult }
}

const scored = (score: (id: number) => unknown, name = 'score') => ({
  'i.csv': table(`,${name}`, always, () => ',1'),
  's.csv': table(
    `,${name}`,
    (id) => id % 50 !== 0,
    (id) => `,${score(id)}`,
  ),
})
const given = { large: 'i.csv', little: 's.csv' }
const capsOf = ({ decision }: RunResult) => decision.caps.map(({ code }) => code)

test('a score that was not used and would decide otherwise keeps the word at undecided, with the flag', async () => {
  const { code, result } = await run(
    scored((id) => (id % 2 === 0 ? 0 : 1)),
    given,
  )
  expect(code).toBe(2)
  expect(result.decision.kind).toBe('undecided')
  const [cap] = result.decision.caps
  expect(cap).toMatchObject({ code: 'unused-scores', next: expect.stringContaining('--score') })
  expect(cap?.why).toContain('large, little')
  expect(result.task.leftOut[0]).toMatchObject({
    ...{ what: 'column', examples: ['score'] },
    why: expect.stringContaining('--score score'),
  })
})

test.each([
  ['agree with the outputs', scored((id) => (id % 50 !== 0 ? 1 : 0))],
  ['differ a little', scored((id) => (id % 40 !== 0 ? 1 : 0))],
  ['are the same everywhere', scored(() => 1, 'success')],
  ['are on a scale of their own', scored((id) => (id % 5) + 1)],
  ['cannot be read', scored((id) => (id % 2 === 0 ? 'good' : 'bad'))],
])('scores that %s are named, and the decision stands', async (_, files) => {
  const { code, result } = await run(files, given)
  expect(capsOf(result)).toEqual([])
  expect(result.decision).toMatchObject({ kind: 'certified', chosen: 'little' })
  expect(code).toBe(0)
  expect(result.task.leftOut).toHaveLength(1)
})

test('of two scores without outputs the second is looked at too', async () => {
  const two = (bad: boolean) =>
    `id,score,passed\n${ids.map((id) => `${id},${id % 50 === 0 ? 0.9 : 1},${bad && id % 2 === 0 ? 'false' : 'true'}`).join('\n')}\n`
  const { result } = await run({ 'i.csv': two(false), 's.csv': two(true) }, given)
  expect(capsOf(result)).toEqual(['unused-scores'])
  expect(result.task.leftOut[0]?.examples).toEqual(['passed'])
})

test('files that look swapped keep the word at undecided, and are named', async () => {
  const files = {
    'large.csv': table('', always, () => ''),
    'little.csv': table(
      '',
      (id) => id % 50 !== 0,
      () => '',
    ),
  }
  const swapped = await run(files, { large: 'little.csv', little: 'large.csv' })
  expect(swapped).toMatchObject({ code: 2, result: { decision: { kind: 'undecided' } } })
  expect(capsOf(swapped.result)).toEqual(['files-swapped'])
  expect(swapped.result.decision.caps[0]?.why).toContain('large=little.csv, little=large.csv')
  const right = await run(files, { large: 'large.csv', little: 'little.csv' })
  expect(right).toMatchObject({ code: 0, result: { decision: { kind: 'certified', caps: [] } } })
})

test('a model that the file names is believed', async () => {
  const of = (model: string, right: (id: number) => boolean) =>
    table(',model', right, () => `,${model}`)
  const files = {
    'i.csv': of('acme/little-2024', always),
    's.csv': of('acme/large', (id) => id % 50 !== 0),
  }
  const { result } = await run(files, given)
  expect(capsOf(result)).toEqual(['files-swapped'])
  const own = { 'i.csv': of('acme/large', always), 's.csv': of('x-1', (id) => id % 50 !== 0) }
  expect((await run(own, given)).result.decision).toMatchObject({ kind: 'certified', caps: [] })
})

test('two columns that could be the label are refused where they differ', async () => {
  const both = (other: (id: number) => string) =>
    `id,output,label,answer\n${ids.map((id) => `${id},${labelOf(id)},${labelOf(id)},${other(id)}`).join('\n')}\n`
  const cwd = mkdtempSync(join(tmpdir(), 'unused-'))
  folders.push(cwd)
  writeFileSync(
    join(cwd, 'differ.csv'),
    both((id) => labelOf(id + 1)),
  )
  writeFileSync(join(cwd, 'same.csv'), both(labelOf))
  const ran = (file: string) =>
    commandLine(['run', '--predictions', `a=${file}`, '--floor', '0.5', '--json'], { cwd })
  expect(await ran('differ.csv')).toMatchObject({
    code: 3,
    err: expect.stringMatching(/IMPORT_FORMAT.*could each be the label.*--expected FILE/s),
  })
  expect((await ran('same.csv')).code).toBe(0)
})
