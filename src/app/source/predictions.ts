import type { ImportedOutcomes } from '../../core/data/imported.ts'
import { leftOutText } from '../../core/result/left-out-text.ts'
import type { DecisionFlags } from '../../core/spec/flags.ts'
import { parseSpecValue } from '../../core/spec/parse.ts'
import { renderSpecInput } from '../../core/spec/render.ts'
import { importedInput } from './imported-input.ts'
import type { Source, SourceEffects } from './source.ts'
import { standsInTheWay, writeSpec } from './written-spec.ts'

/** Folders of what was imported, below that of the store: the spec in rightsize.yaml reads one, a spec that is not written the other. */
const folders = { saved: '.rightsize/import', unsaved: '.rightsize/import-unsaved' }

/** From results that exist already: items and answers in one form below .rightsize/, and a spec that replays them. */
export async function sourceFromOutcomes(
  outcomes: ImportedOutcomes,
  request: DecisionFlags,
  effects: SourceEffects,
  save = false,
): Promise<Source> {
  const { cwd } = effects
  const usual = importedInput(outcomes, request, folders.saved)
  const unsaved = !save && (await standsInTheWay(renderSpecInput(usual.input), cwd, effects))
  const { input, files } = unsaved ? importedInput(outcomes, request, folders.unsaved) : usual
  for (const { path, text } of files) await effects.write(effects.resolve(cwd, path), text)
  const spec = parseSpecValue(input, 'flags')
  const notes = (spec.dataset.leftOut ?? []).map(leftOutText)
  const kept = await writeSpec(renderSpecInput(input), cwd, effects, save)
  return { spec, baseDir: cwd, ...kept, notes: [...notes, ...kept.notes] }
}
