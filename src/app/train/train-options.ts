import type { Clock } from '../../contract/clock.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Random } from '../../core/random/random.ts'
import type { AdamSpec } from '../../core/train/adam.ts'
import type { EpochRecord } from '../../core/train/checkpoint.ts'
import type { LossSpec } from '../../core/train/loss.ts'
import type { Parameters } from '../../core/train/parameters.ts'
import type { ScheduleSpec } from '../../core/train/schedule.ts'
import type { Trainable } from '../../core/train/trainable.ts'

/** Rows to learn from, as feeds of the graph's data inputs and of the loss head. */
export interface TrainingData {
  /** Length of each row in tokens; batches hold rows of like length. */
  readonly lengths: readonly number[]
  /** Class of each row where there is one: the split is by class and accuracy is reported. */
  readonly labels?: readonly number[]
  feeds(rows: readonly number[]): Feeds
  /** The same rows as they are learned from, changed at random; `source` follows from seed and step. */
  learningFeeds?(rows: readonly number[], source: Random): Feeds
}

export interface EarlyStopping {
  /** Share of the rows held out, by class; 0 = none, and all epochs are run. */
  readonly share: number
  /** Epochs without a better held-out loss until it stops. */
  readonly patience: number
}

export interface Checkpointing {
  /** A state is saved after so many steps, and after every epoch. */
  readonly everySteps?: number
  save(bytes: Uint8Array): Promise<void>
  /** The last saved state, or null; training goes on from it, bit for bit. */
  load(): Promise<Uint8Array | null>
}

export type TrainEvent =
  | {
      readonly kind: 'step'
      readonly step: number
      readonly steps: number
      readonly loss: number
      readonly rate: number
      readonly norm: number
    }
  | ({ readonly kind: 'epoch'; readonly epochs: number } & EpochRecord)
  | { readonly kind: 'resumed'; readonly step: number; readonly epoch: number }

export interface TrainModelOptions {
  readonly engine: TensorEngine
  readonly trainable: Trainable
  readonly data: TrainingData
  /** Rows to judge by instead of a split of `data`. */
  readonly held?: TrainingData
  readonly loss: LossSpec
  readonly optimiser?: AdamSpec
  readonly schedule: ScheduleSpec
  readonly epochs: number
  /** Rows per step. */
  readonly batch: number
  readonly dropout?: number
  readonly seed: number
  readonly threads?: number
  readonly earlyStopping?: EarlyStopping
  readonly checkpoint?: Checkpointing
  /** Stops after the epoch in which this many CPU seconds are passed; needs `cpuS`. */
  readonly limitCpuS?: number
  /** Names what a checkpoint belongs to, beside sizes and settings: a digest of the data, say. */
  readonly fingerprint?: string
  readonly onEvent?: (event: TrainEvent) => void
  readonly signal?: AbortSignal
  /** CPU seconds of this process so far. */
  readonly cpuS?: () => number
  readonly clock?: Clock
}

export type StopReason = 'done' | 'early' | 'aborted' | 'limit'

export interface TrainResult {
  /** Values of the best epoch by held-out loss; of the last epoch where nothing is held out. */
  readonly parameters: Parameters
  readonly bestEpoch: number
  readonly history: readonly EpochRecord[]
  readonly stopped: StopReason
  readonly steps: number
  /** Rows that were learned from and held out. */
  readonly rows: { readonly train: number; readonly held: number }
  /** Tokens that went forward and backward, padding left out. */
  readonly tokens: number
  /** Since the beginning, resumed parts included; null where nothing counts. */
  readonly cpuS: number | null
  readonly wallS: number | null
}

/** What a checkpoint belongs to, as text: sizes of the model and the data, settings, and what the caller names. */
export function fingerprintOf(options: TrainModelOptions): string {
  const { trainable, data, loss, optimiser, schedule, epochs, batch, dropout, seed } = options
  const shapes = trainable.specs.map(({ name, dims }) => [name, dims])
  const { threads, earlyStopping, fingerprint } = options
  const settings = { loss, optimiser, schedule, epochs, batch, dropout, seed, threads }
  return JSON.stringify([shapes, data.lengths.length, settings, earlyStopping, fingerprint])
}

/** Throws TRAIN_DATA without rows and TRAIN_OPTIONS for settings that cannot be. */
export function refuseOptions({ data, epochs, batch, dropout = 0 }: TrainModelOptions): void {
  if (data.lengths.length === 0)
    throw new RightsizeError('TRAIN_DATA', 'there are no rows to learn from')
  if (!Number.isInteger(epochs) || epochs < 1 || !Number.isInteger(batch) || batch < 1)
    throw new RightsizeError('TRAIN_OPTIONS', 'epochs and batch must be whole numbers above 0')
  if (!(dropout >= 0 && dropout < 1))
    throw new RightsizeError('TRAIN_OPTIONS', 'dropout must be in [0, 1)')
}
