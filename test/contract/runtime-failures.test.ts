import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openProcesses } from '../../src/adapters/processes/table.ts'
import { openRuntime } from '../../src/adapters/runtime/table.ts'
import type { RuntimeSession } from '../../src/contract/runtime.ts'
import type { CandidateSpec } from '../../src/core/spec/spec.ts'
import { candidate, context } from './candidate.ts'
import { compiledModule, compiledWorker } from './compiled-worker.ts'
import { temporaryFolder } from './temporary-folder.ts'

const options = {
  workerPath: compiledWorker(),
  processes: openProcesses(process.platform),
  exec: true,
}
const badModule = join(import.meta.dirname, 'bad-module.mjs')
const folder = temporaryFolder('failures')

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
      expect((await session.usage?.())?.pids).toEqual([])
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
      expect((await session.usage?.())?.peakRssBytes).toBeGreaterThan(250 * 2 ** 20)
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

test('a candidate does not outlive a run that is killed', async () => {
  const script = join(import.meta.dirname, 'orphan-parent.mjs')
  const table = compiledModule('adapters/runtime/table.ts')
  const model = `${badModule}#crash`
  const parent = spawn(process.execPath, [script, table, options.workerPath, model], {
    stdio: 'pipe',
  })
  const pid = await new Promise<number>((done) =>
    parent.stdout.once('data', (chunk: Buffer) => done(Number(chunk.toString()))),
  )
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  while (isAlive(pid)) await new Promise((done) => setTimeout(done, 20))
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a command that misbehaves', () => {
  const program = join(import.meta.dirname, 'bad-command.mjs')
  async function withCommand(
    way: string,
    items: readonly { id: string; input: string }[],
    settings: CandidateSpec['settings'] = {},
  ) {
    const lines: string[] = []
    const command = [process.execPath, program, way]
    const log = (line: string): void => void lines.push(line)
    const spec = candidate({ runtime: 'command', command, settings })
    const session = await openRuntime(spec, context({ log }), options)
    const answers = await session.answer(items).catch((cause: unknown) => cause)
    await session.close()
    return { answers, lines }
  }
  const two = [item('0'), item('1')]

  test('talk on stdout and answers to nobody are passed over, and said once', async () => {
    const { answers, lines } = await withCommand('chatty', two)
    expect(answers).toMatchObject([{ ok: true }, { ok: true }])
    expect(lines).toEqual(['ignored on stdout: loading model ...'])
    expect((await withCommand('strangers', two)).answers).toMatchObject([
      { ok: true, output: { text: 'x' } },
      { ok: true, output: { text: 'x' } },
    ])
  })

  test('an error in an answer is that item failing', async () => {
    const { answers } = await withCommand('error', [item('good'), item('bad')])
    expect(answers).toMatchObject([
      { ok: true },
      { ok: false, message: 'cannot', retryable: false },
    ])
  })

  test.each([
    ['silent', 'RUNTIME_HUNG: no answer for 0.5 s'],
    ['other-tongue', 'COMMAND_PROTOCOL: 1001 lines'],
    ['flood', 'RUNTIME_FLOOD'],
    ['dies', 'RUNTIME_CRASHED: the process exited with code 9'],
  ])('%s: tried once more, then broken with the reason', async (way, reason) => {
    const { answers } = await withCommand(way, two, { timeoutS: 0.5 })
    expect(answers).toMatchObject({ code: 'RUNTIME_BROKEN' })
    expect((answers as Error).message).toContain(reason)
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

test.skipIf(process.platform !== 'linux').each([0, 1])(
  'what a program leaves behind in a group of its own is ended with it (Linux only), case %i',
  async (dies) => {
    const file = join(folder, `parent-${dies}.mjs`)
    writeFileSync(
      file,
      `import { spawn } from 'node:child_process'; import rl from 'node:readline'
const left = spawn('sleep', ['987'], { detached: true, stdio: 'ignore' }); left.unref()
for await (const line of rl.createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ id: JSON.parse(line).id, output: String(left.pid) }))
  if (${dies}) setTimeout(() => process.exit(0), 400)
}`,
    )
    const spec = candidate({ runtime: 'command', command: [process.execPath, file] })
    const session = await openRuntime(
      spec,
      context({ env: { PATH: process.env['PATH'] } }),
      options,
    )
    const [answer] = await session.answer([item('x')])
    const pid = Number(answer?.ok && answer.output.kind === 'text' ? answer.output.text : 0)
    expect(runs(pid)).toBe(true)
    if (dies === 1) await new Promise((done) => setTimeout(done, 1500))
    await session.close()
    await new Promise((done) => setTimeout(done, 200))
    expect(runs(pid)).toBe(false)
  },
)

/** One that has ended and that nobody has asked after is still listed, as Z. */
function runs(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}
