import { encodeModel } from '../../../core/onnx/encode.ts'
import type { StaticModel } from '../../../core/student/runtime-static.ts'
import { StaticClassifier } from '../../../core/student/runtime-static.ts'
import { type StaticOptions, staticTraining } from '../../../core/student/static.ts'
import { encodeStatic } from '../../../core/student/static-form.ts'
import { staticOnnx } from '../../../core/student/student-onnx.ts'
import { trainWordPiece } from '../../../core/text/train-wordpiece.ts'
import { type Lesson, type LessonWorld, runLesson, type Taught } from '../lesson.ts'

const defaultVocabulary = 8000

/** Token vectors, their mean and a softmax: no attention, no word order. */
export async function teachStatic(lesson: Lesson, world: LessonWorld): Promise<Taught> {
  const { labels, seed, rows } = lesson
  const { vocabulary, ...given } = lesson.options as Partial<StaticOptions> & {
    readonly vocabulary?: number
  }
  const texts = rows.map((row) => row.text)
  const tokenizer = trainWordPiece(texts, { vocabSize: vocabulary ?? defaultVocabulary })
  const training = staticTraining(rows, { ...given, tokenizer, labels, seed })
  const { model, report } = await runLesson(training, world)
  const reader = new StaticClassifier(model)
  return {
    files: new Map([['model.safetensors', encodeStatic(model)]]),
    onnx: () => staticFiles(model, tokenizer),
    parameters: model.embeddings.length,
    trainingTokens: null,
    chosen: { vocabulary: report.vocabulary, width: report.width, ...report.chosen },
    settings: {},
    classify: async (asked) => asked.map((text) => reader.classify(text)),
  }
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
