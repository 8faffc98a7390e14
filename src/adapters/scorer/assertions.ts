import { runInNewContext } from 'node:vm'
import type { ScorerContext } from '../../contract/scorer.ts'
import type { Item } from '../../core/data/item.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { type AssertionCode, type AssertionTools, assertions } from '../../core/score/assertions.ts'
import type { Options } from '../../core/score/options.ts'
import type { Scorer } from '../../core/score/scorer.ts'

/** Longest that one expression may run, milliseconds. */
const LONGEST_MS = 2_000

/**
 * The scorer `assertions`. With `trust: true` the JavaScript of a promptfoo file runs, in a context of its own with a
 * time limit; that contains accidents and is no sandbox. Throws SCORER_REFUSED under --no-exec.
 */
export function assertionScorer(
  options: Options,
  context: ScorerContext,
  tools: Pick<AssertionTools, 'schemaProblem' | 'pattern'>,
): Scorer {
  const trusted = options['trust'] === true
  if (trusted && context.noExec)
    throw new RightsizeError(
      'SCORER_REFUSED',
      'Assertions with JavaScript run code, and --no-exec is set.',
    )
  return assertions(options, { ...tools, code: trusted ? code : null })
}

const code: AssertionCode = {
  check: (text, output, item) => scoreOf(run(text, output, item), item),
  transform: (text, output, item) => run(text, output, item),
}

/** An expression, or the body of a function where it holds `return`. */
function run(text: string, output: unknown, item: Item): unknown {
  const source = /\breturn\b/.test(text)
    ? `(() => { ${text}\n })()`
    : `(${text.trim().replace(/;$/, '')}\n)`
  try {
    return runInNewContext(source, { output, context: { vars: item.row } }, { timeout: LONGEST_MS })
  } catch (cause) {
    // The answer broke the expression (it is not JSON, it lacks a key): the assertion does not hold.
    if ((cause as Error).name === 'SyntaxError' && !isParseOfAnswer(cause))
      throw broken(text, cause)
    return null
  }
}

/** `JSON.parse(output)` of an answer that is no JSON is the answer's fault, other syntax errors are the file's. */
const isParseOfAnswer = (cause: unknown) => /JSON/.test((cause as Error).message)

const broken = (text: string, cause: unknown) =>
  new RightsizeError(
    'SCORER_FAILED',
    `The assertion ${JSON.stringify(text.slice(0, 80))} is not JavaScript.`,
    { cause },
  )

/** true, a number 0..1, or { pass, score }, as promptfoo takes them. */
function scoreOf(value: unknown, item: Item): number {
  if (typeof value === 'object' && value !== null) {
    const { score, pass } = value as { readonly score?: unknown; readonly pass?: unknown }
    return scoreOf(typeof score === 'number' ? score : pass === true, item)
  }
  const score = Number(value ?? 0)
  if (score >= 0 && score <= 1) return score
  throw new RightsizeError(
    'SCORER_FAILED',
    `An assertion of item ${item.id} returned ${String(value)}; it must return true, false or a number from 0 to 1.`,
  )
}
