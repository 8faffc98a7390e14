import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Folder, tickets } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const family = fileURLToPath(new URL('../../examples/helpdesk-intents', import.meta.url))
const judged = ['--input', 'text', '--expected', 'label', '--floor', '0.5']

let one: Folder
const folder = (): Folder => {
  one = new Folder()
  one.write('tickets.csv', tickets(60))
  one.write('mine.mjs', "export const answer = () => 'refund'\n")
  return one
}
afterEach(() => one.remove())

describe('without libsql', () => {
  test('answers go into a file of JSON lines, which is said once and used again', async () => {
    folder()
    const args = ['run', 'tickets.csv', ...judged, '--try', 'module:mine.mjs']
    const first = await one.rightsize(args, one.without('libsql'))
    expect(first.code).toBeLessThan(3)
    expect(first.err.match(/libsql is not installed/g)).toHaveLength(1)
    expect(first.err).toMatch(/store\.jsonl.*npm i libsql/)
    expect(one.result().overhead.reused).toBe(0)
    const again = await one.rightsize(['run'])
    expect(again.err).not.toContain('libsql')
    expect(one.result().overhead.reused).toBeGreaterThan(0)
    expect(existsSync(join(one.path, '.rightsize/store.db'))).toBe(false)
    const stats = await one.rightsize(['store', 'show', '--json'])
    expect(JSON.parse(stats.out).outcomes).toBeGreaterThan(0)
  })

  test('a database that cannot be read now is left alone and named', async () => {
    folder()
    await one.rightsize(['run', 'tickets.csv', ...judged, '--try', 'module:mine.mjs'])
    const { err } = await one.rightsize(['run'], one.without('libsql'))
    expect(err).toMatch(/store\.db is not read/)
    await one.rightsize(['run'])
    expect(one.result().overhead.reused).toBeGreaterThan(0)
  })
})

describe('without onnxruntime-node', () => {
  const install = 'npm i onnxruntime-node --ignore-scripts'

  test('a run that needs it ends before anything is measured, with the line that installs it', async () => {
    folder()
    const args = ['run', `${family}/rightsize.yaml`, '--fresh', '--out', '.']
    const { code, err } = await one.rightsize(args, one.without('onnxruntime-node'))
    expect(code).toBe(3)
    expect(err).toContain('error TENSOR_ENGINE_MISSING')
    expect(err).toContain(`next: ${install}`)
    expect(err).not.toContain('meter')
  })

  test.each([
    ['compare', `${family}/models/tiny`, `${family}/models/small`],
    ['train', 'encoder', 'tickets.csv'],
  ])('%s says the same', async (...args) => {
    folder()
    const { code, err } = await one.rightsize(args, one.without('onnxruntime-node'))
    expect([code, err]).toEqual([3, expect.stringContaining(`next: ${install}`)])
  })

  test('doctor names what is not installed, and the line that installs it', async () => {
    folder()
    const { out } = await one.rightsize(['doctor'], one.without('onnxruntime-node', 'libsql'))
    expect(out).toContain(install)
    expect(out).toContain('npm i libsql')
  })

  test('students of n-grams need no package', async () => {
    folder()
    const args = ['run', 'tickets.csv', ...judged, '--try', 'linear']
    const { code } = await one.rightsize(args, one.without('onnxruntime-node', 'libsql'))
    expect(code).toBeLessThan(3)
  })
})
