import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { modelFolder } from '../contract/model-folder.ts'
import { realData } from '../real-data.ts'
import { Folder, jsonl, ticketRows } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const folders: Folder[] = []
afterAll(() => {
  for (const folder of folders) folder.remove()
})

const rows = ticketRows(20)

/** A working incumbent beside a rival; both answers are free. */
function beside(rival: string, files: Readonly<Record<string, string>> = {}): Folder {
  const made = new Folder()
  folders.push(made)
  made.write('items.jsonl', jsonl(rows))
  made.write('a.jsonl', jsonl(rows.map(({ id, label }) => ({ id, output: label }))))
  for (const [name, text] of Object.entries(files)) made.write(name, text)
  made.write(
    'rightsize.yaml',
    [
      'task: t',
      'dataset: { test: items.jsonl, input: text, expected: label, id: id }',
      'candidates:',
      '  - { id: stored, runtime: replay, model: a.jsonl }',
      `  - { id: rival, ${rival} }`,
      'incumbent: stored',
      'bar: { margin: 0.05 }',
    ].join('\n'),
  )
  return made
}

/** The rival is broken with this code, on the screen and in the report; the others were judged. It was not
 * judged itself, so that the incumbent is needed is not shown: undecided, exit 2. */
async function broken(one: Folder, code: string): Promise<void> {
  const ran = await one.rightsize(['run'])
  expect(ran.err).toMatch(new RegExp(`rival: (RUNTIME_BROKEN: )?${code}`))
  expect(one.read('report.html')).toContain(code)
  const [, rival] = [...one.result().candidates].sort((a, b) => b.n - a.n)
  expect(rival).toMatchObject({ id: 'rival', verdict: 'broken' })
  expect(one.result().decision.headline).toContain('rival could not be judged')
  expect(ran.code).toBe(2)
}

const node = (file: string, settings = '{}'): string =>
  `runtime: command, command: ["${process.execPath}", ${file}], settings: ${settings}`

describe('a program that', () => {
  test.each([
    ['crashes', 'RUNTIME_CRASHED', 'process.stdin.on("data", () => process.exit(9))', '{}'],
    ['hangs', 'RUNTIME_HUNG', 'process.stdin.resume()', '{ timeoutS: 1 }'],
    [
      'floods stdout',
      'RUNTIME_FLOOD',
      'process.stdin.on("data", () => process.stdout.write("x".repeat(20 << 20)))',
      '{}',
    ],
    [
      'eats memory',
      'RUNTIME_MEMORY',
      'const kept = []; process.stdin.on("data", () => setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 5))',
      '{ memoryMiB: 150 }',
    ],
  ])('%s is broken, and the run goes on', async (_what, code, text, settings) => {
    await broken(beside(node('bad.mjs', settings), { 'bad.mjs': text }), code)
  })

  test('is not there', async () => {
    await broken(beside('runtime: command, command: ["no-such-program-here"]'), 'COMMAND_MISSING')
  })

  test('is refused under --no-exec', async () => {
    const one = beside(node('ok.mjs'), { 'ok.mjs': '' })
    const ran = await one.rightsize(['run', '--no-exec'])
    expect(ran.err).toContain('rival: RUNTIME_NO_EXEC')
  })
})

describe('a model that', () => {
  const bad = realData('bad-files')
  test('is not there', async () => {
    await broken(beside('runtime: onnx, model: models/none'), 'MODEL_NOT_FOUND')
  })

  test('is not a model', async () => {
    await broken(
      beside('runtime: onnx, model: broken.onnx', { 'broken.onnx': 'no protobuf at all' }),
      'MODEL_CANNOT_LOAD',
    )
  })

  test('has the tokenizer of another', async () => {
    await broken(beside(`runtime: onnx, model: "${modelFolder('misfit')}"`), 'TOKENIZER_MISFIT')
  })

  test('has two label names for three classes', async () => {
    await broken(beside(`runtime: onnx, model: "${modelFolder('mislabelled')}"`), 'MODEL_LABELS')
  })

  test('is a Git-LFS pointer', async () => {
    const text = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 44\n`
    await broken(beside('runtime: onnx, model: m.onnx', { 'm.onnx': text }), 'MODEL_LFS_POINTER')
  })

  test.skipIf(bad === null)(
    'is one of the bad files of the real data (skipped where absent)',
    async () => {
      const one = beside('runtime: onnx, model: m.onnx')
      for (const name of readdirSync(bad ?? '').filter((file) => file.endsWith('.onnx'))) {
        copyFileSync(join(bad ?? '', name), join(one.path, 'm.onnx'))
        await broken(one, name.includes('lfs') ? 'MODEL_LFS_POINTER' : 'ONNX_TOO_OLD')
      }
    },
  )
})

describe('a full disk', () => {
  const mount = mkdtempSync(join(tmpdir(), 'rightsize-full-'))
  const mounted = tryMount(mount)
  afterAll(() => {
    if (mounted) execFileSync('umount', [mount])
    rmSync(mount, { recursive: true, force: true })
  })

  test.skipIf(!mounted)(
    'ends with the next step, keeps what was stored, and goes on when there is room (skipped where nothing may be mounted)',
    async () => {
      const one = beside('runtime: replay, model: a.jsonl')
      for (const name of ['items.jsonl', 'a.jsonl', 'rightsize.yaml'])
        copyFileSync(join(one.path, name), join(mount, name))
      const spec = join(mount, 'rightsize.yaml')
      const ran = await one.rightsize(['run', spec])
      expect(ran.err).toMatch(/error (DISK_FULL|STORE_FULL): /)
      expect(ran.err).toMatch(/^ {2}next: .*again/m)
      expect(ran).toMatchObject({ code: 3, out: '' })
      execFileSync('mount', ['-o', 'remount,size=4m', mount])
      const again = await one.rightsize(['run', spec])
      expect(again.err).toContain('rightsize.lock')
    },
  )
})

/** A small file system in memory; only root of a machine that allows it can. */
function tryMount(at: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=120k', 'tmpfs', at], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
