import { join, resolve } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { readRows } from '../../src/adapters/dataset/table.ts'
import { importEnergy } from '../../src/adapters/energy-import/table.ts'
import { importResults } from '../../src/adapters/importer/table.ts'
import { loadLocal, openRuntime } from '../../src/adapters/runtime/table.ts'
import { openScorer } from '../../src/adapters/scorer/table.ts'
import { exportAccount } from '../../src/app/account/exports.ts'
import { askedOf } from '../../src/app/evaluate/outcome-key.ts'
import { planInput } from '../../src/app/evaluate/plan.ts'
import { regimeOf } from '../../src/app/evaluate/regime.ts'
import { needsTraining } from '../../src/app/evaluate/train-students.ts'
import { checkFolder } from '../../src/app/keep/check-folder.ts'
import { wantedPasses } from '../../src/app/shrink/open-original.ts'
import { teach } from '../../src/app/train/teach.ts'
import { trainFolder } from '../../src/app/train/train-folder.ts'
import { loadPasses, passPart } from '../../src/core/compress/table.ts'
import type { Item } from '../../src/core/data/item.ts'
import { RightsizeError } from '../../src/core/error/error.ts'
import { meterPart } from '../../src/core/part/meters.ts'
import { runtimePart } from '../../src/core/part/runtimes.ts'
import { scorerPart } from '../../src/core/part/scorer-name.ts'
import { defineSpec } from '../../src/core/spec/definition.ts'
import { candidateFromShort } from '../../src/core/spec/expand.ts'
import { specFromFlags } from '../../src/core/spec/flags.ts'
import { parseSpecValue } from '../../src/core/spec/parse.ts'
import type { CandidateSpec, Spec } from '../../src/core/spec/spec.ts'
import { studentNotes } from '../../src/core/student/student-note.ts'
import { commandLine } from '../command-line.ts'

const written = {
  task: 'planted',
  dataset: { rows: [{ text: 'a', label: 'b' }], input: 'text', expected: 'label' },
  candidates: ['linear'],
  bar: { floor: 0.5 },
}
const spec = parseSpecValue(written)
const item: Item = {
  id: '1',
  input: 'a',
  expected: 'b',
  slices: {},
  cluster: null,
  row: { text: 'a', label: 'b' },
  digest: 'd',
}
/** What no check of a spec would let through, as it would come from a file of another version. */
const candidate = {
  ...spec.candidates[0],
  id: 'one',
  runtime: 'planted',
} as unknown as CandidateSpec
const planted: Spec = { ...spec, candidates: [candidate] }
const plan = planInput(spec, [item], null)
const files = { text: async () => 'planted', isFolder: async () => false }

type Call = () => unknown
const consumers: Readonly<Record<string, Readonly<Record<string, Call>>>> = {
  runtime: {
    'the facts': () => runtimePart('planted'),
    'a spec': () => parseSpecValue({ ...written, candidates: [{ id: 'one', runtime: 'planted' }] }),
    'a candidate in short': () => candidateFromShort('planted:model'),
    'flags of run': () => specFromFlags({ dataset: 'a.csv', floor: 0.5, try: ['planted:model'] }),
    'the key of an outcome': () => askedOf([item], candidate, 'label')(item),
    'the regime': () => regimeOf(planted, plan, { clustered: false, candidates: [candidate] }),
    training: () => needsTraining({ ...candidate, train: undefined } as unknown as CandidateSpec),
    'the price of a plan': () => planInput(planted, [item], null),
    'the lock': () =>
      checkFolder(
        {
          spec: planted,
          baseDir: '/',
          lock: { decisions: { planted: { chosen: { id: 'one' } } } } as never,
        },
        { clock: { now: () => '2026-01-01T00:00:00Z' }, digest: () => 'd' } as never,
      ),
    'opening it': () => openRuntime(candidate, {} as never, { exec: true } as never),
    'opening it in a worker': () => loadLocal(candidate, {} as never),
    teaching: () =>
      teach(candidate, { train: [], test: [], crossFit: false }, {} as never, () => {}),
    'a trained folder': () => trainFolder({ kind: 'planted' } as never, {} as never, () => {}),
    'the notes of a student': () =>
      studentNotes({
        kind: 'linear',
        rows: 1,
        classes: 1,
        teacher: { model: 'm', runtime: 'planted' },
      }),
  },
  scorer: {
    'the facts': () => scorerPart('planted'),
    'a spec': () => parseSpecValue({ ...written, scorer: 'planted' }),
    'a plan': () => planInput({ ...spec, scorers: [scorer('planted')] }, [item], null),
    'opening it': () => openScorer(scorer('planted'), {} as never),
  },
  'dataset format': {
    'reading rows': () =>
      readRows(
        '/a.csv',
        { test: 'a.csv', input: 'text', format: 'planted' as never },
        files as never,
      ),
  },
  pass: {
    'the facts': () => passPart('planted'),
    '--only': () => wantedPasses(loadPasses, { only: ['planted'], without: [] }),
    '--without': () => wantedPasses(loadPasses, { only: [], without: ['planted'] }),
  },
  export: { 'an account': () => exportAccount({ account: {} } as never, 'planted') },
  importer: {
    'a file of results': () => importResults([{ name: 'a', path: 'planted' }], files as never),
  },
  'energy importer': { 'a file of another tool': () => importEnergy('planted') },
}
const scorer = (name: string) => ({ name, weight: 1, options: {} })

