import { RightsizeError } from '../../core/error/error.ts'
import { leftOutText } from '../../core/result/left-out-text.ts'
import { knowsAssertion } from '../../core/score/assertions.ts'
import { parseSpecFile } from '../../core/spec/spec-file.ts'
import type { Source, SourceEffects } from './source.ts'
import { writeSpec } from './written-spec.ts'

/** What the command line adds to a spec file, for promptfoo files, which know neither bar nor incumbent. */
export interface SpecFileFlags {
  /** Replaces a rightsize.yaml that holds another spec. */
  readonly save?: boolean
  /** Code in the file may run: javascript assertions of promptfoo. */
  readonly trust?: boolean
  readonly incumbent?: string | undefined
  readonly margin?: number | undefined
  readonly floor?: number | undefined
}

/**
 * The spec in a file of ours, or in one of promptfoo, which is written down as ours beside it unless another spec stands there. Throws SPEC_NOT_FOUND,
 * FLAG_UNUSED where a flag says what the file says, and the errors of a spec.
 */
export async function sourceFromFile(
  named: string,
  { save = false, trust = false, incumbent, margin, floor }: SpecFileFlags,
  effects: SourceEffects,
): Promise<Source> {
  const path = effects.resolve(effects.cwd, named)
  const text = await effects.text(path)
  const file = effects.shown(path)
  if (text === null) throw new RightsizeError('SPEC_NOT_FOUND', `${file} does not exist`)
  const baseDir = effects.folderOf(path)
  const added = { incumbent, margin, floor, save: save || undefined }
  const { spec, yaml } = parseSpecFile(text, {
    file,
    trust,
    incumbent,
    bar: margin === undefined && floor === undefined ? undefined : { margin, floor },
    knows: (type) => knowsAssertion(type) || (trust && type === 'javascript'),
    list: (pattern) => effects.matching(baseDir, pattern),
    read: (name, from) => besideSpec(effects.resolve(baseDir, name), `${file}: ${from}`, effects),
  })
  const given = Object.entries(added).flatMap(([name, value]) => (value === undefined ? [] : name))
  if (yaml === null && given.length > 0)
    throw new RightsizeError(
      'FLAG_UNUSED',
      `--${given.join(', --')} would have no effect: ${file} already sets it`,
    )
  if (yaml === null) return { spec, baseDir, saved: true, written: [], notes: [] }
  const notes = (spec.dataset.leftOut ?? []).map(leftOutText)
  const kept = await writeSpec(yaml, baseDir, effects, save)
  return { spec, baseDir, ...kept, notes: [...notes, ...kept.notes] }
}

function besideSpec(path: string, at: string, effects: SourceEffects): string {
  try {
    return effects.textNow(path)
  } catch (cause) {
    if (cause instanceof RightsizeError) throw cause
    throw new RightsizeError('SPEC_MISSING_FILE', `${effects.shown(path)} cannot be read`, {
      at,
      cause,
    })
  }
}
