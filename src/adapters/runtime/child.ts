import { type ChildProcess, fork } from 'node:child_process'
import type { Processes } from '../../contract/processes.ts'
import type { RuntimeContext, RuntimeSession, RuntimeUsage } from '../../contract/runtime.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import type { Opened, Question, Reply, SentError, Values } from './child/protocol.ts'

export interface ChildOptions {
  /** Path of the compiled worker, dist/worker.js. */
  readonly workerPath: string
  readonly processes: Processes | null
  /** Whether the candidate may start processes of its own (module, adapters): then the whole tree is watched. */
  readonly watchTree?: boolean
}

/** Seconds without a sign of life after which a child counts as hung, unless settings.timeoutS says otherwise. */
const defaultTimeoutS = 60
/** Loading may read gigabytes: it gets at least this long. */
const loadTimeoutS = 300
/** How often memory is looked at. */
const pollMs = 100
/** A model that answers through IPC has nothing to print; a chatty module may print this much. */
const floodBytes = 64 * 1024 * 1024
/** Kept of stderr, for the message when the child ends. */
const stderrKept = 2000

/**
 * Opens a candidate in a process of its own. A crash, a hang, a flood or too much memory ends that process, not ours:
 * it is started again once, with the batch it had; after a second failure every call rejects with RUNTIME_BROKEN.
 */
export async function openInChild(
  candidate: CandidateSpec,
  context: RuntimeContext,
  options: ChildOptions,
): Promise<RuntimeSession> {
  const start = (): Promise<Child> => startChild(candidate, context, options)
  const keeper: Keeper = { child: await start(), start, restarted: false, broken: null, peak: 0 }
  const { identity, batchSize } = keeper.child.opened
  return {
    identity,
    batchSize,
    answer: (batch, signal) => ask<'answer'>(keeper, { kind: 'answer', batch }, signal),
    exercise: (batch, times, signal) =>
      ask<'exercise'>(keeper, { kind: 'exercise', batch, times }, signal),
    usage: () => usageOf(keeper, candidate.settings.threads ?? 1),
    close: () => keeper.child.close(),
  }
}

interface Keeper {
  child: Child
  readonly start: () => Promise<Child>
  restarted: boolean
  broken: RightsizeError | null
  /** Peak memory of a child that has ended. */
  peak: number
}

type Unnumbered<Q> = Q extends Question ? Omit<Q, 'id'> : never
type Ask = Unnumbered<Question>

async function ask<K extends keyof Values>(
  keeper: Keeper,
  question: Ask,
  signal?: AbortSignal,
): Promise<Values[K]> {
  signal?.throwIfAborted()
  if (keeper.broken) throw keeper.broken
  try {
    return await keeper.child.ask<K>(question)
  } catch (cause) {
    if (!(cause instanceof ChildEnd)) throw cause
    await replace(keeper, cause.reason)
    return ask<K>(keeper, question, signal)
  }
}

/** Starts the child again, once; otherwise the candidate is broken for good. */
async function replace(keeper: Keeper, reason: RightsizeError): Promise<void> {
  keeper.peak = Math.max(keeper.peak, keeper.child.peakRss())
  if (!keeper.restarted) {
    keeper.restarted = true
    keeper.child = await keeper.start()
    return
  }
  keeper.broken = new RightsizeError('RUNTIME_BROKEN', `${reason.code}: ${reason.message}`, {
    cause: reason,
    next: reason.next,
  })
  throw keeper.broken
}

async function usageOf(keeper: Keeper, threads: number): Promise<RuntimeUsage> {
  const { opened, pid } = keeper.child
  const polled = Math.max(keeper.peak, keeper.child.peakRss())
  if (keeper.broken)
    return {
      pids: [],
      threads,
      loadS: opened.loadS,
      loadCpuS: opened.loadCpuS,
      peakRssBytes: polled,
    }
  const own = await keeper.child.ask<'usage'>({ kind: 'usage' })
  return { ...own, pids: [pid], threads, peakRssBytes: Math.max(own.peakRssBytes ?? 0, polled) }
}

/** Said when the process ended or was ended with a question open; never leaves this file. */
class ChildEnd extends Error {
  readonly reason: RightsizeError
  constructor(reason: RightsizeError) {
    super(reason.message)
    this.reason = reason
  }
}

interface Child {
  readonly pid: number
  readonly opened: Opened
  ask<K extends keyof Values>(question: Ask): Promise<Values[K]>
  peakRss(): number
  close(): Promise<void>
}

async function startChild(
  candidate: CandidateSpec,
  context: RuntimeContext,
  options: ChildOptions,
): Promise<Child> {
  const child = fork(options.workerPath, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...context.env },
    execArgv: [],
  })
  const line = new Line(child, candidate, context)
  const memory = watchMemory(child, candidate, options, (reason) => line.end(reason))
  watchOutput(child, (reason) => line.end(reason))
  child.once('exit', () => memory.stop())
  const ready: Ask = { kind: 'open', candidate, baseDir: context.baseDir }
  const opened = await line.ask<'open'>(ready).catch((cause: unknown) => {
    child.kill('SIGKILL')
    throw cause instanceof ChildEnd ? cause.reason : cause
  })
  return {
    pid: child.pid ?? 0,
    opened,
    ask: (question) => line.ask(question),
    peakRss: memory.peak,
    close: () => line.close(),
  }
}

interface Waiting {
  readonly id: number
  resolve(value: unknown): void
  reject(cause: unknown): void
}

