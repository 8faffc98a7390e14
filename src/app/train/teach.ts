import { studentKind } from '../../core/part/runtimes.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import { crossFolds } from '../../core/student/cross-fit.ts'
import { emptyTexts, labelsMissingIn, labelsOf } from '../../core/student/label-set.ts'
import { studentNotes } from '../../core/student/student-note.ts'
import type { LabelledText, TrainedStudent } from '../evaluate/effects.ts'
import type { RunEvent } from '../evaluate/events.ts'
import { students, type TrainStudent } from './student/table.ts'
import { type StudentTask, type StudentWorld, worldWith } from './student-task.ts'

/** What `teach` needs of the world beside what a training does. */
export interface TeachEffects extends Omit<StudentWorld, 'onStep'> {
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
  { train: rows, test, crossFit }: TeachRows,
  effects: TeachEffects,
  onEvent: (event: RunEvent) => void,
): Promise<TrainedStudent> {
  const kind = studentKind(candidate.runtime)
  const started = { wall: effects.nowS(), cpu: effects.cpuS() }
  const world = worldWith(effects, candidate.id, onEvent)
  const labels = labelsOf(rows)
  const options = typeof candidate.train === 'object' ? candidate.train : {}
  const task: StudentTask = { candidate, rows, labels, options, seed }
  const train = await students[kind]()
  const student = await train(task, world)
  const outOfFold = crossFit ? await crossAnswers(task, rows, train, world) : null
  const model = await effects.writeModel(candidate.id, student.files)
  const settings = { ...candidate.settings, ...student.settings }
  const notes = studentNotes({
    ...{ kind, rows: rows.length, classes: labels.length, emptyTexts: emptyTexts(rows) },
    missingLabels: labelsMissingIn(rows, test),
  })
  const how = crossFit ? `; judged by ${folds}-fold cross-fitting.` : ' of the train part.'
  return {
    candidate: { ...candidate, model, settings },
    outOfFold,
    items: rows.length,
    cpuS: effects.cpuS() - started.cpu,
    wallS: effects.nowS() - started.wall,
    note: [`Trained on ${rows.length} rows${how}`, ...notes].join(' '),
  }
}

/** Answers of models that never saw the row, by id. Rows of equal text share a fold. */
async function crossAnswers(
  task: StudentTask,
  rows: readonly LabelledText[],
  train: TrainStudent,
  world: StudentWorld,
): Promise<TrainedStudent['outOfFold']> {
  const fold = crossFolds(rows, folds, seed)
  const answers = new Map<string, { label: string; probabilities: Record<string, number> }>()
  for (let k = 0; k < folds; k++) {
    const learn = rows.filter((_, i) => fold[i] !== k)
    const judge = rows.filter((_, i) => fold[i] === k)
    const labels = labelsOf(learn)
    const student = await train({ ...task, rows: learn, labels }, world)
    const given = await student.classify(judge.map((row) => row.text))
    for (const [i, { label, probabilities: p }] of given.entries()) {
      const probabilities = Object.fromEntries(labels.map((name, at) => [name, p[at] ?? 0]))
      answers.set(judge[i]?.id ?? '', { label, probabilities })
    }
  }
  return answers
}
