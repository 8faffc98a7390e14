import { type ChildProcess, spawn } from 'node:child_process'
import type { Processes } from '../../../contract/processes.ts'
import type {
  ModelIdentity,
  Runtime,
  RuntimeContext,
  RuntimeItem,
  RuntimeSession,
} from '../../../contract/runtime.ts'
import type { Answer } from '../../../core/data/answer.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { redact, secretsOf } from '../../../core/error/secret.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'
import { commandRevision } from '../../files/code-revision.ts'
import { converse } from './dialogue.ts'
import { hasEnded, killGroup, sawFamily } from './group.ts'
import { type Kept, keep } from './keeper.ts'
import { listenStderr, watchMemory } from './watch.ts'

export interface CommandParts {
  readonly processes: Processes | null
}

/** Seconds per item without any answer (settled: command protocol). */
const defaultTimeoutS = 60
/** Items sent at once unless settings.batch says otherwise. */
const defaultBatch = 16

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
  // Before the program runs: what it writes is not what it was.
  const identity = await identify(candidate, context)
  const keeper = await keep(() => start(parts, candidate, context))
  const threads = candidate.settings.threads ?? 1
  return {
    identity,
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

async function identify(candidate: CandidateSpec, context: RuntimeContext): Promise<ModelIdentity> {
  return {
    model: redact((candidate.command ?? []).join(' '), secretsOf(context.env)),
    revision: await commandRevision(candidate, context),
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

async function start(
  parts: CommandParts,
  candidate: CandidateSpec,
  context: RuntimeContext,
): Promise<Program> {
  const [file = '', ...words] = candidate.command ?? []
  const env = { ...context.env }
  const child = spawn(file, words, {
    cwd: context.baseDir,
    env,
    stdio: 'pipe',
    detached: true,
    windowsHide: true,
  })
  await spawned(child, file)
  const farewell = listenStderr(child, secretsOf(context.env))
  const timeoutS = candidate.settings.timeoutS ?? defaultTimeoutS
  const dialogue = converse(child, { timeoutS, labels: candidate.labels ?? [], context })
  const watch = { processes: parts.processes, memoryMiB: candidate.settings.memoryMiB, tree: true }
  const peakRss = watchMemory(child, watch, dialogue.end)
  child.once('close', (code, signal) =>
    dialogue.end(new RightsizeError('RUNTIME_CRASHED', farewell(code, signal))),
  )
  return { pid: child.pid ?? 0, ask: dialogue.ask, peakRss, close: () => stop(child, parts) }
}

function spawned(child: ChildProcess, file: string): Promise<void> {
  return new Promise((done, fail) => {
    child.once('spawn', done)
    child.once('error', (cause) =>
      fail(new RightsizeError('COMMAND_MISSING', `${file}: ${cause.message}`, { cause })),
    )
  })
}

/** Asks the program to go by closing its input, and ends what it leaves behind. */
async function stop(child: ChildProcess, { processes }: CommandParts): Promise<void> {
  if (hasEnded(child)) return killGroup(child)
  sawFamily(child, processes?.trees([child.pid ?? 0])?.pids)
  const gone = new Promise((done) => child.once('exit', done))
  const patience = setTimeout(() => killGroup(child), 2000)
  child.stdin?.end()
  await gone
  clearTimeout(patience)
  killGroup(child)
}
