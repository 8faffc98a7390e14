import { join } from 'node:path'
import { textOrNull, writeWhole } from '../adapters/files/whole-file.ts'
import { RightsizeError } from '../core/error/error.ts'
import type { EcologitsFile } from '../core/hosted/ecologits-mode.ts'
import { modelFacts } from '../core/hosted/model-facts.ts'
import { mergedModels, modelListUrl, modelsText, readModels } from '../core/hosted/model-file.ts'
import type { ModelFile, ModelTable } from '../core/hosted/model-table.ts'
import type { ModelFacts } from '../core/result/account.ts'
import { type Env, ownTable, sourceAt, userTable } from './user-table.ts'
import { type At, packageDir } from './world.ts'

/** A file of models, and where it lies. */
export interface ModelsFile extends ModelFile {
  readonly file: string
}

/** What is known of models: the files in the order in which they are asked. */
export interface ModelsInUse extends ModelTable {
  readonly files: readonly ModelsFile[]
}

/** Rows that were checked one by one, then those of EcoLogits with closed models, then nominal sizes. */
const shipped = ['models.json', 'models-ecologits.json', 'models-hub.json']

/** The user's own table, then the shipped ones. Throws MODELS_INVALID where one cannot be read. */
export async function modelsInUse(env: Env): Promise<ModelsInUse> {
  const own = userTable(env, 'models.json')
  const paths = [
    ...(own === null ? [] : [own]),
    ...shipped.map((name) => join(packageDir, 'data', name)),
  ]
  const files = await Promise.all(paths.map(fileAt))
  return { files: files.filter((file) => file !== null) }
}

/** EcoLogits' own list and mixes, as shipped. */
export async function ecologitsFile(): Promise<EcologitsFile> {
  const path = join(packageDir, 'data', 'models-ecologits.json')
  return JSON.parse((await textOrNull(path)) ?? '{"models":{},"mixes":{}}')
}

async function fileAt(path: string): Promise<ModelsFile | null> {
  const text = await textOrNull(path)
  if (text === null) return null
  return { ...readModels(text, { name: path, date: '', source: path }), file: path }
}

/**
 * Stores the models of `from` (a file, an address; the list of EcoLogits where it is absent) as this user's own table, which
 * is asked before the shipped ones; rows that it has and `from` does not stay. Throws MODELS_INVALID, PRICES_NO_HOME, FETCH_FAILED, DATA_MISSING.
 */
export async function updateModels(
  { from = modelListUrl, date }: { readonly from?: string; readonly date?: string },
  at: At,
): Promise<ModelsInUse> {
  const file = ownTable(at.effects.env, 'models.json')
  const { text, ...about } = await sourceAt(from, date, at)
  const read = readModels(text, { ...about, source: from })
  const before = await fileAt(file)
  await writeWhole(file, modelsText(before === null ? read : mergedModels(before, read)))
  return modelsInUse(at.effects.env)
}

/** Facts of a model under any of its names. Throws MODEL_FACTS_UNKNOWN. */
export async function factsOf(model: string | undefined, env: Env): Promise<ModelFacts> {
  if (model === undefined)
    throw new RightsizeError('FLAGS_MISSING', '`models find` needs the name of a model')
  return modelFacts(model, await modelsInUse(env))
}
