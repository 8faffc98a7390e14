import { join, resolve } from 'node:path'
import { textOrNull, writeFolder } from '../adapters/files/whole-file.ts'
import type { Effects } from '../app/evaluate/effects.ts'
import type { EncoderFolder } from '../app/train/encoder-folder.ts'
import type { TeachEffects } from '../app/train/teach.ts'
import type { TrainedFolder } from '../app/train/train-folder.ts'
import type { RuntimeContext } from '../contract/runtime.ts'
import type { StatedFactor } from '../core/spec/spec.ts'
import { type At, accountOf, generator, monotonicS, ownCpuS, sha256, type Watch } from './world.ts'

/** What `train` and `distill` are told. */
export interface StudentRequest {
  readonly kind: string
  readonly data: string
  readonly name: string
  readonly input: string
  /** Column of the label; undefined where a teacher gives them. */
  readonly expected: string | undefined
  /** `runtime:model`, where a teacher answers. */
  readonly teacher: string | undefined
  readonly baseUrl: string | undefined
  readonly apiKeyEnv: string | undefined
  readonly prompt: string | undefined
  readonly out: string
  readonly encoder: string | undefined
  readonly options: Readonly<Record<string, unknown>>
  readonly seed: number
  readonly grid: string | StatedFactor | undefined
}

export function teachEffects(
  context: RuntimeContext,
  openLocal: Effects['openRuntime'],
): TeachEffects {
  return {
    context,
    nowS: monotonicS,
    ...withChildren(openLocal),
    engine: async () => (await import('../adapters/tensors/onnxruntime.ts')).openEngine(),
    openFolder: (path) => openFolder(resolve(context.baseDir, path)),
    writeModel: (name, files) => writeModel(context.baseDir, name, files),
  }
}

export async function openFolder(path: string): Promise<EncoderFolder> {
  const { openEncoderFolder } = await import('../app/train/encoder-folder.ts')
  const { modelFiles } = await import('../adapters/tensors/model-file.ts')
  const { openTokenizer } = await import('../adapters/tokenizer/huggingface.ts')
  return openEncoderFolder(path, { files: modelFiles, openTokenizer, textOrNull, join })
}

/** Models that are opened run in children, whose CPU time is not this process's: it is added when they are closed. */
export function withChildren(
  open: Effects['openRuntime'],
): Pick<TeachEffects, 'openRuntime' | 'cpuS'> {
  let closedS = 0
  const openRuntime: Effects['openRuntime'] = async (candidate, context) => {
    const session = await open(candidate, context)
    const close = async () => {
      const used = await session.usage?.().catch(() => null)
      closedS += used?.cpuS ?? 0
      await session.close()
    }
    return { ...session, close }
  }
  return { openRuntime, cpuS: () => ownCpuS() + closedS }
}

/** A model's folder below .rightsize/models, named by what is in it. */
export async function writeModel(
  baseDir: string,
  name: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<string> {
  const digest = sha256(Buffer.concat([...files.values()])).slice(0, 12)
  const safe = name.replace(/[^A-Za-z0-9._-]/g, '_')
  return writeFolder(join(baseDir, '.rightsize/models', `${safe}-${digest}`), files)
}

/** Rows from the data (and a teacher, where one is named), then the student into its folder. */
export async function makeStudent(
  request: StudentRequest,
  how: Watch,
  { effects, cwd }: At,
): Promise<TrainedFolder> {
  const { trainFolder } = await import('../app/train/train-folder.ts')
  const { studentRows } = await import('../app/train/student-rows.ts')
  const { placeFor } = await import('../app/evaluate/site.ts')
  const context: RuntimeContext = {
    baseDir: cwd,
    env: effects.env,
    fetch: effects.fetch,
    signal: how.signal,
  }
  const taught = await studentRows(request, { effects, context, onEvent: how.onEvent })
  const { site } = await placeFor(
    { account: accountOf(request.grid), deployment: null },
    await effects.environment(),
    effects,
  )
  const { writeModel: _unused, nowS: _now, ...world } = teachEffects(context, effects.openRuntime)
  return trainFolder(
    { ...request, ...taught, dataPath: request.data, out: resolve(cwd, request.out) },
    {
      ...world,
      site,
      digest: sha256,
      machine: effects.machine,
      now: effects.clock.now,
      generator,
      writeFolder,
    },
    how.onEvent,
  )
}
