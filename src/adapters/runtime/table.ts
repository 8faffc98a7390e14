import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Processes } from '../../contract/processes.ts'
import type { Runtime, RuntimeContext, RuntimeSession } from '../../contract/runtime.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import type { OpenTokenizer } from '../../contract/tokenizer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { KindsWith } from '../../core/part/part.ts'
import {
  type AdapterName,
  isAdapterName,
  runtimePart,
  type runtimes,
} from '../../core/part/runtimes.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import type { Pace } from './endpoint/request.ts'

/** What the local runtimes are made of; loaded by the first that asks. */
export interface RuntimeParts {
  readonly engine: () => Promise<TensorEngine>
  readonly openTokenizer: () => Promise<OpenTokenizer>
}

type Load = (parts: RuntimeParts) => Promise<Runtime>

async function openOnnx(parts: RuntimeParts): Promise<Runtime> {
  const { createOnnxRuntime } = await import('./onnx.ts')
  const [engine, openTokenizer] = await Promise.all([parts.engine(), parts.openTokenizer()])
  return createOnnxRuntime({ engine, openTokenizer })
}

/** Runtimes that do their work in this process; `openRuntime` gives each of them a child process of its own. */
export const localTable = {
  onnx: openOnnx,
  /** A transformer student is an ONNX folder like any other. */
  encoder: openOnnx,
  linear: async () => (await import('./student.ts')).createTextStudentRuntime('linear'),
  static: async () => (await import('./student.ts')).createTextStudentRuntime('static'),
  head: async (parts) => (await import('./student.ts')).createHeadRuntime(await openOnnx(parts)),
  module: async () => (await import('./module.ts')).createModuleRuntime(),
} as const satisfies Readonly<Record<KindsWith<typeof runtimes, { where: 'child' }>, Load>>

const endpoint =
  (kind: string) =>
  async ({ pace }: OpenOptions): Promise<Runtime> =>
    (await import('./endpoint.ts')).createEndpointRuntime(kind, pace ?? realPace)

/** Runtimes whose work is elsewhere: another machine, another program, another day. */
export const remoteTable = {
  command: async (options) => (await import('./process/command.ts')).createCommandRuntime(options),
  openai: endpoint('openai'),
  azure: endpoint('azure'),
  anthropic: endpoint('anthropic'),
  gemini: endpoint('gemini'),
  bedrock: endpoint('bedrock'),
  ollama: endpoint('ollama'),
  openrouter: endpoint('openrouter'),
  mistral: endpoint('mistral'),
  vllm: endpoint('vllm'),
  replay: async () => (await import('./replay.ts')).createReplayRuntime(),
} as const satisfies Readonly<
  Record<
    KindsWith<typeof runtimes, { where: 'here' | 'elsewhere' }>,
    (options: OpenOptions) => Promise<Runtime>
  >
>

/** One for the process: what was sent to an account counts for every candidate. */
const realPace: Pace = {
  nowS: () => performance.now() / 1000,
  sleep: (seconds, signal) => wait(seconds * 1000, undefined, signal ? { signal } : {}),
  random: Math.random,
}

export interface OpenOptions {
  /** Path of the compiled worker, dist/worker.js. */
  readonly workerPath: string
  readonly processes: Processes | null
  /** False under --no-exec. */
  readonly exec: boolean
  /** Time and chance for retries; the real ones unless a test says otherwise. */
  readonly pace?: Pace
}

/**
 * Opens a candidate: local kinds in a child process, the others here. Throws RUNTIME_NO_EXEC, RUNTIME_UNKNOWN and what
 * the runtime throws when it cannot be opened.
 */
export async function openRuntime(
  candidate: CandidateSpec,
  context: RuntimeContext,
  options: OpenOptions,
): Promise<RuntimeSession> {
  const { runtime } = candidate
  const { code } = runtimePart(runtime, candidate.id)
  if (code && !options.exec)
    throw new RightsizeError('RUNTIME_NO_EXEC', `candidate ${candidate.id} would run code`, {
      at: runtime,
    })
  const { withFiles } = await import('./revision/table.ts')
  return withFiles(await opened(candidate, context, options), candidate, context)
}

async function opened(
  candidate: CandidateSpec,
  context: RuntimeContext,
  options: OpenOptions,
): Promise<RuntimeSession> {
  const load = lookUp(remoteTable, candidate.runtime)
  if (load) return (await load(options)).open(candidate, context)
  const { openInChild } = await import('./process/child.ts')
  const { code } = runtimePart(candidate.runtime, candidate.id)
  return openInChild(candidate, context, { ...options, trusted: code })
}

/** The runtime of a local kind, or of an adapter by path or package, for use in this very process (the worker). */
export async function loadLocal(candidate: CandidateSpec, parts: RuntimeParts): Promise<Runtime> {
  const load = lookUp(localTable, candidate.runtime)
  if (load) return load(parts)
  if (isAdapterName(candidate.runtime)) return loadAdapter(candidate.runtime)
  throw new RightsizeError('RUNTIME_UNKNOWN', `${candidate.runtime} does not run in a worker`)
}

function lookUp<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

interface AdapterModule {
  readonly createRuntime?: () => Runtime | Promise<Runtime>
}

async function loadAdapter(runtime: AdapterName): Promise<Runtime> {
  const { isPath } = await import('../files/code-revision.ts')
  const name = isPath(runtime) ? pathToFileURL(resolve(runtime)).href : runtime.replace(/^npm:/, '')
  const module = (await import(name).catch((cause: unknown) => {
    throw new RightsizeError('RUNTIME_UNKNOWN', `${runtime} could not be imported`, { cause })
  })) as AdapterModule
  if (typeof module.createRuntime !== 'function')
    throw new RightsizeError('RUNTIME_UNKNOWN', `${runtime} exports no function createRuntime`)
  return module.createRuntime()
}
