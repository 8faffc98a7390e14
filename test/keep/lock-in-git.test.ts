import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Lock } from '../../src/core/result/lock.ts'
import { lockText, readLock } from '../../src/core/result/lock-text.ts'
import { decision, lockOf, look } from '../locks.ts'

const keys = ({ looks }: Lock): readonly string[] => looks.map(({ key }) => key)

describe('two branches in git', () => {
  const folders: string[] = []
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  /** Two branches that each change the lock, merged; the text that git leaves. */
  function merged(base: Lock | null, ours: Lock, theirs: Lock, attributes: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'rightsize-merge-'))
    folders.push(folder)
    const env = { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' }
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        cwd: folder,
        env,
        stdio: 'pipe',
      })
    const commit = (lock: Lock | null, message: string) => {
      if (lock !== null) writeFileSync(join(folder, 'rightsize.lock'), lockText(lock))
      git('add', '-A')
      git('commit', '-qm', message, '--allow-empty')
    }
    git('init', '-qb', 'main')
    writeFileSync(join(folder, '.gitattributes'), attributes)
    commit(base, 'base')
    git('checkout', '-qb', 'theirs')
    commit(theirs, 'theirs')
    git('checkout', '-q', 'main')
    commit(ours, 'ours')
    try {
      git('merge', '-q', 'theirs')
    } catch {
      // A conflict: its marks stay in the file.
    }
    return readFileSync(join(folder, 'rightsize.lock'), 'utf8')
  }

  const union = 'rightsize.lock merge=union\n'
  const base = lockOf([look('a')], [decision('tickets', '2026-01-01')])
  const ours = {
    ...lockOf([look('a'), look('bb')], [decision('tickets', '2026-01-02', 'Ship ours.')]),
    sets: { one: 'AAAAAAAABBBBBBBB', two: 'CCCCCCCC' },
  }
  const theirs = lockOf(
    [look('a'), look('ccc')],
    [decision('tickets', '2026-01-03', 'Ship theirs.'), decision('claims', '2026-01-03')],
  )

  test.each([
    ['a union without marks', union, base],
    ['a union where both created the file', union, null],
    ['marks of a conflict, which the reader resolves', '', base],
    ['marks where both created the file', '', null],
  ])('%s keeps every look, and of one task the later decision', async (_, attributes, from) => {
    const text = merged(from, ours, theirs, attributes)
    expect(/^<{7}/m.test(text)).toBe(attributes === '')
    const lock = await readLock(text, 'rightsize.lock')
    expect(keys(lock)).toEqual(['a', 'bb', 'ccc'])
    expect(lock.decisions['tickets']?.headline).toBe('Ship theirs.')
    expect(Object.keys(lock.decisions).sort()).toEqual(['claims', 'tickets'])
    expect(await readLock(lockText(lock), 'rightsize.lock')).toEqual(lock)
  })

  test('a look that both branches took is one', async () => {
    const text = merged(base, lockOf([look('a'), look('bb', { claim: null })]), ours, union)
    const lock = await readLock(text, 'rightsize.lock')
    expect(keys(lock)).toEqual(['a', 'bb'])
    expect(lock.looks.at(-1)?.claim).not.toBeNull()
  })
})
