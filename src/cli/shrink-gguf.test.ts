import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { f16, ggufBytes, q4k } from '../../test/onnx/gguf-bytes.ts'
import type { Invocation } from './command.ts'
import { shrinkGguf } from './shrink-gguf.ts'

const matrix = { name: 'blk.0.attn_q.weight', dims: [64, 256] }

function world(flags: Readonly<Record<string, unknown>>) {
  const cwd = mkdtempSync(join(tmpdir(), 'rightsize-shrink-gguf-'))
  writeFileSync(join(cwd, 'model.gguf'), ggufBytes([{ ...matrix, type: f16 }]))
  writeFileSync(join(cwd, 'prepared.gguf'), ggufBytes([{ ...matrix, type: q4k }]))
  const tool = join(cwd, 'llama-quantize')
  const copy = `require('node:fs').copyFileSync(${JSON.stringify(join(cwd, 'prepared.gguf'))}, process.argv.at(-2))`
  writeFileSync(tool, `#!${process.execPath}\n${copy}\n`)
  chmodSync(tool, 0o755)
  const out: string[] = []
  const io = {
    ...{ out: (text: string) => out.push(text), err: () => undefined },
    ...{ tty: false, columns: 80, color: false, cwd, env: {} },
    signal: new AbortController().signal,
  }
  const call: Invocation = { args: ['model.gguf'], flags, io }
  return { call, cwd, out }
}

test('a dry run predicts sizes and makes nothing', async () => {
  const { call, out } = world({ dryRun: true, only: ['Q4_K_M'] })
  expect(await shrinkGguf(call)).toBe(0)
  expect(out.join('\n')).toMatch(/Q4_K_M +9\S* KiB +4.5 bits per weight/)
  expect(out.join('\n')).toContain('nothing was made')
})

test('variants come with candidates that a spec takes, and with exit code 2: undecided', async () => {
  const { call, cwd, out } = world({ only: ['Q4_K_M'], llamaQuantize: './llama-quantize' })
  expect(await shrinkGguf(call)).toBe(2)
  const text = out.join('\n')
  expect(text).toContain('Nothing here is proven')
  const entries = [...text.matchAll(/^ {2}- (\{.*\})$/gm)].map(([, json]) => JSON.parse(json ?? ''))
  expect(entries.map(({ id }) => id)).toEqual(['model', 'model-Q4_K_M'])
  expect(text).toContain('incumbent: model')
  const record = JSON.parse(readFileSync(join(cwd, 'model-small/gguf-variants.json'), 'utf8'))
  expect(record.schema).toBe('rightsize/gguf-variants@1')
  expect(record.variants[0].bitsPerWeight).toBe(4.5)
})

test('a flag that means nothing for GGUF is refused by name', async () => {
  const { call } = world({ margin: '0.01' })
  await expect(shrinkGguf(call)).rejects.toMatchObject({ code: 'FLAG_UNUSED' })
})
