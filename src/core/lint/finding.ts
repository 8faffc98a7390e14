import type { RuleName } from './rules.ts'

export interface LintFinding {
  readonly rule: RuleName | 'dimension' | 'standard' | 'table' | 'card' | 'manifest'
  readonly severity: 'error' | 'warning'
  readonly where: string
  /** What is wrong, with both numbers where there are two. */
  readonly what: string
}

/** What a set of checks found, and how many of them had something to check. */
export interface Checked {
  readonly checks: number
  readonly findings: readonly LintFinding[]
}

export const findingOf =
  (rule: LintFinding['rule']) =>
  (where: string, what: string, severity: LintFinding['severity'] = 'error'): LintFinding => ({
    ...{ rule, severity, where, what },
  })

export const allOf = (parts: readonly Checked[]): Checked => ({
  checks: parts.reduce((sum, { checks }) => sum + checks, 0),
  findings: parts.flatMap(({ findings }) => findings),
})

/** A number as a sentence of a finding prints it. */
export const short = (value: number) => String(Number(value.toPrecision(4)))
