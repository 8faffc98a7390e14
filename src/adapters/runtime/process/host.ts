import type { Runtime, RuntimeSession } from '../../../contract/runtime.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'
import type { Exercised, Opened, Question, Reply, SentError } from './protocol.ts'

/** The child's end of the channel; `process` in a forked child. */
export interface Channel {
  send(reply: Reply): void
  onQuestion(listener: (question: Question) => void): void
  exit(): void
}

/** Signs of life closer together than this say nothing new and would only cost messages. */
const aliveEveryMs = 200

/**
 * The child's side: opens one candidate, answers questions in the order they come, measures itself.
 * CPU time, load time and peak memory are this process's own, so no other candidate's.
 */
export function hostRuntime(
  channel: Channel,
  { openKind, fetch }: Pick<Host, 'openKind' | 'fetch'>,
): void {
  const state: State = { session: null, load: { loadS: 0, loadCpuS: 0 } }
  let tail: Promise<void> = Promise.resolve()
  channel.onQuestion((question) => {
    tail = tail.then(async () => {
      try {
        const value = await reply(question, { state, channel, openKind, fetch })
        channel.send({ id: question.id, ok: true, value })
      } catch (cause) {
        channel.send({ id: question.id, ok: false, error: sentError(cause) })
      }
      if (question.kind === 'close') channel.exit()
    })
  })
}

interface State {
  session: RuntimeSession | null
  load: { loadS: number; loadCpuS: number }
}

interface Host {
  readonly state: State
  readonly channel: Channel
  readonly openKind: (candidate: CandidateSpec) => Promise<Runtime>
  /** What an adapter may ask the network with. */
  readonly fetch: typeof globalThis.fetch
}

async function reply(question: Question, host: Host): Promise<unknown> {
  switch (question.kind) {
    case 'open':
      return open(question, host)
    case 'answer':
      return opened(host).answer(question.batch)
    case 'exercise':
      return exercise(opened(host), question, host)
    case 'usage':
      return usage(host)
    case 'close':
      await host.state.session?.close()
      return null
  }
}

async function open(question: Question & { kind: 'open' }, host: Host): Promise<Opened> {
  const start = stamp()
  const runtime = await host.openKind(question.candidate)
  const session = await runtime.open(question.candidate, {
    baseDir: question.baseDir,
    env: process.env,
    fetch: host.fetch,
    alive: throttled(() => host.channel.send({ alive: true })),
    log: (line) => host.channel.send({ log: line }),
  })
  const { wallS, cpuS } = since(start)
  host.state.session = session
  host.state.load = { loadS: wallS, loadCpuS: cpuS }
  const { identity, batchSize } = session
  return { identity, batchSize, loadS: wallS, loadCpuS: cpuS }
}

function opened(host: Host): RuntimeSession {
  if (host.state.session) return host.state.session
  throw new RightsizeError('RUNTIME_FAILED', 'the candidate was asked before it was opened')
}

async function exercise(
  session: RuntimeSession,
  { items, times, batch }: Question & { kind: 'exercise' },
  host: Host,
): Promise<Exercised> {
  if (session.exercise) return session.exercise(items, { times, batch })
  const alive = throttled(() => host.channel.send({ alive: true }))
  const latenciesS: number[] = []
  const start = stamp()
  for (let i = 0; i < times; i++) {
    const before = stamp()
    for (let at = 0; at < items.length; at += batch) {
      await session.answer(items.slice(at, at + batch))
      alive()
    }
    latenciesS.push(since(before).wallS)
  }
  return { ...since(start), latenciesS }
}

async function usage(host: Host): Promise<unknown> {
  const own = await opened(host).usage?.()
  // maxRSS is in KiB on every platform (nodejs.org/api/process.html#processresourceusage).
  const peakRssBytes = process.resourceUsage().maxRSS * 1024
  const { user, system } = process.cpuUsage()
  const cpuS = (user + system) / 1e6
  return { ...own, ...host.state.load, pids: [process.pid], peakRssBytes, cpuS }
}

interface Stamp {
  readonly ns: bigint
  readonly cpu: NodeJS.CpuUsage
}

function stamp(): Stamp {
  return { ns: process.hrtime.bigint(), cpu: process.cpuUsage() }
}

function since(start: Stamp): { readonly wallS: number; readonly cpuS: number } {
  const { user, system } = process.cpuUsage(start.cpu)
  return { wallS: Number(process.hrtime.bigint() - start.ns) / 1e9, cpuS: (user + system) / 1e6 }
}

function throttled(send: () => void): () => void {
  let last = 0
  return () => {
    const now = Date.now()
    if (now - last < aliveEveryMs) return
    last = now
    send()
  }
}

function sentError(cause: unknown): SentError {
  if (cause instanceof RightsizeError)
    return {
      code: cause.code,
      message: cause.message,
      next: cause.next,
      ...(cause.at === undefined ? {} : { at: cause.at }),
    }
  const message = cause instanceof Error ? cause.message : String(cause)
  return { code: 'RUNTIME_FAILED', message: message.slice(0, 1000) }
}
