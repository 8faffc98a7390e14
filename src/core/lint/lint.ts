import { calculationChecks } from './calculations.ts'
import { cardChecks } from './card.ts'
import type { ReportFacts } from './facts.ts'
import { allOf, type Checked, findingOf, type LintFinding } from './finding.ts'
import { factsFromJson } from './json-facts.ts'
import { manifestChecks } from './manifest.ts'
import { factsFromMarkdown } from './markdown-facts.ts'
import { proseOf } from './prose.ts'
import { type ReportKind, reportKindOf } from './report-kind.ts'
import { proseRules, ruleChecks, statementRules } from './rules.ts'
import { standardChecks } from './standard.ts'
import { tableChecks } from './tables.ts'
import { totalsChecks } from './totals.ts'

export interface LintInput {
  /** The file as text. */
  readonly text: string
  /** Reads YAML as data and runs nothing of it; what it throws becomes a finding. */
  readonly parse: (yaml: string) => unknown
  /** ISO date; without it the ages are judged by the report's own date. */
  readonly today?: string
  /** The file is a passage of a report: missing fields are fine. */
  readonly part?: boolean
}

export interface LintResult {
  readonly kind: ReportKind
  /** `nothing`: the document states nothing that could be checked, which is neither a pass nor a failure. */
  readonly verdict: 'ok' | 'findings' | 'nothing'
  /** How many statements were checked. */
  readonly checks: number
  /** Errors first; the verdict is `findings` where one is an error. */
  readonly findings: readonly LintFinding[]
}

/**
 * Checks anybody's document about the carbon of software, by its kind: an SCI statement, a manifest of Impact Framework
 * or its output, a model card, a case study. Findings are data. Nothing in the file is executed.
 */
export function lintReport(input: LintInput): LintResult {
  const kind = reportKindOf(input.text)
  const { checks, findings } = checksOf(kind, input)
  const order = ({ severity }: LintFinding) => (severity === 'error' ? 0 : 1)
  const sorted = [...findings].sort((a, b) => order(a) - order(b))
  const failed = sorted.some(({ severity }) => severity === 'error')
  return {
    kind,
    checks,
    findings: sorted,
    verdict: failed ? 'findings' : checks === 0 ? 'nothing' : 'ok',
  }
}

function checksOf(kind: ReportKind, input: LintInput): Checked {
  const { text, parse, part = false, today = null } = input
  switch (kind) {
    case 'if-manifest':
    case 'if-output':
      return parsed(text, parse, manifestChecks)
    case 'model-card':
      return cardChecks(text, parse)
    case 'sci-statement': {
      const rules = (facts: ReportFacts) =>
        ruleChecks(facts, today, part ? proseRules : statementRules)
      return /^\s*\{/.test(text)
        ? parsed(text, JSON.parse, (value) => rules(factsFromJson(value, text)))
        : isUnfilled(text)
          ? { checks: 0, findings: [] }
          : allOf([rules(factsFromMarkdown(text)), proseChecks(text)])
    }
    case 'case-study':
      return allOf([ruleChecks(factsFromMarkdown(text), today, proseRules), proseChecks(text)])
  }
}

/** A template whose score is still a placeholder. */
const isUnfilled = (text: string) =>
  text
    .split('\n')
    .some((line) =>
      /^\W{0,8}(software carbon intensity|sci)( score)?\W{0,10}:[^\w[]{0,6}\[/i.test(line),
    )

/** What a text computes: equations, totals, tables. */
function proseChecks(text: string): Checked {
  const lines = proseOf(text)
  return allOf([
    ...[calculationChecks(lines), totalsChecks(lines)],
    ...[standardChecks(lines), tableChecks(lines)],
  ])
}

function parsed(
  text: string,
  parse: (text: string) => unknown,
  check: (value: unknown) => Checked,
): Checked {
  let value: unknown
  try {
    value = parse(text)
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)
    return { checks: 1, findings: [findingOf('manifest')('file', `it cannot be read: ${why}`)] }
  }
  return check(value)
}

/** One line per finding, for a terminal. */
export function findingLine({ severity, rule, where, what }: LintFinding): string {
  return `${severity} ${rule} (${where}): ${what}`
}
