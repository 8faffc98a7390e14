import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
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
  const place = locate(path, context.baseDir)
  const functions = pickFunctions(await load(place.href), name, path)
  const alive = context.alive ?? (() => undefined)
  return {
    identity: identify(candidate, place.file),
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

interface Place {
  readonly href: string
  readonly file: string | null
}

/** A file below the folder of the spec, or a package installed there. */
function locate(path: string, baseDir: string): Place {
  const file = isAbsolute(path) ? path : resolve(baseDir, path)
  if (existsSync(file)) return { href: pathToFileURL(file).href, file }
  try {
    const found = createRequire(join(baseDir, 'package.json')).resolve(path)
    return { href: pathToFileURL(found).href, file: found }
  } catch {
    // Packages with ESM exports only cannot be found that way; the import itself may know them.
    return { href: path, file: null }
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

function identify(candidate: CandidateSpec, file: string | null): ModelIdentity {
  const hash = createHash('sha256').update(candidate.model ?? '')
  if (file !== null) hash.update(readFileSync(file))
  return {
    model: candidate.model ?? '',
    revision: hash.digest('hex'),
    precision: 'unknown',
    engine: `node@${process.versions.node}`,
    floating: false,
    ...(candidate.parameters === undefined ? {} : { parameters: candidate.parameters }),
    ...(candidate.labels === undefined ? {} : { labels: candidate.labels }),
  }
}
