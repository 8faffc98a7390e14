import type { ImportedOutcomes } from '../../core/data/imported.ts'
import { leftOutText } from '../../core/result/left-out-text.ts'
import type { DecisionFlags } from '../../core/spec/flags.ts'
import { parseSpecValue } from '../../core/spec/parse.ts'
import { renderSpecInput } from '../../core/spec/render.ts'
import { importedInput } from './imported-input.ts'
import type { Source, SourceEffects } from './source.ts'
import { writeSpec } from './written-spec.ts'

/** From results that exist already: items and answers in one form below .rightsize/, and a spec that replays them. */
export async function sourceFromOutcomes(
  outcomes: ImportedOutcomes,
  request: DecisionFlags,
  effects: SourceEffects,
): Promise<Source> {
  const { cwd } = effects
  const { input, files } = importedInput(outcomes, request)
  for (const { path, text } of files) await effects.write(effects.resolve(cwd, path), text)
  const spec = parseSpecValue(input, 'flags')
  const notes = (spec.dataset.leftOut ?? []).map(leftOutText)
  const written = await writeSpec(renderSpecInput(input), cwd, effects)
  return { spec, baseDir: cwd, written, notes }
}
