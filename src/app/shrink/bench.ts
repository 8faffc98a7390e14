import type { TensorEngine } from '../../contract/tensors.ts'
import type { Tokenizer } from '../../contract/tokenizer.ts'
import type { GateSpec } from '../../core/compress/gate.ts'
import type { Artefact, Target } from '../../core/compress/pass.ts'
import { type Budget, whyStop } from '../../core/compress/plan.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { GateVerdict, RecipeStep, Trial } from '../../core/result/compression.ts'
import type { OwnProcess } from '../measure/own-process.ts'
import { judgedBatch } from './answers.ts'
import type { TrainingData } from './fine-tune.ts'
import type { InputsOf, Part } from './inputs.ts'

/** Bytes by name that survive an interruption; `load` gives null where there are none. */
export interface Keep {
  load(name: string): Promise<Uint8Array | null>
  save(name: string, bytes: Uint8Array): Promise<void>
}

/** Rows that may be learned from: what statistics and promises of exactness are checked on. */
export interface Corpus {
  readonly size: number
  readonly inputs: InputsOf
  readonly texts: readonly string[] | null
}

/** What every trial needs and none changes. */
export interface Bench {
  readonly engine: TensorEngine
  /** What the user will run the model in: costs are measured there. */
  readonly costEngine: TensorEngine
  readonly digest: (bytes: Uint8Array) => string
  /** This process as what runs both sides of a cost. */
  readonly own: OwnProcess
  readonly keep: Keep
  readonly signal?: AbortSignal | undefined
  readonly say: (text: string) => void
  readonly classes: number
  readonly gate: GateSpec
  readonly seed: number
  /** Items of the gate in random order, and whether the original is right on each. */
  readonly items: Part
  readonly original: Uint8Array
  readonly originalLogits: Float32Array
  /** CPU seconds that the original took an item, in batches. */
  readonly itemCpuS: number
  readonly originalBytes: number
  readonly corpus: Corpus
  /** Rows with the original's answers, asked for once, when something is to be fine-tuned; null where there is nothing to learn from. */
  readonly training: (() => Promise<TrainingData>) | null
  /** Whether the time of the search is over. */
  readonly expired?: () => boolean
  /** The tokenizer of an artefact; null for models that take no text. */
  readonly open: ((artefact: Artefact) => Tokenizer) | null
  /** Names everything that a trial's result depends on beside model and step: data, engine, seed. */
  readonly fingerprint: string
}

/** A model that the search reached. */
export interface State {
  readonly artefact: Artefact
  readonly id: string
  readonly bytes: number
  readonly recipe: readonly RecipeStep[]
  readonly scores: Uint8Array
  readonly gate: GateVerdict | null
  readonly text: string
}

/** Trials so far; grows. */
export interface Log {
  readonly trials: Trial[]
  resumed: number
  /** CPU seconds that resumed trials took in the run that made them. */
  earlierCpuS: number
  /** Models that were about to be fine-tuned or judged, by digest, with the number of the trial: none is made twice. */
  readonly seen: Map<string, number>
  /** Names of the files that this run itself has kept: reading them again is no resumption. */
  readonly made: Set<string>
  /** Every state that was kept, by digest. */
  readonly states: Map<string, State>
}

export const emptyLog = (): Log => ({
  trials: [],
  resumed: 0,
  earlierCpuS: 0,
  seen: new Map(),
  made: new Set(),
  states: new Map(),
})

/** Steps of the two rungs of fine-tuning. The longer one is tried where the shorter came near the margin. */
export interface RepairSteps {
  readonly short: number
  readonly long: number
}

/** The running search. */
export interface Run {
  readonly bench: Bench
  readonly log: Log
  readonly target: Target
  readonly repairSteps: RepairSteps
  readonly budget: Budget
  /** All the time there is; `budget` may be a part of it. */
  readonly seconds: number
  readonly spent: () => SpentSoFar
}

export interface SpentSoFar {
  /** Wall seconds so far, and those that are kept for what follows the search. */
  readonly seconds: number
  readonly wallS: number
  readonly energyJ: number
  /** Times as long as its CPU time that work took on this machine, 1 or more: other programs use it too. */
  readonly slowdown: number
}

/** Why the search must end; null while there is budget. */
export const stopped = ({ budget, seconds, spent }: Run): string | null =>
  whyStop(budget, spent(), seconds)

export function stateOf(artefact: Artefact, bench: Bench): State {
  const bytes = encodeModel(artefact.model)
  const id = bench.digest(bytes)
  const text = 'original'
  return {
    ...{ artefact, id, text, bytes: bytes.byteLength },
    ...{ recipe: [], scores: bench.original, gate: null },
  }
}

/** Share of items right. */
export const shareOf = (scores: Uint8Array): number =>
  scores.length === 0 ? 0 : scores.reduce((sum, one) => sum + one, 0) / scores.length

/** Rows of the corpus as batches for statistics. */
export function statBatches(
  artefact: Artefact,
  { corpus }: Pick<Bench, 'corpus'>,
  most = statRows,
): readonly Feeds[] {
  const inputs = corpus.inputs(artefact)
  const { graph } = artefact.model
  const batch = Math.min(judgedBatch, inputs.most(graph) ?? judgedBatch)
  const size = Math.min(most, inputs.size)
  return Array.from({ length: Math.ceil(size / batch) }, (_, at) =>
    inputs.feeds(
      graph,
      Array.from({ length: Math.min(batch, size - at * batch) }, (__, i) => at * batch + i),
    ),
  )
}

/** Rows that statistics are collected of: enough for Gram matrices of 768 channels at a dozen tokens a row. */
export const statRows = 512