describe.each(Object.entries(consumers))('an unknown %s is refused by name', (noun, calls) => {
  test.each(Object.entries(calls))('by %s', async (_, call) => {
    const error: unknown = await Promise.resolve()
      .then(call)
      .then(
        (value) => `no error, but ${JSON.stringify(value)}`,
        (thrown: unknown) => thrown,
      )
    expect(error).toBeInstanceOf(RightsizeError)
    // A file that no importer takes has no kind to name: it is named itself.
    const said = `${(error as RightsizeError).message} ${(error as RightsizeError).at ?? ''}`
    if (noun !== 'energy importer') expect(said).toContain('planted')
    expect((error as RightsizeError).code).not.toBe('INTERNAL')
  })
})

test('joules of another origin than a meter have no facts of a meter', () => {
  expect([meterPart('planted'), meterPart('declared')]).toEqual([null, null])
})

test.each([
  ['list', 'planted'],
  ['planted'],
  ['train', 'planted', 'a.csv'],
  ['sci', '--export', 'planted'],
])('the command line refuses %s %s', async (...words) => {
  const { code, err } = await commandLine(words, { cwd: '/' })
  expect(code).toBe(3)
  expect(err).toContain('planted')
})

test('a TypeScript user is refused what there is not', () => {
  const rest = { task: 't', dataset: { test: 'a.csv', input: 'x' }, bar: { floor: 0.5 } } as const
  // @ts-expect-error a misspelled runtime
  defineSpec({ ...rest, candidates: [{ id: 'a', runtime: 'opnai', model: 'm' }] })
  // @ts-expect-error a misspelled scorer
  defineSpec({ ...rest, scorer: 'exactt', candidates: ['linear'] })
  // @ts-expect-error a misspelled format
  defineSpec({ ...rest, dataset: { ...rest.dataset, format: 'cvs' }, candidates: ['linear'] })
  const mine = defineSpec({
    ...rest,
    scorer: './score.mjs',
    candidates: [{ id: 'a', runtime: './adapter.mjs' }],
  })
  expect(mine.scorer).toBe('./score.mjs')
})

const root = resolve(import.meta.dirname, '../..')

/** Rows planted into the tables of facts, each a copy of the last row but for what is written here. */
const plants: Readonly<Record<string, readonly string[]>> = {
  'src/core/part/runtimes.ts': [
    "plantedChild: { ...local, summary: '', example: '', files: null, student: true }",
    "plantedElsewhere: { ...local, where: 'elsewhere', summary: '', example: '', files: null }",
  ],
  'src/core/part/scorers.ts': [
    "plantedPure: { ...rightOrWrong, summary: '', example: '', reads: 'text' }",
    "plantedEffect: { ...rightOrWrong, summary: '', example: '', reads: 'text', effects: 'model' }",
  ],
  'src/core/part/meters.ts': [
    "plantedMeter: { summary: '', example: '', sensor: true, tracking: {} }",
  ],
  'src/core/part/datasets.ts': [
    "plantedFormat: { summary: '', example: '', endings: [], of: 'file' }",
  ],
}

/** The loader tables, and the row that each must miss. */
const missing: readonly (readonly [string, string])[] = [
  ['src/adapters/runtime/table.ts', 'plantedChild'],
  ['src/adapters/runtime/table.ts', 'plantedElsewhere'],
  ['src/app/train/student/table.ts', 'plantedChild'],
  ['src/core/score/table.ts', 'plantedPure'],
  ['src/adapters/scorer/table.ts', 'plantedEffect'],
  ['src/adapters/meter/table.ts', 'plantedMeter'],
  ['src/adapters/dataset/table.ts', 'plantedFormat'],
]

/** What the compiler says of the loader tables when rows are planted that have no loader. */
function complaints(): readonly string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const host = ts.createCompilerHost({ ...options, noEmit: true })
  const read = host.getSourceFile.bind(host)
  host.getSourceFile = (name, version, ...rest) => {
    const own = Object.keys(plants).find((file) => name === join(root, file))
    const text =
      own === undefined ? undefined : withRows(ts.sys.readFile(name) ?? '', plants[own] ?? [])
    if (text !== undefined) return ts.createSourceFile(name, text, version, true)
    return read(name, version, ...rest)
  }
  const files = [...new Set(missing.map(([file]) => join(root, file)))]
  const program = ts.createProgram(files, { ...options, noEmit: true }, host)
  return files.flatMap((file) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(file))
      .map(({ messageText }) => `${file} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`),
  )
}

/** Rows stand before the end of the table, which is the first `} as const satisfies Parts<`. */
function withRows(text: string, rows: readonly string[]): string {
  const at = text.indexOf('} as const satisfies Parts<')
  if (at < 0) throw new Error('no table of parts')
  return `${text.slice(0, at)}${rows.join(',\n')},\n${text.slice(at)}`
}

describe('a row without a loader does not compile', () => {
  const found = complaints()
  test.each(missing)('%s misses %s', (file, row) => {
    const own = found.filter((one) => one.startsWith(`${join(root, file)} `))
    expect(own.join('\n')).toContain(row)
  })
  test('and nothing else is wrong', () => {
    expect(found.filter((one) => !one.includes('planted'))).toEqual([])
  })
})
