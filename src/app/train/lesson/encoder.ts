import { encodeModel } from '../../../core/onnx/encode.ts'
import type { HostTensor } from '../../../core/onnx/host-tensor.ts'
import { openWordPiece } from '../../../core/text/open-wordpiece.ts'
import { trainWordPiece } from '../../../core/text/train-wordpiece.ts'
import type { EncoderShape } from '../../../core/train/build-encoder.ts'
import { tokenFeeds } from '../../../core/train/token-batch.ts'
import type { Lesson, LessonWorld, Taught, Told } from '../lesson.ts'
import { toldOf } from '../told.ts'
import { trainEncoder } from '../train-encoder.ts'
import { teachFurther } from './further.ts'

/** What `train: { ... }` may say of an encoder; the rest is chosen for training from scratch. */
interface EncoderOptions extends Partial<Omit<EncoderShape, 'vocabulary' | 'classes'>> {
  readonly vocabulary?: number
  readonly epochs?: number
  readonly batch?: number
  readonly dropout?: number
  readonly peak?: number
  readonly tokenDropout?: number
  readonly threads?: number
}

const defaults = { vocabulary: 4000, maxLength: 64, width: 64, depth: 2, heads: 4 }
const atOnce = 64

/** A folder that training goes on from; null where a small encoder is made from nothing. */
function encoderPath({ candidate, options }: Lesson): string | null {
  const named = options['encoder'] ?? candidate.settings['encoder'] ?? candidate.model
  return typeof named === 'string' ? named : null
}

/**
 * A small transformer from scratch: it sees word order, and needs more rows than the others. Where the lesson names an encoder
 * (an imported one, say), that one is trained further instead.
 */
export async function teachEncoder(lesson: Lesson, world: LessonWorld): Promise<Taught> {
  const known = encoderPath(lesson)
  if (known !== null) return teachFurther(lesson, known, world)
  const { labels, rows, seed } = lesson
  const { vocabulary, epochs, batch, dropout, peak, tokenDropout, threads, ...given } =
    lesson.options as EncoderOptions
  const size = vocabulary ?? defaults.vocabulary
  const tokenizerJson = trainWordPiece(
    rows.map((row) => row.text),
    { vocabSize: size },
  )
  const tokenizer = openWordPiece(tokenizerJson)
  const shape: EncoderShape = {
    ...defaults,
    ...given,
    vocabulary: tokenizer.vocabSize,
    classes: labels.length,
  }
  const engine = await world.engine()
  const ids = rows.map((row) => tokenizer.encode(row.text).ids)
  const soft = rows.every((row) => row.soft !== undefined)
  const trained = await trainEncoder({
    engine,
    shape,
    seed,
    labels,
    padId: tokenizer.padId,
    examples: {
      ids,
      ...(soft
        ? { targets: rows.map((row) => Float32Array.from(row.soft ?? [])) }
        : { labels: rows.map((row) => labels.indexOf(row.label)) }),
    },
    ...(epochs === undefined ? {} : { epochs }),
    ...(batch === undefined ? {} : { batch }),
    ...(dropout === undefined ? {} : { dropout }),
    ...(threads === undefined ? {} : { threads }),
    ...(peak === undefined ? {} : { schedule: { peak, warmup: 0.1, shape: 'cosine' } }),
    ...(tokenDropout === undefined ? {} : { tokenDropout: { rate: tokenDropout, id: 4, from: 5 } }),
    ...(world.context.signal ? { signal: world.context.signal } : {}),
    cpuS: world.cpuS,
    onEvent: (event) => {
      if (event.kind === 'epoch') world.onStep(event.epoch, epochs ?? 0)
    },
  })
  const model = encodeModel(trained.model)
  const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
  return {
    files: new Map([
      ['onnx/model.onnx', model],
      ['tokenizer.json', text(tokenizerJson)],
      ['config.json', text(configOf(shape, labels))],
    ]),
    parameters: trained.metrics.parameterCount,
    trainingTokens: trained.result.tokens,
    chosen: { ...shape, heldAccuracy: trained.metrics.heldAccuracy, steps: trained.result.steps },
    settings: {},
    classify: (texts) => classify(texts, { model, shape, labels, tokenizer, engine }),
  }
}

function configOf(shape: EncoderShape, labels: readonly string[]) {
  return {
    model_type: 'rightsize-encoder',
    id2label: Object.fromEntries(labels.map((label, i) => [String(i), label])),
    max_position_embeddings: shape.maxLength,
    vocab_size: shape.vocabulary,
    pad_token_id: 0,
  }
}

async function classify(
  texts: readonly string[],
  parts: {
    readonly model: Uint8Array
    readonly shape: EncoderShape
    readonly labels: readonly string[]
    readonly tokenizer: ReturnType<typeof openWordPiece>
    readonly engine: Awaited<ReturnType<LessonWorld['engine']>>
  },
) {
  const { labels, shape, tokenizer } = parts
  const session = await parts.engine.open(parts.model)
  const ids = texts.map((text) => tokenizer.encode(text).ids)
  const told: Told[] = []
  try {
    for (let at = 0; at < texts.length; at += atOnce) {
      const rows = Array.from({ length: Math.min(atOnce, texts.length - at) }, (_, i) => at + i)
      const { logits } = await session.run(tokenFeeds(ids, rows, shape.maxLength, tokenizer.padId))
      told.push(
        ...rows.map((_, i) => toldOf((logits as HostTensor).data as Float32Array, i, labels)),
      )
    }
  } finally {
    await session.close()
  }
  return told
}
