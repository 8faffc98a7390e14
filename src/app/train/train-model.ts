import { RightsizeError } from '../../core/error/error.ts'
import { seededRandom } from '../../core/random/random.ts'
import { type AdamState, adamStart, adamStep, globalNorm } from '../../core/train/adam.ts'
import { epochBatches, heldOut } from '../../core/train/batches.ts'
import {
  decodeCheckpoint,
  type EpochRecord,
  encodeCheckpoint,
  type Progress,
} from '../../core/train/checkpoint.ts'
import type { Parameters } from '../../core/train/parameters.ts'
import { learningRate } from '../../core/train/schedule.ts'
import { maskFeeds } from './mask-feeds.ts'
import { type Held, openEvaluation, openStep, type StepSession } from './step-session.ts'
import {
  fingerprintOf,
  refuseOptions,
  type StopReason,
  type TrainModelOptions,
  type TrainResult,
} from './train-options.ts'

/** What changes while training. */
interface Run {
  parameters: Parameters
  best: Parameters
  adam: AdamState
  progress: Progress
}

const beginning: Progress = {
  step: 0,
  epoch: 0,
  batch: 0,
  lossSum: 0,
  rowSum: 0,
  tokens: 0,
  bestEpoch: 0,
  bestLoss: Number.POSITIVE_INFINITY,
  history: [],
  cpuS: 0,
  wallS: 0,
}

const copied = (values: Parameters): Parameters =>
  new Map([...values].map(([name, data]) => [name, data.slice()]))

/** Everything that does not change while training. */
interface Setting {
  readonly options: TrainModelOptions
  readonly step: StepSession
  readonly held: Held | null
  readonly rows: readonly number[]
  readonly lengths: readonly number[]
  readonly stepsPerEpoch: number
  readonly decayed: ReadonlySet<string>
  readonly fingerprint: string
  readonly startedCpuS: number
  readonly startedWallS: number
}

function spentCpu({ options, startedCpuS }: Setting): number {
  return options.cpuS === undefined ? 0 : options.cpuS() - startedCpuS
}

function spentWall({ options, startedWallS }: Setting): number {
  return options.clock === undefined ? 0 : options.clock.monotonicS() - startedWallS
}

async function begin(setting: Setting): Promise<Run> {
  const { options, fingerprint } = setting
  const saved = await options.checkpoint?.load()
  if (saved) {
    const state = decodeCheckpoint(saved, options.trainable.specs, fingerprint)
    const { step, epoch } = state.progress
    options.onEvent?.({ kind: 'resumed', step, epoch })
    return { ...state }
  }
  const parameters = copied(options.trainable.start)
  const adam = adamStart(parameters)
  return { parameters, best: copied(parameters), adam, progress: beginning }
}

async function save(setting: Setting, run: Run): Promise<void> {
  const { options, fingerprint } = setting
  const progress = {
    ...run.progress,
    cpuS: run.progress.cpuS + spentCpu(setting),
    wallS: run.progress.wallS + spentWall(setting),
  }
  await options.checkpoint?.save(encodeCheckpoint({ ...run, progress, fingerprint }))
}

function refuseNan(step: number, loss: number, norm: number): void {
  if (Number.isFinite(loss) && Number.isFinite(norm)) return
  const what = Number.isFinite(loss) ? 'gradient' : 'loss'
  throw new RightsizeError('TRAIN_NAN', `the ${what} is not a finite number at step ${step}`, {
    at: `step ${step}`,
  })
}

const changeStream = 0xc4

function learningFeeds({ data, seed }: TrainModelOptions, rows: readonly number[], step: number) {
  const changed = data.learningFeeds?.(rows, seededRandom(seed, changeStream, step))
  return changed ?? data.feeds(rows)
}

/** One batch forward and backward and one step of the optimiser. */
async function learn(setting: Setting, run: Run, batch: readonly number[]): Promise<void> {
  const { options, rows, lengths } = setting
  const chosen = batch.map((index) => rows[index] ?? 0)
  const step = run.progress.step + 1
  const steps = setting.stepsPerEpoch * options.epochs
  const data = learningFeeds(options, chosen, step)
  const masks = maskFeeds(options.trainable.masks, data, options.dropout ?? 0, options.seed, step)
  const { loss, gradients } = await setting.step.run(run.parameters, { ...data, ...masks })
  const norm = globalNorm(gradients.values())
  refuseNan(step, loss, norm)
  const rate = learningRate(options.schedule, step, steps)
  const inputs = { rate, norm, decayed: setting.decayed }
  run.adam = adamStep(run.parameters, gradients, run.adam, inputs, options.optimiser)
  const { progress } = run
  run.progress = {
    ...progress,
    step,
    batch: progress.batch + 1,
    lossSum: progress.lossSum + loss * chosen.length,
    rowSum: progress.rowSum + chosen.length,
    tokens: batch.reduce((sum, index) => sum + (lengths[index] ?? 0), progress.tokens),
  }
  options.onEvent?.({ kind: 'step', step, steps, loss, rate, norm })
}

