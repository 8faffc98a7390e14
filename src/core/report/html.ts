import type { RunResult } from '../result/run-result.ts'
import { pageHtml } from './page.ts'
import { accountSection } from './section-account.ts'
import { plotsSection, tableSection } from './section-candidates.ts'
import {
  confusionSection,
  differencesSection,
  slicesSection,
  warningsSection,
} from './section-data.ts'
import { decisionSection } from './section-decision.ts'
import { eachSection } from './section-each.ts'
import { methodSection, overheadSection } from './section-method.ts'

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
