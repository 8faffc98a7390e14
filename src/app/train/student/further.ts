import { embeddedTokens } from '../../../core/compress/student-shape.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import type { Model } from '../../../core/onnx/model.ts'
import { classNames } from '../../../core/onnx/model-config.ts'
import { headTraining } from '../../../core/student/head.ts'
import { heldOut } from '../../../core/train/batches.ts'
import {
  classifierOn,
  type LinearHead,
  type TextEncoder,
  textEncoder,
} from '../../../core/train/classifier-on.ts'
import { classifierFiles } from '../classifier-files.ts'
import { classifiedRows, encodedRows, type TokenInputs } from '../encoded-rows.ts'
import type { EncoderFolder } from '../encoder-folder.ts'
import { type FineTuned, type FineTuning, fineTune, heldShare } from '../fine-tune.ts'
import {
  openedFolder,
  runTraining,
  type Student,
  type StudentTask,
  type StudentWorld,
} from '../student-task.ts'
import { refuseIds, targetsOf } from '../token-data.ts'

type Training = Pick<FineTuning, 'epochs' | 'batch' | 'peak' | 'threads'>

/** What `train: { ... }` may say where an encoder is trained further. */
interface FurtherOptions extends Training {
  /** `head` leaves the encoder as it is; `all` (unless said) trains every parameter. */
  readonly tune?: 'all' | 'head'
  readonly maxLength?: number
  readonly encoder?: unknown
}

/** What every step of the training needs. */
interface Setting {
  readonly task: StudentTask
  readonly world: StudentWorld
  readonly encoder: TextEncoder
  readonly inputs: TokenInputs
  readonly labels: readonly number[]
  /** Share of the rows that choose between passes; they must be new to the head too, or it would look better than what is trained. */
  readonly share: number
}

/**
 * An encoder that exists (imported, or exported from PyTorch) as a classifier for these labels: its head is fitted on its own vectors, then
 * everything is trained through our gradients. A classifier of the same labels continues from the head that it has.
 */
export async function trainFurther(
  task: StudentTask,
  path: string,
  world: StudentWorld,
): Promise<Student> {
  const { tune = 'all', maxLength, encoder: _, ...training } = task.options as FurtherOptions
  if (tune !== 'all' && tune !== 'head')
    throw new RightsizeError('TRAIN_OPTIONS', `tune is all or head, not ${String(tune)}`)
  const folder = await openedFolder(path, world)
  const idsOf = inputsOf(folder, maxLength)
  const inputs = idsOf(task.rows.map((row) => row.text))
  const vocabulary = embeddedTokens(folder.model)
  if (vocabulary > 0) refuseIds(inputs.ids, vocabulary)
  const encoder = textEncoder(folder.model)
  const labels = task.rows.map((row) => Math.max(0, task.labels.indexOf(row.label)))
  const share = tune === 'head' ? 0 : heldShare(task.rows.length)
  const setting: Setting = { task, world, encoder, inputs, labels, share }
  const known = sameLabels(encoder.head, folder, task.labels)
  const { train } = heldOut(task.rows.length, share, task.seed, labels)
  const head = known ?? (await fitted(setting, train))
  const trained = tune === 'head' ? null : await tuned(setting, head, training)
  const better = trained !== null && isBetter(trained)
  // What training everything did not improve keeps its encoder; its head may then learn from every row.
  const whole =
    known === null && share > 0 ? () => fitted(setting, [...labels.keys()]) : async () => head
  const model = better ? trained.model : classifierOn(encoder, await whole()).model
  return {
    files: filesOf(folder, model, task.labels),
    parameters: better ? trained.metrics.parameterCount : head.weights.length + head.bias.length,
    trainingTokens: trained?.result.tokens ?? null,
    chosen: chosenOf(path, tune, known !== null, trained),
    settings: {},
    classify: async (texts) =>
      classifiedRows(model, task.labels, idsOf(texts), await world.engine()),
  }
}

/** How the folder's tokenizer and limits turn texts into ids. */
const inputsOf =
  ({ tokenizer, maxLength }: EncoderFolder, limit = maxLength) =>
  (texts: readonly string[]): TokenInputs => ({
    ids: texts.map((text) => tokenizer.encode(text).ids),
    maxLength: Math.min(maxLength, limit),
    padId: tokenizer.padId,
  })

async function tuned(setting: Setting, head: LinearHead, training: Training): Promise<FineTuned> {
  const { task, world, encoder, inputs, labels, share } = setting
  const { signal } = world.context
  return fineTune({
    ...{ ...training, encoder, head, inputs, labels: task.labels, seed: task.seed },
    engine: await world.engine(),
    held: share,
    examples: { ...targetsOf(task.rows, task.labels), labels },
    ...(signal && { signal }),
    cpuS: world.cpuS,
    onEvent(event) {
      if (event.kind === 'step') world.onStep(event.step, event.steps)
    },
  })
}

/** Whether training everything lowered the loss on the held-out rows; taken as given where none are held out. */
const isBetter = ({ startLoss, metrics }: FineTuned): boolean =>
  startLoss === null || (metrics.heldLoss ?? Number.POSITIVE_INFINITY) < startLoss

/** The head that the model has, its columns in the order of the task; null where its labels are others. */
function sameLabels(
  head: LinearHead | null,
  { config }: EncoderFolder,
  labels: readonly string[],
): LinearHead | null {
  const own = classNames(config)
  if (head === null || own === null) return null
  const columns = labels.map((label) => own.indexOf(label))
  if (own.length !== labels.length || columns.includes(-1)) return null
  const classes = labels.length
  return {
    weights: head.weights.map(
      (_, at) => head.weights[at - (at % classes) + (columns[at % classes] ?? 0)] ?? 0,
    ),
    bias: head.bias.map((_, at) => head.bias[columns[at] ?? 0] ?? 0),
  }
}

/** A linear head on the vectors of the encoder as it is, from these rows. */
async function fitted(
  { task, world, encoder, inputs }: Setting,
  chosen: readonly number[],
): Promise<LinearHead> {
  const { rows, labels, seed } = task
  const { signal } = world.context
  const some = { ...inputs, ids: chosen.map((row) => inputs.ids[row] ?? []) }
  const learned = chosen.flatMap((row) => rows[row] ?? [])
  const vectors = await encodedRows(encoder.model, some, await world.engine(), { signal })
  const quiet = { ...world, onStep: () => undefined }
  const { model } = await runTraining(headTraining(vectors, learned, { labels, seed }), quiet)
  const [layer] = model.layers
  if (layer === undefined) throw new RightsizeError('STUDENT_INPUT', 'the head has no layer')
  return { weights: Float32Array.from(layer.weights), bias: Float32Array.from(layer.bias) }
}

function filesOf(
  folder: EncoderFolder,
  model: Model,
  labels: readonly string[],
): ReadonlyMap<string, Uint8Array> {
  const { architectures: _, ...config } = folder.config as { readonly architectures?: unknown }
  return classifierFiles(model, labels, config, folder.files)
}

const chosenOf = (
  path: string,
  tune: string,
  continued: boolean,
  trained: FineTuned | null,
): Readonly<Record<string, unknown>> => ({
  encoder: path,
  tune,
  head: continued ? 'the head that it had' : 'fitted on the vectors of the encoder',
  ...(trained && {
    kept: isBetter(trained)
      ? 'everything trained'
      : 'the encoder as it was: training all of it was worse on held-out rows',
    lossBefore: trained.startLoss,
    lossAfter: trained.metrics.heldLoss,
    steps: trained.result.steps,
  }),
})
