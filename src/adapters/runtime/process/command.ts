import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Processes } from '../../../contract/processes.ts'
import type {
  ModelIdentity,
  Runtime,
  RuntimeContext,
  RuntimeItem,
  RuntimeSession,
} from '../../../contract/runtime.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { redact, secretsOf } from '../../../core/error/secret.ts'
import type { Answer, TokenUsage } from '../../../core/spec/answer.ts'
import { outputFrom } from '../../../core/spec/free-output.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'
import { hasEnded, killGroup } from './group.ts'
import { type Kept, keep, ProcessEnd } from './keeper.ts'
import { listenStderr, watchMemory } from './watch.ts'

export interface CommandParts {
  readonly processes: Processes | null
}

/** Seconds per item without any answer (settled: command protocol). */
const defaultTimeoutS = 60
/** Items sent at once unless settings.batch says otherwise. */
const defaultBatch = 16
/** One answer may be this long; a longer line is a flood. */
const longestLine = 8 * 1024 * 1024
/** Lines that are no answers, after which the program does not speak the protocol. */
const strayLines = 1000
/** Files of the command line up to this size enter the identity. */
const hashedBytes = 64 * 1024 * 1024

/**
 * A long-running program: one JSON object per line, `{ id, input }` in, `{ id, output, tokens?, joules?, price?, error? }`
 * out, in any order; stderr is free; the end of its input stops it.
 */
export function createCommandRuntime(parts: CommandParts): Runtime {
  return { kind: 'command', open: (candidate, context) => open(parts, candidate, context) }
}

async function open(
  parts: CommandParts,
  candidate: CandidateSpec,
  context: RuntimeContext,
): Promise<RuntimeSession> {
  const argv = candidate.command ?? []
  if (argv[0] === undefined)
    throw new RightsizeError('COMMAND_MISSING', `candidate ${candidate.id} has no command`)
  const keeper = await keep(() => start(parts, candidate, context))
  const threads = candidate.settings.threads ?? 1
  return {
    identity: identify(argv, context),
    batchSize: candidate.settings.batch ?? defaultBatch,
    answer: async (batch, signal) => {
      signal?.throwIfAborted()
      const answers = new Map<string, Answer>()
      await keeper.use((program) => program.ask(batch, answers))
      return batch.map((item) => answers.get(item.id) ?? silent)
    },
    usage: async () => ({
      pids: keeper.broken() ? [] : [keeper.current().pid],
      threads,
      loadS: null,
      loadCpuS: null,
      peakRssBytes: keeper.peakRss() || null,
    }),
    close: () => keeper.current().close(),
  }
}

const silent: Answer = {
  ok: false,
  code: 'COMMAND_PROTOCOL',
  message: 'no answer for this item',
  retryable: true,
}

/** The words of the command line, and the contents of those that are files. */
function identify(argv: readonly string[], context: RuntimeContext): ModelIdentity {
  const hash = createHash('sha256')
  for (const word of argv) {
    hash.update(`${word}\n`)
    const file = resolve(context.baseDir, word)
    if (existsSync(file) && statSync(file).isFile() && statSync(file).size <= hashedBytes)
      hash.update(readFileSync(file))
  }
  return {
    model: redact(argv.join(' '), secretsOf(context.env)),
    revision: hash.digest('hex'),
    precision: 'unknown',
    engine: 'command',
    floating: false,
  }
}

interface Program extends Kept {
  readonly pid: number
  /** Fills `answers` for every item that has none yet. */
  ask(batch: readonly RuntimeItem[], answers: Map<string, Answer>): Promise<void>
}

interface Open {
  readonly missing: Set<string>
  readonly answers: Map<string, Answer>
  readonly sentAt: number
  resolve(): void
  reject(cause: unknown): void
}

async function start(
  parts: CommandParts,
  candidate: CandidateSpec,
  context: RuntimeContext,
): Promise<Program> {
  const [file = '', ...words] = candidate.command ?? []
  const env = { ...context.env }
  const child = spawn(file, words, { cwd: context.baseDir, env, stdio: 'pipe', detached: true })
  await spawned(child, file)
  const farewell = listenStderr(child, secretsOf(context.env))
  const timeoutS = candidate.settings.timeoutS ?? defaultTimeoutS
  const dialogue = converse(child, { timeoutS, labels: candidate.labels ?? [], context })
  const watch = { processes: parts.processes, memoryMiB: candidate.settings.memoryMiB, tree: true }
  const peakRss = watchMemory(child, watch, dialogue.end)
  child.once('close', (code, signal) =>
    dialogue.end(new RightsizeError('RUNTIME_CRASHED', farewell(code, signal))),
  )
  return { pid: child.pid ?? 0, ask: dialogue.ask, peakRss, close: () => stop(child) }
}

