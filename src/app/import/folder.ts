import type { ModelFiles } from '../../contract/model-files.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import type { OpenTokenizer } from '../../contract/tokenizer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { type Imported, importBert } from './bert.ts'
import { parsedJson, sentenceModules } from './sentence.ts'
import { checkpointTensors, type WeightFiles } from './weights.ts'

export interface ImportEffects extends WeightFiles {
  readonly engine: TensorEngine
  readonly files: ModelFiles
  readonly openTokenizer: OpenTokenizer
  write(path: string, text: string): Promise<void>
}

export interface ImportedFolder extends Omit<Imported, 'model'> {
  readonly folder: string
  readonly bytes: number
}

/** Files that go along as they are. */
const copied = ['config.json', 'tokenizer.json', 'special_tokens_map.json']

/**
 * Reads a checkpoint folder (config.json, model.safetensors or its parts, modules of sentence-transformers), builds and checks the ONNX model,
 * and writes a model folder whose tokenizer_config.json says how long texts may be. Nothing is written when a check fails. Throws MODEL_IMPORT.
 */
export async function importFolder(
  { folder, out, logits }: { folder: string; out: string; logits: string | undefined },
  effects: ImportEffects,
): Promise<ImportedFolder> {
  const { files, join, textOrNull } = effects
  const json = async (path: string): Promise<unknown> => {
    const text = await textOrNull(path)
    return text === null ? null : parsedJson(text, path)
  }
  const modules = await sentenceModules(folder, effects)
  const at = modules?.encoder ?? folder
  const config = await json(join(at, 'config.json'))
  if (typeof config !== 'object' || config === null)
    throw new RightsizeError('MODEL_IMPORT', `${at} has no config.json`)
  const expected = logits === undefined ? null : await json(logits)
  if (logits !== undefined && expected === null)
    throw new RightsizeError('MODEL_IMPORT', `${logits} does not exist`, { at: '--logits' })
  // Older sentence-transformers folders keep the tokenizer beside modules.json, newer ones beside the encoder.
  const place = (await textOrNull(join(at, 'tokenizer.json'))) === null ? folder : at
  const tokenizer = await json(join(place, 'tokenizer.json'))
  const settings = await json(join(place, 'tokenizer_config.json'))
  const { model, maxLength, ...imported } = await importBert(
    {
      config: config as Readonly<Record<string, unknown>>,
      tensors: await checkpointTensors(at, effects),
      tokenizer: tokenizer === null ? null : effects.openTokenizer(tokenizer, settings),
      sentence: modules?.head ?? null,
      expected,
    },
    effects.engine,
  )
  const written = await files.write(join(out, 'onnx', 'model.onnx'), model)
  for (const name of copied) {
    const text = await textOrNull(join(name === 'config.json' ? at : place, name))
    if (text !== null) await effects.write(join(out, name), text)
  }
  const length = Math.min(maxLength, modules?.maxLength ?? maxLength)
  if (tokenizer !== null)
    await effects.write(join(out, 'tokenizer_config.json'), withLength(settings, length))
  return { ...imported, maxLength: length, folder: out, bytes: written.bytes }
}

/** The tokenizer's settings with the number of tokens that the model has places for, where they allow more or say nothing. */
function withLength(settings: unknown, length: number): string {
  const old = typeof settings === 'object' && settings !== null ? settings : {}
  const { model_max_length: said } = old as { readonly model_max_length?: unknown }
  const limit = typeof said === 'number' && said > 0 ? Math.min(said, length) : length
  return `${JSON.stringify({ ...old, model_max_length: limit }, null, 2)}\n`
}
