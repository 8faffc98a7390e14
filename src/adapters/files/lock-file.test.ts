import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { exclusively } from './lock-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'rightsize-held-'))
const path = join(folder, 'held')
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(() => rmSync(path, { force: true }))

/** A process that has just ended: its number belongs to nobody. */
async function deadPid(): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-p', 'process.pid'])
  return Number(stdout)
}

test('one after the other, in one process too', async () => {
  const order: string[] = []
  const act = (name: string) => async () => {
    order.push(`${name} in`)
    await new Promise((done) => setTimeout(done, 20))
    order.push(`${name} out`)
  }
  await Promise.all([exclusively(path, act('a')), exclusively(path, act('b'))])
  expect(order).toEqual(
    order[0] === 'a in' ? ['a in', 'a out', 'b in', 'b out'] : ['b in', 'b out', 'a in', 'a out'],
  )
})

test('a lock whose process has died is taken over at once', async () => {
  writeFileSync(path, JSON.stringify({ pid: await deadPid(), host: hostname(), at: Date.now() }))
  expect(await exclusively(path, async () => 'done', { waitMs: 2000 })).toBe('done')
})

test('a lock of another machine is waited for, and taken over when it is old', async () => {
  writeFileSync(path, JSON.stringify({ pid: 1, host: 'elsewhere', at: Date.now() }))
  await expect(exclusively(path, async () => 'done', { waitMs: 100 })).rejects.toMatchObject({
    code: 'LOCK_BUSY',
    message: expect.stringContaining('process 1 on elsewhere'),
  })
  const old = new Date(Date.now() - 60_000)
  utimesSync(path, old, old)
  expect(await exclusively(path, async () => 'done', { waitMs: 100 })).toBe('done')
})

test('what fails under the lock leaves it free', async () => {
  const failing = exclusively(path, async () => {
    throw new Error('broken')
  })
  await expect(failing).rejects.toThrow('broken')
  expect(await exclusively(path, async () => 'done')).toBe('done')
})

test('a lock that is held is not touched', async () => {
  const held = JSON.stringify({ pid: process.pid, host: hostname(), at: Date.now() })
  writeFileSync(path, held)
  await expect(exclusively(path, async () => 1, { waitMs: 50 })).rejects.toMatchObject({
    code: 'LOCK_BUSY',
  })
  expect(readFileSync(path, 'utf8')).toBe(held)
})

test('a folder in the place of the lock file is an error at once', async () => {
  const path = join(folder, 'a-folder')
  mkdirSync(path)
  await expect(exclusively(path, async () => 1)).rejects.toMatchObject({ code: 'WRITE_FAILED' })
})
