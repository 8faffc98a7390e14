import type { RuntimeContext, RuntimeSession } from '../../contract/runtime.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import type { LabelledText } from '../../core/student/example.ts'
import type { RunEvent } from '../evaluate/events.ts'
import type { EncoderFolder } from './encoder-folder.ts'

/** What a student learns from: rows in one order of labels, and its own options as written in the spec. */
export interface StudentTask {
  readonly candidate: CandidateSpec
  readonly rows: readonly LabelledText[]
  readonly labels: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
  readonly seed: number
}

/** What training needs of the world. */
export interface StudentWorld {
  /** Reads an ONNX folder with its tokenizer; hosts without a disk leave it out. */
  openFolder?(path: string): Promise<EncoderFolder>
  readonly context: RuntimeContext
  engine(): Promise<TensorEngine>
  openRuntime(candidate: CandidateSpec, context: RuntimeContext): Promise<RuntimeSession>
  /** CPU seconds spent so far, those of models that were opened and closed again counted in. */
  cpuS(): number
  /** A pass is done; 0 steps where the end is unknown. */
  onStep(step: number, steps: number): void
}

/** One answer of a student: its label, and probabilities in the order of the task's labels. */
export interface StudentAnswer {
  readonly label: string
  readonly probabilities: ArrayLike<number>
}

/** A trained student: its files, how to ask it here and now, and the facts of its model card. */
export interface Student {
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The same student as ONNX, for other runtimes and for shrink; absent where `files` hold it already. */
  readonly onnx?: () => Promise<ReadonlyMap<string, Uint8Array>>
  readonly parameters: number
  /** Tokens (or features) seen in training, all passes: R of the Provider's score. Null where they are not counted. */
  readonly trainingTokens: number | null
  /** Settings that were chosen, for the card. */
  readonly chosen: Readonly<Record<string, unknown>>
  /** Settings to add to the candidate that opens it, such as the path of a head's encoder. */
  readonly settings: Readonly<Record<string, unknown>>
  classify(texts: readonly string[]): Promise<readonly StudentAnswer[]>
}

/** The world of a training whose steps are reported as progress of this candidate. */
export const worldWith = (
  effects: Omit<StudentWorld, 'onStep'>,
  candidate: string,
  onEvent: (event: RunEvent) => void,
): StudentWorld => ({
  ...effects,
  onStep: (done, total) => onEvent({ type: 'progress', stage: 'train', candidate, done, total }),
})

/** The folder of an ONNX encoder that a task names in its own options or in the candidate's settings; null where it names none. */
export function encoderPath({ candidate, options }: StudentTask): string | null {
  const named = options['encoder'] ?? candidate.settings['encoder']
  return typeof named === 'string' ? named : null
}

/** Opens a model folder. Throws STUDENT_INPUT on hosts without a disk, and what `openEncoderFolder` throws. */
export async function openedFolder(path: string, world: StudentWorld): Promise<EncoderFolder> {
  if (world.openFolder !== undefined) return world.openFolder(path)
  throw new RightsizeError('STUDENT_INPUT', `${path}: this host reads no folders`)
}

/** Runs a training generator to its end, letting timers and signals in between two passes. */
export async function runTraining<T>(
  training: Generator<{ readonly step: number; readonly steps: number }, T>,
  world: Pick<StudentWorld, 'context' | 'onStep'>,
): Promise<T> {
  for (;;) {
    const next = training.next()
    if (next.done) return next.value
    world.onStep(next.value.step, next.value.steps)
    world.context.signal?.throwIfAborted()
    await new Promise((resolve) => setImmediate(resolve))
  }
}
