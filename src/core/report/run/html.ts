import type { RunResult } from '../../result/run-result.ts'
import { pageHtml } from '../kit/page.ts'
import { accountSection } from './account.ts'
import { plotsSection, tableSection } from './candidates.ts'
import { confusionSection, differencesSection, slicesSection, warningsSection } from './data.ts'
import { decisionSection } from './decision.ts'
import { eachSection } from './each.ts'
import { methodSection, overheadSection } from './method.ts'

/** The report of a run as one self-contained HTML file. */
export function renderHtml(result: RunResult): string {
  const { task, decision, provenance } = result
  const synthetic = task.synthetic ? ' (synthetic data)' : ''
  return pageHtml({
    title: `${task.name.slice(0, 120)}: ${decision.kind}${synthetic}`,
    skipTo: ['candidates', 'the candidates'],
    header: decisionSection(result),
    sections: [
      plotsSection(result),
      tableSection(result),
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
