import { embeddedTokens } from '../../../core/compress/student-shape.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { encodeModel } from '../../../core/onnx/encode.ts'
import type { Model } from '../../../core/onnx/model.ts'
import { headTraining } from '../../../core/student/head.ts'
import { heldOut } from '../../../core/train/batches.ts'
import { classifierOn, type LinearHead, textEncoder } from '../../../core/train/classifier-on.ts'
import { encodedRows, type FineTuned, fineTune, heldShare, type TokenInputs } from '../fine-tune.ts'
import {
  type EncoderFolder,
  type Lesson,
  type LessonWorld,
  runLesson,
  type Taught,
} from '../lesson.ts'
import { toldOf } from '../told.ts'
import { refuseIds } from '../train-classifier.ts'

/** What `train: { ... }` may say where an encoder is trained further. */
interface FurtherOptions {
  /** `head` leaves the encoder as it is; `all` (unless said) trains every parameter. */
  readonly tune?: 'all' | 'head'
  readonly epochs?: number
  readonly batch?: number
  readonly peak?: number
  readonly threads?: number
  readonly maxLength?: number
}

/**
 * An encoder that exists (imported, or exported from PyTorch) as a classifier for these labels: its head is fitted on its own vectors, then
 * everything is trained through our gradients. A classifier of the same labels goes on from the head it has.
 */
export async function teachFurther(
  lesson: Lesson,
  path: string,
  world: LessonWorld,
): Promise<Taught> {
  const { labels, rows } = lesson
  const { tune = 'all', maxLength, ...given } = lesson.options as FurtherOptions
  if (tune !== 'all' && tune !== 'head')
    throw new RightsizeError('TRAIN_OPTIONS', `tune is all or head, not ${String(tune)}`)
  const folder = await opened(lesson, path, world)
  const engine = await world.engine()
  const encoder = textEncoder(folder.model)
  const { tokenizer } = folder
  const limit = Math.min(folder.maxLength, maxLength ?? folder.maxLength)
  const inputsOf = (texts: readonly string[]): TokenInputs => ({
    ids: texts.map((text) => tokenizer.encode(text).ids),
    maxLength: limit,
    padId: tokenizer.padId,
  })
  const inputs = inputsOf(rows.map((row) => row.text))
  const vocabulary = embeddedTokens(folder.model)
  if (vocabulary > 0) refuseIds(inputs.ids, vocabulary)
  const known = sameLabels(encoder.head, folder, labels)
  const targets = rows.map((row) => Math.max(0, labels.indexOf(row.label)))
  // The rows that choose must be new to the head too, or it would look better than what is trained.
  const share = tune === 'head' ? 0 : heldShare(rows.length)
  const { train } = heldOut(rows.length, share, lesson.seed, targets)
  const head = known ?? (await fitted(lesson, inputs, encoder.model, train, world))
  const soft = rows.every((row) => row.soft !== undefined)
  const trained =
    tune === 'head'
      ? null
      : await fineTune({
          ...{ engine, encoder, head, inputs, labels, seed: lesson.seed, cpuS: world.cpuS },
          ...optionsOf(given),
          held: share,
          examples: {
            labels: targets,
            ...(soft ? { targets: rows.map((row) => Float32Array.from(row.soft ?? [])) } : {}),
          },
          ...(world.context.signal ? { signal: world.context.signal } : {}),
          onEvent: (event) => {
            if (event.kind === 'step') world.onStep(event.step, event.steps)
          },
        })
  const better = trained !== null && isBetter(trained)
  const model = better ? trained.model : classifierOn(encoder, await headOfAll(head, share)).model
  // What training everything did not improve keeps its encoder; its head may then learn from every row.
  async function headOfAll(fittedHead: LinearHead, held: number): Promise<LinearHead> {
    const all = rows.map((_, row) => row)
    if (known !== null || held === 0) return fittedHead
    return fitted(lesson, inputs, encoder.model, all, world)
  }
  return {
    files: filesOf(folder, model, labels),
    parameters: better ? trained.metrics.parameterCount : head.weights.length + head.bias.length,
    trainingTokens: trained?.result.tokens ?? null,
    chosen: chosenOf(path, tune, known !== null, trained),
    settings: {},
    classify: async (texts) => {
      const { data } = await encodedRows(model, inputsOf(texts), engine)
      return texts.map((_, row) => toldOf(data, row, labels))
    },
  }
}

/** Whether training everything lowered the loss on the held-out rows; taken as given where none are held out. */
const isBetter = ({ startLoss, metrics }: FineTuned): boolean =>
  startLoss === null || (metrics.heldLoss ?? Number.POSITIVE_INFINITY) < startLoss

async function opened({ candidate }: Lesson, path: string, world: LessonWorld) {
  if (world.openFolder !== undefined) return world.openFolder(path)
  throw new RightsizeError('STUDENT_INPUT', `${candidate.id}: no model folder can be opened here`)
}

/** Options of the training that were said. */
function optionsOf({ epochs, batch, peak, threads }: FurtherOptions) {
  return {
    ...(epochs === undefined ? {} : { epochs }),
    ...(batch === undefined ? {} : { batch }),
    ...(peak === undefined ? {} : { peak }),
    ...(threads === undefined ? {} : { threads }),
  }
}

/** The head that the model has, its columns in the order of the lesson; null where its labels are others. */
function sameLabels(
  head: LinearHead | null,
  { config }: EncoderFolder,
  labels: readonly string[],
): LinearHead | null {
  const { id2label } = config as { readonly id2label?: unknown }
  if (head === null || typeof id2label !== 'object' || id2label === null) return null
  const own = new Map(Object.entries(id2label).map(([id, label]) => [String(label), Number(id)]))
  const columns = labels.map((label) => own.get(label) ?? -1)
  if (own.size !== labels.length || columns.includes(-1)) return null
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
  { rows, labels, seed }: Lesson,
  inputs: TokenInputs,
  encoder: Model,
  chosen: readonly number[],
  world: LessonWorld,
): Promise<LinearHead> {
  const { signal } = world.context
  const some = { ...inputs, ids: chosen.map((row) => inputs.ids[row] ?? []) }
  const learned = chosen.flatMap((row) => rows[row] ?? [])
  const vectors = await encodedRows(encoder, some, await world.engine(), { signal })
  const quiet = { ...world, onStep: () => undefined }
  const { model } = await runLesson(headTraining(vectors, learned, { labels, seed }), quiet)
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
  const whole = {
    ...config,
    id2label: Object.fromEntries(labels.map((label, at) => [String(at), label])),
    label2id: Object.fromEntries(labels.map((label, at) => [label, at])),
  }
  return new Map([
    ['onnx/model.onnx', encodeModel(model)],
    ...folder.files,
    ['config.json', new TextEncoder().encode(JSON.stringify(whole))],
  ])
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
  ...(trained === null
    ? {}
    : {
        kept: isBetter(trained)
          ? 'everything trained'
          : 'the encoder as it was: training all of it was worse on held-out rows',
        lossBefore: trained.startLoss,
        lossAfter: trained.metrics.heldLoss,
        steps: trained.result.steps,
      }),
})
