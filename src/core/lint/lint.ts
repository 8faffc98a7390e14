import { equationFindings } from './equations.ts'
import type { ReportFacts } from './facts.ts'
import { factsFromJson } from './json-facts.ts'
import { manifestFindings } from './manifest.ts'
import { factsFromMarkdown } from './markdown-facts.ts'
import { type LintFinding, ruleFindings } from './rules.ts'

export type LintFormat = 'json' | 'markdown' | 'if-manifest'

export interface LintInput {
  /** The file as text. */
  readonly text: string
  /** Parsed content of JSON and manifests (YAML is parsed by the caller). */
  readonly parsed?: unknown
  readonly format: LintFormat
  /** ISO date; without it the ages are judged by the report's own date. */
  readonly today?: string
  /** Whether a whole report is expected; prose with equations alone has no fields to miss. */
  readonly whole?: boolean
}

/**
 * Checks anybody's SCI report or manifest: dimensions, sums, one R, coefficients, ages, magnitudes, methods, market
 * factors. Findings are data, errors first; an empty list is a pass. Nothing in the file is executed.
 */
export function lintReport(input: LintInput): readonly LintFinding[] {
  const { format, text, parsed, today = null } = input
  const found =
    format === 'if-manifest'
      ? manifestFindings(parsed)
      : [
          ...ruleFindings(factsOf(input), today, input.whole ?? true),
          ...(format === 'markdown' ? equationFindings(text) : []),
        ]
  const order = ({ severity }: LintFinding) => (severity === 'error' ? 0 : 1)
  return [...found].sort((a, b) => order(a) - order(b))
}

function factsOf({ format, text, parsed }: LintInput): ReportFacts {
  return format === 'json' ? factsFromJson(parsed, text) : factsFromMarkdown(text)
}

/** The format of a file by its content: a manifest has `initialize` and `tree`, JSON starts with a brace. */
export function lintFormatOf(text: string): LintFormat {
  if (/^[ \t]*initialize[ \t]*:/m.test(text) && /^[ \t]*tree[ \t]*:/m.test(text))
    return 'if-manifest'
  if (/^\s*\{/.test(text))
    return /"initialize"/.test(text) && /"tree"/.test(text) ? 'if-manifest' : 'json'
  return 'markdown'
}

/** One line per finding, for a terminal. */
export function findingLine({ severity, rule, where, what }: LintFinding): string {
  return `${severity} ${rule} (${where}): ${what}`
}
