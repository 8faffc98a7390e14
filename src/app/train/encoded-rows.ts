import type { TensorEngine } from '../../contract/tensors.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Graph, Model } from '../../core/onnx/model.ts'
import { rawInputs } from '../../core/onnx/raw-feeds.ts'
import { cutTokens, textFeeds } from '../../core/onnx/text-feeds.ts'
import type { DenseRows } from '../../core/student/dense-rows.ts'
import { answerOf } from '../../core/student/runtime-answer.ts'
import { floats } from './step-session.ts'
import type { StudentAnswer } from './student-task.ts'

/** Texts as token ids, and how a graph takes them. */
export interface TokenInputs {
  readonly ids: readonly (readonly number[])[]
  readonly maxLength: number
  readonly padId: number
}

/** Feeds of a text graph for some rows; long rows keep their last token, which closes the text. */
export function encoderFeeds(
  graph: Graph,
  { ids, maxLength, padId }: TokenInputs,
  rows: readonly number[],
): Feeds {
  const batch = rows.map((row) => ({ ids: cutTokens(ids[row] ?? [], maxLength, { trailing: 1 }) }))
  return textFeeds(rawInputs(graph), batch, padId)
}

interface EncodeOptions {
  readonly batch?: number
  readonly threads?: number
  readonly onRows?: (done: number) => void
  readonly signal?: AbortSignal | undefined
}

/** The first output of a text graph, one vector a text, for all rows. Throws TENSOR_ENGINE_FAILED where the graph cannot be run. */
export async function encodedRows(
  model: Model,
  inputs: TokenInputs,
  engine: TensorEngine,
  { batch = 32, threads, onRows, signal }: EncodeOptions = {},
): Promise<DenseRows> {
  const count = inputs.ids.length
  const options = threads === undefined ? {} : { intraThreads: threads }
  const session = await engine.open(encodeModel(model), options)
  let data = new Float32Array(0)
  try {
    for (let from = 0; from < count; from += batch) {
      signal?.throwIfAborted()
      const rows = Array.from({ length: Math.min(batch, count - from) }, (_, at) => from + at)
      const [output] = Object.values(await session.run(encoderFeeds(model.graph, inputs, rows)))
      const values = floats(output)
      const width = values.length / rows.length
      if (from === 0) data = new Float32Array(count * width)
      data.set(values, from * width)
      onRows?.(from + rows.length)
    }
  } finally {
    await session.close()
  }
  return { width: data.length / count, data }
}

/** The answers of a classifier with one row of logits a text. */
export async function classifiedRows(
  model: Model,
  labels: readonly string[],
  inputs: TokenInputs,
  engine: TensorEngine,
): Promise<readonly StudentAnswer[]> {
  const { data } = await encodedRows(model, inputs, engine)
  const size = labels.length
  return inputs.ids.map((_, row) =>
    answerOf(labels, data.subarray(row * size, (row + 1) * size), 1),
  )
}
