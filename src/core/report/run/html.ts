import type { RunResult } from '../../result/run-result.ts'
import { pageHtml } from '../kit/page.ts'
import { accountSection } from './account.ts'
import { candidatesSection } from './candidates.ts'
import { confusionSection, differencesSection, slicesSection, warningsSection } from './data.ts'
import { decisionHeader } from './decision.ts'
import { eachSection } from './each.ts'
import { methodSection, overheadSection } from './method.ts'
import { plotsSection } from './plots.ts'

/** The report of a run as one self-contained HTML file. */
export function renderHtml(result: RunResult): string {
  const { task, decision, provenance } = result
  const synthetic = task.synthetic ? ' (synthetic data)' : ''
  return pageHtml({
    title: `${task.name.slice(0, 120)}: ${decision.kind}${synthetic}`,
    skipTo: ['candidates', 'the candidates'],
    header: decisionHeader(result),
    sections: [
      plotsSection(result),
      candidatesSection(result),
      eachSection(result),
      slicesSection(result),
      differencesSection(result),
      confusionSection(result),
      warningsSection(result),
      accountSection(result),
      overheadSection(result),
      methodSection(result),
    ],
    footer: `${provenance.generator} · ${provenance.endedAt}`,
  })
}