/** Judges the epoch and keeps the values if they are the best so far. */
async function endEpoch(setting: Setting, run: Run): Promise<void> {
  const { options, held } = setting
  const judged = held === null ? null : await held.judge(run.parameters)
  const { progress } = run
  const record: EpochRecord = {
    epoch: progress.epoch + 1,
    step: progress.step,
    trainLoss: progress.lossSum / Math.max(1, progress.rowSum),
    heldLoss: judged?.loss ?? null,
    heldAccuracy: judged?.accuracy ?? null,
    cpuS: options.cpuS === undefined ? null : progress.cpuS + spentCpu(setting),
  }
  const better = judged === null || judged.loss < progress.bestLoss
  if (better) run.best = copied(run.parameters)
  run.progress = {
    ...progress,
    epoch: record.epoch,
    batch: 0,
    lossSum: 0,
    rowSum: 0,
    bestEpoch: better ? record.epoch : progress.bestEpoch,
    bestLoss: better ? (judged?.loss ?? Number.POSITIVE_INFINITY) : progress.bestLoss,
    history: [...progress.history, record],
  }
  options.onEvent?.({ kind: 'epoch', epochs: options.epochs, ...record })
}

function whyStop(setting: Setting, run: Run): StopReason | null {
  const { options, held } = setting
  const { epoch, bestEpoch, cpuS } = run.progress
  if (epoch >= options.epochs) return 'done'
  const { earlyStopping, limitCpuS } = options
  if (held !== null && earlyStopping !== undefined && epoch - bestEpoch >= earlyStopping.patience)
    return 'early'
  if (limitCpuS !== undefined && cpuS + spentCpu(setting) >= limitCpuS) return 'limit'
  return null
}

/** Runs the rest of an epoch; false when it was aborted. */
async function runEpoch(setting: Setting, run: Run): Promise<boolean> {
  const { options, lengths } = setting
  const batches = epochBatches(lengths, options.batch, options.seed, run.progress.epoch)
  const every = options.checkpoint?.everySteps ?? 0
  for (const batch of batches.slice(run.progress.batch)) {
    if (options.signal?.aborted) return false
    await learn(setting, run, batch)
    if (every > 0 && run.progress.step % every === 0 && run.progress.batch < batches.length)
      await save(setting, run)
  }
  await endEpoch(setting, run)
  return true
}

async function runEpochs(setting: Setting, run: Run): Promise<StopReason> {
  let stop = whyStop(setting, run)
  while (stop === null) {
    const finished = await runEpoch(setting, run)
    await save(setting, run)
    stop = finished ? whyStop(setting, run) : 'aborted'
  }
  return stop
}

function splitOf({ data, held, earlyStopping, seed }: TrainModelOptions): {
  readonly train: readonly number[]
  readonly held: readonly number[]
} {
  const share = held === undefined ? (earlyStopping?.share ?? 0) : 0
  return heldOut(data.lengths.length, share, seed, data.labels)
}

async function prepare(options: TrainModelOptions): Promise<Setting> {
  const split = splitOf(options)
  const judgedData = options.held ?? options.data
  const judgedRows = options.held?.lengths.map((_, row) => row) ?? split.held
  const step = await openStep(options)
  const held =
    judgedRows.length === 0 ? null : await openEvaluation(options, judgedData, judgedRows)
  return {
    options,
    step,
    held,
    rows: split.train,
    lengths: split.train.map((row) => options.data.lengths[row] ?? 0),
    stepsPerEpoch: Math.ceil(split.train.length / options.batch),
    decayed: new Set(
      options.trainable.specs.flatMap(({ name, dims }) => (dims.length >= 2 ? [name] : [])),
    ),
    fingerprint: fingerprintOf(options),
    startedCpuS: options.cpuS?.() ?? 0,
    startedWallS: options.clock?.monotonicS() ?? 0,
  }
}

function resultOf(setting: Setting, run: Run, stopped: StopReason): TrainResult {
  const { options, held, rows } = setting
  const { progress } = run
  return {
    parameters: held === null || progress.bestEpoch === 0 ? run.parameters : run.best,
    bestEpoch: progress.bestEpoch,
    history: progress.history,
    stopped,
    steps: progress.step,
    rows: { train: rows.length, held: held?.size ?? 0 },
    tokens: progress.tokens,
    cpuS: options.cpuS === undefined ? null : progress.cpuS + spentCpu(setting),
    wallS: options.clock === undefined ? null : progress.wallS + spentWall(setting),
  }
}

/**
 * Trains the parameters of a graph by AdamW through backward graphs that the engine executes. Deterministic for seed, threads and engine;
 * resumes from a checkpoint bit for bit. Throws TRAIN_NAN at the step where loss or gradient stops being finite; the last saved checkpoint stays.
 */
export async function trainModel(options: TrainModelOptions): Promise<TrainResult> {
  refuseOptions(options)
  const setting = await prepare(options)
  try {
    const run = await begin(setting)
    const stopped = await runEpochs(setting, run)
    return resultOf(setting, run, stopped)
  } finally {
    await setting.step.close()
    await setting.held?.close()
  }
}
