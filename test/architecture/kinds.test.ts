import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { energyImporters } from '../../src/adapters/energy-import/table.ts'
import { importers } from '../../src/adapters/importer/table.ts'
import { exportForms } from '../../src/app/account/exports.ts'
import { passes } from '../../src/core/compress/table.ts'
import { datasets } from '../../src/core/part/datasets.ts'
import { meters } from '../../src/core/part/meters.ts'
import { runtimes } from '../../src/core/part/runtimes.ts'
import { scorers } from '../../src/core/part/scorers.ts'

/**
 * Nothing in the code names a kind of part, but its row, its loader, its own file and its test. A name elsewhere is a
 * list or a default that a new row would not reach.
 */
interface Table {
  readonly names: readonly string[]
  /** Keys and variables that hold a name of this table: `runtime: 'x'`, `runtime === 'x'`. */
  readonly keys: readonly string[]
  /** Files with rows and loaders. */
  readonly tables: readonly string[]
  /** Files that are a part's own, where their names do not say so. */
  readonly homes?: Readonly<Record<string, readonly string[]>>
  /** Files in which the same words and keys stand for another idea, and which. */
  readonly otherIdeas?: Readonly<Record<string, string>>
}

const student = 'src/adapters/runtime/student.ts'
const tables: Readonly<Record<string, Table>> = {
  runtimes: {
    names: Object.keys(runtimes),
    keys: ['runtime', 'kind', 'student', 'teacher'],
    tables: [
      'src/core/part/runtimes.ts',
      'src/core/part/endpoint-runtimes.ts',
      'src/adapters/runtime/table.ts',
      'src/adapters/runtime/revision/table.ts',
      'src/app/train/student/table.ts',
    ],
    homes: { linear: [student], static: [student], head: [student] },
  },
  scorers: {
    names: Object.keys(scorers),
    keys: ['scorer', 'scorers', 'name'],
    tables: ['src/core/part/scorers.ts', 'src/core/score/table.ts', 'src/adapters/scorer/table.ts'],
    homes: {
      'squad-em': ['src/core/score/squad.ts'],
      'squad-f1': ['src/core/score/squad.ts'],
      'macro-f1': ['src/core/score/classification.ts'],
      'balanced-accuracy': ['src/core/score/classification.ts'],
      mcc: ['src/core/score/classification.ts'],
      brier: ['src/core/score/calibration.ts'],
    },
  },
  meters: {
    names: Object.keys(meters),
    keys: ['meter', 'name'],
    tables: ['src/core/part/meters.ts', 'src/adapters/meter/table.ts'],
  },
  datasets: {
    names: Object.keys(datasets),
    keys: ['format', 'dataset'],
    tables: ['src/core/part/datasets.ts', 'src/adapters/dataset/table.ts'],
    otherIdeas: {
      'src/adapters/runtime/endpoint/ollama.ts': 'the format of an answer',
    },
  },
  passes: {
    names: Object.keys(passes),
    keys: ['pass', 'passes', 'id'],
    tables: ['src/core/compress/table.ts'],
  },
  exports: {
    names: Object.keys(exportForms),
    keys: ['form', 'export'],
    tables: ['src/app/account/exports.ts'],
    otherIdeas: { 'src/wire/report.ts': 'the form of the report of a decision' },
  },
  importers: {
    names: Object.keys(importers),
    keys: ['importer'],
    tables: ['src/adapters/importer/table.ts'],
  },
  'energy importers': {
    names: Object.keys(energyImporters),
    keys: ['tool'],
    tables: ['src/adapters/energy-import/table.ts'],
    homes: {
      'impact-framework': ['src/adapters/energy-import/if-manifest.ts'],
      opentelemetry: ['src/adapters/energy-import/otel.ts'],
    },
  },
}

interface Named {
  readonly name: string
  readonly how: string
  readonly line: number
}

