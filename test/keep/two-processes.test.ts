import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test, vi } from 'vitest'
import { readLock } from '../../src/core/result/lock-text.ts'

// Starting programs takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000 })

const folder = mkdtempSync(join(tmpdir(), 'rightsize-ledger-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ledger = pathToFileURL(join(import.meta.dirname, '../../dist/wire/lock.js')).href

/** Spends ten looks at the same item, as fast as it can. */
const program = (name: string) => `
import { ledgerIn } from '${ledger}'
const ledger = ledgerIn(${JSON.stringify(folder)})
const bar = { kind: 'relative', margin: 0.01, tolerance: 0 }
for (let at = 0; at < 10; at += 1) {
  const key = '${name}' + at
  await ledger.spend({
    items: ['${'ab'.repeat(32)}'], test: 'part', alpha: 0.05, asked: key, key, bar,
    at: new Date().toISOString(), by: 'run', task: '${name}', incumbent: null, candidates: [],
  })
  await ledger.claimed(key, { kind: 'none', chosen: null })
}
`

test('processes that look at once lose no look, and no two of them have one number', async () => {
  const start = (name: string) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', program(name)])
  await Promise.all(['a', 'b', 'c'].map(start))
  const text = readFileSync(join(folder, 'rightsize.lock'), 'utf8')
  const { looks } = await readLock(text, 'rightsize.lock')
  const numbers = looks.map(({ number }) => number).toSorted((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: 30 }, (_, at) => at + 1))
  expect(looks.every(({ claim }) => claim?.kind === 'none')).toBe(true)
})
