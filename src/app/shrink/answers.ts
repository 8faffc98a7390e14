import type { TensorEngine } from '../../contract/tensors.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Model } from '../../core/onnx/model.ts'
import { orderedBatches } from '../../core/train/batches.ts'
import { textFeeds } from './text-rows.ts'

/** Items in one run; the onnx runtime's own, so that int8 is judged as it will be used (activations are scaled by batch). */
export const judgedBatch = 32

/** The output that holds the classes. */
export function outputOf({ graph }: Model): string {
  const named = graph.outputs.find(({ name }) => name === 'logits') ?? graph.outputs[0]
  if (named === undefined) throw new RightsizeError('SHRINK_TASK', 'the model has no output')
  return named.name
}

export interface AskOptions {
  readonly engine: TensorEngine
  readonly padId: number
  readonly signal?: AbortSignal | undefined
}

/** The logits of every row, [rows x classes]. Throws SHRINK_TASK when the output is not one row of classes per text. */
export async function logitsOf(
  model: Model,
  ids: readonly (readonly number[])[],
  classes: number,
  { engine, padId, signal }: AskOptions,
): Promise<Float32Array> {
  const output = outputOf(model)
  const session = await engine.open(encodeModel(model), { intraThreads: 1 })
  const all = new Float32Array(ids.length * classes)
  try {
    const lengths = ids.map((row) => row.length)
    for (const rows of orderedBatches(lengths, judgedBatch)) {
      signal?.throwIfAborted()
      const results = await session.run(textFeeds(model.graph, ids, rows, padId), [output])
      const data = results[output]?.data
      if (!(data instanceof Float32Array) || data.length !== rows.length * classes)
        throw new RightsizeError('SHRINK_TASK', `'${output}' is not ${classes} classes per text`)
      for (const [line, row] of rows.entries())
        all.set(data.subarray(line * classes, (line + 1) * classes), row * classes)
    }
  } finally {
    await session.close()
  }
  return all
}

/** The largest class of each row. */
export function classesOf(logits: Float32Array, classes: number): readonly number[] {
  return Array.from({ length: logits.length / classes }, (_, row) => {
    let best = 0
    for (let c = 1; c < classes; c += 1)
      if ((logits[row * classes + c] ?? 0) > (logits[row * classes + best] ?? 0)) best = c
    return best
  })
}

/** 1 where the class is the label, else 0. */
export function scoresOf(answers: readonly number[], labels: readonly number[]): Uint8Array {
  return Uint8Array.from(answers, (answer, row) => Number(answer === labels[row]))
}
