import type { TensorEngine } from '../../../contract/tensors.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { encodeModel } from '../../../core/onnx/encode.ts'
import type { Feeds, HostTensor } from '../../../core/onnx/host-tensor.ts'
import type { Model } from '../../../core/onnx/model.ts'
import type { DenseRows } from '../../../core/student/dense-rows.ts'
import type { Lesson } from '../lesson.ts'

/** Where a lesson's sentence encoder is: in the student's own options or in the settings. Null where none is named. */
export function encoderPath({ candidate, options }: Lesson): string | null {
  const named = options['encoder'] ?? candidate.settings['encoder']
  return typeof named === 'string' ? named : null
}

/** Outputs that hold an embedding, best first, as exporters name them (optimum, sentence-transformers). */
const known = ['sentence_embedding', 'last_hidden_state', 'token_embeddings']

/** The output that holds the embedding, and whether it has a vector for each token. Throws STUDENT_INPUT where there is none. */
export function embeddingOf({ graph: { outputs } }: Model): {
  readonly name: string
  readonly perToken: boolean
} {
  const name = known.find((one) => outputs.some((output) => output.name === one))
  const found = outputs.find((output) => output.name === name) ?? outputs[0]
  if (found === undefined) throw new RightsizeError('STUDENT_INPUT', 'the encoder has no output')
  return { name: found.name, perToken: found.dims?.length === 3 }
}

const atOnce = 64

/**
 * The encoder's vector of each token alone, between the tokens that open and close a text: row t for id t. Where the output is per token,
 * the mean over the places. Source of the idea: Model2Vec, https://github.com/MinishLab/model2vec.
 */
export async function tokenVectors(
  model: Model,
  { count, first, last }: TokenFrame,
  engine: TensorEngine,
  onStep: (done: number, total: number) => void,
): Promise<DenseRows> {
  const { name } = embeddingOf(model)
  const session = await engine.open(encodeModel(model), { intraThreads: 1 })
  const rows: Float32Array[] = []
  try {
    for (let at = 0; at < count; at += atOnce) {
      const ids = Array.from({ length: Math.min(atOnce, count - at) }, (_, i) => at + i)
      const feeds = feedsOf(ids.map((id) => [...first, id, ...last]))
      const asked = Object.entries(feeds).filter(([input]) => session.inputs.includes(input))
      const outputs = await session.run(Object.fromEntries(asked), [name])
      rows.push(...vectorsOf(outputs[name]))
      onStep(at + ids.length, count)
    }
  } finally {
    await session.close()
  }
  const width = rows[0]?.length ?? 0
  const data = new Float32Array(rows.length * width)
  for (const [row, vector] of rows.entries()) data.set(vector, row * width)
  return { data, width }
}

/** How many tokens there are, and what stands before and after a text. */
export interface TokenFrame {
  readonly count: number
  readonly first: readonly number[]
  readonly last: readonly number[]
}

function feedsOf(rows: readonly (readonly number[])[]): Feeds {
  const dims = [rows.length, rows[0]?.length ?? 0]
  const whole = (values: readonly number[]): HostTensor => ({
    dtype: 'int64',
    dims,
    data: BigInt64Array.from(values, BigInt),
  })
  const ids = rows.flat()
  return {
    input_ids: whole(ids),
    attention_mask: whole(ids.map(() => 1)),
    token_type_ids: whole(ids.map(() => 0)),
  }
}

/** One vector a text; the mean over its tokens where there is one for each. */
function vectorsOf(output: HostTensor | undefined): readonly Float32Array[] {
  if (!(output?.data instanceof Float32Array))
    throw new RightsizeError('STUDENT_INPUT', 'the encoder gives no vectors of float32')
  const { data, dims } = output
  const [count = 0, places = 1] = dims
  const width = dims.at(-1) ?? 1
  if (dims.length === 2)
    return Array.from({ length: count }, (_, row) => data.slice(row * width, (row + 1) * width))
  return Array.from({ length: count }, (_, row) => {
    const mean = new Float32Array(width)
    for (let place = 0; place < places; place += 1)
      for (let d = 0; d < width; d += 1)
        mean[d] = (mean[d] ?? 0) + (data[(row * places + place) * width + d] ?? 0) / places
    return mean
  })
}
