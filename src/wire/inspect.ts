import { resolve } from 'node:path'
import { textOrNull } from '../adapters/files/whole-file.ts'
import type { Inspection } from '../core/compress/inspection.ts'
import type { At } from './world.ts'

/** What a model consists of: a path, or the http(s) address of one. */
export async function inspect(model: string, { effects, cwd }: At): Promise<Inspection> {
  const { inspect } = await import('../app/compare/inspect.ts')
  const { modelFiles, tensorFile } = await import('../adapters/tensors/model-file.ts')
  const { processorFeatures } = await import('../adapters/machine/this-machine.ts')
  const remote = /^https?:\/\//.test(model)
  return inspect(
    remote ? model : resolve(cwd, model),
    { runtime: 'onnxruntime-node', features: processorFeatures(), threads: 1 },
    { files: modelFiles, source: tensorFile, fetch: effects.download, text: textOrNull },
  )
}
