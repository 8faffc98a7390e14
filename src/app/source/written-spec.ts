import { RightsizeError } from '../../core/error/error.ts'
import { type SpecFlags, specFromFlags } from '../../core/spec/flags.ts'
import type { Source, SourceEffects } from './source.ts'

const specName = 'rightsize.yaml'

/** The spec that flags describe, written into the working folder. Throws DATA_MISSING and the errors of a spec. */
export async function sourceFromFlags(flags: SpecFlags, effects: SourceEffects): Promise<Source> {
  const { spec, yaml } = specFromFlags(flags)
  const { cwd } = effects
  if (!effects.exists(effects.resolve(cwd, flags.dataset)))
    throw new RightsizeError('DATA_MISSING', `${flags.dataset} does not exist`)
  return { spec, baseDir: cwd, written: await writeSpec(yaml, cwd, effects), notes: [] }
}

/** Writes the spec that flags describe, and how git merges the lock; replaces a spec only with `force`. Throws SPEC_EXISTS. */
export async function initSpec(
  flags: SpecFlags,
  force: boolean,
  effects: SourceEffects,
): Promise<readonly string[]> {
  const { cwd } = effects
  if (!force && effects.exists(effects.resolve(cwd, specName)))
    throw new RightsizeError('SPEC_EXISTS', `${specName} already exists`)
  const written = await writeSpec(specFromFlags(flags).yaml, cwd, effects)
  return [...written, ...(await mergeLocks(cwd, effects))]
}

/** Tells git to keep the lines of both branches of a lock: each line stands for itself. */
const mergeRule = 'rightsize.lock merge=union'

async function mergeLocks(folder: string, effects: SourceEffects): Promise<readonly string[]> {
  const path = effects.resolve(folder, '.gitattributes')
  const former = (await effects.text(path)) ?? ''
  if (/^rightsize\.lock\s/m.test(former)) return []
  const start = former === '' || former.endsWith('\n') ? former : `${former}\n`
  await effects.write(path, `${start}${mergeRule}\n`)
  return [effects.shown(path)]
}

/** Writes rightsize.yaml. A former one with other text is kept below .rightsize/former: it may be somebody's work. */
export async function writeSpec(
  yaml: string,
  folder: string,
  effects: SourceEffects,
): Promise<readonly string[]> {
  const path = effects.resolve(folder, specName)
  const former = await effects.text(path)
  const written = [path]
  if (former !== null && former !== yaml) {
    const digest = effects.digest(new TextEncoder().encode(former)).slice(0, 8)
    const copy = effects.resolve(folder, `.rightsize/former/rightsize-${digest}.yaml`)
    await effects.write(copy, former)
    written.push(copy)
  }
  if (former !== yaml) await effects.write(path, yaml)
  const schema = await effects.schema()
  const schemaPath = effects.resolve(folder, '.rightsize/spec.schema.json')
  if (schema !== null) await effects.write(schemaPath, schema)
  return written.map(effects.shown)
}
