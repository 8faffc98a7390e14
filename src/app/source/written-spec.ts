import { RightsizeError } from '../../core/error/error.ts'
import { type SpecFlags, specFromFlags } from '../../core/spec/flags.ts'
import type { Source, SourceEffects } from './source.ts'

const specName = 'rightsize.yaml'

/** The spec that flags describe, written into the working folder unless another stands there. Throws DATA_MISSING and the errors of a spec. */
export async function sourceFromFlags(
  flags: SpecFlags,
  effects: SourceEffects,
  save = false,
): Promise<Source> {
  const { spec, yaml } = specFromFlags(flags)
  const { cwd } = effects
  if (!effects.exists(effects.resolve(cwd, flags.dataset)))
    throw new RightsizeError('DATA_MISSING', `${flags.dataset} does not exist`)
  return { spec, baseDir: cwd, ...(await writeSpec(yaml, cwd, effects, save)) }
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
  const { written } = await writeSpec(specFromFlags(flags).yaml, cwd, effects, true)
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

/** Whether the folder has a rightsize.yaml with another text: somebody's work, which only `save` replaces. */
export async function standsInTheWay(
  yaml: string,
  folder: string,
  effects: SourceEffects,
): Promise<boolean> {
  const there = await effects.text(effects.resolve(folder, specName))
  return there !== null && there !== yaml
}

/** Writes rightsize.yaml, and the schema that editors read. One with another text stays as it is, with a note, unless `save`. */
export async function writeSpec(
  yaml: string,
  folder: string,
  effects: SourceEffects,
  save: boolean,
): Promise<Pick<Source, 'written' | 'saved' | 'notes' | 'undo'>> {
  const path = effects.resolve(folder, specName)
  if (!save && (await standsInTheWay(yaml, folder, effects))) {
    const notes = [
      `${effects.shown(path)} holds another spec and stays as it is; --save replaces it, --out FOLDER keeps this one in a folder of its own`,
    ]
    return { written: [], saved: false, notes }
  }
  const fresh = !effects.exists(path)
  await effects.write(path, yaml)
  const schema = await effects.schema()
  const schemaPath = effects.resolve(folder, '.rightsize/spec.schema.json')
  if (schema !== null) await effects.write(schemaPath, schema)
  const undo = fresh ? { undo: () => effects.remove(path) } : {}
  return { written: [effects.shown(path)], saved: true, notes: [], ...undo }
}
