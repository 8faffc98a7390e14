import type { GateVerdict, HoldoutVerdict } from './gate.ts'
import type { Params } from './pass.ts'

/** Steps of training on the original's answers that healed a cut. Everything that decides the result is here. */
export interface Healing {
  readonly steps: number
  readonly batch: number
  readonly rate: number
  readonly temperature: number
  readonly seed: number
}

/** One step of a recipe: replaying it on the same original and data gives the same bytes. */
export interface RecipeStep {
  readonly pass: string
  readonly params: Params
  readonly heal: Healing | null
}

/** One thing that was tried. */
export interface Trial {
  readonly number: number
  /** Digest of the model that it was tried on. */
  readonly parent: string
  readonly step: RecipeStep
  readonly text: string
  readonly predicted: { readonly bytes: number; readonly cpuShare: number }
  readonly bytes: { readonly before: number; readonly after: number }
  readonly changes: readonly string[]
  readonly gate: GateVerdict | null
  readonly verdict: 'kept' | 'refused' | 'failed' | 'probed'
  readonly reason: string
  /** CPU seconds of the trial, healing included. */
  readonly cpuS: number
  /** Digest of the model that it gave. */
  readonly model: string
  /** CPU time against the parent, where it was measured: of probes. */
  readonly cost?: MeasuredCost
}

/** CPU time per inference as times of the original's, measured alternately. */
export interface MeasuredCost {
  readonly batch: number
  readonly originalCpuS: number
  readonly cpuS: number
  /** original / candidate: 4 means a quarter of the CPU time. */
  readonly times: number
  readonly low: number
  readonly high: number
  readonly rounds: number
}

export interface Finalist {
  readonly model: string
  readonly bytes: number
  readonly holdout: HoldoutVerdict | null
}

/** What went on, whole: compression.json. */
export interface Compression {
  readonly schema: 'rightsize/compression@1'
  readonly outcome: 'proven' | 'nothing' | 'undecided'
  readonly why: string
  readonly task: string
  readonly margin: number
  readonly alpha: number
  readonly seed: number
  readonly original: { readonly model: string; readonly bytes: number; readonly accuracy: number }
  readonly result: {
    readonly model: string
    readonly bytes: number
    readonly accuracy: number
    readonly file: string
    readonly settings: Readonly<Record<string, number | boolean>>
  } | null
  readonly recipe: readonly RecipeStep[]
  readonly trials: readonly Trial[]
  readonly notApplicable: readonly { readonly pass: string; readonly why: string }[]
  readonly finalists: readonly Finalist[]
  readonly cost: readonly MeasuredCost[]
  readonly slices: readonly {
    readonly slice: string
    readonly items: number
    readonly loss: number
  }[]
  readonly data: Readonly<Record<string, string>>
  readonly processor: { readonly name: string | null; readonly features: readonly string[] }
  readonly engine: string
  readonly search: {
    readonly wallS: number
    readonly cpuS: number
    /** Modelled from CPU seconds. */
    readonly energyJ: number
    readonly resumedTrials: number
  }
  /** Inferences after which the energy of the search is earned back, at the measured CPU time of batch 1; null where nothing is saved. */
  readonly breakEvenCalls: number | null
}
