import { realpath, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { readBytes } from '../adapters/files/read-file.ts'
import { textOrNull, writeFolder, writeWhole } from '../adapters/files/whole-file.ts'
import { withOwnProcess } from '../app/measure/own-process.ts'
import type { ShrinkEffects, ShrinkRequest } from '../app/shrink/request.ts'
import { RightsizeError } from '../core/error/error.ts'
import type { Compression } from '../core/result/compression.ts'
import { leftOutText } from '../core/result/left-out-text.ts'
import { engineOf } from './compare.ts'
import { ledgerIn } from './lock.ts'
import { sourceFromFile } from './source.ts'
import { type At, readText, sha256, type Watch } from './world.ts'

/** What `shrink` is told on the command line. */
export interface ShrinkFlags {
  readonly model: string
  readonly task: string
  readonly out: string
  readonly margin: number | undefined
  /** Error that all looks at the same items may make together; the spec's unless given. */
  readonly alpha: number | undefined
  readonly lean: number
  readonly seed: number
  readonly seconds: number
  readonly maxEnergyJ: number | undefined
  readonly only: readonly string[]
  readonly without: readonly string[]
  readonly targetBytes: number | undefined
  readonly targetLatencyMs: number | undefined
  readonly runtime: 'onnxruntime-node' | 'onnxruntime-web'
  readonly repairSteps: number
  readonly replay: string | undefined
}

/** Searches a smaller model for a task, and writes it with its evidence below `flags.out`. */
export async function shrink(flags: ShrinkFlags, how: Watch, at: At): Promise<Compression> {
  const search = await import('../app/shrink/shrink.ts')
  const out = resolve(at.cwd, flags.out)
  await requireOwnFolder(resolve(at.cwd, flags.model), out)
  const request = await shrinkRequest(flags, at)
  for (const one of request.data.leftOut) how.onEvent({ type: 'note', text: leftOutText(one) })
  const world = await shrinkEffects(flags, how, at)
  const { compression, files } =
    flags.replay === undefined
      ? await withOwnProcess(at.effects.own, (own) => search.shrink(request, { ...world, own }))
      : await search.replayShrink(
          request,
          await readCompression(resolve(at.cwd, flags.replay)),
          world,
        )
  await removeModels(out)
  await writeFolder(out, files)
  return compression
}

/**
 * Refuses to write over the original, and writes a first file: that a folder takes none is better known before the search than after it.
 * Throws ONNX_NOT_FOUND where there is no model.
 */
async function requireOwnFolder(model: string, out: string): Promise<void> {
  const { modelFiles } = await import('../adapters/tensors/model-file.ts')
  const real = (path: string) => realpath(path).catch(() => path)
  const folder = dirname(await real(await modelFiles.locate(model)))
  const to = await real(out)
  if (to === folder || (basename(folder) === 'onnx' && to === dirname(folder)))
    throw new RightsizeError('SHRINK_TASK', `--out ${out} is the folder of the model itself`, {
      next: 'Name another folder: a result never replaces its incumbent.',
    })
  await writeWhole(join(out, '.search', '.gitignore'), '*\n')
}

/** Model files that an earlier search left there: two in one folder would leave open which one is meant. */
async function removeModels(out: string): Promise<void> {
  const names = ['model.safetensors', 'onnx/model.onnx', 'onnx/model_quantized.onnx']
  for (const name of names) await rm(join(out, name), { force: true })
}

/** What a search would try; nothing is written. */
export async function planShrink(flags: ShrinkFlags, how: Watch, at: At) {
  const { planShrink } = await import('../app/shrink/plan-shrink.ts')
  return planShrink(await shrinkRequest(flags, at), await shrinkEffects(flags, how, at))
}

/** The request with the task's data in memory. */
export async function shrinkRequest(
  flags: ShrinkFlags,
  { effects, cwd }: At,
): Promise<ShrinkRequest> {
  const { loadData } = await import('../app/evaluate/load.ts')
  const { spec, baseDir } = await sourceFromFile(flags.task, {}, { cwd })
  const margin = flags.margin ?? (spec.bar.kind === 'relative' ? spec.bar.margin : undefined)
  if (margin === undefined)
    throw new RightsizeError('FLAGS_MISSING', 'shrink needs --margin, or a bar with a margin')
  const { lean, seed, seconds, only, without, repairSteps } = flags
  return {
    ...{ spec, margin, lean, seed, seconds, only, without, copies: 2 },
    alpha: flags.alpha ?? spec.risk.alpha,
    data: await loadData(spec, effects, baseDir),
    model: resolve(cwd, flags.model),
    energyJ: flags.maxEnergyJ ?? null,
    goal: { bytes: flags.targetBytes ?? null, latencyMs: flags.targetLatencyMs ?? null },
    repairSteps: { short: repairSteps, long: 4 * repairSteps },
  }
}

/** The world of a search. What trials gave is kept below `out`, so that the same command goes on after an interruption. */
export async function shrinkEffects(
  flags: ShrinkFlags,
  { onEvent, signal }: Watch,
  { effects, cwd }: At,
): Promise<ShrinkEffects> {
  const { openEngine } = await import('../adapters/tensors/onnxruntime.ts')
  const { modelFiles } = await import('../adapters/tensors/model-file.ts')
  const { digestModel, findModel } = await import('../adapters/runtime/onnx/folder.ts')
  const { openTokenizer } = await import('../adapters/tokenizer/huggingface.ts')
  const { processorFeatures } = await import('../adapters/machine/this-machine.ts')
  const engine = await openEngine()
  const folder = join(resolve(cwd, flags.out), '.search')
  return {
    say: (text) => onEvent({ type: 'trial', text }),
    ...{ signal, openTokenizer, files: modelFiles, digest: sha256 },
    engine,
    costEngine: flags.runtime === 'onnxruntime-web' ? await engineOf(flags.runtime) : engine,
    targetRuntime: flags.runtime,
    own: { ...effects.own, meter: null },
    pause: (ms) => new Promise((done) => setTimeout(done, ms)),
    text: textOrNull,
    ledger: ledgerIn(dirname(resolve(cwd, flags.task))),
    now: effects.clock.now,
    identify: async (model) => digestModel(findModel(model)),
    keep: {
      load: (name) => readBytes(join(folder, name)).catch(() => null),
      save: (name, bytes) => writeWhole(join(folder, name), bytes),
    },
    passes: async () => (await import('../core/compress/table.ts')).loadPasses(),
    processor: { name: (await effects.environment()).cpu, features: processorFeatures() },
  }
}

export async function readCompression(path: string): Promise<Compression> {
  const { readDocument } = await import('../core/result/document.ts')
  return readDocument(await readText(path), 'compression', path)
}
