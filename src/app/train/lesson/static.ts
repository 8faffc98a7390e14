import { RightsizeError } from '../../../core/error/error.ts'
import { encodeModel } from '../../../core/onnx/encode.ts'
import type { StaticModel } from '../../../core/student/runtime-static.ts'
import { StaticClassifier } from '../../../core/student/runtime-static.ts'
import { type StaticOptions, staticTraining } from '../../../core/student/static.ts'
import { staticVectors } from '../../../core/student/static-vectors.ts'
import { encodeStatic } from '../../../core/student/student-forms.ts'
import { staticOnnx } from '../../../core/student/student-onnx.ts'
import { openWordPiece } from '../../../core/text/open-wordpiece.ts'
import { trainWordPiece } from '../../../core/text/train-wordpiece.ts'
import { type Lesson, type LessonWorld, runLesson, type Taught } from '../lesson.ts'
import { encoderPath, tokenVectors } from './token-vectors.ts'

const defaultVocabulary = 8000

type Given = Partial<StaticOptions> & { readonly vocabulary?: number }

/**
 * Token vectors, their mean and a softmax: no attention, no word order. With `encoder`, a sentence encoder with a WordPiece tokenizer, the
 * tokenizer is the encoder's and the vectors start from what it says of each token alone.
 */
export async function teachStatic(lesson: Lesson, world: LessonWorld): Promise<Taught> {
  const { labels, seed, rows } = lesson
  const { vocabulary, encoder: _named, ...given } = lesson.options as Given & { encoder?: unknown }
  const folder = encoderPath(lesson)
  const start =
    folder === null
      ? {
          tokenizer: trainWordPiece(textsOf(lesson), {
            vocabSize: vocabulary ?? defaultVocabulary,
          }),
        }
      : await startFrom(folder, given.width, world)
  const training = staticTraining(rows, { ...given, ...start, labels, seed })
  const { model, report } = await runLesson(training, world)
  const reader = new StaticClassifier(model)
  return {
    files: new Map([['model.safetensors', encodeStatic(model)]]),
    onnx: async () => staticFiles(model, start.tokenizer),
    parameters: model.embeddings.length,
    trainingTokens: null,
    chosen: { vocabulary: report.vocabulary, width: report.width, ...report.chosen },
    settings: {},
    classify: async (asked) => asked.map((text) => reader.classify(text)),
  }
}

const textsOf = ({ rows }: Lesson): readonly string[] => rows.map((row) => row.text)

/** The encoder's tokenizer, and its vectors of the tokens. */
async function startFrom(folder: string, width: number | undefined, world: LessonWorld) {
  if (!world.openFolder)
    throw new RightsizeError('STUDENT_INPUT', `${folder}: this host reads no folders`)
  const { model, files } = await world.openFolder(folder)
  const tokenizer: unknown = JSON.parse(new TextDecoder().decode(files.get('tokenizer.json')))
  const { encode, vocabSize } = openWordPiece(tokenizer)
  const empty = encode('').ids
  const frame = { count: vocabSize, first: empty.slice(0, -1), last: empty.slice(-1) }
  const teacher = await tokenVectors(model, frame, await world.engine(), world.onStep)
  return { tokenizer, vectors: staticVectors(teacher, width === undefined ? {} : { width }) }
}

/** The layout of a transformer, so that what reads ONNX folders reads this student too. */
function staticFiles(model: StaticModel, tokenizer: unknown): ReadonlyMap<string, Uint8Array> {
  const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
  const id2label = Object.fromEntries(model.labels.map((label, i) => [String(i), label]))
  return new Map([
    ['onnx/model.onnx', encodeModel(staticOnnx(model))],
    ['tokenizer.json', text(tokenizer)],
    ['config.json', text({ model_type: 'rightsize-static', id2label, pad_token_id: 0 })],
  ])
}
