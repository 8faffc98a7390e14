import type { DatasetFormat } from '../part/datasets.ts'
import type { RuntimeName } from '../part/runtimes.ts'
import type { LeftOut } from '../result/left-out.ts'

/**
 * The spec after parsing: every default is filled in, paths are still relative to the file.
 * `parseSpec` (parse.ts) makes it from YAML, JSON or flags. camelCase keys, one word per idea (design words).
 */
export interface Spec {
  readonly task: string
  readonly description?: string
  readonly dataset: DatasetSpec
  /** Weighted list; one entry of weight 1 in the common case. */
  readonly scorers: readonly ScorerSpec[]
  /** Score at or above which an answer counts as accepted; null for graded scorers without one. */
  readonly accept: number | null
  readonly candidates: readonly CandidateSpec[]
  /** Id of the candidate in use now. */
  readonly incumbent: string | null
  readonly bar: BarSpec
  readonly order: 'auto' | 'energy' | 'price' | 'latency' | 'parameters'
  readonly constraints: ConstraintsSpec
  readonly risk: RiskSpec
  readonly budget: BudgetSpec
  readonly regime: 'auto' | 'full' | 'race'
  readonly account: AccountSpec
  readonly deployment: DeploymentSpec | null
  /** Days until the decision expires. */
  readonly validDays: number
  readonly strictSplits: boolean
}

export interface DatasetSpec {
  /** Path; `(rows in the spec)` where `rows` holds them. */
  readonly test: string
  /** Rows written into the spec instead of a file. */
  readonly rows?: readonly Readonly<Record<string, unknown>>[]
  readonly calibration?: string
  readonly train?: string
  readonly unlabelled?: string
  /** Column (or columns) that hold the input. */
  readonly input: string | readonly string[] | RawTensorInput
  /** Column with the label; absent: agreement with the incumbent is the metric. */
  readonly expected?: string
  readonly id?: string
  readonly slices?: readonly string[]
  readonly cluster?: string
  readonly format?: DatasetFormat
  /** Names of the columns of a CSV or TSV file that has no header. */
  readonly columns?: readonly string[]
  /** Label table of a directory dataset: a CSV, relative to the directory. */
  readonly labels?: string
  /** Said wherever the data shows. */
  readonly synthetic?: boolean
  readonly limit?: number
  /** What an importer left out of the rows when it wrote this spec; the result repeats it. */
  readonly leftOut?: readonly LeftOut[]
}

/** Raw tensors from .bin/.npy/.json files: real value = (v - zeroPoint) * scale. */
export interface RawTensorInput {
  readonly column: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly scale?: number
  readonly zeroPoint?: number
}

export interface ScorerSpec {
  readonly name: string
  readonly weight: number
  readonly options: Readonly<Record<string, unknown>>
}

/** One way of doing the task: model x prompt x settings. Lists in the YAML are expanded before this form. */
export interface CandidateSpec {
  readonly id: string
  readonly runtime: RuntimeName
  /** Folder, file, model name, or module path. */
  readonly model?: string
  /** Train this student on the dataset's train part before judging it. */
  readonly train?: boolean | Readonly<Record<string, unknown>>
  readonly baseUrl?: string
  /** Name of the environment variable that holds the key. */
  readonly apiKeyEnv?: string
  readonly prompt?: string
  readonly system?: string
  readonly command?: readonly string[]
  /** Sampling and engine settings that are part of the candidate's identity. */
  readonly settings: CandidateSettings
  /** Joules per item known beforehand (prior or bound meter). */
  readonly energy?: {
    readonly jPerItem?: readonly [number, number]
    readonly pid?: number
    readonly cgroup?: string
    readonly gpus?: readonly number[]
    readonly host?: boolean
    readonly prometheus?: string
    /** A program that prints joules so far, one line after the other. */
    readonly external?: readonly string[]
  }
  readonly price?: {
    readonly inputPerMTokens?: number
    readonly outputPerMTokens?: number
    readonly cachedInputPerMTokens?: number
    readonly perCall?: number
    readonly currency?: string
    readonly source?: string
  }
  readonly parameters?: number
  readonly activeParameters?: number
  readonly labels?: readonly string[]
  /** Id of the written candidate from which this one was expanded. */
  readonly base: string
}

export interface CandidateSettings {
  readonly temperature?: number
  readonly maxTokens?: number
  readonly reasoningEffort?: string
  readonly seed?: number
  readonly threads?: number
  readonly spinning?: boolean
  readonly batch?: number
  readonly maxLength?: number
  readonly int8?: boolean
  readonly memoryMiB?: number
  readonly timeoutS?: number
  readonly concurrency?: number
  readonly draws?: number
  readonly [other: string]: unknown
}

export type BarSpec =
  | { readonly kind: 'relative'; readonly margin: number; readonly tolerance: number }
  | { readonly kind: 'absolute'; readonly floor: number; readonly target: number }

export interface ConstraintsSpec {
  readonly latencyP95Ms?: number
  readonly memoryMiB?: number
  readonly joulesPerItem?: number
  readonly pricePerItem?: number
  /** Slice key -> the bar that holds within each of its values. */
  readonly slices?: Readonly<Record<string, { readonly margin?: number; readonly floor?: number }>>
}

export interface RiskSpec {
  /** Chance allowed that a certified candidate loses more than the margin. */
  readonly alpha: number
  /** Chance allowed that a good enough cheaper candidate is discarded. */
  readonly beta: number
  readonly claim: 'supported' | 'certified'
  /** P(loss <= margin) from which a candidate counts as supported. */
  readonly supportedAt: number
}

export interface BudgetSpec {
  readonly joules?: number
  readonly calls?: number
  readonly money?: number
  /** Seconds after which no further round of metered windows begins. */
  readonly meterS?: number
}

export interface AccountSpec {
  /** ISO 3166-1 alpha-3, or a cloud region. */
  readonly grid: string | null
  readonly pue: number | null
  readonly volumePerMonth: number | null
  readonly pricePerKwh: number | null
  readonly currency: string
  readonly horizonMonths: number
  /** What happens to an answer that is not accepted: it is escalated to the incumbent unless said otherwise. */
  readonly fallback: 'incumbent' | 'retry' | 'person'
  /** Whether reserved but idle capacity is charged. */
  readonly idle: 'reserved' | 'none'
  readonly lifetimeYears: number | null
}

export interface DeploymentSpec {
  readonly instances: number
  readonly replicas: number
  readonly share: number
  /** Expected answers per second over the day, 24 values or one. */
  readonly load: readonly number[]
  readonly scaleToZero: boolean
  readonly device?: string
  readonly instancePricePerHour?: number
}
