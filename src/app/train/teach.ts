import { type StudentKind, studentKind } from '../../core/part/runtimes.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import { crossFolds } from '../../core/student/cross-fit.ts'
import { labelsMissingIn, labelsOf } from '../../core/student/label-set.ts'
import { studentNotes, type Teaching } from '../../core/student/student-note.ts'
import type { LabelledText, TrainedStudent } from '../evaluate/effects.ts'
import type { RunEvent } from '../evaluate/events.ts'
import { lessons } from './lesson/table.ts'
import type { Lesson, LessonWorld, Taught, Told } from './lesson.ts'

/** What teaching needs of the world beside what a lesson does. */
export interface TeachEffects extends Omit<LessonWorld, 'onStep'> {
  nowS(): number
  /** Writes the files of a model into a folder named by their digest; returns the folder. */
  writeModel(name: string, files: ReadonlyMap<string, Uint8Array>): Promise<string>
}

export interface TeachRows {
  readonly train: readonly LabelledText[]
  readonly test: readonly LabelledText[]
  /** True where the test rows are also the only rows to learn from. */
  readonly crossFit: boolean
}

const folds = 5
const seed = 1

/** Trains one student of the spec, and, where the same rows teach and judge, its out-of-fold answers. */
export async function teach(
  candidate: CandidateSpec,
  rows: TeachRows,
  effects: TeachEffects,
  onEvent: (event: RunEvent) => void,
): Promise<TrainedStudent> {
  const kind = studentKind(candidate.runtime)
  const started = { wall: effects.nowS(), cpu: effects.cpuS() }
  const world: LessonWorld = {
    ...effects,
    onStep: (done, total) =>
      onEvent({ type: 'progress', stage: 'train', candidate: candidate.id, done, total }),
  }
  const labels = labelsOf(rows.train)
  const options = typeof candidate.train === 'object' ? candidate.train : {}
  const lesson: Lesson = { candidate, rows: rows.train, labels, options, seed }
  const run = await lessons[kind]()
  const taught = await run(lesson, world)
  const outOfFold = rows.crossFit ? await crossAnswers(lesson, rows.train, run, world) : null
  const folder = await effects.writeModel(candidate.id, taught.files)
  const notes = studentNotes(teachingOf(kind, rows, labels))
  return {
    candidate: {
      ...candidate,
      model: folder,
      settings: { ...candidate.settings, ...taught.settings },
    },
    outOfFold,
    items: rows.train.length,
    cpuS: effects.cpuS() - started.cpu,
    wallS: effects.nowS() - started.wall,
    note: [howTaught(rows), ...notes].join(' '),
  }
}

function teachingOf(kind: StudentKind, rows: TeachRows, labels: readonly string[]): Teaching {
  return {
    kind,
    rows: rows.train.length,
    classes: labels.length,
    emptyTexts: rows.train.filter((row) => row.text.trim() === '').length,
    missingLabels: labelsMissingIn(rows.train, rows.test),
  }
}

const howTaught = ({ train, crossFit: crossed }: TeachRows): string =>
  crossed
    ? `Trained on ${train.length} rows; judged by ${folds}-fold cross-fitting.`
    : `Trained on ${train.length} rows of the train part.`

/** Answers of models that never saw the row, by id. Rows of equal text share a fold. */
async function crossAnswers(
  lesson: Lesson,
  rows: readonly LabelledText[],
  run: (lesson: Lesson, world: LessonWorld) => Promise<Taught>,
  world: LessonWorld,
): Promise<TrainedStudent['outOfFold']> {
  const fold = crossFolds(rows, folds, seed)
  const answers = new Map<string, { label: string; probabilities: Record<string, number> }>()
  for (let k = 0; k < folds; k++) {
    const learn = rows.filter((_, i) => fold[i] !== k)
    const judge = rows.filter((_, i) => fold[i] === k)
    const labels = labelsOf(learn)
    const taught = await run({ ...lesson, rows: learn, labels }, world)
    const told = await taught.classify(judge.map((row) => row.text))
    judge.forEach((row, i) => {
      const said = told[i]
      if (said) answers.set(row.id, { label: said.label, probabilities: shares(said, labels) })
    })
  }
  return answers
}

const shares = ({ probabilities }: Told, labels: readonly string[]): Record<string, number> =>
  Object.fromEntries(labels.map((label, i) => [label, probabilities[i] ?? 0]))
