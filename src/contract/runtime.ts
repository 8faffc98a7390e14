import type { Answer } from '../core/data/answer.ts'
import type { HostTensor } from '../core/onnx/host-tensor.ts'
import type { CandidateSpec } from '../core/spec/spec.ts'
import type { DeferredAnswers } from './deferred.ts'

/** One row of a dataset as a runtime sees it. */
export interface RuntimeItem {
  readonly id: string
  /** Text, rendered fields, or a raw tensor. */
  readonly input: string | Readonly<Record<string, unknown>> | HostTensor
  /** All columns of the row, for prompt templates. */
  readonly row?: Readonly<Record<string, unknown>>
}

/** What exactly answered: enters the digest of every outcome. */
export interface ModelIdentity {
  /** Human-readable name. */
  readonly model: string
  /** Digest of the files, a resolved snapshot, or a system fingerprint. */
  readonly revision: string
  readonly precision: string
  /** Engine and version, e.g. onnxruntime-node@1.30.0. */
  readonly engine: string
  /** An alias such as `latest` that could not be resolved: its outcomes expire. */
  readonly floating: boolean
  readonly parameters?: number
  readonly activeParameters?: number
  readonly bytes?: number
  readonly labels?: readonly string[]
  /** Of a server that named the model in a reply: its address with that name. Two names with the same one are one model. */
  readonly served?: string
}

export interface RuntimeUsage {
  /** Process ids that do the work; empty when the work is elsewhere. */
  readonly pids: readonly number[]
  readonly threads: number
  readonly loadS: number | null
  readonly loadCpuS: number | null
  /** CPU seconds so far of a child process that does the work; absent where the caller's own process does it, or something elsewhere. */
  readonly cpuS?: number
  readonly peakRssBytes: number | null
}

export interface RuntimeSession {
  readonly identity: ModelIdentity
  /** Scores that stand beside stored answers, by item, as they were written: the scorer is asked instead of them. */
  readonly unusedScores?: ReadonlyMap<string, unknown>
  /** Its answers lie in a file of the user's: asking costs nothing and nothing of it is stored. */
  readonly replays?: true
  /** Settings that its server would not take: it answered without them. */
  refusedSettings?(): readonly string[]
  /** How many items a batch may hold at best. */
  readonly batchSize: number
  /** Answers in the order of the items. Rejects only when the runtime itself is broken. */
  answer(batch: readonly RuntimeItem[], signal?: AbortSignal): Promise<readonly Answer[]>
  /**
   * Answers the items `times` times, `batch` at a time, where the work is done and keeps no answers: for metering, so
   * that sending items and answers between processes is not charged to the model. `cpuS` is the worker's own;
   * `latenciesS` holds one wall time per repetition. Absent on runtimes whose work is elsewhere.
   */
  exercise?(
    items: readonly RuntimeItem[],
    how: { readonly times: number; readonly batch: number },
    signal?: AbortSignal,
  ): Promise<{
    readonly wallS: number
    readonly cpuS: number
    readonly latenciesS: readonly number[]
  }>
  /**
   * Asks one short question, which may cost a fraction of a cent: shows that the model answers at all and that the prompt
   * fits `item`, and returns who answered. Rejects with the reason. Absent where opening has shown it.
   */
  probe?(item: RuntimeItem): Promise<ModelIdentity>
  /** Answers that come in hours at a lower price; only where the context asks for them. `answer` then is for the probe. */
  readonly deferred?: DeferredAnswers
  /** Absent where nothing of the work can be seen here: it is elsewhere, or was done before. */
  usage?: (() => Promise<RuntimeUsage>) | undefined
  close(): Promise<void>
}

export interface RuntimeContext {
  /** Folder that relative paths of the spec are resolved against. */
  readonly baseDir: string
  /** Environment variables the runtime may read keys from. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Injected fetch for HTTP runtimes. */
  readonly fetch: typeof globalThis.fetch
  /** The same for files that may be larger than a reply, such as the results of a whole batch. */
  readonly download?: typeof globalThis.fetch
  readonly signal?: AbortSignal
  /** Called whenever a part of a batch is done: a parent that waits counts its time limit from the last call. */
  readonly alive?: () => void
  /** Ask for answers that come in hours at a lower price, where the runtime has such an interface. */
  readonly deferred?: boolean
  /** Progress and warnings, one line each, no secrets. */
  readonly log?: (line: string) => void
}

export interface Runtime {
  readonly kind: string
  open(candidate: CandidateSpec, context: RuntimeContext): Promise<RuntimeSession>
}
