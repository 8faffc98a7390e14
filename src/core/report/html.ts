import type { RunResult } from '../spec/run-result.ts'
import { escapeHtml } from './escape.ts'
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
import { style } from './style.ts'

/** Nothing may be loaded, nothing may run: what the models said is shown as text. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/** The report as one self-contained HTML file: no network, no script, light and dark, print, keyboard, screen reader. */
export function renderHtml(result: RunResult): string {
  const sections = [
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
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(result.task.name, 120)}: ${escapeHtml(result.decision.kind)}${result.task.synthetic ? ' (synthetic data)' : ''} – rightsize</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#candidates">Skip to the candidates</a>
${decisionSection(result)}
<main>
${sections.filter((section) => section !== '').join('\n')}
</main>
<footer>${escapeHtml(result.provenance.generator)} · ${escapeHtml(result.provenance.endedAt)}</footer>
</body>
</html>
`
}
