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

function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const cwd = mkdtempSync(join(tmpdir(), 'limits-'))
  folders.push(cwd)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
  return cwd
}

const ids = Array.from({ length: 200 }, (_, i) => i + 1)
const labelOf = (id: number) => (id % 2 ? 'refund' : 'login')
const jsonl = (row: (id: number) => object) => ids.map((id) => JSON.stringify(row(id))).join('\n')
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')

const spec = (more = '') =>
  `task: t\ndataset: { test: items.jsonl, input: text, expected: label, id: id${more} }\ncandidates:\n  - { id: a, runtime: replay, model: a.jsonl }\nbar: { floor: 0.5 }\n`
const data = {
  'items.jsonl': jsonl((id) => ({ id, text: `text ${id}`, label: labelOf(id) })),
  'a.jsonl': jsonl((id) => ({ id, output: labelOf(id) })),
}
const run = async (cwd: string, words: readonly string[]) => {
  const ran = await commandLine(['run', ...words, '--json'], { cwd })
  return { ...ran, result: ran.out === '' ? null : (JSON.parse(ran.out) as RunResult) }
}

test('a column that only late rows have is found, in predictions and in labels', async () => {
  const late = (name: string) => (id: number) =>
    id > 150 ? { id, [name]: labelOf(id) } : { id, [name]: labelOf(id), note: 'early' }
  const cwd = folder({
    'p.jsonl': jsonl((id) => (id > 150 ? late('output')(id) : { id, error: 'no answer' })),
    'labels.jsonl': `{"id":0}\n${jsonl(late('label'))}`,
  })
  const asked = ['--predictions', 'a=p.jsonl', '--expected', 'labels.jsonl', '--floor', '0.5']
  const { err } = await run(cwd, asked)
  // The label of the first row is missing: the column was found all the same.
  expect(err).toMatch(/Row 1 of the labels has no `label`/)
  writeFileSync(join(cwd, 'labels.jsonl'), jsonl(late('label')))
  const { result } = await run(cwd, asked)
  expect(result?.task.items).toBe(200)
})

test('rows beyond dataset.limit are listed with their count', async () => {
  const cwd = folder({ ...data, 'rightsize.yaml': spec(', limit: 50') })
  const { result } = await run(cwd, [])
  expect(result?.task).toMatchObject({ items: 50, leftOut: [{ what: 'row', count: 150 }] })
  expect(result?.task.leftOut[0]?.why).toContain('dataset.limit')
})

test('a spec, a prompt and a report in UTF-16 are read; another encoding is named', async () => {
  const cwd = folder({ ...data, 'rightsize.yaml': utf16(spec()) })
  expect((await run(cwd, [])).result?.task).toMatchObject({ name: 't', items: 200 })
  const latin = folder({
    ...data,
    'rightsize.yaml': Buffer.from(spec('').replace('task: t', 'task: téléphone'), 'latin1'),
  })
  expect(await run(latin, [])).toMatchObject({
    code: 3,
    err: expect.stringMatching(/DATA_ENCODING.*rightsize\.yaml:1/s),
  })
  const report = folder({
    'emissions.csv': utf16(
      'timestamp,project_name,duration,emissions,energy_consumed,country_iso_code\n2025-01-01T00:00:00,p,100,0.002,0.005,DEU\n',
    ),
  })
  const sci = await commandLine(['sci', 'emissions.csv', '--requests', '100'], { cwd: report })
  expect(sci).toMatchObject({ code: 0, out: expect.stringContaining('DEU') })
})

test('rows that training leaves out are counted', async () => {
  const cwd = folder({
    'train.jsonl': jsonl((id) => ({
      text: `${labelOf(id)} ${id}`,
      ...(id > 190 ? {} : { label: labelOf(id) }),
    })),
  })
  const args = ['train', 'linear', 'train.jsonl', '--input', 'text', '--expected', 'label']
  const ran = await commandLine([...args, '--out', 'm'], { cwd })
  expect(ran).toMatchObject({
    code: 0,
    err: expect.stringMatching(/10 rows were left out: without a label/),
  })
})
