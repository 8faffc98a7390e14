import { RightsizeError } from '../../core/error/error.ts'
import { softened } from '../../core/train/soft-targets.ts'
import type { ClassifierTraining, TrainedClassifier } from './train-classifier.ts'

/** Keeps a teacher's answers between runs. The caller names it by teacher and data: other answers under one name would be taken for these. */
export interface TeacherCache {
  load(): Promise<Uint8Array | null>
  save(bytes: Uint8Array): Promise<void>
}

export interface Distillation {
  /** The teacher's logits for the example rows of these numbers, one array of `classes` values each. */
  readonly teacher: (rows: readonly number[]) => Promise<readonly Float32Array[]>
  readonly classes: number
  /** Softness of both sides; 2 unless said (arXiv 1503.02531 found 2.5 to 4 best for small students, 1 for large ones). */
  readonly temperature?: number
  /** Share of hard-label cross-entropy mixed in, where the examples have labels; 0 unless said. */
  readonly hard?: number
  /** Rows asked at once. */
  readonly batch?: number
  readonly cache?: TeacherCache
  readonly signal?: AbortSignal
}

function cut(values: Float32Array, classes: number): readonly Float32Array[] {
  return Array.from({ length: values.length / classes }, (_, row) =>
    values.subarray(row * classes, (row + 1) * classes),
  )
}

async function cached(
  size: number,
  { cache, classes }: Distillation,
): Promise<readonly Float32Array[] | null> {
  const bytes = await cache?.load()
  if (!bytes || bytes.length !== size * classes * 4) return null
  return cut(new Float32Array(bytes.slice().buffer), classes)
}

async function asked(size: number, options: Distillation): Promise<readonly Float32Array[]> {
  const { teacher, classes, batch = 64, signal } = options
  const all = new Float32Array(size * classes)
  for (let start = 0; start < size; start += batch) {
    signal?.throwIfAborted()
    const rows = Array.from({ length: Math.min(batch, size - start) }, (_, index) => start + index)
    const answers = await teacher(rows)
    for (const [index, answer] of answers.entries()) {
      if (answer.length !== classes || answers.length !== rows.length)
        throw new RightsizeError(
          'TRAIN_DATA',
          `the teacher does not give ${classes} logits per row`,
        )
      all.set(answer, (start + index) * classes)
    }
  }
  await options.cache?.save(new Uint8Array(all.buffer))
  return cut(all, classes)
}

/** The teacher's logits for `size` examples, from the cache where it holds them. */
export async function teacherLogits(
  size: number,
  options: Distillation,
): Promise<readonly Float32Array[]> {
  return (await cached(size, options)) ?? (await asked(size, options))
}

/**
 * Trains a student on a teacher's softened answers: `train` is `trainEncoder` or `trainStatic`, `training` its options.
 * The teacher is asked once per example, or not at all where the cache has its answers.
 */
export async function distil<Training extends ClassifierTraining>(
  train: (options: Training) => Promise<TrainedClassifier>,
  training: Training,
  distillation: Distillation,
): Promise<TrainedClassifier> {
  const { temperature = 2, hard = 0 } = distillation
  const logits = await teacherLogits(training.examples.ids.length, distillation)
  const targets = logits.map((row) => softened(row, temperature))
  return train({
    ...training,
    examples: { ...training.examples, targets },
    loss: { kind: 'soft', temperature, hard },
  })
}
