import type { Model } from '../onnx/model.ts'
import type { Params, PassFamily } from '../result/compression.ts'

/**
 * What a pass promises of the outputs: equal bits; within 4 units in the last place; equal on the calibration set
 * (1e-5 relative); or nothing but what the gate measures. The verifier enforces the first three.
 */
export type Exactness = 'bitwise' | 'ulp' | 'exact-on-calibration' | 'lossy'

/** Statistics of a graph value over the calibration set, per channel of its last axis, collected inside the graph. */
export interface StatRequest {
  /** Name of the graph value. */
  readonly value: string
  /**
   * `energy`: count, mean, second moment. `gram`: energy with the sum of x xT (channels x channels). `still`: energy with how far channels
   * ever get from their first value. `range` and `histogram` take the whole value as one channel, whatever its layout, and give min and
   * max, which by channel would cost more than all the rest; `histogram` also counts magnitudes in bins.
   */
  readonly kind: 'energy' | 'gram' | 'still' | 'range' | 'histogram'
  /**
   * Asks for the first-order Taylor importance too, which takes a backward pass: of groups of so many neighbouring channels (1: each
   * alone) that stay or go together.
   */
  readonly taylor?: number
}

/** How often |x| fell into each of equal bins from 0 to `limit`, the largest magnitude seen. */
export interface MagnitudeHistogram {
  readonly limit: number
  readonly counts: Float64Array
}

/** How far channels ever get from one of their values. */
export interface Stillness {
  /** The first row that counted. */
  readonly reference: Float64Array
  /**
   * No row is further off, but rows may all be nearer, by the square root of the rows of a batch; exactly 0 for a channel that never
   * changes.
   */
  readonly deviation: Float64Array
}

export interface ChannelStats {
  /** Rows (positions of tokens that are not padding) behind the figures. */
  readonly count: number
  readonly mean: Float64Array
  readonly secondMoment: Float64Array
  /** One entry for `range` and `histogram`, empty for the others. */
  readonly min: Float64Array
  readonly max: Float64Array
  /** Only where asked for. */
  readonly still?: Stillness
  /** Channels x channels, row-major, E[x xT]; only where asked for. */
  readonly gram: Float64Array | null
  /** Only where asked for. */
  readonly histogram?: MagnitudeHistogram
  /** Mean over texts of (sum over positions, and over the channels of a group, of x dL/dx)^2, one per group; only where asked for. */
  readonly taylor?: Float64Array
}

/** By value name. */
export type Stats = ReadonlyMap<string, ChannelStats>

/** What the user runs on. A format wins only where it is faster there. */
export interface Target {
  readonly runtime: 'onnxruntime-node' | 'onnxruntime-web'
  /** Instruction sets of the processor, lower case, such as avx2, avx512_vnni; empty where not known. */
  readonly features: readonly string[]
  readonly threads: number
  /**
   * Share 0..1 of the model's CPU time by node name, measured with the engine's profiler at optimization 'disabled', so that names are
   * the graph's. Predictions of CPU savings use it; without it they take shares of bytes.
   */
  readonly time?: ReadonlyMap<string, number>
}

/** The files of a model that a pass may change together. */
export interface Artefact {
  readonly model: Model
  /** Parsed tokenizer.json; null for models without text. */
  readonly tokenizer: unknown | null
  /** Parsed config.json. */
  readonly config: Readonly<Record<string, unknown>>
  /** Parsed tokenizer_config.json, where there is one. */
  readonly tokenizerConfig?: unknown
  /** Token ids that occur in the texts that may be learned from; the vocabulary pass needs them, and renumbers them. */
  readonly tokensUsed?: readonly number[]
  /** The original's token id of each id, where the vocabulary was trimmed. */
  readonly idsKept?: readonly number[]
  /** Tokens a text is cut to; the model's own limit where absent. */
  readonly maxLength?: number
  /** Lengths in tokens of the texts that may be learned from, ascending. */
  readonly textLengths?: readonly number[]
  /** Number of classes; students need it. */
  readonly classes?: number
}

/** One concrete thing that a pass could do to this model. */
export interface Proposal {
  readonly pass: string
  readonly params: Params
  /** For people: "drop 50 % of the FFN neurons of all layers". */
  readonly text: string
  /** Bytes that the model file would lose, and share 0..1 of its CPU time; predicted, the driver measures. */
  readonly saves: { readonly bytes: number; readonly cpuShare: number }
  /** Chance 0..1 that the gate refuses it, a rough prior that orders trials. */
  readonly risk: number
  readonly exactness: Exactness
  /** Ways to fine-tune it when the gate refuses it, in order. */
  readonly repairs: readonly ('bias' | 'least-squares' | 'distil')[]
  /** Set where the model is worth nothing before it is trained: how it is trained from its start. */
  readonly training?: StudentTraining
}

export interface StudentTraining {
  /** Times the fine-tuning steps of the search. */
  readonly times: number
  /** Peak rate of Adam. */
  readonly rate: number
}

export interface Patched {
  readonly artefact: Artefact
  /** What changed, one line each, for compression.json. */
  readonly changes: readonly string[]
}

/** Says in words why a pass has nothing to offer here: an unknown op, an already quantised weight. */
export interface NotApplicable {
  readonly pass: string
  readonly why: string
}

/** One compression pass. Pure and deterministic: the same artefact, proposal and statistics give the same bytes. */
export interface Pass {
  readonly id: string
  readonly family: PassFamily
  /** What it could do here, best first; or why nothing. */
  propose(artefact: Artefact, target: Target): readonly Proposal[] | NotApplicable
  /** Statistics that `apply` will read. */
  needs(artefact: Artefact, proposal: Proposal): readonly StatRequest[]
  /** Throws SHRINK_PASS when the proposal does not fit the artefact. */
  apply(artefact: Artefact, proposal: Proposal, stats: Stats): Patched
}
