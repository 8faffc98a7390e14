import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type {
  ModelIdentity,
  Runtime,
  RuntimeContext,
  RuntimeItem,
  RuntimeSession,
} from '../../contract/runtime.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { redact } from '../../core/error/secret.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import { moduleRevision } from '../files/code-revision.ts'
import { answerAll, type Functions } from './module/answering.ts'

/** What a user's file may export. `answerBatch` wins where both are there. */
interface UserModule {
  readonly answer?: (input: RuntimeItem['input'], about: { readonly id: string }) => unknown
  readonly answerBatch?: (inputs: readonly RuntimeItem['input'][]) => unknown
  readonly default?: unknown
}

/** Items per message to the child. */
const defaultBatch = 32

/**
 * A function from a .js or .mjs file or a package: `answer(input, { id })`, a default function of the same form, or
 * `answerBatch(inputs)`. `path#name` picks another export. The row, which holds the label, is not given.
 */
export function createModuleRuntime(): Runtime {
  return { kind: 'module', open: openModule }
}

async function openModule(
  candidate: CandidateSpec,
  context: RuntimeContext,
): Promise<RuntimeSession> {
  const [path = '', name] = (candidate.model ?? '').split('#')
  if (path === '')
    throw new RightsizeError('MODULE_UNUSABLE', `candidate ${candidate.id} names no module`)
  const functions = pickFunctions(await load(locate(path, context.baseDir)), name, path)
  const alive = context.alive ?? (() => undefined)
  return {
    identity: await identify(candidate, context),
    batchSize: candidate.settings.batch ?? defaultBatch,
    answer: (batch) => answerAll(functions, batch, { labels: candidate.labels ?? [], alive }),
    usage: async () => ({
      pids: [process.pid],
      threads: candidate.settings.threads ?? 1,
      loadS: null,
      loadCpuS: null,
      peakRssBytes: null,
    }),
    close: async () => undefined,
  }
}

/** Address of a file below the folder of the spec, or a package installed there. */
function locate(path: string, baseDir: string): string {
  const file = isAbsolute(path) ? path : resolve(baseDir, path)
  if (existsSync(file)) return pathToFileURL(file).href
  try {
    return pathToFileURL(createRequire(join(baseDir, 'package.json')).resolve(path)).href
  } catch {
    // Packages with ESM exports only cannot be found that way; the import itself may know them.
    return path
  }
}

async function load(href: string): Promise<UserModule> {
  try {
    return (await import(href)) as UserModule
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RightsizeError('MODULE_UNUSABLE', redact(`${href}: ${reason}`).slice(0, 500), {
      cause,
    })
  }
}

function pickFunctions(module: UserModule, name: string | undefined, path: string): Functions {
  const fields = module as Readonly<Record<string, unknown>>
  const one = name === undefined ? (module.answer ?? callable(module.default)) : fields[name]
  const many = name === undefined ? module.answerBatch : undefined
  if (typeof one !== 'function' && typeof many !== 'function') {
    const exported = Object.keys(fields).join(', ') || 'nothing'
    throw new RightsizeError('MODULE_UNUSABLE', `${path} exports ${exported}`)
  }
  return {
    one: typeof one === 'function' ? (one as NonNullable<Functions['one']>) : null,
    many: typeof many === 'function' ? many : null,
  }
}

/** CommonJS files show their exports under default. */
function callable(value: unknown): unknown {
  if (typeof value === 'function') return value
  return (value as { answer?: unknown } | undefined)?.answer
}

async function identify(candidate: CandidateSpec, context: RuntimeContext): Promise<ModelIdentity> {
  return {
    model: candidate.model ?? '',
    revision: await moduleRevision(candidate, context),
    precision: 'unknown',
    engine: `node@${process.versions.node}`,
    floating: false,
    ...(candidate.parameters === undefined ? {} : { parameters: candidate.parameters }),
    ...(candidate.labels === undefined ? {} : { labels: candidate.labels }),
  }
}
