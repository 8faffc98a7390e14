import { openWordPiece } from '../../../core/text/open-wordpiece.ts'
import { trainWordPiece } from '../../../core/text/train-wordpiece.ts'
import type { EncoderShape } from '../../../core/train/build-encoder.ts'
import { classifierFiles, jsonFile } from '../classifier-files.ts'
import { classifiedRows } from '../encoded-rows.ts'
import { encoderPath, type Student, type StudentTask, type StudentWorld } from '../student-task.ts'
import { targetsOf } from '../token-data.ts'
import { type EncoderTraining, trainEncoder } from '../train-encoder.ts'
import { trainFurther } from './further.ts'

type Training = Pick<EncoderTraining, 'epochs' | 'batch' | 'dropout' | 'threads'>

/** What `train: { ... }` may say of an encoder; the rest is chosen for training from scratch. */
interface EncoderOptions extends Training, Partial<Omit<EncoderShape, 'vocabulary' | 'classes'>> {
  readonly vocabulary?: number
  readonly peak?: number
  readonly tokenDropout?: number
}

const defaults = { maxLength: 64, width: 64, depth: 2, heads: 4 }

/**
 * A small transformer from scratch: it sees word order, and needs more rows than the others. Where the task names an encoder (an imported
 * one, say), that one is trained further instead.
 */
export async function trainStudentEncoder(
  task: StudentTask,
  world: StudentWorld,
): Promise<Student> {
  const folder = encoderPath(task) ?? task.candidate.model
  if (folder !== undefined) return trainFurther(task, folder, world)
  const { labels, rows, seed } = task
  const { vocabulary = 4000, training, sizes } = optionsOf(task.options)
  const texts = rows.map((row) => row.text)
  const tokenizerJson = trainWordPiece(texts, { vocabSize: vocabulary })
  const { encode, vocabSize, padId } = openWordPiece(tokenizerJson)
  const shape = { ...defaults, ...sizes, vocabulary: vocabSize, classes: labels.length }
  const engine = await world.engine()
  const idsOf = (some: readonly string[]) => some.map((text) => encode(text).ids)
  const { signal } = world.context
  const { model, metrics, result } = await trainEncoder({
    ...{ engine, shape, seed, labels, padId, cpuS: world.cpuS, ...training },
    ...(signal && { signal }),
    examples: { ids: idsOf(texts), ...targetsOf(rows, labels) },
    onEvent(event) {
      if (event.kind === 'epoch') world.onStep(event.epoch, event.epochs)
    },
  })
  return {
    files: classifierFiles(
      model,
      labels,
      configOf(shape),
      new Map([['tokenizer.json', jsonFile(tokenizerJson)]]),
    ),
    parameters: metrics.parameterCount,
    trainingTokens: result.tokens,
    chosen: { ...shape, heldAccuracy: metrics.heldAccuracy, steps: result.steps },
    settings: {},
    classify(asked) {
      // Long texts are cut as in training: at the end, whatever token stands there.
      const ids = idsOf(asked).map((row) => row.slice(0, shape.maxLength))
      return classifiedRows(model, labels, { ids, maxLength: shape.maxLength, padId }, engine)
    },
  }
}

/** The options of the training and the sizes of the encoder apart. */
function optionsOf(options: StudentTask['options']) {
  const { vocabulary, peak, tokenDropout, epochs, batch, dropout, threads, ...sizes } =
    options as EncoderOptions
  const given = Object.entries({ epochs, batch, dropout, threads })
  const training: Partial<EncoderTraining> = {
    ...(Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Training),
    ...(peak !== undefined && { schedule: { peak, warmup: 0.1, shape: 'cosine' } }),
    ...(tokenDropout !== undefined && { tokenDropout: { rate: tokenDropout, id: 4, from: 5 } }),
  }
  return { vocabulary, training, sizes }
}

const configOf = (shape: EncoderShape) => ({
  model_type: 'rightsize-encoder',
  max_position_embeddings: shape.maxLength,
  vocab_size: shape.vocabulary,
  pad_token_id: 0,
})
