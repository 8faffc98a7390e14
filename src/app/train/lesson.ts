import type { RuntimeContext, RuntimeSession } from '../../contract/runtime.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import type { Tokenizer } from '../../contract/tokenizer.ts'
import type { Model } from '../../core/onnx/model.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import type { LabelledText } from '../../core/student/example.ts'

/** What a student learns from: rows in one order of labels, and its own options as written in the spec. */
export interface Lesson {
  readonly candidate: CandidateSpec
  readonly rows: readonly LabelledText[]
  readonly labels: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
  readonly seed: number
}

/** A model folder that training goes on from. */
export interface EncoderFolder {
  readonly model: Model
  readonly tokenizer: Tokenizer
  readonly config: Readonly<Record<string, unknown>>
  /** Tokens that a text may have. */
  readonly maxLength: number
  /** Files of the tokenizer, which go along as they are. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** What lessons need of the world. */
export interface LessonWorld {
  /** Reads an ONNX folder with its tokenizer; hosts without a disk leave it out. */
  openFolder?(path: string): Promise<EncoderFolder>
  readonly context: RuntimeContext
  engine(): Promise<TensorEngine>
  openRuntime(candidate: CandidateSpec, context: RuntimeContext): Promise<RuntimeSession>
  /** CPU seconds spent so far, those of models that were opened and closed again counted in. */
  cpuS(): number
  /** A pass is done; 0 steps where the end is not known. */
  onStep(step: number, steps: number): void
}

/** One answer of a student: its label, and probabilities in the order of the lesson's labels. */
export interface Told {
  readonly label: string
  readonly probabilities: ArrayLike<number>
}

/** A trained student: its files, how to ask it here and now, and what the model card says. */
export interface Taught {
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The same student as ONNX, for other runtimes and for shrink; absent where `files` hold it already. */
  readonly onnx?: () => Promise<ReadonlyMap<string, Uint8Array>>
  readonly parameters: number
  /** Tokens (or features) seen in training, all passes: R of the Provider's score. Null where they are not counted. */
  readonly trainingTokens: number | null
  /** Settings that were chosen, for the card. */
  readonly chosen: Readonly<Record<string, unknown>>
  /** Settings to add to the candidate that opens it, such as where a head's encoder is. */
  readonly settings: Readonly<Record<string, unknown>>
  classify(texts: readonly string[]): Promise<readonly Told[]>
}

/** Runs a training generator to its end, letting timers and signals in between two passes. */
export async function runLesson<T>(
  training: Generator<{ readonly step: number; readonly steps: number }, T>,
  world: Pick<LessonWorld, 'context' | 'onStep'>,
): Promise<T> {
  for (;;) {
    const next = training.next()
    if (next.done) return next.value
    world.onStep(next.value.step, next.value.steps)
    world.context.signal?.throwIfAborted()
    await new Promise((resolve) => setImmediate(resolve))
  }
}
