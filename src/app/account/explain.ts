import { explainSci, type SciExplanation } from '../../core/carbon/explain-sci.ts'
import { type SciFigures, usageOfFigures } from '../../core/carbon/figures.ts'
import {
  type ImportedUse,
  type StatedHardware,
  usageOfImport,
} from '../../core/carbon/imported-use.ts'
import type { Site } from '../../core/carbon/site.ts'
import {
  type CarbonComparison,
  carbonLines,
  compareCarbon,
} from '../../core/carbon/stated-carbon.ts'
import {
  type CallContext,
  type CallFigures,
  usageOfCalls,
  usageOfTokens,
} from '../../core/hosted/call-figures.ts'
import { isUnestimated } from '../../core/hosted/model-facts.ts'
import type { RunResult } from '../../core/result/run-result.ts'
import { netEffectText } from '../../core/result/saving-text.ts'
import type { GridFactor, Usage } from '../../core/result/usage.ts'
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

/** The score of calls of a model behind an API, and what must stand beside it. */
export function explainCalls(
  figures: CallFigures,
  context: CallContext,
): { readonly explanation: SciExplanation; readonly notes: readonly string[] } {
  const { usage, notes } = usageOfCalls(figures, context)
  return { explanation: explainSci(usage, { drawAs: 'calls' }), notes }
}

/** What is stated beside an import. */
export interface Stated {
  readonly requests?: number
  readonly accepted?: number
  /** Grid and PUE of the site, where the user names them: tokens are charged at the provider's own otherwise. */
  readonly grid?: GridFactor
  readonly pue?: number | null
  readonly hardware?: StatedHardware
}

/** A score of an import, with the carbon that its file states next to it. */
export interface ImportExplanation extends SciExplanation {
  readonly stated: CarbonComparison | null
}

/** The score of what another tool recorded: of its energy, or estimated from its tokens where it recorded none. */
export function explainImport(
  use: ImportedUse,
  site: Site,
  { requests, accepted, grid, pue = null, hardware }: Stated,
  context: CallContext,
): { readonly explanation: ImportExplanation; readonly notes: readonly string[] } {
  const counts = {
    ...(requests === undefined ? {} : { requests }),
    ...(accepted === undefined ? {} : { accepted }),
  }
  try {
    const estimate = usageOfTokens(use, { ...counts, grid, pue }, context)
    if (estimate !== null) {
      const explained = explainSci(estimate.usage, { drawAs: 'calls' })
      return { explanation: { ...explained, stated: null }, notes: estimate.notes }
    }
  } catch (error) {
    if (!isUnestimated(error)) throw error
    return {
      explanation: explainRecorded(use, usageOfImport(use, site, counts, hardware)),
      notes: [error.message],
    }
  }
  return {
    explanation: explainRecorded(use, usageOfImport(use, site, counts, hardware)),
    notes: [],
  }
}

function explainRecorded(use: ImportedUse, usage: Usage): ImportExplanation {
  const explained = explainSci(usage)
  const stated = compareCarbon(use, usage, explained)
  return stated === null
    ? { ...explained, stated }
    : { ...explained, stated, lines: [...explained.lines, ...carbonLines(stated)] }
}
