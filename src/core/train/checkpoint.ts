import { RightsizeError } from '../error/error.ts'
import { elementCount } from '../onnx/dtype.ts'
import { joinBytes } from '../onnx/protobuf.ts'
import { decodeSafetensors, encodeSafetensors, type TensorFile } from '../onnx/safetensors.ts'
import { float32Of, tensorOf } from '../onnx/tensor-values.ts'
import type { AdamState } from './adam.ts'
import type { ParameterSpec, Parameters } from './parameters.ts'

/** One finished epoch. Losses are means over rows; accuracy is null where there are no labels. */
export interface EpochRecord {
  readonly epoch: number
  readonly step: number
  readonly trainLoss: number
  readonly heldLoss: number | null
  readonly heldAccuracy: number | null
  /** CPU seconds since the beginning, resumed runs included; null where nothing counts them. */
  readonly cpuS: number | null
}

/** Where a training stands; with seed and settings it determines everything that follows. */
export interface Progress {
  readonly step: number
  readonly epoch: number
  /** Batches of this epoch that are done, and their summed loss and rows. */
  readonly batch: number
  readonly lossSum: number
  readonly rowSum: number
  /** Tokens learned from so far, padding left out. */
  readonly tokens: number
  readonly bestEpoch: number
  readonly bestLoss: number
  readonly history: readonly EpochRecord[]
  readonly cpuS: number
  readonly wallS: number
}

export interface TrainingState {
  /** What the state belongs to: a text that names model, data, seed and settings. */
  readonly fingerprint: string
  readonly progress: Progress
  readonly parameters: Parameters
  readonly best: Parameters
  readonly adam: AdamState
}

const format = 'rightsize-training@1'

/** JSON has no Infinity: the best loss before the first evaluation becomes null and is read back as Infinity. */
function notesOf({ fingerprint, progress, adam }: TrainingState): Record<string, string> {
  return { format, fingerprint, progress: JSON.stringify(progress), adamStep: String(adam.step) }
}

/** A training state as safetensors: float32 vectors `value:NAME`, `best:NAME`, `first:NAME`, `second:NAME`, and the rest as metadata. */
export function encodeCheckpoint(state: TrainingState): Uint8Array {
  const { parameters: value, best, adam } = state
  const { first, second } = adam
  const tensors = Object.entries({ value, best, first, second }).flatMap(([kind, values]) =>
    [...values].map(([name, data]) =>
      tensorOf(`${kind}:${name}`, { dtype: 'float32', dims: [data.length], data }),
    ),
  )
  return joinBytes([...encodeSafetensors({ metadata: notesOf(state), tensors }).chunks()])
}

function refuse(why: string, cause?: unknown): RightsizeError {
  return new RightsizeError('TRAIN_CHECKPOINT', `the checkpoint ${why}`, { cause })
}

function opened(bytes: Uint8Array): TensorFile {
  try {
    return decodeSafetensors(bytes)
  } catch (cause) {
    throw refuse('is damaged', cause)
  }
}

/** Reads what `encodeCheckpoint` wrote. Throws TRAIN_CHECKPOINT when it is damaged or belongs to other parameters or another fingerprint. */
export function decodeCheckpoint(
  bytes: Uint8Array,
  specs: readonly ParameterSpec[],
  fingerprint: string,
): TrainingState {
  const { metadata, tensors } = opened(bytes)
  if (metadata['format'] !== format) throw refuse(`is not of the form ${format}`)
  if (metadata['fingerprint'] !== fingerprint)
    throw refuse('belongs to another model, data set, seed or setting')
  const stored = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  const read = (kind: string): Parameters =>
    new Map(
      specs.map(({ name, dims }) => {
        const tensor = stored.get(`${kind}:${name}`)
        if (tensor?.byteLength !== 4 * elementCount(dims))
          throw refuse('lacks a tensor of this model, or holds it in another size')
        return [name, float32Of(tensor).slice()]
      }),
    )
  const progress = JSON.parse(metadata['progress'] ?? 'null') as Progress | null
  if (progress === null) throw refuse('does not say where it stood')
  return {
    fingerprint,
    progress: { ...progress, bestLoss: progress.bestLoss ?? Number.POSITIVE_INFINITY },
    parameters: read('value'),
    best: read('best'),
    adam: { first: read('first'), second: read('second'), step: Number(metadata['adamStep']) },
  }
}
