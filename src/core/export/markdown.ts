import { markdownLine } from '../error/safe-text.ts'
import { format, rates, type SciReport } from './sci-report.ts'

/** The report as Markdown, in the order of the template: bound, scale, define, quantify, report. */
export function reportMarkdown(report: SciReport): string {
  const { sci, application, persona } = report
  const { unit, text } = rates(sci)
  const parts = [
    `# SCI report: ${markdownLine(application)} (${persona})`,
    `**SCI: ${text(sci.value)} ${unit}** (${Math.round(sci.level * 100)} % interval ${text(sci.low)} to ${text(sci.high)})`,
    table(['field', 'value'], headerRows(report)),
    ...scopeParts(report),
    ...methodParts(report),
    '## Checklist',
    report.checklist
      .map(({ item, ok }) => `- [${ok ? 'x' : ' '}] ${markdownLine(item)}`)
      .join('\n'),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

const yesNo = (yes: boolean): string => (yes ? 'yes' : 'no')

function scopeParts(report: SciReport): readonly string[] {
  const { functionalUnit, boundary } = report
  const { unit, text } = rates(report.sci)
  return [
    '## Summary',
    markdownLine(report.summary),
    '## Breakdown',
    table(
      ['component', `SCI (${unit})`],
      report.breakdown.map((each) => [each.component, text(each.sci)]),
    ),
    '## Software boundary',
    table(
      ['stage', 'item', 'SHALL', 'included', 'reason'],
      boundary.map((row) => [
        row.stage,
        row.item,
        yesNo(row.shall),
        yesNo(row.included),
        row.reason,
      ]),
    ),
    '## Functional unit',
    `R is one **${functionalUnit.unit}**. ${markdownLine(functionalUnit.rationale)}`,
    table(
      ['from', 'to', 'factor', 'how'],
      functionalUnit.conversions.map((c) => [c.from, c.to, format(c.factor), c.how]),
    ),
    '## Key insights',
    report.keyInsights.map((line) => `- ${markdownLine(line)}`).join('\n') || 'None.',
  ]
}

function methodParts({
  sci,
  methodologies,
  coefficients,
  components,
}: SciReport): readonly string[] {
  const { unit, text } = rates(sci)
  return [
    '## Methodologies',
    table(
      ['part', 'id', 'method', 'description', 'key coefficients'],
      methodologies.map((m) => [
        m.letter,
        m.id,
        m.method,
        m.description,
        m.coefficients.join(', '),
      ]),
    ),
    '## Coefficients',
    table(
      ['name', 'value', 'low', 'high', 'unit', 'description', 'source'],
      coefficients.map((c) => {
        const [value = '', low = '', high = ''] = [c.value, c.low, c.high].map(format)
        return [c.name, value, low, high, c.unit, c.description, c.source]
      }),
    ),
    '## Components',
    table(
      ['component', 'SCI', 'calculation', 'methodologies', 'description'],
      components.map((c) => [
        c.name,
        `${text(c.sci)} ${unit}`,
        c.calculation,
        c.methodologies.join(', '),
        c.description,
      ]),
    ),
  ]
}

function headerRows({ organization, accountable, timespan, ...report }: SciReport): readonly Row[] {
  return [
    ['application', report.application],
    ['version', report.version],
    ['description', report.description],
    ['URL', report.url],
    ['organization', organization.name],
    ['organization URL', organization.url],
    ['accountable organization', accountable.organization],
    ['accountable person', accountable.person],
    ['contact', accountable.contact],
    ['measurement date', report.measurementDate],
    ['timespan', `${timespan.from} to ${timespan.to}`],
    ['manifest', report.manifestLink],
    ['visualizer', report.visualizerLink],
  ]
}

type Row = readonly string[]

/** A Markdown table, or nothing without rows; cells are made safe for one line. */
function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.map((cell) => markdownLine(cell)).join(' | ')} |`
  if (rows.length === 0) return ''
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
