import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PriceTable } from '../../src/core/hosted/prices.ts'
import { commandLine } from '../command-line.ts'

const shipped: PriceTable = JSON.parse(readFileSync('data/prices.json', 'utf8'))

let folder: string
let server: Server
let reply: { status: number; text: string }

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rightsize-prices-'))
  reply = { status: 200, text: '' }
  server = createServer((_, response) => response.writeHead(reply.status).end(reply.text))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
})

afterEach(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/map.json`
const kept = () => join(folder, 'share/rightsize/prices.json')

const prices = (...words: string[]) =>
  commandLine(['prices', ...words], {
    cwd: folder,
    env: { XDG_DATA_HOME: join(folder, 'share') },
  })

/** The price map as LiteLLM writes it, with the models that are shipped, changed by `edit`. */
function map(edit: (map: Record<string, Record<string, unknown>>) => void = () => undefined) {
  const cell = (name: string, column: string) =>
    shipped.models[name]?.[shipped.columns.indexOf(column)] ?? null
  const perToken = (name: string, column: string) => {
    const value = cell(name, column)
    return value === null ? {} : Number(value) / 1e6
  }
  const models = Object.fromEntries(
    Object.keys(shipped.models).map((name) => [
      name,
      {
        litellm_provider: cell(name, 'provider'),
        mode: cell(name, 'mode'),
        input_cost_per_token: perToken(name, 'input'),
        output_cost_per_token: perToken(name, 'output'),
        cache_read_input_token_cost: perToken(name, 'cachedInput'),
        input_cost_per_token_batches: perToken(name, 'batchInput'),
        output_cost_per_token_batches: perToken(name, 'batchOutput'),
        deprecation_date: cell(name, 'retires'),
      },
    ]),
  )
  edit(models)
  return JSON.stringify(models)
}

const later = '2027-06-01'

test('prices are fetched, stored for the user, and used when they are newer', async () => {
  reply.text = map((models) => {
    Object.assign(models['gpt-4o-mini'] ?? {}, { input_cost_per_token: 9e-6 })
    models['brand-new'] = { mode: 'chat', input_cost_per_token: 1e-6 }
    models['free'] = { mode: 'chat', input_cost_per_token: 0 }
    delete models['gpt-4o']
  })
  const { code, out } = await prices('update', '--from', address(), '--date', later)
  expect(code).toBe(0)
  expect(out).toMatch(/^date +2027-06-01$/m)
  expect(out).toContain('1 row changed, 1 new, 1 gone; 1 model without a price per token')
  expect(out).toMatch(/^sha256 +[0-9a-f]{64}$/m)
  expect(out).toContain(kept())
  const table: PriceTable = JSON.parse(readFileSync(kept(), 'utf8'))
  expect(table.models['gpt-4o-mini']?.[table.columns.indexOf('input')]).toBe(9)
  const shown = JSON.parse((await prices('show', '--json')).out)
  expect(shown).toMatchObject({ retrieved: later, file: kept() })
  const again = await prices('update', '--from', kept(), '--json')
  expect(JSON.parse(again.out)).toMatchObject({ changed: 0, added: 0, gone: 0 })
})

test('prices shipped after those of the user win', async () => {
  mkdirSync(join(folder, 'share/rightsize'), { recursive: true })
  const own = { ...shipped, schema: 'rightsize/prices@1', retrieved: '2020-01-01' }
  writeFileSync(kept(), JSON.stringify(own))
  const shown = JSON.parse((await prices('--json')).out)
  expect(shown.retrieved).toBe(shipped.retrieved)
})

test.each([
  ['cut off', () => map().slice(0, 5000), 'PRICES_INVALID'],
  ['a web page', () => '<html>busy</html>', 'PRICES_INVALID'],
  ['a list', () => '[]', 'PRICES_INVALID'],
  ['empty', () => '{}', 'PRICES_INVALID'],
  ['without prices', () => '{"a":{"mode":"chat","input_cost_per_token":"1"}}', 'PRICES_INVALID'],
  [
    'prices per million as prices per token',
    () => '{"a":{"mode":"chat","input_cost_per_token":2.5}}',
    'PRICES_INVALID',
  ],
  ['another form', () => '{"schema":"rightsize/prices@1","models":{}}', 'PRICES_INVALID'],
  ['emptied', () => '{"a":{"mode":"chat","input_cost_per_token":1e-6}}', 'PRICES_EMPTIED'],
])('%s: refused by name, and nothing is stored', async (_, text, code) => {
  reply.text = text()
  const { code: exit, err } = await prices('update', '--from', address(), '--date', later)
  expect(exit).toBe(3)
  expect(err).toContain(code)
  expect(err).toContain(address())
  expect(() => readFileSync(kept())).toThrow('ENOENT')
})

test('older prices are refused, also by the date of their file', async () => {
  reply.text = map()
  const { err } = await prices('update', '--from', address(), '--date', '2020-01-01')
  expect(err).toContain('PRICES_OLDER')
  const file = join(folder, 'copy.json')
  writeFileSync(file, map())
  utimesSync(file, new Date('2021-02-03'), new Date('2021-02-03'))
  const copy = await prices('update', '--from', 'copy.json')
  expect(copy.err).toContain('PRICES_OLDER')
  expect(copy.err).toContain('2021-02-03')
})

test('a server that refuses, and a file of the user that broke, are named', async () => {
  reply.status = 503
  const { code, err } = await prices('update', '--from', address())
  expect(code).toBe(3)
  expect(err).toMatch(/FETCH_FAILED[\s\S]*503/)
  mkdirSync(join(folder, 'share/rightsize'), { recursive: true })
  writeFileSync(kept(), '{"schema":')
  const shown = await prices()
  expect(shown.code).toBe(3)
  expect(shown.err).toMatch(/PRICES_INVALID[\s\S]*prices\.json/)
})

test('without a home there is no place to store them', async () => {
  const words = ['prices', 'update', '--from', address()]
  const { err } = await commandLine(words, { cwd: folder })
  expect(err).toContain('PRICES_NO_HOME')
})
