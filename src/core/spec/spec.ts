import type { CandidateInput, DatasetInput, SettingsInput, SpecInput } from './define.ts'

/** A figure with its source and year, as a spec states it for a grid, a PUE or embodied carbon. */
export interface StatedFactor {
  readonly value: number
  readonly low?: number
  readonly high?: number
  readonly source: string
  readonly year: number
}

/** A written type without undefined, all the way down: an optional key is there or it is not. */
type Filled<T> = T extends string
  ? T
  : T extends object
    ? { readonly [K in keyof T]: Filled<Exclude<T[K], undefined>> }
    : T
/** A part of the spec as it is written. */
type Part<K extends keyof SpecInput> = Filled<NonNullable<SpecInput[K]>>
type OneOf<T> = Exclude<T, undefined | readonly unknown[]>

/**
 * The spec after parsing: every default is filled in, paths are still relative to the file.
 * `parseSpec` (parse.ts) makes it from YAML, JSON or flags. camelCase keys, one word per idea (design words).
 */
export interface Spec
  extends Required<
    Pick<Filled<SpecInput>, 'task' | 'order' | 'regime' | 'validDays' | 'strictSplits'>
  > {
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
  readonly constraints: ConstraintsSpec
  readonly risk: RiskSpec
  readonly budget: BudgetSpec
  readonly account: AccountSpec
  readonly deployment: DeploymentSpec | null
}

export interface DatasetSpec extends Filled<Omit<DatasetInput, 'file' | 'test' | 'input'>> {
  /** Path; `(rows in the spec)` where `rows` holds them. */
  readonly test: string
  /** Column (or columns) that hold the input. */
  readonly input: string | readonly string[] | RawTensorInput
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
export interface CandidateSpec
  extends Filled<
    Omit<
      CandidateInput,
      'prompt' | 'system' | 'settings' | 'tune' | 'parameters' | 'activeParameters'
    >
  > {
  readonly id: string
  readonly parameters?: number
  readonly activeParameters?: number
  /** Both sizes as stated, where the spec names their source. */
  readonly stated?: {
    readonly parameters?: StatedFactor
    readonly activeParameters?: StatedFactor
  }
  readonly prompt?: string
  readonly system?: string
  /** Sampling and engine settings that are part of the candidate's identity. */
  readonly settings: CandidateSettings
  /** Id of the written candidate from which this one was expanded. */
  readonly base: string
}

/** Settings with one value each, and those that only the runtime knows. */
export type CandidateSettings = {
  readonly [K in Exclude<keyof SettingsInput, 'extra'>]?: OneOf<SettingsInput[K]>
} & { readonly [other: string]: unknown }

export type BarSpec =
  | { readonly kind: 'relative'; readonly margin: number; readonly tolerance: number }
  | { readonly kind: 'absolute'; readonly floor: number; readonly target: number }

export interface ConstraintsSpec extends Part<'constraints'> {}

export interface RiskSpec extends Required<Part<'risk'>> {}

export interface BudgetSpec extends Part<'budget'> {}

/** Null where nothing was said and no default holds. */
export type AccountSpec = {
  readonly [K in keyof AccountInput]-?: K extends AccountDefault
    ? AccountInput[K]
    : AccountInput[K] | null
} & { readonly fallback: FallbackSpec | null }
type AccountInput = Required<Omit<Part<'account'>, 'fallback' | 'detector'>>
type AccountDefault = 'currency' | 'horizonMonths'

/** Who answers again, and who notices that an answer is wrong: shares of the wrong answers noticed, of the right ones rejected. */
export interface FallbackSpec {
  readonly to: 'person' | 'retry' | { readonly model: string }
  readonly detector: {
    readonly by: 'validator' | 'certificate' | 'person'
    readonly catches: number
    readonly falseAlarms: number
  }
}

export interface DeploymentSpec extends Part<'deployment'> {
  readonly instances: number
  readonly replicas: number
  readonly share: number
  /** Expected answers per second over the day, 24 values or one. */
  readonly load: readonly number[]
  readonly scaleToZero: boolean
}
