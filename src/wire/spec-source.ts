import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { textOrNull, writeWhole } from '../adapters/files/whole-file.ts'
import { RightsizeError } from '../core/error/error.ts'
import type { SpecFlags } from '../core/spec/flags.ts'
import type { Spec } from '../core/spec/spec.ts'
import { type At, packageDir, sha256 } from './world.ts'

/** A spec with the folder that its paths are relative to. */
export interface Source {
  readonly spec: Spec
  readonly baseDir: string
  /** Files that were written on the way, such as the YAML made from flags. */
  readonly written: readonly string[]
  /** What was left out of a file of another tool, and why; one line each. */
  readonly notes: readonly string[]
}

/** What the command line adds to a spec file, for promptfoo files, which know neither bar nor incumbent. */
export interface SpecFileFlags {
  /** Code in the file may run: javascript assertions of promptfoo. */
  readonly trust?: boolean
  readonly incumbent?: string | undefined
  readonly margin?: number | undefined
  readonly floor?: number | undefined
}

export interface PredictionFlags extends Omit<SpecFlags, 'dataset' | 'try' | 'expected'> {
  readonly predictions: readonly { readonly name: string; readonly file: string }[]
  /** File with the labels; undefined where the results bring labels or scores themselves. */
  readonly expectedFile: string | undefined
}

export async function sourceFromFile(
  named: string,
  { trust = false, incumbent, margin, floor }: SpecFileFlags,
  { cwd }: Pick<At, 'cwd'>,
): Promise<Source> {
  const path = resolve(cwd, named)
  const text = await textOrNull(path)
  const file = relative(cwd, path) || path
  if (text === null) throw new RightsizeError('SPEC_NOT_FOUND', `${file} does not exist`)
  const { parseSpecFile } = await import('../core/spec/spec-file.ts')
  const { knowsAssertion } = await import('../core/score/assertions.ts')
  const baseDir = dirname(path)
  const { spec, ignored, yaml } = parseSpecFile(text, {
    file,
    trust,
    incumbent,
    bar: margin === undefined && floor === undefined ? undefined : { margin, floor },
    knows: (type) => knowsAssertion(type) || (trust && type === 'javascript'),
    read: (name, from) => besideSpec(baseDir, name, `${file}: ${from}`),
  })
  const added = { incumbent, margin, floor }
  const unused = Object.entries(added).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  )
  if (yaml === null && unused.length > 0)
    throw new RightsizeError(
      'FLAG_UNUSED',
      `--${unused.join(', --')} would have no effect: ${file} says it`,
    )
  const notes = ignored.map((one) => `ignored ${one.path}: ${one.why}`)
  const written = yaml === null ? [] : await writeSpec(yaml, baseDir, cwd)
  return { spec, baseDir, written, notes }
}

/** A file that a promptfoo file names; read at once, because the importer is pure and asks for it in the middle. */
export function besideSpec(baseDir: string, name: string, at: string): string {
  try {
    return readFileSync(resolve(baseDir, name), 'utf8')
  } catch (cause) {
    throw new RightsizeError('SPEC_MISSING_FILE', `${name} cannot be read`, { at, cause })
  }
}

/** Without YAML: the spec from flags, written beside the data. */
export async function sourceFromFlags(flags: SpecFlags, { cwd }: Pick<At, 'cwd'>): Promise<Source> {
  const { specFromFlags } = await import('../core/spec/flags.ts')
  const { spec, yaml } = specFromFlags(flags)
  if (!existsSync(resolve(cwd, flags.dataset)))
    throw new RightsizeError('DATA_MISSING', `${flags.dataset} does not exist`)
  return { spec, baseDir: cwd, written: await writeSpec(yaml, cwd, cwd), notes: [] }
}

/** Writes rightsize.yaml from flags; refuses to replace one unless `force`. Throws SPEC_EXISTS. */
export async function initSpec(
  flags: SpecFlags,
  force: boolean,
  { cwd }: Pick<At, 'cwd'>,
): Promise<readonly string[]> {
  if (!force && (await textOrNull(join(cwd, 'rightsize.yaml'))) !== null) {
    throw new RightsizeError('SPEC_EXISTS', 'rightsize.yaml is there already')
  }
  const { specFromFlags } = await import('../core/spec/flags.ts')
  return writeSpec(specFromFlags(flags).yaml, cwd, cwd)
}

/** Writes rightsize.yaml. One that says something else is kept below .rightsize/former: it may be somebody's work. */
export async function writeSpec(
  yaml: string,
  dir: string,
  cwd: string,
): Promise<readonly string[]> {
  const path = join(dir, 'rightsize.yaml')
  const former = await textOrNull(path)
  const kept =
    former === null || former === yaml
      ? []
      : [join(dir, `.rightsize/former/rightsize-${sha256(Buffer.from(former)).slice(0, 8)}.yaml`)]
  for (const copy of kept) await writeWhole(copy, former ?? '')
  if (former !== yaml) await writeWhole(path, yaml)
  const schema = await textOrNull(join(packageDir, 'schema/spec.schema.json'))
  if (schema !== null) await writeWhole(join(dir, '.rightsize/spec.schema.json'), schema)
  return [path, ...kept].map((file) => relative(cwd, file))
}

/** From results that exist already: items and answers in one form below .rightsize/, and a spec that replays them. */
export async function sourceFromPredictions(
  flags: PredictionFlags,
  { cwd }: Pick<At, 'cwd'>,
): Promise<Source> {
  const { importResults } = await import('../adapters/importer/table.ts')
  const { localFiles } = await import('../adapters/dataset/files.ts')
  const { importedInput } = await import('../app/evaluate/imported-input.ts')
  const files = flags.predictions.map(({ name, file }) => ({ name, path: resolve(cwd, file) }))
  const outcomes = await importResults(files, localFiles, await labelsOf(flags, cwd))
  const made = importedInput(outcomes, flags)
  for (const { path, text } of made.files) await writeWhole(join(cwd, path), text)
  const { parseSpecValue } = await import('../core/spec/parse.ts')
  const { renderSpecInput } = await import('../core/spec/render.ts')
  const spec = parseSpecValue(made.input, 'flags')
  const notes = outcomes.ignored.map((one) => `ignored ${one.path}: ${one.why}`)
  return {
    spec,
    baseDir: cwd,
    written: await writeSpec(renderSpecInput(made.input), cwd, cwd),
    notes,
  }
}

export async function labelsOf(
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
