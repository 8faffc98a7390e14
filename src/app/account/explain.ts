import { explainSci, type SciExplanation } from '../../core/carbon/explain-sci.ts'
import { type SciFigures, usageOfFigures } from '../../core/carbon/figures.ts'
import { type ImportResult, usageOfImport } from '../../core/carbon/imported-use.ts'
import type { Site } from '../../core/carbon/site.ts'
import type { RunResult } from '../../core/result/run-result.ts'
import { netEffectText } from '../../core/result/saving-text.ts'
import { accountOf } from './exports.ts'

/** The scores of a run: the chosen candidate and the incumbent (or those named), each worked out line by line. */
export function explainRun(result: RunResult, ids: readonly string[]): readonly SciExplanation[] {
  const account = accountOf(result)
  const wanted =
    ids.length > 0 ? ids : [account.chosen, account.incumbent].filter((id) => id !== null)
  const shown = account.usages.filter((usage) => wanted.includes(usage.candidate))
  return shown.map((usage) => {
    const explained = explainSci(usage)
    const lines = [...explained.lines, account.consumer.conformance]
    const { saving, chosen } = result.decision
    if (saving === null || chosen !== usage.candidate || result.incumbent === null)
      return { ...explained, lines }
    return { ...explained, lines: [...lines, netEffectText(saving, [chosen, result.incumbent])] }
  })
}

/** The score of figures typed on the command line. */
export const explainFigures = (figures: SciFigures): SciExplanation =>
  explainSci(usageOfFigures(figures))

/** The scores of energy that another tool recorded. */
export function explainImport(
  imported: ImportResult,
  site: Site,
  counts: { readonly requests?: number; readonly accepted?: number },
): readonly SciExplanation[] {
  return imported.uses.map((use) => explainSci(usageOfImport(use, site, counts)))
}
