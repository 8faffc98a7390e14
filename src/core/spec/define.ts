import type { DatasetFormat } from '../part/datasets.ts'
import type { RuntimeName } from '../part/runtimes.ts'
import type { ScorerName } from '../part/scorer-name.ts'

/**
 * The spec as a person writes it, before defaults. The YAML file, a definition without its functions and the flags of `rightsize run` all
 * make this. Optional keys may be left out or undefined.
 */
export interface SpecInput {
  readonly $schema?: string | undefined
  readonly task: string
  readonly description?: string | undefined
  readonly dataset: DatasetInput
  readonly scorer?: ScorerInput | readonly ScorerObject[] | undefined
  readonly accept?: number | undefined
  /** `runtime:model` in short, or an object. */
  readonly candidates: readonly (string | CandidateInput)[]
  readonly incumbent?: string | undefined
  readonly bar?: BarInput | undefined
  readonly order?: 'auto' | 'energy' | 'price' | 'latency' | 'parameters' | undefined
  readonly constraints?: ConstraintsInput | undefined
  readonly risk?: RiskInput | undefined
  readonly budget?: BudgetInput | undefined
  readonly regime?: 'auto' | 'full' | 'race' | undefined
  readonly account?: AccountInput | undefined
  readonly deployment?: DeploymentInput | undefined
  readonly validDays?: number | undefined
  readonly strictSplits?: boolean | undefined
}

export interface DatasetInput {
  readonly test?: string | undefined
  /** The same as `test`. */
  readonly file?: string | undefined
  /** Rows written into the spec instead of a file. */
  readonly rows?: readonly Readonly<Record<string, unknown>>[] | undefined
  readonly calibration?: string | undefined
  readonly train?: string | undefined
  readonly unlabelled?: string | undefined
  readonly input: string | readonly string[] | RawTensorInputForm
  readonly expected?: string | undefined
  readonly id?: string | undefined
  readonly slices?: readonly string[] | undefined
  readonly cluster?: string | undefined
  readonly format?: DatasetFormat | undefined
  readonly columns?: readonly string[] | undefined
  readonly labels?: string | undefined
  readonly synthetic?: boolean | undefined
  readonly limit?: number | undefined
}

interface RawTensorInputForm {
  readonly column: string
  readonly dtype:
    | 'float32'
    | 'float64'
    | 'float16'
    | 'int8'
    | 'uint8'
    | 'int16'
    | 'uint16'
    | 'int32'
    | 'uint32'
    | 'int64'
  readonly shape: readonly number[]
  readonly scale?: number | undefined
  readonly zeroPoint?: number | undefined
}

type ScorerInput = ScorerName | ScorerObject

interface ScorerObject {
  readonly name: ScorerName
  readonly weight?: number | undefined
  readonly options?: Readonly<Record<string, unknown>> | undefined
}

export interface CandidateInput {
  readonly id?: string | undefined
  readonly runtime: RuntimeName
  readonly model?: string | undefined
  readonly train?: boolean | Readonly<Record<string, unknown>> | undefined
  readonly baseUrl?: string | undefined
  readonly apiKeyEnv?: string | undefined
  /** One prompt, or a list of which each makes a candidate. `file://` reads a file. */
  readonly prompt?: string | readonly string[] | undefined
  readonly system?: string | readonly string[] | undefined
  readonly command?: readonly string[] | undefined
  readonly settings?: SettingsInput | undefined
  /** False keeps this candidate as written: rivals' lists are not tried on it. Only of use on the incumbent. */
  readonly tune?: boolean | undefined
  readonly energy?: EnergyInput | undefined
  readonly price?: PriceInput | undefined
  readonly parameters?: number | undefined
  readonly activeParameters?: number | undefined
  readonly labels?: readonly string[] | undefined
}

type OneOrList<T> = T | readonly T[]

/** Settings; where a list is written, each value makes a candidate. */
export interface SettingsInput {
  readonly temperature?: OneOrList<number> | undefined
  readonly maxTokens?: OneOrList<number> | undefined
  readonly reasoningEffort?: OneOrList<string> | undefined
  readonly seed?: number | undefined
  readonly threads?: OneOrList<number> | undefined
  readonly spinning?: OneOrList<boolean> | undefined
  readonly batch?: OneOrList<number> | undefined
  readonly maxLength?: OneOrList<number> | undefined
  readonly int8?: OneOrList<boolean> | undefined
  readonly memoryMiB?: number | undefined
  readonly timeoutS?: number | undefined
  readonly concurrency?: number | undefined
  readonly draws?: number | undefined
  /** Further settings, handed to the runtime as they are. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined
}

interface EnergyInput {
  readonly jPerItem?: readonly [number, number] | undefined
  readonly pid?: number | undefined
  readonly cgroup?: string | undefined
  readonly gpus?: readonly number[] | undefined
  readonly host?: boolean | undefined
  readonly prometheus?: string | undefined
  readonly external?: readonly string[] | undefined
}

interface PriceInput {
  readonly inputPerMTokens?: number | undefined
  readonly outputPerMTokens?: number | undefined
  readonly cachedInputPerMTokens?: number | undefined
  readonly perCall?: number | undefined
  readonly currency?: string | undefined
  readonly source?: string | undefined
}

/** Either a margin (against the incumbent) or a floor. Shares, 0..1. */
export interface BarInput {
  readonly margin?: number | undefined
  readonly tolerance?: number | undefined
  readonly floor?: number | undefined
  readonly target?: number | undefined
}

interface ConstraintsInput {
  readonly latencyP95Ms?: number | undefined
  readonly memoryMiB?: number | undefined
  readonly joulesPerItem?: number | undefined
  readonly pricePerItem?: number | undefined
  readonly slices?:
    | Readonly<
        Record<
          string,
          { readonly margin?: number | undefined; readonly floor?: number | undefined }
        >
      >
    | undefined
}

interface RiskInput {
  readonly alpha?: number | undefined
  readonly beta?: number | undefined
  readonly claim?: 'supported' | 'certified' | undefined
  readonly supportedAt?: number | undefined
}

interface BudgetInput {
  readonly joules?: number | undefined
  readonly calls?: number | undefined
  readonly money?: number | undefined
  readonly meterS?: number | undefined
}

interface AccountInput {
  readonly grid?: string | undefined
  readonly pue?: number | undefined
  readonly volumePerMonth?: number | undefined
  readonly pricePerKwh?: number | undefined
  readonly currency?: string | undefined
  readonly horizonMonths?: number | undefined
  readonly fallback?: 'incumbent' | 'retry' | 'person' | undefined
  readonly idle?: 'reserved' | 'none' | undefined
  readonly lifetimeYears?: number | undefined
}

interface DeploymentInput {
  readonly instances?: number | undefined
  readonly replicas?: number | undefined
  readonly share?: number | undefined
  readonly load?: OneOrList<number> | undefined
  readonly scaleToZero?: boolean | undefined
  readonly device?: string | undefined
  readonly instancePricePerHour?: number | undefined
}
