import { format, type Methodology, rates, type SciReport } from './sci-report.ts'

/** The report as Markdown, in the order of the template: bound, scale, define, quantify, report. */
export function reportMarkdown(report: SciReport): string {
  const { unit, text } = rates(report.sci)
  return [
    `# SCI report: ${report.application} (${report.persona})`,
    `**SCI: ${text(report.sci.value)} ${unit}** (${Math.round(report.sci.level * 100)} % interval ${text(report.sci.low)} to ${text(report.sci.high)})`,
    headerTable(report),
    '## Summary',
    report.summary,
    '## Breakdown',
    table(
      ['component', `SCI (${unit})`],
      report.breakdown.map(({ component, sci }) => [component, text(sci)]),
    ),
    '## Software boundary',
    table(
      ['stage', 'item', 'included', 'reason'],
      report.boundary.map((row) => [row.stage, row.item, row.included ? 'yes' : 'no', row.reason]),
    ),
    '## Functional unit',
    `R is one **${report.functionalUnit.unit}**. ${report.functionalUnit.rationale}`,
    conversions(report),
    '## Key insights',
    report.keyInsights.map((line) => `- ${line}`).join('\n') || 'None.',
    '## Methodologies',
    methodologies(report.methodologies),
    '## Coefficients',
    table(
      ['name', 'value', 'low', 'high', 'unit', 'description', 'source'],
      report.coefficients.map((c) => [
        c.name,
        format(c.value),
        format(c.low),
        format(c.high),
        c.unit,
        c.description,
        c.source,
      ]),
    ),
    '## Components',
    table(
      ['component', 'SCI', 'calculation', 'methodologies', 'description'],
      report.components.map((c) => [
        c.name,
        `${text(c.sci)} ${unit}`,
        c.calculation,
        c.methodologies.join(', '),
        c.description,
      ]),
    ),
    '## Checklist',
    report.checklist.map(({ item, ok }) => `- [${ok ? 'x' : ' '}] ${item}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}

function headerTable(report: SciReport): string {
  const { organisation, accountable, timespan } = report
  return table(
    ['field', 'value'],
    [
      ['application', report.application],
      ['version', report.version],
      ['description', report.description],
      ['URL', report.url],
      ['organization', organisation.name],
      ['organization URL', organisation.url],
      ['accountable organization', accountable.organisation],
      ['accountable person', accountable.person],
      ['contact', accountable.contact],
      ['measurement date', report.measurementDate],
      ['timespan', `${timespan.from} to ${timespan.to}`],
      ['manifest', report.manifestLink],
      ['visualizer', report.visualiserLink],
    ],
  )
}

function conversions({ functionalUnit }: SciReport): string {
  if (functionalUnit.conversions.length === 0) return ''
  return table(
    ['from', 'to', 'factor', 'how'],
    functionalUnit.conversions.map((c) => [c.from, c.to, format(c.factor), c.how]),
  )
}

function methodologies(rows: readonly Methodology[]): string {
  return table(
    ['part', 'id', 'method', 'description', 'key coefficients'],
    rows.map((row) => [
      row.letter,
      row.id,
      row.method,
      row.description,
      row.coefficients.join(', '),
    ]),
  )
}

/** A Markdown table; cells are made safe for one line. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
