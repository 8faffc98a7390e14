import type { TensorEngine } from '../../contract/tensors.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import { floatValues } from '../../core/onnx/float-values.ts'
import type { Model } from '../../core/onnx/model.ts'
import { orderedBatches } from '../../core/train/batches.ts'
import type { Inputs } from './inputs.ts'

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
  readonly signal?: AbortSignal | undefined
}

/** Logits of rows as they are asked for; one open session. */
export interface Answering {
  /**
   * [rows x classes], in the order of `rows`; batches of like length unless they are given as places in `rows`.
   * Throws SHRINK_TASK when the output is not one row of classes per item.
   */
  logits(rows: readonly number[], batches?: Batches): Promise<Float32Array>
  close(): Promise<void>
}

/** Batches of at most so many rows, as places in a list of rows. */
export type Batches = (most: number) => readonly (readonly number[])[]

/** Opens a model for answering. */
export async function openAnswering(
  model: Model,
  inputs: Inputs,
  classes: number,
  { engine, signal }: AskOptions,
): Promise<Answering> {
  const output = outputOf(model)
  const session = await engine.open(encodeModel(model), { intraThreads: 1 })
  const most = Math.min(judgedBatch, inputs.most(model.graph) ?? judgedBatch)
  return {
    close: () => session.close(),
    async logits(rows, batches) {
      const all = new Float32Array(rows.length * classes)
      const lengths = rows.map((row) => inputs.lengths[row] ?? 0)
      for (const places of batches?.(most) ?? orderedBatches(lengths, most)) {
        signal?.throwIfAborted()
        const asked = places.map((place) => rows[place] ?? 0)
        const results = await session.run(inputs.feeds(model.graph, asked), [output])
        const found = results[output]
        const data = found === undefined ? new Float32Array() : floatValues(found)
        if (data.length !== places.length * classes)
          throw new RightsizeError(
            'SHRINK_TASK',
            `'${output}' does not give ${classes} classes an item`,
          )
        for (const [line, place] of places.entries())
          all.set(data.subarray(line * classes, (line + 1) * classes), place * classes)
      }
      return all
    },
  }
}

/** The logits of every row, or of those that are named. */
export async function logitsOf(
  model: Model,
  inputs: Inputs,
  classes: number,
  options: AskOptions & { readonly batches?: Batches },
  rows: readonly number[] = Array.from({ length: inputs.size }, (_, row) => row),
): Promise<Float32Array> {
  const answering = await openAnswering(model, inputs, classes, options)
  try {
    return await answering.logits(rows, options.batches)
  } finally {
    await answering.close()
  }
}

/** What a row that holds NaN is taken for: no class, and no label either (an unknown one is -1). */
const noClass = -2

/** The largest class of each row. */
export function classesOf(logits: Float32Array, classes: number): readonly number[] {
  return Array.from({ length: logits.length / classes }, (_, row) => {
    let best = 0
    for (let c = 0; c < classes; c += 1) {
      const value = logits[row * classes + c] ?? 0
      if (Number.isNaN(value)) return noClass
      if (value > (logits[row * classes + best] ?? 0)) best = c
    }
    return best
  })
}

/** 1 where the class is the label, else 0. */
export function scoresOf(answers: readonly number[], labels: readonly number[]): Uint8Array {
  return Uint8Array.from(answers, (answer, row) => Number(answer === labels[row]))
}
