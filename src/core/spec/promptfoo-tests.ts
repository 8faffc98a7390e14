import { csvRows } from '../data/csv.ts'
import { jsonlRows, jsonRows, type Row } from '../data/json-rows.ts'
import {
  assertionsOf,
  type ImportedAssertion,
  type Note,
  rendered,
  shortAssertion,
} from './promptfoo-assertions.ts'
import { type Ignored, isPattern, isRecord, type PromptfooWorld } from './promptfoo-prompts.ts'
import { readSource } from './source-lines.ts'

export interface PromptfooTest {
  readonly vars: Readonly<Record<string, unknown>>
  readonly asserts: readonly ImportedAssertion[]
  /** Assertions of this test that cannot be checked, and why. */
  readonly unchecked: readonly Ignored[]
  readonly threshold: number | null
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Most rows that lists in `vars` may be multiplied into. */
const MOST_ROWS = 10_000
/** Keys of a test that are read. */
const TEST_KEYS = new Set(['vars', 'assert', 'threshold', 'metadata', 'description', 'options'])

/**
 * The tests of a promptfoo file: lists, `file://` CSV, JSON, JSONL or YAML, `defaultTest` merged in, lists in `vars`
 * multiplied out. `known` says which assertion types can be checked.
 */
export function promptfooTests(
  tests: unknown,
  defaults: unknown,
  scenarios: unknown,
  world: PromptfooWorld,
  ignored: Ignored[],
): {
  readonly tests: readonly PromptfooTest[]
  /** How many assertions and tests the file asks for. */
  readonly totals: Readonly<Record<'assertion' | 'test', number>>
} {
  const note: Note = (path, why, what) => {
    ignored.push(what === undefined ? { path, why } : { path, why, what, partial: true })
  }
  const base = isRecord(defaults) ? testOf(defaults, 'defaultTest', world, note) : null
  const list = [...testList(tests, 'tests', world, note), ...scenarioTests(scenarios, world, note)]
  const rows = list.flatMap(({ test, path }) => {
    const found = expanded(merged(base, testOf(test, path, world, note)), path, note)
    ignored.push(...found.flatMap(({ unchecked }) => unchecked))
    return found
  })
  const total = rows.reduce((sum, row) => sum + row.asserts.length + row.unchecked.length, 0)
  return {
    tests: rows
      .map((row) => ({ ...row, asserts: row.asserts.map((one) => rendered(one, row.vars)) }))
      .filter((row, index) => checkable(row, index, note)),
    totals: { assertion: total, test: rows.length },
  }
}

/** A test of which no assertion can be checked would pass or fail by nothing. */
function checkable({ asserts, unchecked }: PromptfooTest, index: number, note: Note): boolean {
  if (asserts.length > 0 || unchecked.length === 0) return true
  note(`test ${index + 1}`, 'none of its assertions can be checked', 'test')
  return false
}

interface Found {
  readonly test: Row
  readonly path: string
}

function testList(
  tests: unknown,
  path: string,
  world: PromptfooWorld,
  note: Note,
): readonly Found[] {
  if (typeof tests === 'string') return testFile(tests, path, world, note)
  if (!Array.isArray(tests)) {
    if (tests !== undefined) note(path, 'is neither a list of tests nor a file', 'test')
    return []
  }
  return tests.flatMap((test, index) => {
    const at = `${path}[${index}]`
    if (typeof test === 'string') return testFile(test, at, world, note)
    if (isRecord(test)) return [{ test, path: at }]
    note(at, 'is not a test', 'test')
    return []
  })
}

/** A scenario: its tests once with each of its configurations, which are tests that lend them their parts. */
function scenarioTests(scenarios: unknown, world: PromptfooWorld, note: Note): readonly Found[] {
  if (scenarios === undefined) return []
  if (!Array.isArray(scenarios)) {
    note('scenarios', 'is not a list', 'test')
    return []
  }
  return scenarios.flatMap((scenario, index) => {
    const at = `scenarios[${index}]`
    const { config, tests } = isRecord(scenario) ? scenario : {}
    const configs = testList(config, `${at}.config`, world, note)
    const own =
      tests === undefined ? [{ test: {}, path: at }] : testList(tests, `${at}.tests`, world, note)
    return configs.flatMap((one, i) =>
      own.map(({ test, path }) => ({
        test: joined(one.test, test),
        path: `${path} with config ${i}`,
      })),
    )
  })
}

/** A test that takes variables and assertions of a configuration where it has none of its own. */
const joined = (config: Row, test: Row): Row => ({
  ...config,
  ...test,
  vars: { ...recordOf(config['vars']), ...recordOf(test['vars']) },
  assert: [...listOf(config['assert']), ...listOf(test['assert'])],
})

const recordOf = (value: unknown): Row => (isRecord(value) ? value : {})
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function testFile(
  reference: string,
  path: string,
  world: PromptfooWorld,
  note: Note,
): readonly Found[] {
  const file = reference.replace(/^file:\/\//, '')
  if (/\.(js|mjs|cjs|ts|py)(:|$)/.test(file) || /^(https?|huggingface):/.test(file)) {
    note(
      path,
      `${reference}: code and addresses are not read; name CSV, JSON, JSONL or YAML files`,
      'file of tests',
    )
    return []
  }
  if (isPattern(file)) {
    const files = world.list(file, path)
    if (files.length === 0) note(path, `${reference}: no file has such a name`, 'file of tests')
    return files.flatMap((one) => testFile(one, path, world, note))
  }
  const text = world.read(file, path)
  if (/\.csv$/i.test(file))
    return csvRows(text, file).map((row, i) => ({ test: csvTest(row), path: `${file}:${i + 2}` }))
  const rows = /\.jsonl$/i.test(file)
    ? jsonlRows(text, file)
    : /\.json$/i.test(file)
      ? jsonRows(text, file)
      : yamlList(text, file)
  return rows.map((test, i) => ({ test, path: `${file}[${i}]` }))
}

function yamlList(text: string, file: string): readonly Row[] {
  const { value } = readSource(text, file)
  return Array.isArray(value) ? value.filter(isRecord) : []
}

/** A CSV row: columns are variables, `__expected` columns are assertions in short form, `__threshold` a number. */
function csvTest(row: Readonly<Record<string, string>>): Row {
  const entries = Object.entries(row)
  const vars = Object.fromEntries(entries.filter(([key]) => !key.startsWith('__')))
  const shorts = entries.filter(([key, value]) => /^__expected\d*$/.test(key) && value !== '')
  const { __threshold: threshold } = row
  return {
    vars,
    assert: shorts.map(([, value]) => shortAssertion(value)),
    ...(threshold === undefined || threshold === '' ? {} : { threshold: Number(threshold) }),
  }
}

function testOf(test: Row, path: string, world: PromptfooWorld, note: Note): PromptfooTest {
  for (const key of Object.keys(test))
    if (!TEST_KEYS.has(key)) note(`${path}.${key}`, 'is not read')
  const { vars, assert, threshold, metadata, options } = test
  const transform = transformOf(options, path, world, note)
  const unchecked: Ignored[] = []
  const drop: Note = (at, why, what = 'assertion') => {
    unchecked.push({ path: at, why, what, partial: true })
  }
  const asserts = Array.isArray(assert)
    ? assert.flatMap((one, i) => assertionsOf(one, `${path}.assert[${i}]`, world, drop))
    : []
  return {
    unchecked,
    vars: varsOf(vars, path, world),
    asserts: transform === null ? asserts : asserts.map((one) => ({ transform, ...one })),
    threshold: typeof threshold === 'number' ? threshold : null,
    metadata: isRecord(metadata) ? metadata : {},
  }
}

function varsOf(vars: unknown, path: string, world: PromptfooWorld): Row {
  if (typeof vars === 'string' && vars.startsWith('file://')) {
    const { value } = readSource(world.read(vars.slice(7), path), vars)
    return isRecord(value) ? value : {}
  }
  if (!isRecord(vars)) return {}
  const read = (value: unknown) =>
    typeof value === 'string' && /^file:\/\/.*\.(txt|md|json|ya?ml)$/i.test(value)
      ? world.read(value.slice(7), `${path}.vars`)
      : value
  return Object.fromEntries(Object.entries(vars).map(([key, value]) => [key, read(value)]))
}

function transformOf(
  options: unknown,
  path: string,
  world: PromptfooWorld,
  note: Note,
): string | null {
  if (!isRecord(options)) return null
  for (const key of Object.keys(options))
    if (key !== 'transform') note(`${path}.options.${key}`, 'is not read')
  const { transform } = options
  if (typeof transform !== 'string') return null
  if (world.trust) return transform
  note(`${path}.options.transform`, 'is code; it is run under --trust only', 'transform')
  return null
}

function merged(base: PromptfooTest | null, test: PromptfooTest): PromptfooTest {
  if (base === null) return test
  return {
    vars: { ...base.vars, ...test.vars },
    asserts: [...base.asserts, ...test.asserts],
    unchecked: [...base.unchecked, ...test.unchecked],
    threshold: test.threshold ?? base.threshold,
    metadata: { ...base.metadata, ...test.metadata },
  }
}

/** A list under a variable stands for one test per value. */
function expanded(test: PromptfooTest, path: string, note: Note): readonly PromptfooTest[] {
  let rows: readonly Row[] = [{}]
  for (const [key, value] of Object.entries(test.vars)) {
    const values = Array.isArray(value) ? value : [value]
    rows = rows.flatMap((row) => values.map((one) => ({ ...row, [key]: one })))
    if (rows.length > MOST_ROWS) {
      note(
        `${path}.vars`,
        `its lists make more than ${MOST_ROWS} tests; the first ${MOST_ROWS} are kept`,
        'list of values',
      )
      rows = rows.slice(0, MOST_ROWS)
    }
  }
  return rows.map((vars) => ({ ...test, vars }))
}