/** The parent's end of one channel: one question at a time, a clock that runs while it is open. */
class Line {
  private readonly child: ChildProcess
  private readonly context: RuntimeContext
  private readonly timeoutS: number
  private waiting: Waiting | null = null
  private timer: NodeJS.Timeout | null = null
  private ended: RightsizeError | null = null
  private limitS = 0
  private nextId = 1
  private tail: Promise<unknown> = Promise.resolve()
  private stderr = ''

  constructor(child: ChildProcess, candidate: CandidateSpec, context: RuntimeContext) {
    this.child = child
    this.context = context
    this.timeoutS = candidate.settings.timeoutS ?? defaultTimeoutS
    child.on('message', (reply) => this.heard(reply as Reply))
    child.once('error', (cause) => this.end(crashed(cause.message, cause)))
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString('utf8')).slice(-stderrKept)
    })
    // 'close' comes after 'exit' and after the last of stderr has been read.
    child.once('close', (code, signal) => this.end(crashed(this.farewell(code, signal))))
  }

  ask<K extends keyof Values>(question: Ask): Promise<Values[K]> {
    const turn = this.tail.then(() => this.send(question))
    this.tail = turn.catch(() => undefined)
    return turn as Promise<Values[K]>
  }

  /** Ends the process and, with the reason, whatever waits for it. */
  end(reason: RightsizeError): void {
    this.ended ??= reason
    if (this.child.exitCode === null) this.child.kill('SIGKILL')
    this.settle((waiting) => waiting.reject(new ChildEnd(this.ended ?? reason)))
  }

  async close(): Promise<void> {
    if (this.ended === null && this.child.connected) {
      const gone = new Promise((resolve) => this.child.once('exit', resolve))
      const patience = setTimeout(() => this.child.kill('SIGKILL'), 2000)
      this.ask({ kind: 'close' }).catch(() => undefined)
      await gone
      clearTimeout(patience)
    }
    this.child.kill('SIGKILL')
  }

  private send(question: Ask): Promise<unknown> {
    if (this.ended) return Promise.reject(new ChildEnd(this.ended))
    const id = this.nextId++
    return new Promise((resolve, reject) => {
      this.waiting = { id, resolve, reject }
      this.limitS = question.kind === 'open' ? Math.max(loadTimeoutS, this.timeoutS) : this.timeoutS
      this.wind()
      this.child.send({ id, ...question }, (cause) => {
        if (cause) this.end(crashed(cause.message, cause))
      })
    })
  }

  private heard(reply: Reply): void {
    if ('alive' in reply) this.wind()
    else if ('log' in reply) this.context.log?.(reply.log)
    else if (reply.id !== this.waiting?.id) return
    else if (reply.ok) this.settle((waiting) => waiting.resolve(reply.value))
    else this.settle((waiting) => waiting.reject(receivedError(reply.error)))
  }

  private settle(how: (waiting: Waiting) => void): void {
    if (this.timer) clearTimeout(this.timer)
    const waiting = this.waiting
    this.waiting = null
    if (waiting) how(waiting)
  }

  private wind(): void {
    if (this.timer) clearTimeout(this.timer)
    if (this.waiting === null) return
    this.timer = setTimeout(() => this.end(hung(this.limitS)), this.limitS * 1000)
  }

  private farewell(code: number | null, signal: NodeJS.Signals | null): string {
    const how = signal ? `was killed by ${signal}` : `exited with code ${code}`
    const last = this.stderr.trim().split('\n').slice(-4).join(' | ')
    return `the process ${how}${last === '' ? '' : `: ${last}`}`
  }
}

const crashed = (what: string, cause?: unknown): RightsizeError =>
  new RightsizeError('RUNTIME_CRASHED', what, cause === undefined ? {} : { cause })

const hung = (limitS: number): RightsizeError =>
  new RightsizeError('RUNTIME_HUNG', `no sign of life for ${limitS} s`)

function receivedError(sent: SentError): RightsizeError {
  return new RightsizeError(sent.code, sent.message, {
    ...(sent.at === undefined ? {} : { at: sent.at }),
    ...(sent.next === undefined ? {} : { next: sent.next }),
  })
}

/** Looks at memory every 100 ms; above the limit the process ends with RUNTIME_MEMORY. */
function watchMemory(
  child: ChildProcess,
  candidate: CandidateSpec,
  options: ChildOptions,
  end: (reason: RightsizeError) => void,
): { readonly peak: () => number; readonly stop: () => void } {
  const limit = candidate.settings.memoryMiB
  let peak = 0
  const look = (): void => {
    const rss = rssOf(child.pid ?? 0, options)
    peak = Math.max(peak, rss)
    if (limit !== undefined && rss > limit * 2 ** 20) end(tooLarge(rss, limit))
  }
  const timer = setInterval(look, pollMs)
  timer.unref()
  return { peak: () => peak, stop: () => clearInterval(timer) }
}

function rssOf(pid: number, options: ChildOptions): number {
  if (!options.processes) return 0
  if (options.watchTree) return options.processes.trees([pid])?.rssBytes ?? 0
  return options.processes.rss(pid) ?? 0
}

const tooLarge = (rss: number, limitMiB: number): RightsizeError =>
  new RightsizeError(
    'RUNTIME_MEMORY',
    `it used ${Math.ceil(rss / 2 ** 20)} MiB, the limit is ${limitMiB} MiB`,
  )

function watchOutput(child: ChildProcess, end: (reason: RightsizeError) => void): void {
  let seen = 0
  const count = (chunk: Buffer): void => {
    seen += chunk.length
    if (seen > floodBytes)
      end(new RightsizeError('RUNTIME_FLOOD', `it wrote more than ${floodBytes / 2 ** 20} MiB`))
  }
  child.stdout?.on('data', count)
  child.stderr?.on('data', count)
}
