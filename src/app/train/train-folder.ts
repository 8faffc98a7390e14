import type { Digest } from '../../contract/digest.ts'
import type { Site } from '../../core/carbon/site.ts'
import { canonicalJson } from '../../core/data/canonical-json.ts'
import { studentKind } from '../../core/part/runtimes.ts'
import { bytes as bytesText } from '../../core/report/kit/number.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import type { LabelledText as Row } from '../../core/student/example.ts'
import { labelsOf } from '../../core/student/label-set.ts'
import { modelCard, trainingScore } from '../../core/student/model-card.ts'
import { studentNotes } from '../../core/student/student-note.ts'
import type { RunEvent } from '../evaluate/events.ts'
import { lessons } from './lesson/table.ts'
import type { LessonWorld, Taught } from './lesson.ts'

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

export interface TrainEffects extends Omit<LessonWorld, 'onStep'> {
  readonly digest: Digest
  readonly site: Pick<Site, 'pue' | 'grid'>
  readonly machineThreads: number | null
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

/** Trains one student into a folder with its model card. Throws what lessons throw, and STUDENT_INPUT for an unknown kind. */
export async function trainFolder(
  request: TrainRequest,
  effects: TrainEffects,
  onEvent: (event: RunEvent) => void,
): Promise<TrainedFolder> {
  const kind = studentKind(request.kind)
  const started = effects.cpuS()
  const labels = request.labels ?? labelsOf(request.rows)
  const settings = request.encoder === undefined ? {} : { encoder: request.encoder }
  const candidate: CandidateSpec = { id: request.name, base: request.name, runtime: kind, settings }
  const world: LessonWorld = {
    ...effects,
    onStep: (done, total) =>
      onEvent({ type: 'progress', stage: 'train', candidate: request.name, done, total }),
  }
  const teach = await lessons[kind]()
  const { rows, options, seed } = request
  const taught = await teach({ candidate, rows, labels, options, seed }, world)
  const cpuS = effects.cpuS() - started
  const onnx = (await taught.onnx?.()) ?? new Map<string, Uint8Array>()
  const given = studentNotes({
    kind,
    rows: rows.length,
    classes: labels.length,
    emptyTexts: rows.filter((row) => row.text.trim() === '').length,
    ...(request.teacher
      ? { teacher: { model: request.teacher.model ?? '', runtime: request.teacher.runtime } }
      : {}),
  })
  const notes = [...given, ...headNotes(taught, onnx)]
  const facts = {
    name: request.name,
    kind,
    at: effects.now().slice(0, 10),
    generator: await effects.generator(),
    rows: rows.length,
    labels,
    dataDigest: effects.digest(new TextEncoder().encode(canonicalJson(rows.map(plain)))),
    dataPath: request.dataPath,
    seed,
    chosen: taught.chosen,
    parameters: taught.parameters,
    trainingTokens: taught.trainingTokens,
    cpuS,
    teacher: request.teacher ? `${request.teacher.runtime}:${request.teacher.model}` : null,
    notes,
  }
  const score = trainingScore(facts, effects.site, { threads: effects.machineThreads })
  const card = new TextEncoder().encode(modelCard(facts, score))
  const files = new Map([...taught.files, ...onnx, ['README.md', card] as const])
  const folder = await effects.writeFolder(request.out, files)
  const bytes = [...taught.files.values()].reduce((sum, file) => sum + file.length, 0)
  const entry = {
    id: request.name,
    runtime: kind,
    model: folder,
    ...entrySettings(taught.settings),
  }
  return { folder, files: [...files.keys()], bytes, cpuS, notes, entry }
}

/** A head is small because its encoder is elsewhere: that is said. */
function headNotes({ settings }: Taught, onnx: ReadonlyMap<string, Uint8Array>): readonly string[] {
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
