import type { TensorEngine } from '../../contract/tensors.ts'
import { model } from '../../core/onnx/build.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Feeds, HostTensor } from '../../core/onnx/host-tensor.ts'
import { bestOf } from '../../core/student/runtime-answer.ts'
import { orderedBatches } from '../../core/train/batches.ts'
import { gradient, gradientName } from '../../core/train/gradient.ts'
import { type LossSpec, lossNames, withLoss } from '../../core/train/loss.ts'
import type { ParameterSpec, Parameters } from '../../core/train/parameters.ts'
import type { Trainable } from '../../core/train/trainable.ts'

/** onnxruntime's own operators beside the model's: fused products in the backward pass. */
function opsetsOf({ opset }: Trainable): Readonly<Record<string, number>> {
  return { '': opset, 'com.microsoft': 1 }
}

/** What a session needs of the training's options. */
export interface SessionOptions {
  readonly engine: TensorEngine
  readonly trainable: Trainable
  readonly loss: LossSpec
  readonly threads?: number
  readonly batch: number
}

/** Loss and gradients of a batch. */
export interface StepSession {
  run(
    parameters: Parameters,
    feeds: Feeds,
  ): Promise<{ readonly loss: number; readonly gradients: Parameters }>
  close(): Promise<void>
}

/** Parameters as feeds; the arrays are not copied. */
function parameterFeeds(specs: readonly ParameterSpec[], parameters: Parameters): Feeds {
  return Object.fromEntries(
    specs.map(({ name, dims }): [string, HostTensor] => [
      name,
      { dtype: 'float32', dims, data: parameters.get(name) ?? new Float32Array(0) },
    ]),
  )
}

/** The float32 values of an output; none where it is missing or of another type. */
export function floats(tensor: HostTensor | undefined): Float32Array {
  return tensor?.data instanceof Float32Array ? tensor.data : new Float32Array(0)
}

/** The bytes of the training graph: forward, loss and backward, with loss and gradients as the only outputs. */
export function stepModel(trainable: Trainable, loss: LossSpec): Uint8Array {
  const forward = withLoss(trainable.graph('train'), trainable.output, loss)
  const names = trainable.specs.map(({ name }) => name)
  const graph = gradient(forward, lossNames.loss, names)
  const kept = new Set([lossNames.loss, ...names.map(gradientName)])
  const outputs = graph.outputs.filter(({ name }) => kept.has(name))
  return encodeModel(model({ ...graph, outputs }, { opsets: opsetsOf(trainable) }))
}

/** Opens the training graph. */
export async function openStep({
  engine,
  trainable,
  loss,
  threads = 1,
}: SessionOptions): Promise<StepSession> {
  const { specs } = trainable
  const session = await engine.open(stepModel(trainable, loss), { intraThreads: threads })
  return {
    async run(parameters, feeds) {
      const outputs = await session.run({ ...parameterFeeds(specs, parameters), ...feeds })
      const gradients = specs.map(({ name }): [string, Float32Array] => [
        name,
        floats(outputs[gradientName(name)]),
      ])
      return {
        loss: floats(outputs[lossNames.loss])[0] ?? Number.NaN,
        gradients: new Map(gradients),
      }
    },
    close: () => session.close(),
  }
}

/** Held-out rows and how well the parameters do on them. */
export interface Held {
  readonly size: number
  judge(
    parameters: Parameters,
  ): Promise<{ readonly loss: number; readonly accuracy: number | null }>
  close(): Promise<void>
}

function countRight(
  output: HostTensor | undefined,
  labels: readonly number[],
  rows: readonly number[],
): number {
  const values = floats(output)
  const width = values.length / rows.length
  const answer = (line: number) => bestOf(values.subarray(line * width, (line + 1) * width))
  return rows.filter((row, line) => answer(line) === labels[row]).length
}

/** Opens the forward graph with its loss over the given rows. Mean loss per row; accuracy where there are labels. */
export async function openEvaluation(
  { engine, trainable, loss, threads = 1, batch }: SessionOptions,
  data: {
    readonly lengths: readonly number[]
    readonly labels?: readonly number[]
    feeds(rows: readonly number[]): Feeds
  },
  rows: readonly number[],
): Promise<Held> {
  const { specs, output } = trainable
  const graph = withLoss(trainable.graph('infer'), output, loss)
  const session = await engine.open(encodeModel(model(graph, { opsets: opsetsOf(trainable) })), {
    intraThreads: threads,
  })
  const batches = orderedBatches(
    rows.map((row) => data.lengths[row] ?? 0),
    batch,
  ).map((lines) => lines.map((line) => rows[line] ?? 0))
  const { labels } = data
  return {
    size: rows.length,
    async judge(parameters) {
      const fixed = parameterFeeds(specs, parameters)
      let lossSum = 0
      let right = 0
      for (const chosen of batches) {
        const outputs = await session.run({ ...fixed, ...data.feeds(chosen) })
        lossSum += (floats(outputs[lossNames.loss])[0] ?? Number.NaN) * chosen.length
        if (labels !== undefined) right += countRight(outputs[output], labels, chosen)
      }
      return {
        loss: lossSum / rows.length,
        accuracy: labels === undefined ? null : right / rows.length,
      }
    },
    close: () => session.close(),
  }
}
