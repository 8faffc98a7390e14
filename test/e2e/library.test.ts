import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { afterAll, expect, test, vi } from 'vitest'
import type { rightsize as Rightsize, RightsizeOptions, SpecInput } from '../../src/index.ts'
import { compiledPackage } from './compiled.ts'
import { Folder, jsonl, ticketRows } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const folder = new Folder()
afterAll(() => folder.remove())

const rows = ticketRows(90)
folder.write('items.jsonl', jsonl(rows))
folder.write('a.jsonl', jsonl(rows.map(({ id, label }) => ({ id, output: label }))))

const spec: SpecInput = {
  task: 'library',
  dataset: { test: 'items.jsonl', input: 'text', expected: 'label', id: 'id' },
  candidates: [{ id: 'stored', runtime: 'replay', model: 'a.jsonl' }],
  bar: { floor: 0.9 },
}

const open = async (): Promise<typeof Rightsize> => {
  const built = await import(join(compiledPackage(), 'dist/index.js'))
  return built.rightsize as typeof Rightsize
}

test('a run through the library decides, tells what it does, and writes nothing but the store', async () => {
  const rightsize = await open()
  const stages: string[] = []
  const onEvent: RightsizeOptions['onEvent'] = (event) => {
    if (event.type === 'stage') stages.push(event.stage)
  }
  const result = await rightsize(spec, { baseDir: folder.path, onEvent })
  expect(result.decision).toMatchObject({ kind: 'certified', chosen: 'stored' })
  expect(stages).toEqual(expect.arrayContaining(['data', 'open', 'evaluate']))
  expect(folder.files().filter((name) => !name.startsWith('.rightsize'))).toEqual([
    'a.jsonl',
    'items.jsonl',
  ])
})

test("effects are injectable: a clock, and a runtime of one's own", async () => {
  const rightsize = await open()
  const labels = new Map(rows.map(({ id, label }) => [id, label]))
  const result = await rightsize(spec, {
    baseDir: folder.path,
    fresh: true,
    effects: {
      clock: {
        now: () => '2030-05-05T00:00:00.000Z',
        monotonicS: () => 0,
        sleep: async () => undefined,
      },
      openRuntime: async () => ({
        identity: {
          model: 'mine',
          revision: '1',
          precision: 'none',
          engine: 'test',
          floating: false,
        },
        batchSize: 8,
        answer: async (batch) =>
          batch.map(({ id }) => ({
            ok: true,
            output: { kind: 'label', label: labels.get(id) ?? '' },
          })),
        usage: async () => ({
          pids: [],
          threads: 0,
          loadS: null,
          loadCpuS: null,
          peakRssBytes: null,
        }),
        close: async () => undefined,
      }),
    },
  })
  expect(result.provenance.startedAt).toBe('2030-05-05T00:00:00.000Z')
  expect(result.candidates[0]?.identity?.engine).toBe('test')
})

test('what must be changed by the caller is thrown with its code', async () => {
  const rightsize = await open()
  const wrong = { ...spec, dataset: { ...spec.dataset, input: 'txt' } }
  await expect(rightsize(wrong, { baseDir: folder.path })).rejects.toMatchObject({
    name: 'RightsizeError',
    code: 'DATA_COLUMN',
  })
})

test('an aborted run still gives what is known', async () => {
  const rightsize = await open()
  const signal = AbortSignal.abort()
  const result = await rightsize(spec, { baseDir: folder.path, fresh: true, signal })
  expect(result.provenance.interrupted).toBe(true)
  expect(result.decision.kind).toBe('undecided')
})

test('the example of the documentation has types, and a wrong key is an error', () => {
  const example = (key: string): string =>
    [
      "import { defineSpec, type RunResult, rightsize } from './src/index.ts'",
      'const spec = defineSpec({',
      "  task: 'tickets',",
      `  dataset: { ${key}: 'tickets.csv', input: 'text', expected: 'label' },`,
      "  candidates: [{ id: 'linear', runtime: 'linear', train: true }],",
      '  bar: { floor: 0.9 },',
      '})',
      'const result: RunResult = await rightsize(spec, { onEvent: (event) => void event.type })',
      'export const headline: string = result.decision.headline',
    ].join('\n')
  expect(mistakes(example('test'))).toEqual([])
  expect(mistakes(example('tset')).join()).toContain('tset')
})

/** What the compiler says of a file at the root of the repository, which is not written there. */
function mistakes(text: string): readonly string[] {
  const root = dirname(dirname(import.meta.dirname))
  const name = join(root, 'library-example.ts')
  expect(existsSync(name)).toBe(false)
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: ['node'],
  }
  const host = ts.createCompilerHost(options)
  const { readFile, fileExists } = host
  host.readFile = (path) => (path === name ? text : readFile(path))
  host.fileExists = (path) => path === name || fileExists(path)
  host.getSourceFile = (path, target) => {
    const source = host.readFile(path)
    return source === undefined ? undefined : ts.createSourceFile(path, source, target)
  }
  const program = ts.createProgram([name], options, host)
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(name))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
}
