import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandLine } from '../../test/command-line.ts'
import { f16, ggufBytes, q4k } from '../../test/onnx/gguf-bytes.ts'

const matrix = { name: 'blk.0.attn_q.weight', dims: [64, 256] }

function world() {
  const cwd = mkdtempSync(join(tmpdir(), 'rightsize-shrink-gguf-'))
  writeFileSync(join(cwd, 'model.gguf'), ggufBytes([{ ...matrix, type: f16 }]))
  writeFileSync(join(cwd, 'prepared.gguf'), ggufBytes([{ ...matrix, type: q4k }]))
  const tool = join(cwd, 'llama-quantize')
  const copy = `require('node:fs').copyFileSync(${JSON.stringify(join(cwd, 'prepared.gguf'))}, process.argv.at(-2))`
  writeFileSync(tool, `#!${process.execPath}\n${copy}\n`)
  chmodSync(tool, 0o755)
  const shrink = (...flags: string[]) => commandLine(['shrink', 'model.gguf', ...flags], { cwd })
  return { shrink, cwd }
}

test('a dry run predicts sizes and makes nothing', async () => {
  const { code, out } = await world().shrink('--dry-run', '--only', 'Q4_K_M')
  expect(code).toBe(0)
  expect(out).toMatch(/Q4_K_M +9\S* KiB +4.5 bits per weight/)
  expect(out).toContain('no file was written')
})

test('variants come with candidates that a spec takes, and with exit code 2: undecided', async () => {
  const { shrink, cwd } = world()
  const tool = ['--llama-quantize', './llama-quantize']
  const { code, out: text } = await shrink('--only', 'Q4_K_M', ...tool)
  expect(code).toBe(2)
  expect(text).toContain('Nothing is certified yet')
  const entries = [...text.matchAll(/^ {2}- (\{.*\})$/gm)].map(([, json]) => JSON.parse(json ?? ''))
  expect(entries.map(({ id }) => id)).toEqual(['model', 'model-Q4_K_M'])
  expect(text).toContain('incumbent: model')
  const record = JSON.parse(readFileSync(join(cwd, 'model-small/gguf-variants.json'), 'utf8'))
  expect(record.schema).toBe('rightsize/gguf-variants@1')
  expect(record.variants[0].bitsPerWeight).toBe(4.5)
})

test('a flag that means nothing for GGUF is refused by name', async () => {
  const { code, err } = await world().shrink('--margin', '0.01')
  expect(code).toBe(3)
  expect(err).toMatch(/error FLAG_UNUSED: --margin would have no effect on a GGUF file/)
})