/** Where a source names parts of a table in a way that decides something: keys, comparisons, lists, defaults, look-ups. */
function namedIn(
  tree: ts.SourceFile,
  { names, keys }: Pick<Table, 'names' | 'keys'>,
): readonly Named[] {
  const found: Named[] = []
  const known = new Set(names)
  const note = (node: ts.Node, how: string): void => {
    const text = literal(node)
    if (text === null || !known.has(text)) return
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart())
    found.push({ name: text, how, line: line + 1 })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return
    if (ts.isBinaryExpression(node)) {
      const { operatorToken, left, right } = node
      const compares = /^[!=]==?$/.test(operatorToken.getText())
      if (compares && keys.includes(lastName(left))) note(right, 'compared')
      if (compares && keys.includes(lastName(right))) note(left, 'compared')
      if (operatorToken.getText() === '??' && keys.includes(lastName(left))) note(right, 'default')
    }
    if (ts.isPropertyAssignment(node) && keys.includes(node.name.getText().replace(/'/g, '')))
      for (const text of texts(node.initializer)) note(text, 'set')
    if (ts.isVariableDeclaration(node) && node.initializer && keys.includes(node.name.getText()))
      note(node.initializer, 'set')
    if (ts.isArrayLiteralExpression(node) && node.elements.every((one) => isName(one, known)))
      for (const one of node.elements) note(one, 'listed')
    if (ts.isObjectLiteralExpression(node) && node.properties.length > 1) {
      const own = node.properties.map((one) => one.name?.getText().replace(/'/g, '') ?? '')
      const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1
      if (own.every((one) => known.has(one)))
        found.push(...own.map((name) => ({ name, how: 'a table', line })))
    }
    if (ts.isCallExpression(node) && /\.(startsWith|includes|has)$/.test(node.expression.getText()))
      if (keys.includes(lastName((node.expression as ts.PropertyAccessExpression).expression)))
        for (const one of node.arguments) note(one, 'looked up')
    if (ts.isCaseClause(node)) {
      const { expression } = node.parent.parent
      if (keys.includes(lastName(expression))) note(node.expression, 'case')
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

const parsed = (source: string): ts.SourceFile =>
  ts.createSourceFile('a.ts', source, ts.ScriptTarget.Latest, true)

const literal = (node: ts.Node): string | null => (ts.isStringLiteralLike(node) ? node.text : null)

const isName = (node: ts.Node, known: ReadonlySet<string>): boolean =>
  known.has(literal(node) ?? '')

/** The value, or both values of a condition or a default. */
function texts(node: ts.Expression): readonly ts.Node[] {
  if (ts.isConditionalExpression(node)) return [...texts(node.whenTrue), ...texts(node.whenFalse)]
  if (ts.isParenthesizedExpression(node)) return texts(node.expression)
  if (ts.isBinaryExpression(node)) return [...texts(node.left), ...texts(node.right)]
  return [node]
}

/** `candidate.runtime` and `runtime` are both "runtime". */
const lastName = (node: ts.Node): string => /(\w+)(\(\))?\??$/.exec(node.getText())?.[1] ?? ''

const root = join(import.meta.dirname, '../..')
const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((one) => one.isFile() && /(?<!\.test|\.d)\.ts$/.test(one.name))
  .map((one) => relative(root, join(one.parentPath, one.name)))

/** A file called after the part, or below a folder called so: `int8.ts`, `structural-heads.ts`, `runtime/onnx/read.ts`. */
function isHome(file: string, name: string, { homes = {} }: Table): boolean {
  const own = basename(file, '.ts')
  const called = own === name || own === `structural-${name}` || file.includes(`/${name}/`)
  return called || (homes[name] ?? []).includes(file)
}

describe('no kind of part is named outside its own places', () => {
  const trees = new Map(
    sources.map((file) => [file, parsed(readFileSync(join(root, file), 'utf8'))]),
  )
  const allTables = Object.values(tables).flatMap((table) => table.tables)

  test('the whole source was read', () => {
    expect(trees.size).toBeGreaterThan(450)
  })

  test.each(Object.entries(tables))('%s', (_, table) => {
    const strays = [...trees].flatMap(([file, tree]) =>
      allTables.includes(file) || file in (table.otherIdeas ?? {})
        ? []
        : namedIn(tree, table)
            .filter(({ name }) => !isHome(file, name, table))
            .map(({ name, how, line }) => `${file}:${line} ${how}: ${name}`),
    )
    expect(strays).toEqual([])
  })

  test.each(Object.entries(tables))(
    'the own files of %s are there',
    (_, { tables, homes = {}, otherIdeas = {} }) => {
      for (const file of [...tables, ...Object.values(homes).flat(), ...Object.keys(otherIdeas)])
        expect(sources, file).toContain(file)
    },
  )
})

test.each([
  ["if (candidate.runtime === 'openai') price()", 'compared'],
  ["const local = new Set(['onnx', 'linear'])", 'listed'],
  ["const students = ['linear']", 'listed'],
  ["const one = { runtime: old ? 'onnx' : 'linear' }", 'set'],
  ["const kind = given.runtime ?? 'linear'", 'default'],
  ['const facts = { onnx: 1, openai: 2 }', 'a table'],
  ["switch (candidate.runtime) { case 'replay': break }", 'case'],
  ["runtime.startsWith('onnx')", 'looked up'],
])('a planted name is found: %s', (source, how) => {
  const found = namedIn(parsed(source), tables['runtimes'] as Table)
  expect(found.map((one) => one.how)).toContain(how)
})

test.each([
  "import { a } from './onnx'",
  "type Kind = 'onnx' | 'linear'",
  "const file = join(folder, 'onnx', 'model.onnx')",
  "const shape = { schedule: 'linear' }",
])('and what is no name is left alone: %s', (source) => {
  expect(namedIn(parsed(source), tables['runtimes'] as Table)).toEqual([])
})
