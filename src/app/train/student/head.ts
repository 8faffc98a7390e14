import { RightsizeError } from '../../../core/error/error.ts'
import type { Model } from '../../../core/onnx/model.ts'
import { runtimeFor } from '../../../core/part/runtimes.ts'
import { type HeadOptions, headTraining } from '../../../core/student/head.ts'
import type { HeadModel } from '../../../core/student/runtime-head.ts'
import { classifyHead, encodeHead } from '../../../core/student/student-forms.ts'
import { appendHead } from '../../../core/student/student-onnx.ts'
import { classifierFiles } from '../classifier-files.ts'
import type { EncoderFolder } from '../encoder-folder.ts'
import {
  encoderPath,
  runTraining,
  type Student,
  type StudentTask,
  type StudentWorld,
} from '../student-task.ts'

const atOnce = 32

/** A linear or small MLP head on the embeddings of a sentence encoder: the standard answer when labels are few. */
export async function trainHead(task: StudentTask, world: StudentWorld): Promise<Student> {
  const { labels, seed, rows } = task
  const encoder = requireEncoder(task)
  const embed = cachedEmbedder(task, encoder, world)
  const vectors = await embed(rows.map((row) => row.text))
  const width = vectors[0]?.length ?? 0
  const values = new Float32Array(vectors.length * width)
  vectors.forEach((vector, row) => {
    values.set(vector, row * width)
  })
  const { encoder: _named, ...given } = task.options
  const options = { ...(given as HeadOptions), labels, seed }
  const dense = { width, data: values }
  const { model, report } = await runTraining(headTraining(dense, rows, options), world)
  const { openFolder } = world
  return {
    files: new Map([['model.safetensors', encodeHead(model)]]),
    ...(openFolder && { onnx: async () => wholeFiles(await openFolder(encoder), model) }),
    parameters: model.layers.reduce((n, one) => n + one.weights.length + one.bias.length, 0),
    trainingTokens: null,
    chosen: { width, hidden: report.hidden, ...report.chosen },
    settings: { encoder },
    classify: async (texts) => (await embed(texts)).map((vector) => classifyHead(model, vector)),
  }
}

function requireEncoder(task: StudentTask): string {
  const path = encoderPath(task) ?? task.candidate.model
  if (path !== undefined) return path
  throw new RightsizeError(
    'STUDENT_INPUT',
    `${task.candidate.id}: a head needs a sentence encoder`,
    {
      next: 'Name its ONNX folder: `model: path/to/encoder` (input text, output an embedding).',
    },
  )
}

/** Encoder and head in one graph with the encoder's tokenizer: a classifier that the onnx runtime opens and shrink takes. */
function wholeFiles(
  { model: encoder, config, files }: EncoderFolder,
  head: HeadModel,
): ReadonlyMap<string, Uint8Array> {
  const { name, perToken } = embeddingOf(encoder)
  return classifierFiles(
    appendHead(encoder, name, head, { pool: perToken }),
    head.labels,
    config,
    files,
  )
}

/** Outputs that hold an embedding, best first, as exporters name them (optimum, sentence-transformers). */
const embeddingNames = ['sentence_embedding', 'last_hidden_state', 'token_embeddings']

/** The output that holds the embedding, and whether it has a vector for each token. Throws STUDENT_INPUT where there is none. */
function embeddingOf({ graph: { outputs } }: Model): {
  readonly name: string
  readonly perToken: boolean
} {
  const name = embeddingNames.find((one) => outputs.some((output) => output.name === one))
  const found = outputs.find((output) => output.name === name) ?? outputs[0]
  if (found === undefined) throw new RightsizeError('STUDENT_INPUT', 'the encoder has no output')
  return { name: found.name, perToken: found.dims?.length === 3 }
}

/** Embeds each text once: cross-fitting asks for the same ones again. */
const embeddings = new WeakMap<StudentWorld, Map<string, readonly number[]>>()

function cachedEmbedder(
  { candidate }: StudentTask,
  encoder: string,
  world: StudentWorld,
): (texts: readonly string[]) => Promise<readonly (readonly number[])[]> {
  const known = embeddings.get(world) ?? new Map<string, readonly number[]>()
  embeddings.set(world, known)
  return async (texts) => {
    const missing = [...new Set(texts)].filter((text) => !known.has(`${encoder}\n${text}`))
    // Texts of like length share a batch: in file order, padding made this 2.7 times as dear (MiniLM on banking77).
    missing.sort((a, b) => a.length - b.length)
    if (missing.length > 0) {
      const { train: _train, labels: _labels, ...rest } = candidate
      const asked = { ...rest, runtime: runtimeFor.graph, model: encoder }
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
