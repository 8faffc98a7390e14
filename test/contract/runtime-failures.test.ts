import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openProcesses } from '../../src/adapters/processes/table.ts'
import { openRuntime } from '../../src/adapters/runtime/table.ts'
import type { RuntimeSession } from '../../src/contract/runtime.ts'
import type { CandidateSpec } from '../../src/core/spec/spec.ts'
import { candidate, context } from './candidate.ts'
import { compiledWorker } from './compiled-worker.ts'

const options = {
  workerPath: compiledWorker(),
  processes: openProcesses(process.platform),
  exec: true,
}
const badModule = join(import.meta.dirname, 'bad-module.mjs')
const folder = mkdtempSync(join(tmpdir(), 'rightsize-failures-'))

async function withModule<T>(
  name: string,
  settings: CandidateSpec['settings'],
  work: (session: RuntimeSession) => Promise<T>,
): Promise<T> {
  const env = { PATH: process.env['PATH'], TEST_SECRET_KEY: 'very-secret-value' }
  const spec = candidate({ runtime: 'module', model: `${badModule}#${name}`, settings })
  const session = await openRuntime(spec, context({ env }), options)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

const item = (input: string) => ({ id: input, input })

describe('a local candidate fails alone', () => {
  test('a crash is tried once more, then the candidate is broken and says so at once', async () => {
    await withModule('crash', {}, async (session) => {
      expect(await session.answer([item('good')])).toMatchObject([{ ok: true }])
      const broken = { code: 'RUNTIME_BROKEN', message: /RUNTIME_CRASHED.*exited with code 7/ }
      const failure = await session.answer([item('bad')]).catch((cause: unknown) => cause)
      expect(failure).toMatchObject({ code: broken.code })
      expect((failure as Error).message).toMatch(broken.message)
      await expect(session.answer([item('good')])).rejects.toMatchObject({ code: broken.code })
      expect((await session.usage()).pids).toEqual([])
    })
  })

  test('a process that dies once is started again and the batch is answered', async () => {
    await withModule('crashOnce', {}, async (session) => {
      const answers = await session.answer([item(join(folder, 'died'))])
      expect(answers).toMatchObject([{ ok: true, output: { text: 'well' } }])
    })
  })

  test.each(['hang', 'hangPolitely'])('%s: no sign of life within timeoutS', async (name) => {
    await withModule(name, { timeoutS: 0.3 }, async (session) => {
      const failure = await session.answer([item('x')]).catch((cause: unknown) => cause)
      expect((failure as Error).message).toContain('RUNTIME_HUNG')
    })
  })

  test('a flood of stdout ends the process, not ours', async () => {
    await withModule('flood', {}, async (session) => {
      const failure = await session.answer([item('x')]).catch((cause: unknown) => cause)
      expect((failure as Error).message).toContain('RUNTIME_FLOOD')
    })
  })

  test.each(['eat', 'eatInChild'])('%s: memory above memoryMiB is stopped', async (name) => {
    await withModule(name, { memoryMiB: 250 }, async (session) => {
      const failure = await session.answer([item('x')]).catch((cause: unknown) => cause)
      expect((failure as Error).message).toMatch(
        /RUNTIME_MEMORY: it used \d+ MiB, the limit is 250/,
      )
      expect((await session.usage()).peakRssBytes).toBeGreaterThan(250 * 2 ** 20)
    })
  })

  test('a throw fails its own item, and a key in it is cut out', async () => {
    await withModule('throwOnBad', {}, async (session) => {
      const answers = await session.answer([item('a'), item('bad'), item('c')])
      expect(answers.map((answer) => answer.ok)).toEqual([true, false, true])
      expect(JSON.stringify(answers)).not.toContain('abcdefghijklmnop')
    })
  })

  test('the last words on stderr are told without the secrets of the environment', async () => {
    await withModule('stderrSecret', {}, async (session) => {
      const failure = await session.answer([item('x')]).catch((cause: unknown) => cause)
      expect((failure as Error).message).toContain('fatal: token [secret]')
    })
  })
})

describe('a candidate that cannot be opened says why', () => {
  const open = (parts: Parameters<typeof candidate>[0], exec = true) =>
    openRuntime(candidate(parts), context({ baseDir: folder }), { ...options, exec })

  test.each([
    ['module', { model: './nothing.mjs' }, 'MODULE_UNUSABLE'],
    ['module', { model: `${badModule}#missing` }, 'MODULE_UNUSABLE'],
    ['command', { command: ['no-such-program-here'] }, 'COMMAND_MISSING'],
    ['command', {}, 'COMMAND_MISSING'],
    ['linear', { model: 'absent.safetensors' }, 'MODEL_NOT_FOUND'],
    ['replay', { model: 'absent.jsonl' }, 'REPLAY_UNUSABLE'],
    ['nonsense', {}, 'RUNTIME_UNKNOWN'],
    ['./absent-adapter.mjs', {}, 'RUNTIME_UNKNOWN'],
  ])('%s with %o: %s', async (runtime, parts, code) => {
    await expect(open({ runtime, ...parts })).rejects.toMatchObject({ code })
  })

  test.each([
    ['module', { model: badModule }],
    ['command', { command: ['true'] }],
    ['./adapter.mjs', {}],
    ['@team/adapter', {}],
  ])('--no-exec refuses %s', async (runtime, parts) => {
    await expect(open({ runtime, ...parts }, false)).rejects.toMatchObject({
      code: 'RUNTIME_NO_EXEC',
    })
  })

  test('a worker that is not there is a crash with a reason', async () => {
    const spec = candidate({ runtime: 'linear', model: 'x' })
    const wrong = { ...options, workerPath: join(folder, 'no-worker.js') }
    await expect(openRuntime(spec, context(), wrong)).rejects.toMatchObject({
      code: 'RUNTIME_CRASHED',
    })
  })

  test('a replay row without JSON is told with its line', async () => {
    writeFileSync(join(folder, 'half.jsonl'), '{"id":"a","output":"x"}\n{"id":')
    const failure = await open({ runtime: 'replay', model: 'half.jsonl' }).catch((cause) => cause)
    expect(failure).toMatchObject({ code: 'REPLAY_UNUSABLE' })
    expect(failure.at).toMatch(/half\.jsonl:2$/)
  })
})
