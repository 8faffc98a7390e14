import type { ModelFiles } from '../../contract/model-files.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import type { OpenTokenizer } from '../../contract/tokenizer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { ByteSource } from '../../core/onnx/model.ts'
import { type Imported, importBert } from './import-bert.ts'

export interface ImportEffects {
  readonly engine: TensorEngine
  readonly files: ModelFiles
  readonly openTokenizer: OpenTokenizer
  /** Null where there is no such file. */
  textOrNull(path: string): Promise<string | null>
  source(path: string): ByteSource
  write(path: string, text: string): Promise<void>
  join(...parts: readonly string[]): string
}

export interface ImportedFolder extends Omit<Imported, 'model'> {
  readonly folder: string
  readonly bytes: number
}

/** Files that go along as they are. */
const copied = ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json']

/**
 * Reads a checkpoint folder (config.json, model.safetensors), builds and checks the ONNX model, and writes a model folder. Nothing is
 * written when a check fails. Throws MODEL_IMPORT.
 */
export async function importFolder(
  { folder, out, logits }: { folder: string; out: string; logits: string | undefined },
  effects: ImportEffects,
): Promise<ImportedFolder> {
  const { files, join, textOrNull } = effects
  const json = async (path: string): Promise<unknown> => parsed(await textOrNull(path), path)
  const config = await json(join(folder, 'config.json'))
  if (typeof config !== 'object' || config === null)
    throw new RightsizeError('MODEL_IMPORT', `${folder} has no config.json`)
  const tokenizer = await json(join(folder, 'tokenizer.json'))
  const expected = logits === undefined ? null : await json(logits)
  if (logits !== undefined && expected === null)
    throw new RightsizeError('MODEL_IMPORT', `${logits} does not exist`, { at: '--logits' })
  const settings = await json(join(folder, 'tokenizer_config.json'))
  const { model, ...imported } = await importBert(
    {
      config: config as Readonly<Record<string, unknown>>,
      weights: await weightsOf(folder, effects),
      tokenizer: tokenizer === null ? null : effects.openTokenizer(tokenizer, settings),
      modules: await json(join(folder, 'modules.json')),
      pooling: await json(join(folder, '1_Pooling', 'config.json')),
      expected,
    },
    effects.engine,
  )
  const written = await files.write(join(out, 'onnx', 'model.onnx'), model)
  for (const name of ['config.json', ...copied]) {
    const text = await textOrNull(join(folder, name))
    if (text !== null) await effects.write(join(out, name), text)
  }
  return { ...imported, folder: out, bytes: written.bytes }
}

function parsed(text: string | null, path: string): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RightsizeError('MODEL_IMPORT', `${path} is not JSON`, { cause })
  }
}

async function weightsOf(
  folder: string,
  { source, join, textOrNull }: ImportEffects,
): Promise<ByteSource> {
  const index = await textOrNull(join(folder, 'model.safetensors.index.json'))
  if (index !== null)
    throw new RightsizeError('MODEL_IMPORT', 'checkpoints in several files are not built')
  try {
    return source(join(folder, 'model.safetensors'))
  } catch (cause) {
    const what = `${folder} has no model.safetensors that can be read`
    const next = 'Older checkpoints (pytorch_model.bin) must be saved as safetensors first.'
    throw new RightsizeError('MODEL_IMPORT', what, { cause, next })
  }
}
