import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { filesMatching } from './matching.ts'

test('stars, folders and braces name files; a dot hides one from a star', () => {
  const folder = mkdtempSync(join(tmpdir(), 'matching-'))
  for (const path of ['a/x.yaml', 'a/b/y.yaml', 'a/z.json', 'a/.h.yaml', 'c.yaml']) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), '')
  }
  expect(filesMatching(folder, 'a/*.yaml')).toEqual(['a/x.yaml'])
  expect(filesMatching(folder, 'a/**/*.yaml')).toEqual(['a/b/y.yaml', 'a/x.yaml'])
  expect(filesMatching(folder, './a/*.{yaml,json}')).toEqual(['a/x.yaml', 'a/z.json'])
  expect(filesMatching(folder, 'a/[xy].yaml')).toEqual(['a/x.yaml'])
  expect(filesMatching(folder, 'none/*.yaml')).toEqual([])
  rmSync(folder, { recursive: true })
})