function spawned(child: ChildProcess, file: string): Promise<void> {
  return new Promise((done, fail) => {
    child.once('spawn', done)
    child.once('error', (cause) =>
      fail(new RightsizeError('COMMAND_MISSING', `${file}: ${cause.message}`, { cause })),
    )
  })
}

interface Dialogue {
  ask(batch: readonly RuntimeItem[], answers: Map<string, Answer>): Promise<void>
  end(reason: RightsizeError): void
}

function converse(
  child: ChildProcess,
  options: {
    readonly timeoutS: number
    readonly labels: readonly string[]
    readonly context: RuntimeContext
  },
): Dialogue {
  let open: Open | null = null
  let ended: RightsizeError | null = null
  let timer: NodeJS.Timeout | undefined
  let stray = 0
  const { timeoutS } = options

  const settle = (how: (waiting: Open) => void): void => {
    clearTimeout(timer)
    const waiting = open
    open = null
    if (waiting) how(waiting)
  }
  const end = (reason: RightsizeError): void => {
    ended ??= reason
    const told = ended
    killGroup(child)
    settle((waiting) => waiting.reject(new ProcessEnd(told)))
  }
  const wind = (): void => {
    clearTimeout(timer)
    const what = `no answer for ${timeoutS} s, ${stray} lines that were no answers`
    timer = setTimeout(() => end(new RightsizeError('RUNTIME_HUNG', what)), timeoutS * 1000)
  }
  const noAnswer = (line: string): void => {
    if (stray === 0) options.context.log?.(`ignored on stdout: ${redact(line.slice(0, 80))}`)
    stray++
    if (stray > strayLines)
      end(new RightsizeError('COMMAND_PROTOCOL', `${stray} lines on stdout were no answers`))
  }
  const heard = (line: string): void => {
    const said = parse(line)
    if (said === null || !open?.missing.delete(said.id)) {
      noAnswer(line)
      return
    }
    const latencyS = (performance.now() - open.sentAt) / 1000
    open.answers.set(said.id, answerOf(said, options.labels, latencyS))
    if (open.missing.size === 0) settle((waiting) => waiting.resolve())
    else wind()
  }
  readLines(child, heard, end)
  // A program that closes its input early is heard of through its end, not through this.
  child.stdin?.on('error', () => undefined)
  return {
    end,
    ask: (batch, answers) => {
      if (ended) return Promise.reject(new ProcessEnd(ended))
      const items = batch.filter((item) => !answers.has(item.id))
      return new Promise((resolve, reject) => {
        const missing = new Set(items.map((item) => item.id))
        open = { missing, answers, sentAt: performance.now(), resolve, reject }
        if (missing.size === 0) return settle((waiting) => waiting.resolve())
        wind()
        child.stdin?.write(items.map(lineOf).join(''))
      })
    },
  }
}

/** Cuts stdout into lines without letting one grow past bounds. */
function readLines(
  child: ChildProcess,
  heard: (line: string) => void,
  end: (reason: RightsizeError) => void,
): void {
  let rest = ''
  child.stdout?.setEncoding('utf8')
  child.stdout?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestLine)
      end(new RightsizeError('RUNTIME_FLOOD', 'a line of more than 8 MiB on stdout'))
    for (const line of lines) if (line.trim() !== '') heard(line)
  })
}

function lineOf({ id, input }: RuntimeItem): string {
  const plain = (_: string, value: unknown): unknown =>
    ArrayBuffer.isView(value) ? Array.from(value as unknown as Iterable<number>, Number) : value
  return `${JSON.stringify({ id, input }, plain)}\n`
}

interface Said {
  readonly id: string
  readonly output?: unknown
  readonly tokens?: TokenUsage
  readonly joules?: number
  readonly price?: number
  readonly error?: unknown
}

function parse(line: string): Said | null {
  try {
    const said = JSON.parse(line) as Said | null
    if (typeof said !== 'object' || said === null) return null
    const { id } = said as { id?: unknown }
    return typeof id === 'string' || typeof id === 'number' ? { ...said, id: String(id) } : null
  } catch {
    return null
  }
}

function answerOf(said: Said, labels: readonly string[], latencyS: number): Answer {
  if (said.error !== undefined || said.output === undefined) {
    const message = redact(String(said.error ?? 'an answer without output')).slice(0, 500)
    return { ok: false, code: 'COMMAND_PROTOCOL', message, retryable: false, latencyS }
  }
  return {
    ok: true,
    output: outputFrom(said.output, labels),
    latencyS,
    ...(said.tokens === undefined ? {} : { tokens: said.tokens }),
    ...(said.joules === undefined ? {} : { joules: said.joules }),
    ...(said.price === undefined ? {} : { price: said.price }),
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const gone = new Promise((done) => child.once('exit', done))
  const patience = setTimeout(() => killGroup(child), 2000)
  child.stdin?.end()
  await gone
  clearTimeout(patience)
}
