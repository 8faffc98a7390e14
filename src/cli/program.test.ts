import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandLine } from '../../test/command-line.ts'
import { dashed } from './flag.ts'
import { commands } from './table.ts'

const cwd = mkdtempSync(join(tmpdir(), 'rightsize-cli-'))
const call = (...words: string[]) => commandLine(words, { cwd })
const loaded = await Promise.all(
  commands.map(async (row) => ({ ...row, command: await row.load() })),
)

describe('help', () => {
  test('lists every command with its summary, and the exit codes', async () => {
    const { code, out, err } = await call('--help')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const words = out.replace(/\s+/g, ' ')
    for (const { name, summary } of commands) expect(words).toContain(`${name} ${summary}`)
    expect(words).toMatch(/Exit codes: 0 .* 3 the tool or its input failed/)
    expect(await call('help')).toEqual({ code, out, err })
  })

  test.each(commands)(
    '$name: every flag, an example, and never more than 80 columns',
    async (row) => {
      const { code, out } = await call(row.name, '--help')
      expect(code).toBe(0)
      const { args, flags } = await row.load()
      for (const key of Object.keys(flags)) expect(out).toContain(`  ${dashed(key)}`)
      for (const key of Object.keys(args)) expect(out).toMatch(new RegExp(`[<[]${key}[>\\]]`))
      expect(out).toMatch(new RegExp(`^Examples:\n {2}rightsize ${row.name}`, 'm'))
      expect(Math.max(...out.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80)
      expect(await call('help', row.name)).toMatchObject({ code, out })
      expect(await call(row.name, 'x', '-h')).toMatchObject({ code, out })
    },
  )

  test('the examples of a command are understood by it', async () => {
    const { parse } = await import('./parse.ts')
    for (const { name, command } of loaded)
      for (const line of command.example.replaceAll('\\\n', ' ').split('\n')) {
        const [words = ''] = line.split(/ #| > | && /)
        const [, given, ...rest] = words.trim().split(/\s+/)
        expect(given).toBe(name)
        expect(() => parse(name, command, rest), line).not.toThrow()
      }
  })

  test('without a word it is an error, so that an empty variable in a script is seen', async () => {
    expect(await call()).toMatchObject({ code: 3, out: '', err: expect.stringContaining('Usage') })
    expect(await call('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d/) })
  })
})

const rows = loaded.flatMap(({ name, command }) =>
  Object.entries(command.flags).map(([key, row]) => ({ name, label: dashed(key), row })),
)

describe('values', () => {
  test.each(rows.filter(({ row }) => row.kind !== null))(
    '$name $label reads its own example and default, and refuses nothing at all',
    async ({ name, label, row }) => {
      expect(row.kind?.read(row.kind.example)).toBeDefined()
      if (row.fallback !== null) expect(() => row.read([], label)).not.toThrow()
      const known = loaded.find((one) => one.name === name)?.command.args ?? {}
      const places = Object.values(known).flatMap(({ needed }) => (needed ? ['x'] : []))
      const ran = await call(name, ...places, `${label}=`)
      expect(ran).toMatchObject({ code: 3, out: '' })
      expect(ran.err).toMatch(
        new RegExp(`^error (FLAG_VALUE: ${label} takes .*, not nothing|FLAGS_MISSING)`),
      )
      expect(ran.err).toMatch(/next: \S/)
    },
  )

  test.each([
    ['run --margin 1.5', '--margin takes a number from 0 to 1, not "1.5"', '--margin 0.01'],
    ['run --margin', '--margin takes a number from 0 to 1, not nothing', '--margin 0.01'],
    ['run --input --json', '--input takes the name of a column, not nothing', '--input text'],
    ['run --order enrgy', '--order takes auto, energy, price, latency or param', '--order energy'],
    ['run --json=yes', '--json takes no value, not "yes"', '--json'],
    ['run --max-calls 1.5', '--max-calls takes a whole number of at least 1', '--max-calls 100'],
    ['shrink m --alpha 1', '--alpha takes a number above 0 and below 1', '--alpha 0.05'],
    ['shrink m --runtime web', '--runtime takes onnxruntime-node or onnxruntime-web', '--runtime '],
    ['compare a b --raw int8:0', '--raw takes dtype:shape', '--raw int8:49x10:0.58:83'],
    ['compare a b --set sr=x', '--set takes input=value, not "sr=x"', '--set sr=16000'],
    ['train linear a --option =8', '--option takes key=value, not "=8"', '--option epochs=8'],
    ['store prune --before soon', '--before takes an ISO date, not "soon"', '--before 2026-01-31'],
  ])('%s: %s', async (words, what, example) => {
    const { code, err } = await call(...words.split(' '))
    expect(code).toBe(3)
    expect(err).toContain(`error FLAG_VALUE: ${what}`)
    expect(err).toMatch(new RegExp(`next: .*${example}`))
  })
})

describe('names', () => {
  test.each([
    ['rnu', 'COMMAND_UNKNOWN', '`run`'],
    ['lint-raport x', 'COMMAND_UNKNOWN', '`lint-report`'],
    ['--fresh', 'COMMAND_UNKNOWN', 'rightsize --help'],
    ['run --frsh', 'FLAG_UNKNOWN', '`--fresh`'],
    ['run --exec', 'FLAG_UNKNOWN', '`--no-exec`'],
    ['run --candidate', 'FLAG_UNKNOWN', '`--try`'],
    ['run --key', 'FLAG_UNKNOWN', '`--api-key-env`'],
    ['run --data', 'FLAG_UNKNOWN', '`rightsize run FILE`'],
    ['shrink', 'FLAGS_MISSING', '<model>'],
    ['shrink', 'FLAGS_MISSING', 'next: For example: rightsize shrink models/large --margin 0.01'],
    [
      'distill --teacher onnx:m',
      'FLAGS_MISSING',
      'texts.jsonl --teacher onnx:models/large --out models/linear',
    ],
    ['distill linear texts.jsonl', 'FLAGS_MISSING', '--teacher onnx:models/small'],
    ['doctor now', 'ARGUMENT_EXTRA', 'now'],
    ['run none.csv', 'DATA_MISSING', 'none.csv does not exist'],
    ['import none', 'DATA_MISSING', 'none does not exist'],
    ['sci', 'RESULT_NOT_FOUND', 'rightsize sci --model gpt-4o --tokens-in 500 --tokens-out 200'],
  ])('%s is %s and names %s', async (words, code, named) => {
    const ran = await call(...words.split(' '))
    expect(ran).toMatchObject({ code: 3, out: '' })
    expect(ran.err).toContain(`error ${code}: `)
    expect(ran.err).toContain(named)
  })
})

test('flags that are missing are completed with the columns of the file', async () => {
  writeFileSync(join(cwd, 'tickets.csv'), 'id,message,intent\n1,hello,greeting\n')
  const { err } = await call('run', 'tickets.csv', '--incumbent', 'openai:gpt-4o-mini')
  expect(err).toContain('to judge tickets.csv, add --input COLUMN and --try CANDIDATE')
  expect(err.replace(/\s+/g, ' ')).toContain(
    'Its columns: id, message, intent. For example: rightsize run tickets.csv --input message --expected intent --incumbent openai:gpt-4o-mini --try linear',
  )
})

describe('an interruption', () => {
  test('of work that heeds it is no defect', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `text ${i},${i % 2 ? 'a' : 'b'}`)
    writeFileSync(join(cwd, 'rows.csv'), `text,label\n${rows.join('\n')}\n`)
    const signal = AbortSignal.abort()
    const ran = await commandLine(['train', 'linear', 'rows.csv'], { cwd, signal })
    expect(ran).toMatchObject({ code: 3, out: '' })
    expect(ran.err).toContain('error INTERRUPTED: ')
    expect(ran.err).not.toContain('INTERNAL')
  })
})

describe('what the machine refuses', () => {
  test('a folder where a file is meant', async () => {
    mkdirSync(join(cwd, 'folder.yaml'))
    for (const words of [
      ['run', 'folder.yaml'],
      ['check', 'folder.yaml'],
      ['report', 'folder.yaml'],
      ['lint-report', 'folder.yaml'],
    ])
      expect(await call(...words)).toMatchObject({
        code: 3,
        err: expect.stringMatching(
          /error READ_FAILED: .*folder\.yaml cannot be read: it is a folder/,
        ),
      })
  })
})
