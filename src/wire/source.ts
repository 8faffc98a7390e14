import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { filesMatching } from '../adapters/files/matching.ts'
import { textNow } from '../adapters/files/read-file.ts'
import { textOrNull, writeWhole } from '../adapters/files/whole-file.ts'
import type { Source, SourceEffects } from '../app/source/source.ts'
import type { SpecFileFlags } from '../app/source/spec-file.ts'
import type { ImportColumns } from '../contract/importer.ts'
import type { ScoreTerms } from '../core/data/scores.ts'
import type { DecisionFlags, SpecFlags } from '../core/spec/flags.ts'
import { type At, packageDir, sha256 } from './world.ts'

export interface PredictionFlags extends DecisionFlags {
  readonly predictions: readonly { readonly name: string; readonly file: string }[]
  /** File with the labels; undefined where the results bring labels or scores themselves. */
  readonly expectedFile: string | undefined
  readonly id?: string | undefined
  readonly input?: string | undefined
  readonly slices?: readonly string[] | undefined
  readonly cluster?: string | undefined
  /** Where things are in the files of results. */
  readonly columns?: ImportColumns
  /** How their scores become qualities. */
  readonly terms?: ScoreTerms
}

/** Where a spec that flags describe is kept. */
export interface SpecHome {
  /** The folder that --out names (default: the working folder). */
  readonly home?: string | undefined
  /** Replaces another spec that stands there. */
  readonly save?: boolean
}

/** The spec in a file. */
export async function sourceFromFile(
  file: string,
  flags: SpecFileFlags,
  at: Pick<At, 'cwd'>,
): Promise<Source> {
  const { sourceFromFile } = await import('../app/source/spec-file.ts')
  return sourceFromFile(file, flags, sourceEffects(at))
}

/** The spec that flags describe, kept in `home`. */
export async function sourceFromFlags(
  flags: SpecFlags,
  { cwd }: Pick<At, 'cwd'>,
  { home = cwd, save }: SpecHome = {},
): Promise<Source> {
  const { sourceFromFlags } = await import('../app/source/written-spec.ts')
  const seen = home === cwd ? flags : seenFrom(home, flags, cwd)
  return charged(await sourceFromFlags(seen, sourceEffects({ cwd }, home), save), cwd)
}

/** A source whose looks are charged in the working folder too: another --out starts no other count of looks. */
const charged = (source: Source, cwd: string): Source =>
  source.baseDir === cwd ? source : { ...source, chargedIn: cwd }

/** Flags whose paths, relative to the working folder, are relative to another: the spec there names the same files. */
function seenFrom(home: string, flags: SpecFlags, cwd: string): SpecFlags {
  const moved = (path: string): string =>
    isAbsolute(path) ? path : relative(home, resolve(cwd, path))
  const ifThere = (word: string): string => (existsSync(resolve(cwd, word)) ? moved(word) : word)
  /** `onnx:FOLDER`, `command:python answer.py`, `./adapter.mjs`: whatever of it is a file or a folder. */
  const short = (text: string): string => {
    const [, kind = '', rest = text] = /^(\w+:)(.+)$/s.exec(text) ?? []
    return `${kind}${rest.split(' ').map(ifThere).join(' ')}`
  }
  const { dataset, train, prompt, scorer, incumbent } = flags
  const given = { train, prompt: prompt && /\{\{|\n/.test(prompt) ? undefined : prompt }
  const paths = Object.entries(given).flatMap(([name, path]) =>
    path === undefined ? [] : [[name, moved(path.replace(/^file:\/\//, ''))]],
  )
  return {
    ...{ ...flags, ...Object.fromEntries(paths), dataset: moved(dataset) },
    ...(scorer === undefined ? {} : { scorer: ifThere(scorer) }),
    ...(incumbent === undefined ? {} : { incumbent: short(incumbent) }),
    ...(flags.try === undefined ? {} : { try: flags.try.map(short) }),
  }
}

/** Writes rightsize.yaml from flags: the files that were written. */
export async function initSpec(flags: SpecFlags, force: boolean, at: Pick<At, 'cwd'>) {
  const { initSpec } = await import('../app/source/written-spec.ts')
  return initSpec(flags, force, sourceEffects(at))
}

/** A spec that replays results which exist already. */
export async function sourceFromPredictions(
  flags: PredictionFlags,
  at: Pick<At, 'cwd'>,
  { home = at.cwd, save }: SpecHome = {},
): Promise<Source> {
  const { importResults } = await import('../adapters/importer/table.ts')
  const { localFiles } = await import('../adapters/dataset/files.ts')
  const { sourceFromOutcomes } = await import('../app/source/predictions.ts')
  const files = flags.predictions.map(({ name, file }) => ({ name, path: resolve(at.cwd, file) }))
  const { columns = {}, terms = {} } = flags
  const labels = await labelsOf(flags, at.cwd)
  const outcomes = await importResults(files, localFiles, labels, { columns, terms })
  return charged(await sourceFromOutcomes(outcomes, flags, sourceEffects(at, home), save), at.cwd)
}

async function labelsOf(
  { expectedFile, id, input, slices, cluster }: PredictionFlags,
  cwd: string,
) {
  if (expectedFile === undefined) return undefined
  const { readRows } = await import('../adapters/dataset/table.ts')
  const { columnsIn } = await import('../core/data/json-rows.ts')
  const { labelColumns } = await import('../core/data/label-columns.ts')
  const rows = await readRows(resolve(cwd, expectedFile), { test: expectedFile, input: '' })
  const found = labelColumns(columnsIn(rows), { id, input }, expectedFile)
  return { rows, columns: { ...found, slices, cluster } }
}

/** Paths are relative to `home`, and shown from the working folder. */
const sourceEffects = ({ cwd }: Pick<At, 'cwd'>, home = cwd): SourceEffects => ({
  cwd: home,
  digest: sha256,
  resolve,
  folderOf: dirname,
  shown: (path) => relative(cwd, path) || path,
  exists: existsSync,
  text: textOrNull,
  textNow,
  matching: filesMatching,
  write: writeWhole,
  remove: (path) => rm(path, { force: true }),
  schema: () => textOrNull(join(packageDir, 'schema/spec.schema.json')),
})
