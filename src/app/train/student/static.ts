import { StaticClassifier, type StaticModel } from '../../../core/student/runtime-static.ts'
import { type StaticOptions, staticTraining } from '../../../core/student/static.ts'
import { staticVectors } from '../../../core/student/static-vectors.ts'
import { encodeStatic } from '../../../core/student/student-forms.ts'
import { staticOnnx } from '../../../core/student/student-onnx.ts'
import { openWordPiece } from '../../../core/text/open-wordpiece.ts'
import { trainWordPiece } from '../../../core/text/train-wordpiece.ts'
import { textEncoder } from '../../../core/train/classifier-on.ts'
import { classifierFiles, jsonFile } from '../classifier-files.ts'
import { encodedRows } from '../encoded-rows.ts'
import {
  encoderPath,
  openedFolder,
  runTraining,
  type Student,
  type StudentTask,
  type StudentWorld,
} from '../student-task.ts'

const defaultVocabulary = 8000

type Given = Partial<StaticOptions> & { readonly vocabulary?: number; readonly encoder?: unknown }

/**
 * Token vectors, their mean and a softmax: no attention, no word order. With `encoder`, a sentence encoder with a WordPiece tokenizer, the
 * tokenizer is the encoder's and the vectors start from the encoder's vector of each token alone.
 */
export async function trainStatic(task: StudentTask, world: StudentWorld): Promise<Student> {
  const { labels, seed, rows } = task
  const { vocabulary: vocabSize = defaultVocabulary, encoder: _, ...given } = task.options as Given
  const folder = encoderPath(task)
  const texts = rows.map((row) => row.text)
  const start =
    folder === null
      ? { tokenizer: trainWordPiece(texts, { vocabSize }) }
      : await startFrom(folder, given.width, world)
  const training = staticTraining(rows, { ...given, ...start, labels, seed })
  const { model, report } = await runTraining(training, world)
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

/**
 * The encoder's tokenizer, and its vector of each token alone, between the tokens that open and close a text. Source of the idea:
 * Model2Vec, https://github.com/MinishLab/model2vec.
 */
async function startFrom(folder: string, width: number | undefined, world: StudentWorld) {
  const { model, files, maxLength } = await openedFolder(folder, world)
  const tokenizer: unknown = JSON.parse(new TextDecoder().decode(files.get('tokenizer.json')))
  const { encode, vocabSize, padId } = openWordPiece(tokenizer)
  const empty = encode('').ids
  const ids = Array.from({ length: vocabSize }, (_, id) => empty.toSpliced(-1, 0, id))
  const inputs = { ids, maxLength, padId }
  const teacher = await encodedRows(textEncoder(model).model, inputs, await world.engine(), {
    batch: 64,
    threads: 1,
    onRows: (done) => world.onStep(done, vocabSize),
  })
  return { tokenizer, vectors: staticVectors(teacher, width === undefined ? {} : { width }) }
}

function staticFiles(model: StaticModel, tokenizer: unknown): ReadonlyMap<string, Uint8Array> {
  const config = { model_type: 'rightsize-static', pad_token_id: 0 }
  const files = new Map([['tokenizer.json', jsonFile(tokenizer)]])
  return classifierFiles(staticOnnx(model), model.labels, config, files)
}
