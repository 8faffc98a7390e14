import { RightsizeError } from '../error/error.ts'
import { elementCount } from '../onnx/dtype.ts'
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

/** What stands in the header beside the tensors; safetensors allows text only. */
interface Notes {
  readonly format: string
  readonly fingerprint: string
  readonly progress: string
  readonly adamStep: string
}

const format = 'rightsize-training@1'
const textEncoder = new TextEncoder()
const textDecoder = new TextDecoder()

interface Entry {
  readonly dtype: 'F32'
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

function tensorsOf(state: TrainingState): readonly (readonly [string, Float32Array])[] {
  const named = (kind: string, values: Parameters): (readonly [string, Float32Array])[] =>
    [...values].map(([name, data]) => [`${kind}:${name}`, data])
  return [
    ...named('value', state.parameters),
    ...named('best', state.best),
    ...named('first', state.adam.first),
    ...named('second', state.adam.second),
  ]
}

/** JSON has no Infinity: the best loss before the first evaluation becomes null and is read back as Infinity. */
function notesOf({ fingerprint, progress, adam }: TrainingState): Record<keyof Notes, string> {
  return { format, fingerprint, progress: JSON.stringify(progress), adamStep: String(adam.step) }
}

/**
 * A training state as safetensors: 8 bytes of header length, JSON header, float32 data, little-endian.
 * Source: https://github.com/huggingface/safetensors#format.
 */
export function encodeCheckpoint(state: TrainingState): Uint8Array {
  const header: Record<string, Entry | Record<string, string>> = {
    __metadata__: notesOf(state),
  }
  const tensors = tensorsOf(state)
  let end = 0
  for (const [name, data] of tensors) {
    header[name] = {
      dtype: 'F32',
      shape: [data.length],
      data_offsets: [end, end + data.byteLength],
    }
    end += data.byteLength
  }
  const json = textEncoder.encode(JSON.stringify(header))
  const padding = (8 - (json.length % 8)) % 8
  const start = 8 + json.length + padding
  const bytes = new Uint8Array(start + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length + padding), true)
  bytes.set(json, 8)
  bytes.fill(0x20, 8 + json.length, start)
  let at = start
  for (const [, data] of tensors) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

function refuse(why: string): RightsizeError {
  return new RightsizeError('TRAIN_CHECKPOINT', `the checkpoint ${why}`)
}

function headerOf(bytes: Uint8Array): {
  readonly header: Record<string, unknown>
  readonly start: number
} {
  if (bytes.length < 8) throw refuse('is shorter than its header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = Number(view.getBigUint64(0, true))
  if (length > bytes.length - 8) throw refuse('is shorter than its header')
  try {
    const header = JSON.parse(textDecoder.decode(bytes.subarray(8, 8 + length))) as unknown
    return { header: header as Record<string, unknown>, start: 8 + length }
  } catch {
    throw refuse('has a header that is not JSON')
  }
}

function floatsAt(bytes: Uint8Array, start: number, entry: unknown, length: number): Float32Array {
  const [from, to] = (entry as Entry | undefined)?.data_offsets ?? [0, -1]
  if (to - from !== length * 4 || from < 0 || start + to > bytes.length)
    throw refuse('lacks a tensor of this model, or holds it in another size')
  return new Float32Array(bytes.slice(start + from, start + to).buffer)
}

/** Reads what `encodeCheckpoint` wrote. Throws TRAIN_CHECKPOINT when it is damaged or belongs to other parameters or another fingerprint. */
export function decodeCheckpoint(
  bytes: Uint8Array,
  specs: readonly ParameterSpec[],
  fingerprint: string,
): TrainingState {
  const { header, start } = headerOf(bytes)
  const { __metadata__: metadata } = header as { __metadata__?: Partial<Notes> }
  if (metadata?.format !== format) throw refuse(`is not of the form ${format}`)
  if (metadata.fingerprint !== fingerprint)
    throw refuse('was made with another model, data set, seed or setting')
  const read = (kind: string): Parameters =>
    new Map(
      specs.map(({ name, dims }) => [
        name,
        floatsAt(bytes, start, header[`${kind}:${name}`], elementCount(dims)),
      ]),
    )
  const progress = JSON.parse(metadata.progress ?? 'null') as Progress | null
  if (progress === null) throw refuse('does not say where it stood')
  return {
    fingerprint,
    progress: { ...progress, bestLoss: progress.bestLoss ?? Number.POSITIVE_INFINITY },
    parameters: read('value'),
    best: read('best'),
    adam: { first: read('first'), second: read('second'), step: Number(metadata.adamStep) },
  }
}
