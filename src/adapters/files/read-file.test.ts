import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { localFiles } from '../dataset/files.ts'
import { fileSource } from './file-source.ts'
import { bytesNow, piecesOf, readBytes, readText, textNow } from './read-file.ts'
import { fileDigest, textOrNull } from './whole-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'rightsize-read-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const plain = join(folder, 'plain.txt')
writeFileSync(plain, 'héllo')
const pipe = join(folder, 'pipe')
execFileSync('mkfifo', [pipe])

const readers: readonly (readonly [string, (path: string) => unknown])[] = [
  ['readBytes', readBytes],
  ['readText', readText],
  ['bytesNow', async (path) => bytesNow(path)],
  ['textNow', async (path) => textNow(path)],
  ['piecesOf', async (path) => piecesOf(path)],
  ['fileSource', async (path) => fileSource(path)],
  ['fileDigest', fileDigest],
  ['textOrNull', textOrNull],
  ['a data set', localFiles.text],
]

describe.each(readers)('%s', (name, read) => {
  test.each([pipe, '/dev/zero', '/dev/null'])('refuses %s at once', async (path) => {
    const code = name === 'a data set' ? 'DATA_MISSING' : 'READ_FAILED'
    await expect(read(path)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/pipe|device/),
    })
  })

  test('refuses a folder', async () => {
    await expect(read(folder)).rejects.toThrow()
  })
})

test('files are read, those without a size too', async () => {
  expect(await readText(plain)).toBe('héllo')
  expect(textNow(plain)).toBe('héllo')
  expect(textNow('/proc/self/stat')).toContain(String(process.pid))
})

test('a file above its limit is refused by name', async () => {
  await expect(readBytes(plain, 5)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' })
  expect(() => bytesNow('/proc/self/stat', 5)).toThrow(
    expect.objectContaining({ code: 'FILE_TOO_LARGE' }),
  )
})
