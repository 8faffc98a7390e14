import type { RuntimeContext } from '../../contract/runtime.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import type { LabelledText as Row } from '../../core/student/example.ts'
import { indexLabels } from '../../core/student/label-set.ts'
import { type LinearOptions, linearTraining } from '../../core/student/linear.ts'
import { encodeLinear } from '../../core/student/linear-form.ts'
import { stratifiedFolds } from '../../core/student/row-split.ts'
import { LinearClassifier } from '../../core/student/runtime-linear.ts'
import type { LabelledText, TrainedStudent } from '../evaluate/effects.ts'
import type { RunEvent } from '../evaluate/events.ts'

/** What teaching needs of the world. */
export interface TeachEffects {
  nowS(): number
  cpuS(): number
  /** Writes the files of a model into a folder named by their digest; returns the folder. */
  writeModel(baseDir: string, name: string, files: ReadonlyMap<string, Uint8Array>): Promise<string>
}

export interface TeachRows {
  readonly train: readonly LabelledText[]
  readonly test: readonly LabelledText[]
  /** True where the test rows are also the only rows to learn from. */
  readonly crossFit: boolean
}

const folds = 5

/** Trains one student of the spec, and, where the same rows teach and judge, its out-of-fold answers. */
export async function teach(
  candidate: CandidateSpec,
  rows: TeachRows,
  parts: {
    readonly context: RuntimeContext
    readonly effects: TeachEffects
    readonly onEvent: (event: RunEvent) => void
  },
): Promise<TrainedStudent> {
  const { effects, context, onEvent } = parts
  if (candidate.runtime !== 'linear') {
    throw new RightsizeError(
      'STUDENT_INPUT',
      `a student of kind ${candidate.runtime} cannot be trained in a run yet`,
    )
  }
  const started = { wall: effects.nowS(), cpu: effects.cpuS() }
  const options = typeof candidate.train === 'object' ? (candidate.train as LinearOptions) : {}
  const step = (name: string) => (done: number, total: number) =>
    onEvent({ type: 'progress', stage: 'train', candidate: name, done, total })
  const model = await trainOne(rows.train, options, context.signal, step(candidate.id))
  const outOfFold = rows.crossFit
    ? await crossAnswers(rows.train, options, context.signal, step(candidate.id))
    : null
  const files = new Map([['model.safetensors', encodeLinear(model)]])
  const folder = await effects.writeModel(context.baseDir, candidate.id, files)
  return {
    candidate: { ...candidate, model: folder },
    outOfFold,
    items: rows.train.length,
    cpuS: effects.cpuS() - started.cpu,
    wallS: effects.nowS() - started.wall,
    note: rows.crossFit
      ? `trained on ${rows.train.length} rows; judged by ${folds}-fold cross-fitting`
      : `trained on ${rows.train.length} rows of the train part`,
  }
}

async function trainOne(
  rows: readonly Row[],
  options: LinearOptions,
  signal: AbortSignal | undefined,
  onStep: (done: number, total: number) => void,
) {
  const training = linearTraining(rows, options)
  for (let steps = 1; ; steps++) {
    const next = training.next()
    if (next.done) return next.value.model
    onStep(steps, 0)
    signal?.throwIfAborted()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function crossAnswers(
  rows: readonly LabelledText[],
  options: LinearOptions,
  signal: AbortSignal | undefined,
  onStep: (done: number, total: number) => void,
): Promise<TrainedStudent['outOfFold']> {
  const fold = stratifiedFolds(indexLabels(rows).indices, folds, 1)
  const answers = new Map<string, { label: string; probabilities: Record<string, number> }>()
  for (let k = 0; k < folds; k++) {
    const model = await trainOne(
      rows.filter((_, i) => fold[i] !== k),
      options,
      signal,
      onStep,
    )
    const reader = new LinearClassifier(model)
    for (const [i, row] of rows.entries()) {
      if (fold[i] === k)
        answers.set(row.id, { label: reader.classify(row.text).label, probabilities: {} })
    }
  }
  return answers
}
