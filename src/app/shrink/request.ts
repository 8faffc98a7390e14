import type { TensorEngine } from '../../contract/tensors.ts'
import type { Pass, Target } from '../../core/compress/pass.ts'
import type { Compression } from '../../core/result/compression.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { LoadedData } from '../evaluate/load.ts'
import type { Ledger } from '../keep/ledger.ts'
import type { OwnProcess } from '../measure/own-process.ts'
import type { Keep, RepairSteps } from './bench.ts'
import type { Goal } from './drive.ts'
import type { OpenEffects } from './open-original.ts'

/** What the outside gives to the search. */
export interface ShrinkEffects extends OpenEffects {
  readonly engine: TensorEngine
  /** The engine of the target runtime, where costs are measured. */
  readonly costEngine: TensorEngine
  readonly targetRuntime: Target['runtime']
  readonly digest: (bytes: Uint8Array) => string
  readonly own: OwnProcess
  readonly pause: (ms: number) => Promise<void>
  readonly keep: Keep
  /** Where looks at the hold-out are counted. */
  readonly ledger: Ledger
  readonly now: () => string
  /** The identity that `run` gives to a model folder. */
  readonly identify: (model: string) => Promise<string>
  readonly passes: () => Promise<readonly Pass[]>
  readonly processor: Compression['processor']
  readonly say: (text: string) => void
  readonly signal?: AbortSignal | undefined
}

export interface ShrinkRequest {
  /** Folder of the original. */
  readonly model: string
  readonly spec: Spec
  readonly data: LoadedData
  readonly margin: number
  readonly alpha: number
  readonly lean: number
  readonly seed: number
  readonly seconds: number
  readonly energyJ: number | null
  readonly only: readonly string[]
  readonly without: readonly string[]
  readonly goal: Goal
  readonly repairSteps: RepairSteps
  /** Copies of the train texts, changed, that the original is asked about. */
  readonly copies: number
}
