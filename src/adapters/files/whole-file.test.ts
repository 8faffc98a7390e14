import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { requireWritable, textOrNull, writeWhole } from './whole-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'rightsize-whole-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('folders are made, an old file is replaced, and nothing half is left beside it', async () => {
  const path = join(folder, 'a/b/c.txt')
  await writeWhole(path, 'old')
  await writeWhole(path, 'new')
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(readdirSync(join(folder, 'a/b'))).toEqual(['c.txt'])
})

test('a file in the way of a folder is no defect of ours: it is named, with what to do', async () => {
  writeFileSync(join(folder, 'taken'), '')
  for (const path of ['taken/c.txt', 'taken/b/c.txt'])
    await expect(writeWhole(join(folder, path), '')).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: expect.stringContaining(join(folder, path)),
      next: expect.stringContaining('--out'),
    })
})

test('a folder in the way of a file stays as it is', async () => {
  mkdirSync(join(folder, 'full/inside'), { recursive: true })
  await expect(writeWhole(join(folder, 'full'), '')).rejects.toMatchObject({ code: 'WRITE_FAILED' })
  expect(readdirSync(join(folder, 'full'))).toEqual(['inside'])
})

test('what is not there is null, also below something that is no folder', async () => {
  writeFileSync(join(folder, 'model.onnx'), '')
  expect(await textOrNull(join(folder, 'none.json'))).toBeNull()
  expect(await textOrNull(join(folder, 'model.onnx/config.json'))).toBeNull()
})

test('two runs of one process write into one folder at the same time', async () => {
  const path = join(folder, 'shared')
  await Promise.all(Array.from({ length: 20 }, () => requireWritable(path)))
  await Promise.all(Array.from({ length: 20 }, (_, i) => writeWhole(join(path, 'a'), `${i}`)))
  expect(readdirSync(path)).toEqual(['a'])
})
