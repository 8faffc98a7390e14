import { fork } from 'node:child_process'
import type { Processes } from '../../../contract/processes.ts'
import type { RuntimeContext, RuntimeSession, RuntimeUsage } from '../../../contract/runtime.ts'
import { secretsOf } from '../../../core/error/secret.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'
import { confinedEnv } from '../../files/confinement.ts'
import { killGroup } from './group.ts'
import { type Keeper, type Kept, keep, ProcessEnd } from './keeper.ts'
import { type Line, openLine } from './line.ts'
import type { Ask, Opened } from './protocol.ts'
import { listenStderr, watchFlood, watchMemory } from './watch.ts'

export interface ChildOptions {
  /** Path of the compiled worker, dist/worker.js. */
  readonly workerPath: string
  readonly processes: Processes | null
  /** Whether the candidate is code of the spec (module, adapters): it gets the whole environment, and its tree is watched. */
  readonly trusted: boolean
}

/** Seconds without a sign of life after which a child counts as hung, unless settings.timeoutS says otherwise. */
const defaultTimeoutS = 60
/** Loading may read gigabytes: it gets at least this long. */
const loadTimeoutS = 300

/**
 * Opens a candidate in a process of its own. A crash, a hang, a flood or too much memory ends that process, not ours:
 * it is started again once, with the batch it had; after a second failure every call rejects with RUNTIME_BROKEN.
 */
export async function openInChild(
  candidate: CandidateSpec,
  context: RuntimeContext,
  options: ChildOptions,
): Promise<RuntimeSession> {
  const keeper = await keep(() => startChild(candidate, context, options))
  const { identity, batchSize } = keeper.current().opened
  return {
    identity,
    batchSize,
    answer: async (batch, signal) => {
      signal?.throwIfAborted()
      return keeper.use(({ line }) => line.ask<'answer'>({ kind: 'answer', batch }))
    },
    exercise: async (items, how, signal) => {
      signal?.throwIfAborted()
      return keeper.use(({ line }) => line.ask<'exercise'>({ kind: 'exercise', items, ...how }))
    },
    usage: () => usageOf(keeper, candidate.settings.threads ?? 1),
    close: () => keeper.current().close(),
  }
}

async function usageOf(keeper: Keeper<Child>, threads: number): Promise<RuntimeUsage> {
  const { loadS, loadCpuS } = keeper.current().opened
  if (keeper.broken()) return { pids: [], threads, loadS, loadCpuS, peakRssBytes: keeper.peakRss() }
  const own = await keeper.use(({ line }) => line.ask<'usage'>({ kind: 'usage' }))
  const peakRssBytes = Math.max(own.peakRssBytes ?? 0, keeper.peakRss())
  return { ...own, threads, peakRssBytes }
}

interface Child extends Kept {
  readonly opened: Opened
  readonly line: Line
}

async function startChild(
  candidate: CandidateSpec,
  context: RuntimeContext,
  options: ChildOptions,
): Promise<Child> {
  const child = fork(options.workerPath, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...(options.trusted ? context.env : withoutSecrets(context.env)),
      ...confinedEnv(),
    },
    execArgv: [],
    detached: true,
  })
  const line = openLine(child, {
    timeoutS: candidate.settings.timeoutS ?? defaultTimeoutS,
    loadTimeoutS,
    log: (text) => context.log?.(text),
    farewell: listenStderr(child, secretsOf(context.env)),
  })
  const { memoryMiB } = candidate.settings
  const watch = { processes: options.processes, memoryMiB, tree: options.trusted }
  const peakRss = watchMemory(child, watch, line.end)
  watchFlood(child.stdout, line.end)
  watchFlood(child.stderr, line.end)
  const question: Ask = { kind: 'open', candidate, baseDir: context.baseDir }
  const opened = await line.ask<'open'>(question).catch((cause: unknown) => {
    killGroup(child)
    throw cause instanceof ProcessEnd ? cause.reason : cause
  })
  return { opened, line, peakRss, close: line.close }
}

/** A model file has no business with keys. */
function withoutSecrets(env: RuntimeContext['env']): NodeJS.ProcessEnv {
  const secrets = new Set(secretsOf(env))
  return Object.fromEntries(Object.entries(env).filter(([, value]) => !secrets.has(value ?? '')))
}
