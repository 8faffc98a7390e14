import type { CandidateSpec } from '../core/spec/spec.ts'
import type { RuntimeSession } from './runtime.ts'

/** What scorers with effects are handed. */
export interface ScorerContext {
  /** Folder that paths of the spec are resolved against. */
  readonly baseDir: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly fetch: typeof globalThis.fetch
  /** --no-exec: scorers that run code of the spec are refused. */
  readonly noExec: boolean
  /** --untrusted: patterns that take more than linear time are refused. */
  readonly linearOnly?: boolean
  /** Opens the runtime of an embedding model. */
  readonly openRuntime?: (candidate: CandidateSpec) => Promise<RuntimeSession>
  readonly signal?: AbortSignal
}
