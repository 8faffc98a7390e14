import type { Estimate, Known } from '../unit/estimate.ts'
import type { GateVerdict, HoldoutVerdict } from './gate.ts'
import type { Params, PassFamily } from './pass.ts'
import type { RuntimeSetting } from './runtime-setting.ts'

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
  readonly family: PassFamily
  readonly text: string
  readonly predicted: { readonly bytes: number; readonly cpuShare: number }
  readonly bytes: { readonly before: number; readonly after: number }
  readonly changes: readonly string[]
  readonly gate: GateVerdict | null
  readonly verdict: 'kept' | 'refused' | 'failed' | 'probed'
  readonly reason: string
  /** CPU seconds of the trial, healing included; those of the earlier run where it was resumed. */
  readonly cpuS: number
  readonly resumed: boolean
  /** Digest of the model that it gave. */
  readonly model: string
  /** CPU time against the parent, where it was measured: of probes. */
  readonly cost?: MeasuredCost
}

/** CPU time and energy per inference as times of the original's, from interleaved windows. */
export interface MeasuredCost {
  readonly batch: number
  /** Measured where a sensor sees this machine, else modelled from CPU time; `times` is original over candidate. */
  readonly energy: {
    readonly original: Estimate<'JPerItem'>
    readonly result: Estimate<'JPerItem'>
    readonly times: Estimate<'ratio'>
  }
  readonly originalCpuS: number
  readonly cpuS: number
  /** original / candidate: 4 means a quarter of the CPU time. */
  readonly times: number
  /** 95 % interval of `times`. */
  readonly low: number
  readonly high: number
  readonly rounds: number
}

/** A model on the way from the original to the result, each measured against the original. The first is the original itself. */
export interface PathStep {
  /** Pass that made it; 'original' for the first. */
  readonly pass: string
  readonly text: string
  readonly model: string
  readonly bytes: number
  /** Share of items right on the gate items, and its loss against the original with a 95 % interval (both sides). */
  readonly accuracy: number
  readonly loss: { readonly value: number; readonly low: number; readonly high: number }
  readonly items: number
  /** Against the original at batch 1; null for the original itself and where it could not be measured. */
  readonly cost: MeasuredCost | null
}

export interface Finalist {
  readonly model: string
  readonly bytes: number
  readonly text: string
  readonly holdout: HoldoutVerdict | null
}

/** Share of the original's CPU time in one kind of operator, from the engine's profiler without fusions. */
export interface ProfileShare {
  readonly opType: string
  readonly nodes: number
  readonly share: number
}

/** What a trimmed vocabulary does to texts that it was not made from (the gate's texts). */
export interface VocabularyNote {
  readonly kept: number
  readonly of: number
  readonly texts: number
  /** Texts that are tokenised as before. */
  readonly identical: number
  readonly unknownRate: { readonly before: number; readonly after: number }
  /** Tokens a word. */
  readonly fertility: { readonly before: number; readonly after: number }
}

/** What went on, whole: compression.json. */
export interface Compression {
  readonly schema: 'rightsize/compression@1'
  readonly outcome: 'proven' | 'nothing' | 'undecided'
  readonly why: string
  readonly task: string
  /** Whether the task's data were made up: then the claim is about such data. */
  readonly synthetic: boolean
  readonly margin: number
  readonly alpha: number
  readonly seed: number
  /** What was asked for beside "as small as holds"; `reached` is null where nothing was asked for. */
  readonly goal: {
    readonly bytes: number | null
    /** p95 of the wall time of one text, ms. */
    readonly latencyMs: number | null
    readonly reached: boolean | null
  }
  readonly original: { readonly model: string; readonly bytes: number; readonly accuracy: number }
  readonly result: {
    readonly model: string
    /** Of the model file. */
    readonly bytes: number
    readonly accuracy: number
    /** Runtime of the candidate entry: 'onnx', or 'linear' where an n-gram model does the job. */
    readonly runtime: string
    readonly file: string
    readonly settings: Readonly<Record<string, number | boolean>>
  } | null
  readonly recipe: readonly RecipeStep[]
  readonly path: readonly PathStep[]
  readonly trials: readonly Trial[]
  readonly notApplicable: readonly { readonly pass: string; readonly why: string }[]
  readonly finalists: readonly Finalist[]
  /** Result against original at batch 1 and 32, one thread, no spinning. */
  readonly cost: readonly MeasuredCost[]
  /** Settings of the runtime, measured on the result and on the original. */
  readonly runtime: readonly RuntimeSetting[]
  readonly profile: readonly ProfileShare[]
  readonly vocabulary: VocabularyNote | null
  readonly slices: readonly {
    readonly slice: string
    readonly items: number
    readonly loss: number
    /** Loss that the slice may have. */
    readonly floor: number
  }[]
  /** Rows of the train part that the original was asked about for the training of others, and changed copies of each. */
  readonly lessons: {
    readonly rows: number
    readonly copies: number
    /** CPU seconds that the original took an item, in batches: it decides how much is asked and how long is trained. */
    readonly itemCpuS: number
  }
  /** Digests of the parts. */
  readonly data: Readonly<Record<string, string>>
  /** How often searches from this folder have opened this hold-out, this one included; above 1 its level is no longer what it says. */
  readonly holdoutLooks: number
  readonly processor: { readonly name: string | null; readonly features: readonly string[] }
  /** What trained and judged, name and version. */
  readonly engine: string
  /** What costs were measured in. */
  readonly costEngine: string
  readonly search: {
    readonly wallS: number
    /** CPU seconds of this run and of earlier ones that it resumed. */
    readonly cpuS: number
    readonly energy: Known<'J'>
    readonly resumedTrials: number
  }
  /** Calls at batch 1 after which the search has earned itself back: in joules where a sensor measured both, else in CPU time. */
  readonly payBackCalls: Estimate<'count'>
}
