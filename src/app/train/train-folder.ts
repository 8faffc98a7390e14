import type { Digest } from '../../contract/digest.ts'
import type { Site } from '../../core/carbon/site.ts'
import { canonicalJson } from '../../core/data/canonical-json.ts'
import type { ModeledMachine } from '../../core/energy/cpu-model.ts'
import { type StudentKind, studentKind } from '../../core/part/runtimes.ts'
import { bytes as bytesText } from '../../core/report/kit/number.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import type { LabelledText as Row } from '../../core/student/example.ts'
import { emptyTexts, labelsOf } from '../../core/student/label-set.ts'
import { type CardFacts, modelCard, trainingScore } from '../../core/student/model-card.ts'
import { studentNotes } from '../../core/student/student-note.ts'
import type { RunEvent } from '../evaluate/events.ts'
import { students } from './student/table.ts'
import { type Student, type StudentWorld, worldWith } from './student-task.ts'

export interface TrainRequest {
  readonly kind: string
  readonly name: string
  readonly rows: readonly Row[]
  /** Order of the labels; sorted labels of the rows unless a teacher gives them. */
  readonly labels?: readonly string[]
  readonly dataPath: string
  readonly options: Readonly<Record<string, unknown>>
  readonly encoder?: string | undefined
  readonly seed: number
  readonly teacher: CandidateSpec | null
  readonly out: string
}

export interface TrainEffects extends Omit<StudentWorld, 'onStep'> {
  readonly digest: Digest
  readonly site: Pick<Site, 'pue' | 'grid'>
  readonly machine: ModeledMachine
  now(): string
  generator(): Promise<string>
  writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<string>
}

/** What `rightsize train` leaves: a folder, and the entry that `rightsize run` takes as it is. */
export interface TrainedFolder {
  readonly folder: string
  readonly files: readonly string[]
  readonly bytes: number
  readonly cpuS: number
  readonly notes: readonly string[]
  readonly entry: Readonly<Record<string, unknown>>
}

/** Trains one student into a folder with its model card. Throws what trainings throw, and STUDENT_INPUT for an unknown kind. */
export async function trainFolder(
  request: TrainRequest,
  effects: TrainEffects,
  onEvent: (event: RunEvent) => void,
): Promise<TrainedFolder> {
  const { name, rows, options, seed, encoder } = request
  const kind = studentKind(request.kind)
  const started = effects.cpuS()
  const labels = request.labels ?? labelsOf(rows)
  const settings = encoder === undefined ? {} : { encoder }
  const candidate: CandidateSpec = { id: name, base: name, runtime: kind, settings }
  const train = await students[kind]()
  const world = worldWith(effects, name, onEvent)
  const student = await train({ candidate, rows, labels, options, seed }, world)
  const cpuS = effects.cpuS() - started
  const onnx = (await student.onnx?.()) ?? new Map<string, Uint8Array>()
  const notes = [...teachingNotes(request, kind, labels), ...headNotes(student, onnx)]
  const card = await cardOf(request, { kind, labels, student, cpuS, notes }, effects)
  const files = new Map([...student.files, ...onnx, ['README.md', card] as const])
  const folder = await effects.writeFolder(request.out, files)
  const bytes = [...student.files.values()].reduce((sum, file) => sum + file.length, 0)
  const entry = { id: name, runtime: kind, model: folder, ...entrySettings(student.settings) }
  return { folder, files: [...files.keys()], bytes, cpuS, notes, entry }
}

function teachingNotes(
  { rows, teacher }: TrainRequest,
  kind: StudentKind,
  labels: readonly string[],
): readonly string[] {
  return studentNotes({
    ...{ kind, rows: rows.length, classes: labels.length, emptyTexts: emptyTexts(rows) },
    ...(teacher && { teacher: { model: teacher.model ?? '', runtime: teacher.runtime } }),
  })
}

/** The model card, as the bytes of README.md. */
async function cardOf(
  { name, rows, dataPath, seed, teacher }: TrainRequest,
  {
    student,
    ...trained
  }: Pick<CardFacts, 'kind' | 'labels' | 'cpuS' | 'notes'> & {
    readonly student: Student
  },
  effects: TrainEffects,
): Promise<Uint8Array> {
  const facts: CardFacts = {
    ...{ ...trained, name, dataPath, seed, rows: rows.length },
    at: effects.now().slice(0, 10),
    generator: await effects.generator(),
    dataDigest: effects.digest(new TextEncoder().encode(canonicalJson(rows.map(plain)))),
    chosen: student.chosen,
    parameters: student.parameters,
    trainingTokens: student.trainingTokens,
    teacher: teacher && `${teacher.runtime}:${teacher.model}`,
  }
  const score = trainingScore(facts, effects.site, effects.machine)
  return new TextEncoder().encode(modelCard(facts, score))
}

/** A head is small because its encoder is elsewhere: that is said. */
function headNotes(
  { settings }: Student,
  onnx: ReadonlyMap<string, Uint8Array>,
): readonly string[] {
  const { encoder } = settings
  if (typeof encoder !== 'string') return []
  const whole = onnx.get('onnx/model.onnx')
  const both = `; onnx/model.onnx holds both, ${bytesText(whole?.length ?? 0)}`
  return [`The head answers with the encoder in ${encoder}${whole === undefined ? '' : both}.`]
}

const entrySettings = (settings: Readonly<Record<string, unknown>>) =>
  Object.keys(settings).length === 0 ? {} : { settings: { extra: settings } }

const plain = ({ text, label, soft }: Row) => ({
  text,
  label,
  soft: soft === undefined ? null : Array.from(soft),
})
