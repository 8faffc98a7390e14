import { StaticClassifier } from '../../../core/student/runtime-static.ts'
import { type StaticOptions, staticTraining } from '../../../core/student/static.ts'
import { encodeStatic } from '../../../core/student/static-form.ts'
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
    parameters: model.embeddings.length,
    trainingTokens: null,
    chosen: { vocabulary: report.vocabulary, width: report.width, ...report.chosen },
    settings: {},
    classify: async (asked) => asked.map((text) => reader.classify(text)),
  }
}
