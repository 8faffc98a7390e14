import type { Fields } from '../data/fields.ts'
import { RightsizeError } from '../error/error.ts'
import type { Billions, ModelFile, ModelRow } from './model-table.ts'
import { isObject, objectIn } from './object-in.ts'

/** The form of a table of models that rightsize writes. */
export const modelSchema = 'rightsize/models@2'

/** Where models are published with their size, closed ones as ranges: the list of EcoLogits (MPL-2.0). */
export const modelListUrl =
  'https://raw.githubusercontent.com/mlco2/ecologits/main/ecologits/data/models.json'

/** What is known of a file beside its text: what to call it, and when it was published (ISO date). */
export interface ModelListFile {
  readonly name: string
  readonly date: string
  /** Citation of the rows of a list that has none of its own. */
  readonly source: string
}

/**
 * The models of a text: a table in the form of data/models.json, or the list of EcoLogits. Throws MODELS_INVALID where it is
 * neither, or a row has no size that can be.
 */
export function readModels(text: string, file: ModelListFile): ModelFile {
  const map = objectIn(text, (what) => invalid(file.name, what))
  const read = Array.isArray(map['models']) ? ofEcologits(map, file) : written(map, file)
  const rows = Object.entries(read.models)
  if (rows.length === 0) throw invalid(file.name, 'holds no model')
  const broken = rows.find(([, row]) => !isRow(row))
  if (broken !== undefined) throw invalid(file.name, `has a row that cannot be read: ${broken[0]}`)
  return read
}

/** A table as a file that tools and people can read: one line a model. */
export function modelsText({ models, aliases = {}, ...head }: ModelFile): string {
  const lines = (rows: object) =>
    Object.entries(rows).map(([name, row]) => `  ${JSON.stringify(name)}: ${JSON.stringify(row)}`)
  const tables = Object.entries({ aliases, models })
    .filter(([, rows]) => Object.keys(rows).length > 0)
    .map(([name, rows]) => ` "${name}": {\n${lines(rows).join(',\n')}\n }`)
  return `${JSON.stringify({ ...head, schema: modelSchema }, null, 1).slice(0, -2)},\n${tables.join(',\n')}\n}\n`
}

/** The rows of both, each with its own date; where both have a row, that of the newer file. */
export function mergedModels(before: ModelFile, after: ModelFile): ModelFile {
  const dated = ({ models, checked }: ModelFile) =>
    Object.entries(models).map(([name, row]) => [
      name,
      checked === undefined ? row : { checked, ...row },
    ])
  return {
    ...after,
    sources: { ...before.sources, ...after.sources },
    aliases: { ...before.aliases, ...after.aliases },
    models: Object.fromEntries([...dated(before), ...dated(after)]),
  }
}

const invalid = (name: string, what: string): RightsizeError =>
  new RightsizeError('MODELS_INVALID', `${name} ${what}`)

function written(map: Fields, { name, date }: ModelListFile): ModelFile {
  const { schema, models } = map
  if (schema !== modelSchema || !isObject(models))
    throw invalid(name, `is neither a table of ${modelSchema} nor the list of EcoLogits`)
  return { checked: date, ...map, models: models as ModelFile['models'] }
}

function isRow(row: unknown): row is ModelRow {
  if (!isObject(row) || typeof row['source'] !== 'string') return false
  const { total, active = total, bits = 16 } = row
  return isBillions(total) && isBillions(active) && isPositive(bits)
}

const isPositive = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0

function isBillions(value: unknown): value is Billions {
  if (!Array.isArray(value)) return isPositive(value)
  const [low, high] = value
  return value.length === 2 && isPositive(low) && isPositive(high) && low <= high
}

/** One model of EcoLogits' list: { provider, name, architecture: { parameters }, warnings, sources, deployment }. */
interface EcologitsModel {
  readonly provider: string
  readonly name: string
  readonly architecture: { readonly parameters: unknown }
  readonly warnings?: readonly string[] | null
  readonly sources?: readonly string[] | null
  readonly deployment?: { readonly tps?: number | null; readonly ttft?: number | null } | null
}

function ofEcologits(map: Fields, { name, date, source }: ModelListFile): ModelFile {
  const models = map['models'] as readonly EcologitsModel[]
  const aliases = (map['aliases'] ?? []) as readonly {
    readonly provider: string
    readonly name: string
    readonly alias: string
  }[]
  try {
    return {
      schema: modelSchema,
      checked: date,
      aliases: Object.fromEntries(
        aliases.map((one) => [`${one.provider}/${one.name}`, `${one.provider}/${one.alias}`]),
      ),
      models: Object.fromEntries(
        models.map((one) => [`${one.provider}/${one.name}`, ecologitsRow(one, source)]),
      ),
    }
  } catch (cause) {
    throw new RightsizeError('MODELS_INVALID', `${name} is not a list of EcoLogits`, { cause })
  }
}

function ecologitsRow(model: EcologitsModel, source: string): ModelRow {
  const { architecture, warnings, sources, deployment } = model
  const { parameters } = architecture
  const { total, active } = isObject(parameters) && 'total' in parameters ? parameters : {}
  const { tps, ttft } = deployment ?? {}
  return {
    provider: model.provider,
    total: range(total ?? parameters),
    ...(active === undefined ? {} : { active: range(active) }),
    ...(tps == null ? {} : { tps }),
    ...(ttft == null ? {} : { ttft }),
    ...(warnings?.includes('model-arch-not-released') ? { closed: true } : {}),
    ...(sources?.[0] === undefined ? {} : { card: sources[0] }),
    source,
  }
}

const range = (value: unknown): Billions =>
  isObject(value) ? [value['min'] as number, value['max'] as number] : (value as number)
