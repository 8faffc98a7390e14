import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { systemError } from './system.ts'

test.each([
  [{ code: 'EACCES', syscall: 'open', path: '/a' }, 'READ_FAILED', '/a cannot be read: permission'],
  [{ code: 'EROFS', syscall: 'mkdir', path: '/a' }, 'WRITE_FAILED', '/a cannot be written: the f'],
  [{ code: 'ENOENT', syscall: 'spawn npm', path: 'npm' }, 'READ_FAILED', 'npm cannot be started: '],
  [{ code: 'EPIPE', syscall: 'write' }, 'WRITE_FAILED', 'a pipe cannot be written: the program'],
  [{ code: 'ENOSPC', syscall: 'write' }, 'DISK_FULL', 'there was no room for a file'],
  [{ code: 'EMFILE', syscall: 'open', path: '/a' }, 'RESOURCE_EXHAUSTED', 'too many open files'],
])('%j is %s', (thrown, code, what) => {
  const error = systemError(Object.assign(new Error('as Node words it'), thrown))
  expect(error).toMatchObject({ code, message: expect.stringContaining(what), cause: thrown })
})

test('what the caller knows is more exact than what Node tells', () => {
  const thrown = { code: 'EISDIR', syscall: 'read' }
  expect(systemError(thrown, { path: 'a.yaml' })?.message).toBe(
    'a.yaml cannot be read: it is a folder',
  )
  expect(systemError(thrown, { path: 'a', writes: true })?.code).toBe('WRITE_FAILED')
})

test.each([null, undefined, 'text', new Error('a defect'), { code: 'ERR_ASSERTION' }])(
  '%s is no failure of the system',
  (thrown) => expect(systemError(thrown)).toBeNull(),
)

test('Node words its errors as this table expects', async () => {
  const none = await readFile('/nowhere/at/all').catch((cause: unknown) => systemError(cause))
  expect(none).toMatchObject({ code: 'READ_FAILED', message: expect.stringContaining('/nowhere') })
  const folder = await writeFile('/tmp', 'x').catch((cause: unknown) => systemError(cause))
  expect(folder).toMatchObject({ message: expect.stringContaining('it is a folder') })
})
