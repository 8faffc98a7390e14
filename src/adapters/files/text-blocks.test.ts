import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { decodedText } from '../../core/data/decoded-text.ts'
import { textBlocks } from './text-blocks.ts'

const folder = mkdtempSync(join(tmpdir(), 'rightsize-blocks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const write = (bytes: Uint8Array | string): string => {
  const path = join(folder, 'rows')
  writeFileSync(path, bytes)
  return path
}
const blocksOf = async (bytes: Uint8Array | string): Promise<readonly string[]> => {
  const blocks: string[] = []
  for await (const block of textBlocks(write(bytes))) blocks.push(block)
  return blocks
}

/** Eleven bytes a line: no cut falls on a line end by itself, and some fall within a character. */
const long = 'naïve déjà\n'.repeat(800_000)

test('blocks are whole lines, and together the text', async () => {
  const blocks = await blocksOf(long)
  expect(blocks.length).toBeGreaterThan(1)
  expect(blocks.every((block) => block.endsWith('\n'))).toBe(true)
  expect(blocks.join('') === long).toBe(true)
  expect(await blocksOf('')).toEqual([])
  expect(await blocksOf('one')).toEqual(['one'])
})

test('a mark is left out at the beginning alone, and UTF-16 is one block', async () => {
  expect(await blocksOf('\uFEFFa\n')).toEqual(['a\n'])
  const marked = `${long}\uFEFFa\n`
  expect((await blocksOf(marked)).join('') === marked).toBe(true)
  const wide = Buffer.from(`\uFEFF${long}`, 'utf16le')
  const [only, ...more] = await blocksOf(wide)
  expect(more).toEqual([])
  expect(only === decodedText(wide, 'f')).toBe(true)
})

test('a wrong byte is named with its line in the file', async () => {
  const bytes = Buffer.concat([Buffer.from(long), Buffer.from([0x61, 0xe9, 0x0a])])
  await expect(blocksOf(bytes)).rejects.toMatchObject({
    code: 'DATA_ENCODING',
    at: expect.stringMatching(/rows:800001$/),
  })
})
