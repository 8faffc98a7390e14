import { spellings } from './model-name.ts'

/** A number of billions, or [low, high] where nobody has published it. */
export type Billions = number | readonly [number, number]

export interface ModelRow {
  /** Who serves it under this name, in the words of EcoLogits. */
  readonly provider?: string
  readonly total: Billions
  readonly active?: Billions
  /** Bits per weight; left out where the published precision was not seen. */
  readonly bits?: number
  /** Whether the publisher keeps the size to itself, so that the numbers are an assumption. */
  readonly closed?: boolean
  /** Tokens per second and seconds to the first token, as EcoLogits counts with them. */
  readonly tps?: number
  readonly ttft?: number
  /** Address of the model card, where the publisher has one. */
  readonly card?: string
  /** What the row was checked against: short names of `sources`, with `; ` between. */
  readonly source: string
  /** ISO date of that check; that of the table where a row has none. */
  readonly checked?: string
}

/** A file of rows: data/models.json, models-ecologits.json, models-hub.json, or one of the user's. */
export interface ModelFile {
  readonly schema?: string
  /** What the short names in `source` of a row stand for. */
  readonly sources?: Readonly<Record<string, string>>
  /** ISO date of the table. */
  readonly checked?: string
  /** Other names of a row: by name, the name of the row. */
  readonly aliases?: Readonly<Record<string, string>>
  readonly models: Readonly<Record<string, ModelRow>>
}

/** The rows of several files; what the first file knows wins. */
export interface ModelTable {
  readonly files: readonly ModelFile[]
}

/** What a table knows of a model, and where from. */
export interface FoundModel {
  /** The name of the row. */
  readonly name: string
  readonly row: ModelRow
  /** Citation, with the date of the check. */
  readonly source: string
}

/** A row under one spelling, and the place of its file: the earlier is the better checked. */
interface Entry extends FoundModel {
  readonly file: number
}

type Index = ReadonlyMap<string, Entry>
const indexes = new WeakMap<ModelTable, Index>()

/**
 * The row of a model, however its name is written: with the publisher's path, a provider's prefix, a tag, a date, a format
 * or a precision around it. Null where no file has it: a size is never taken from another model of the family.
 */
export function findModel(model: string, table: ModelTable): FoundModel | null {
  const index = indexes.get(table) ?? indexOf(table)
  indexes.set(table, index)
  const [first, ...others] = spellings(model)
  const exact = index.get(asWritten(model)) ?? index.get(asWritten(lastPart(model)))
  const same = first === undefined ? undefined : index.get(first)
  if (exact && !(same && same.file < exact.file)) return exact
  return same ?? others.map((name) => index.get(name)).find((found) => found !== undefined) ?? null
}

const asWritten = (name: string): string => `=${name.trim().toLowerCase()}`
const lastPart = (name: string): string => name.split('/').at(-1) ?? ''

/** Names of the tables that begin like this one, for a message. */
export function namesLike(model: string, table: ModelTable, most: number): readonly string[] {
  const family = spellings(model)[0]?.split('-').slice(0, 2).join('-') ?? ''
  const names = table.files.flatMap(({ models }) => Object.keys(models))
  return family === ''
    ? []
    : names.filter((name) => spellings(name)[0]?.startsWith(`${family}-`)).slice(0, most)
}

/** As it is written and as its last part is, then spelling by spelling: a shortened one never hides an exact one. */
function indexOf({ files }: ModelTable): Index {
  const rows = files.flatMap((file, place) =>
    entriesOf(file).map(([name, one]) => ({ name, one: { ...one, file: place } })),
  )
  const named = rows.map(({ name, one }) => ({
    one,
    names: [asWritten(name), asWritten(lastPart(name)), ...spellings(name)],
  }))
  const index = new Map<string, Entry>()
  const depth = Math.max(0, ...named.map(({ names }) => names.length))
  for (let i = 0; i < depth; i += 1)
    for (const { names, one } of named) {
      const name = names[i]
      if (name !== undefined && !index.has(name)) index.set(name, one)
    }
  return index
}

function entriesOf(file: ModelFile): readonly (readonly [string, FoundModel])[] {
  const { models, aliases = {} } = file
  const of = (name: string): FoundModel[] => {
    const row = models[name]
    return row === undefined ? [] : [{ name, row, source: sourceOf(row, file) }]
  }
  const names = [
    ...Object.keys(models).map((name) => [name, name] as const),
    ...Object.entries(aliases),
  ]
  return names.flatMap(([name, to]) => of(to).map((one) => [name, one] as const))
}

function sourceOf({ card, source, checked }: ModelRow, file: ModelFile): string {
  const date = checked ?? file.checked
  const seen = `${source}${date === undefined ? '' : `, checked ${date}`}`
  return card === undefined ? seen : `${card} (${seen})`
}
