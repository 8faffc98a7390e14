import { RightsizeError } from '../../../core/error/error.ts'
import { type HeadOptions, headTraining } from '../../../core/student/head.ts'
import { classifyHead, encodeHead } from '../../../core/student/head-form.ts'
import { type Lesson, type LessonWorld, runLesson, type Taught } from '../lesson.ts'

const atOnce = 32

/** A linear or small MLP head on the embeddings of a sentence encoder: the standard answer when labels are few. */
export async function teachHead(lesson: Lesson, world: LessonWorld): Promise<Taught> {
  const { labels, seed, rows } = lesson
  const encoder = encoderPath(lesson)
  const embed = cachedEmbedder(lesson, encoder, world)
  const vectors = await embed(rows.map((row) => row.text))
  const width = vectors[0]?.length ?? 0
  const values = new Float32Array(vectors.length * width)
  vectors.forEach((vector, row) => {
    values.set(vector, row * width)
  })
  const options = { ...(lesson.options as HeadOptions), labels, seed }
  const dense = { width, data: values }
  const { model, report } = await runLesson(headTraining(dense, rows, options), world)
  return {
    files: new Map([['model.safetensors', encodeHead(model)]]),
    parameters: model.layers.reduce((n, one) => n + one.weights.length + one.bias.length, 0),
    trainingTokens: null,
    chosen: { width, hidden: report.hidden, ...report.chosen },
    settings: { encoder },
    classify: async (texts) => (await embed(texts)).map((vector) => classifyHead(model, vector)),
  }
}

function encoderPath({ candidate, options }: Lesson): string {
  const named = options['encoder'] ?? candidate.settings['encoder'] ?? candidate.model
  if (typeof named === 'string') return named
  throw new RightsizeError('STUDENT_INPUT', `${candidate.id}: a head needs a sentence encoder`, {
    next: 'Name its ONNX folder: `model: path/to/encoder` (input text, output an embedding).',
  })
}

/** Embeds each text once: cross-fitting asks for the same ones again. */
const embeddings = new WeakMap<LessonWorld, Map<string, readonly number[]>>()

function cachedEmbedder(
  { candidate }: Lesson,
  encoder: string,
  world: LessonWorld,
): (texts: readonly string[]) => Promise<readonly (readonly number[])[]> {
  const known = embeddings.get(world) ?? new Map<string, readonly number[]>()
  embeddings.set(world, known)
  return async (texts) => {
    const missing = [...new Set(texts)].filter((text) => !known.has(`${encoder}\n${text}`))
    if (missing.length > 0) {
      const { train: _train, labels: _labels, ...rest } = candidate
      const asked = { ...rest, runtime: 'onnx', model: encoder }
      const session = await world.openRuntime(asked, world.context)
      try {
        for (let at = 0; at < missing.length; at += atOnce) {
          const batch = missing.slice(at, at + atOnce)
          const answers = await session.answer(
            batch.map((input, i) => ({ id: String(i), input })),
            world.context.signal,
          )
          batch.forEach((text, i) => {
            const answer = answers[i]
            if (!answer?.ok || answer.output.kind !== 'vector') throw notAnEncoder(candidate.id)
            known.set(`${encoder}\n${text}`, answer.output.vector)
          })
          world.onStep(at + batch.length, missing.length)
        }
      } finally {
        await session.close()
      }
    }
    return texts.map((text) => known.get(`${encoder}\n${text}`) ?? [])
  }
}

const notAnEncoder = (id: string): RightsizeError =>
  new RightsizeError('STUDENT_INPUT', `${id}: the encoder gives no vectors`, {
    next: 'Use an encoder without a classification head, such as a sentence-transformers model.',
  })
