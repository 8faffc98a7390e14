import { csvRows } from '../data/csv.ts'
import { jsonlRows, jsonRows, type Row } from '../data/json-rows.ts'
import type { Ignored, PromptfooWorld } from './promptfoo-prompts.ts'
import { readSource } from './source-lines.ts'

/** An assertion as the scorer `assertions` takes it. */
interface ImportedAssertion {
  readonly type: string
  readonly value?: unknown
  readonly weight?: number
  readonly transform?: string
}

export interface PromptfooTest {
  readonly vars: Readonly<Record<string, unknown>>
  readonly asserts: readonly ImportedAssertion[]
  readonly threshold: number | null
  readonly metadata: Readonly<Record<string, unknown>>
}

type Note = (path: string, why: string) => void

/** Most rows that lists in `vars` may be multiplied into. */
const MOST_ROWS = 10_000
/** Assertions that need code; read under --trust only. */
const CODE = new Set(['javascript'])
/** Keys of a test that are read. */
const TEST_KEYS = new Set(['vars', 'assert', 'threshold', 'metadata', 'description', 'options'])

/**
 * The tests of a promptfoo file: lists, `file://` CSV, JSON, JSONL or YAML, `defaultTest` merged in, lists in `vars`
 * multiplied out. `known` says which assertion types can be checked.
 */
export function promptfooTests(
  tests: unknown,
  defaults: unknown,
  world: PromptfooWorld,
  ignored: Ignored[],
): readonly PromptfooTest[] {
  const note: Note = (path, why) => {
    ignored.push({ path, why })
  }
  const base = isRecord(defaults) ? testOf(defaults, 'defaultTest', world, note) : null
  const list = testList(tests, 'tests', world, note)
  const rows = list.flatMap(({ test, path }) =>
    expanded(merged(base, testOf(test, path, world, note)), path, note),
  )
  return rows.map((row) => ({ ...row, asserts: row.asserts.map((one) => rendered(one, row.vars)) }))
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
    if (tests !== undefined) note(path, 'is no list of tests and no file')
    return []
  }
  return tests.flatMap((test, index) => {
    const at = `${path}[${index}]`
    if (typeof test === 'string') return testFile(test, at, world, note)
    if (isRecord(test)) return [{ test, path: at }]
    note(at, 'is no test')
    return []
  })
}

function testFile(
  reference: string,
  path: string,
  world: PromptfooWorld,
  note: Note,
): readonly Found[] {
  const file = reference.replace(/^file:\/\//, '')
  if (
    /[*?{[]/.test(file) ||
    /\.(js|mjs|cjs|ts|py)(:|$)/.test(file) ||
    /^(https?|huggingface):/.test(file)
  ) {
    note(
      path,
      `${reference}: patterns, code and addresses are not read; name CSV, JSON, JSONL or YAML files`,
    )
    return []
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

/** `icontains:bonjour`, `is-json`, or plain text, which means equals. Lists after contains-any and the like by comma. */
function shortAssertion(text: string): ImportedAssertion {
  const match = /^(not-)?([a-z][a-z-]*)(?:\(([\d.]+)\))?(?::([\s\S]*))?$/.exec(text.trim())
  const type = `${match?.[1] ?? ''}${match?.[2] ?? ''}`
  if (match === null || !(SHORT.has(match[2] ?? '') || text.includes(':')))
    return { type: 'equals', value: text }
  const value = match[4]?.trim()
  if (value === undefined) return { type }
  return {
    type,
    value: /-(any|all)$/.test(type) ? value.split(',').map((one) => one.trim()) : value,
  }
}

const SHORT = new Set(['is-json', 'contains-json'])

function testOf(test: Row, path: string, world: PromptfooWorld, note: Note): PromptfooTest {
  for (const key of Object.keys(test))
    if (!TEST_KEYS.has(key)) note(`${path}.${key}`, 'is not read')
  const { vars, assert, threshold, metadata, options } = test
  const transform = transformOf(options, path, world, note)
  const asserts = Array.isArray(assert)
    ? assert.flatMap((one, i) => assertionsOf(one, `${path}.assert[${i}]`, world, note))
    : []
  return {
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
  note(`${path}.options.transform`, 'is code; it is run under --trust only')
  return null
}

function assertionsOf(
  value: unknown,
  path: string,
  world: PromptfooWorld,
  note: Note,
): readonly ImportedAssertion[] {
  const one = typeof value === 'string' ? shortAssertion(value) : value
  if (!isRecord(one) || typeof one['type'] !== 'string') {
    note(path, 'is no assertion')
    return []
  }
  const { type, assert, weight, transform } = one
  if (type === 'assert-set' && Array.isArray(assert))
    return assert.flatMap((inner, i) => assertionsOf(inner, `${path}.assert[${i}]`, world, note))
  const why = cannot(String(type), transform, world)
  if (why !== null) {
    note(path, why)
    return []
  }
  for (const key of Object.keys(one))
    if (!ASSERTION_KEYS.has(key)) note(`${path}.${key}`, 'is not read')
  return [
    {
      type: String(type),
      ...('value' in one ? { value: one['value'] } : {}),
      ...(typeof weight === 'number' ? { weight } : {}),
      ...(typeof transform === 'string' ? { transform } : {}),
    },
  ]
}

const ASSERTION_KEYS = new Set(['type', 'value', 'weight', 'transform', 'metric'])

/** Why an assertion cannot be checked, or null. */
function cannot(type: string, transform: unknown, world: PromptfooWorld): string | null {
  const bare = type.replace(/^not-/, '')
  if (CODE.has(bare)) return world.trust ? null : `${type} is code; it is run under --trust only`
  if (!world.knows(bare)) return `the assertion ${type} is not known here`
  if (transform !== undefined && !world.trust)
    return `its transform is code; it is run under --trust only`
  return null
}

function merged(base: PromptfooTest | null, test: PromptfooTest): PromptfooTest {
  if (base === null) return test
  return {
    vars: { ...base.vars, ...test.vars },
    asserts: [...base.asserts, ...test.asserts],
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
      )
      rows = rows.slice(0, MOST_ROWS)
    }
  }
  return rows.map((vars) => ({ ...test, vars }))
}

/** `{{name}}` in the value of an assertion is the variable; anything cleverer stays as it is written. */
function rendered(assertion: ImportedAssertion, vars: Row): ImportedAssertion {
  const render = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(render)
    if (typeof value !== 'string') return value
    return value.replace(/\{\{\s*([\w-]+)\s*\}\}/g, (whole, name) =>
      name in vars ? String(vars[name]) : whole,
    )
  }
  return 'value' in assertion ? { ...assertion, value: render(assertion.value) } : assertion
}

const isRecord = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
