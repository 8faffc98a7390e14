import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { expect, test } from 'vitest'
import { linuxProcesses } from './linux.ts'
import { programRunner } from './program.ts'

const nowS = () => performance.now() / 1000
const run = programRunner({
  processes: process.platform === 'linux' ? linuxProcesses() : null,
  nowS,
})
const never = new AbortController().signal

test('arguments arrive as they are, both streams are kept, the exit code is told', async () => {
  const script = 'console.log(process.argv[1]); console.error("talk"); process.exitCode = 7'
  const result = await run(execPath, ['-e', script, '$(echo no) "; rm'], never)
  expect(result?.code).toBe(7)
  expect(result?.output).toContain('$(echo no) "; rm')
  expect(result?.output).toContain('talk')
})

test.skipIf(process.platform !== 'linux')(
  'CPU time of a program that has ended is known (Linux only)',
  async () => {
    const script =
      'let sum = 0; for (let at = 0; at < 4e8; at++) sum += at % 7; process.exitCode = sum % 2'
    const result = await run(execPath, ['-e', script], never)
    expect(result?.cpuS).toBeGreaterThan(0.1)
  },
)

test('a program that is not there, or no program, is null', async () => {
  expect(await run('/no/such/llama-quantize', [], never)).toBeNull()
  const file = join(mkdtempSync(join(tmpdir(), 'rightsize-program-')), 'notes.txt')
  writeFileSync(file, 'text', { mode: 0o644 })
  expect(await run(file, [], never)).toBeNull()
})

test('an abort ends the program and throws', async () => {
  const abort = new AbortController()
  const running = run(execPath, ['-e', 'setInterval(() => {}, 1000)'], abort.signal)
  setTimeout(() => abort.abort(), 50)
  await expect(running).rejects.toThrow()
})
