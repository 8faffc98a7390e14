import { canonicalBytes } from '../data/canonical.ts'

/** What of a model folder decides its answers: sha256 of each file, and settings as they read. */
export interface ModelParts {
  readonly graph: string
  /** Tensor data beside the graph, by file name. */
  readonly data: Readonly<Record<string, string>>
  readonly tokenizer: string | null
  /** tokenizer_config.json and config.json, parsed; null where there is none. */
  readonly tokenizerConfig: unknown
  readonly config: unknown
}

/**
 * The one identity of a model folder, in lock, store, compression.json and result: whoever names the model names it so.
 * Neither the path nor the name of the graph's file counts: they change no answer.
 */
export const modelIdentity = (parts: ModelParts, digest: (bytes: Uint8Array) => string): string =>
  digest(canonicalBytes(parts))
