import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildAccount } from '../../src/core/account/account.ts'
import { accountInputs, accountRun, accountSpec } from '../fixtures/account-run.ts'
import { apply, recipesIn, type Step } from './recipe.ts'

/** The recipes of CONTRIBUTING.md, followed to the letter in a copy of the repository. */
const root = resolve(import.meta.dirname, '../..')
const recipes = recipesIn(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'))
const steps = recipes.flatMap((recipe) => recipe.steps)
const copy = mkdtempSync(join(tmpdir(), 'rightsize-recipes-'))
afterAll(() => rmSync(copy, { recursive: true, force: true }))

beforeAll(() => {
  for (const name of [
    'src',
    'test',
    'tools',
    'data',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
    'biome.json',
  ])
    cpSync(join(root, name), join(copy, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const step of steps) apply(step, copy)
  execFileSync(process.execPath, ['tools/build.mjs'], { cwd: copy })
}, 60_000)

/** What looks at every row, and for names of parts outside their own places. */
const tableTests = [
  'src/cli/list.test.ts',
  'src/core/compress/table.test.ts',
  'src/core/part/examples.test.ts',
  'src/core/score/text-scorers.test.ts',
  'test/architecture/kinds.test.ts',
]

const put = (name: string, text: string): void => writeFileSync(join(copy, name), text)

/** The command line of the copy. */
function rightsize(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const ran = spawnSync(process.execPath, [join(copy, 'dist/cli/main.js'), ...words], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { code: ran.status, out: ran.stdout, err: ran.stderr }
}

test('there is a recipe for every kind of part, each with a file, a row and a test', () => {
  expect(recipes.map(({ title }) => title.replace(/^Add an? /, ''))).toEqual([
    ...['scorer', 'runtime', 'meter', 'compression pass', 'export', 'importer', 'command'],
  ])
  for (const { title, steps } of recipes) {
    const files = steps.filter(({ kind }) => kind === 'file').map(({ path }) => path)
    expect(
      files.some((path) => path.endsWith('.test.ts')),
      title,
    ).toBe(true)
    expect(
      files.some((path) => !path.endsWith('.test.ts')),
      title,
    ).toBe(true)
    expect(
      steps.some(({ kind }) => kind === 'row'),
      title,
    ).toBe(true)
  }
})

test('the copy type-checks where the recipes touched it', () => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.test.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const files = [...new Set(steps.map(({ path }) => join(copy, path)))]
  const program = ts.createProgram(files, { ...options, rootDir: copy, noEmit: true })
  const found = files.flatMap((file) => program.getSemanticDiagnostics(program.getSourceFile(file)))
  expect(
    found.map(({ file, messageText }) => [
      file?.fileName.slice(copy.length + 1),
      ts.flattenDiagnosticMessageText(messageText, ' '),
    ]),
  ).toEqual([])
}, 120_000)

test('the code of the recipes is formatted and has nothing to complain of', () => {
  const files = steps.flatMap(({ kind, path }) => (kind === 'file' ? [path] : []))
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const ran = spawnSync(process.execPath, [biome, 'check', ...files], {
    cwd: copy,
    encoding: 'utf8',
  })
  expect(ran.status, `${ran.stdout}\n${ran.stderr}`).toBe(0)
})

test('the tests of the recipes pass, and those of the tables with the new rows', () => {
  const tests = steps.flatMap(({ kind, path }: Step) =>
    kind === 'file' && path.endsWith('.test.ts') ? [path] : [],
  )
  const ran = spawnSync(
    process.execPath,
    [join(join(root, 'node_modules/vitest'), 'vitest.mjs'), 'run', ...tests, ...tableTests],
    { cwd: copy, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', CI: 'true' } },
  )
  expect(ran.status, `${ran.stdout}\n${ran.stderr}`).toBe(0)
  expect(ran.stdout).toMatch(new RegExp(`Test Files +${tests.length + tableTests.length} passed`))
}, 120_000)

describe('each new part is used', () => {
  test('the scorer: by a spec, and it is listed', () => {
    put('answers.jsonl', '{"id":"1","output":"Refund, please"}\n{"id":"2","output":"no"}\n')
    put(
      'scored.yaml',
      `task: scored
dataset: { rows: [{ id: "1", text: a, label: refund }, { id: "2", text: b, label: refund }], id: id, input: text, expected: label }
scorer: { name: starts-with, options: { ignoreCase: true } }
candidates: [{ id: one, runtime: replay, model: answers.jsonl }]
bar: { floor: 0.1 }
`,
    )
    const { out } = rightsize(['run', 'scored.yaml', '--out', 'scored', '--json'])
    const { candidates } = JSON.parse(out) as { candidates: { quality: { value: number } }[] }
    expect(candidates[0]?.quality.value).toBe(0.5)
    expect(rightsize(['list', 'scorers']).out).toContain('the answer starts with the label')
  })

  test('the runtime: by a flag', () => {
    put('data.csv', `text,label\n${'a,yes\n'.repeat(3)}b,no\n`)
    const words = ['run', 'data.csv', '--input', 'text', '--expected', 'label', '--json']
    const { out } = rightsize([
      ...words,
      '--try',
      'constant:yes',
      '--floor',
      '0.1',
      '--out',
      'runs',
    ])
    const { candidates } = JSON.parse(out) as { candidates: { quality: { value: number } }[] }
    expect(candidates[0]?.quality.value).toBe(0.75)
  })

  test('the meter: doctor names it, with what it sees', () => {
    put('energy_now', '40000000\n')
    const { out } = rightsize(['doctor', '--json'], { BATTERY: copy })
    const { meters } = JSON.parse(out) as { meters: { name: string; works: boolean }[] }
    expect(meters).toContainEqual({ name: 'battery', works: true, detail: '144000 J left' })
    expect(meters.map(({ name }) => name).indexOf('battery')).toBe(meters.length - 2)
  })

  test('the pass: inspect predicts what it saves', () => {
    const model = join(root, 'examples/helpdesk-intents/models/tiny/onnx/model.onnx')
    const { code, out } = rightsize(['inspect', model, '--json'])
    expect(code).toBe(0)
    expect(out).toContain('"metadata"')
  })

  test('the export: sci writes it', () => {
    const account = buildAccount(accountRun, accountSpec, accountInputs)
    put('result.json', JSON.stringify({ ...accountRun, account }))
    const { out } = rightsize(['sci', 'result.json', '--export', 'badge'])
    expect(JSON.parse(out)).toMatchObject({ label: 'SCI', schemaVersion: 1 })
  })

  test('the importer: run decides from its file', () => {
    const items = Array.from({ length: 40 }, (_, i) => [`i${i}`, 1] as const)
    const scores = { incumbent: Object.fromEntries(items), small: Object.fromEntries(items) }
    put('scores.json', JSON.stringify({ scores }))
    const { out, err } = rightsize([
      'run',
      '--predictions',
      'scores.json',
      '--json',
      '--out',
      'imported',
    ])
    const { candidates } = JSON.parse(out || `{"candidates":[{"id":${JSON.stringify(err)}}]}`) as {
      candidates: { id: string }[]
    }
    expect(candidates.map(({ id }) => id).sort()).toEqual(['incumbent', 'small'])
  })

  test('the command: it is in help, and it runs', () => {
    put('rows.csv', 'text,label\na,x\n')
    expect(rightsize(['rows', 'rows.csv'])).toMatchObject({ code: 0, out: '1 rows\n' })
    expect(rightsize(['--help']).out).toContain('count the rows of a data file')
  })
})
