import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { filesMatching } from '../adapters/files/matching.ts'
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

/** The spec in a file. */
export async function sourceFromFile(
  file: string,
  flags: SpecFileFlags,
  at: Pick<At, 'cwd'>,
): Promise<Source> {
  const { sourceFromFile } = await import('../app/source/spec-file.ts')
  return sourceFromFile(file, flags, sourceEffects(at))
}

/** The spec that flags describe, written beside the data. */
export async function sourceFromFlags(flags: SpecFlags, at: Pick<At, 'cwd'>): Promise<Source> {
  const { sourceFromFlags } = await import('../app/source/written-spec.ts')
  return sourceFromFlags(flags, sourceEffects(at))
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
): Promise<Source> {
  const { importResults } = await import('../adapters/importer/table.ts')
  const { localFiles } = await import('../adapters/dataset/files.ts')
  const { sourceFromOutcomes } = await import('../app/source/predictions.ts')
  const files = flags.predictions.map(({ name, file }) => ({ name, path: resolve(at.cwd, file) }))
  const { columns = {}, terms = {} } = flags
  const labels = await labelsOf(flags, at.cwd)
  const outcomes = await importResults(files, localFiles, labels, { columns, terms })
  return sourceFromOutcomes(outcomes, flags, sourceEffects(at))
}

async function labelsOf(
  { expectedFile, id, input, slices, cluster }: PredictionFlags,
  cwd: string,
) {
  if (expectedFile === undefined) return undefined
  const { readRows } = await import('../adapters/dataset/table.ts')
  const { labelColumns } = await import('../core/data/label-columns.ts')
  const rows = await readRows(resolve(cwd, expectedFile), { test: expectedFile, input: '' })
  const found = labelColumns(Object.keys(rows[0] ?? {}), { id, input }, expectedFile)
  return { rows, columns: { ...found, slices, cluster } }
}

const sourceEffects = ({ cwd }: Pick<At, 'cwd'>): SourceEffects => ({
  cwd,
  digest: sha256,
  resolve,
  folderOf: dirname,
  shown: (path) => relative(cwd, path) || path,
  exists: existsSync,
  text: textOrNull,
  textNow: (path) => readFileSync(path, 'utf8'),
  matching: filesMatching,
  write: writeWhole,
  schema: () => textOrNull(join(packageDir, 'schema/spec.schema.json')),
})
