import type { Output } from '../data/answer.ts'
import type { Item } from '../data/item.ts'
import { RightsizeError } from '../error/error.ts'
import { answerText } from './answer-text.ts'
import { contains } from './contains.ts'
import { exact } from './exact.ts'
import { jsonAnswer } from './json-answer.ts'
import { type Options, readOptions } from './options.ts'
import { type CompilePattern, regex } from './regex.ts'
import type { Score, Scorer } from './scorer.ts'

/** One assertion of a test, in promptfoo's words. */
interface Assertion {
  readonly type: string
  readonly value?: unknown
  readonly weight?: number
  /** Code that changes the answer first; run where it is trusted. */
  readonly transform?: string
}

type Check = (output: Output, item: Item, assertion: Assertion, tools: AssertionTools) => number

/** What assertions need and a pure room does not have. */
export interface AssertionTools {
  /** What is wrong with a value by a JSON Schema, or null. */
  schemaProblem(schema: unknown, value: unknown): string | null
  /** Runs the JavaScript of assertions, where the user trusts it. */
  readonly code: AssertionCode | null
  /** How patterns run; JavaScript's own engine unless given. */
  readonly pattern?: CompilePattern
}

/** Runs a pure scorer on the assertion's value in place of the label. */
const by =
  (make: (options: Options) => Scorer, options: Options): Check =>
  (output, item, { value }) => {
    const score = make(options).score(output, { ...item, expected: value ?? null })
    return score instanceof Promise ? 0 : (score.score ?? 0)
  }

const prefix =
  (fold: (text: string) => string): Check =>
  (output, _, { value }) =>
    fold(answerText(output) ?? '').startsWith(fold(String(value))) ? 1 : 0

/** JSON that fits the schema of the assertion, if it has one. */
function json(fenced: boolean): Check {
  return (output, _, { value = true }, { schemaProblem }) => {
    const answered = jsonAnswer(output, fenced)
    return answered.ok && schemaProblem(value, answered.value) === null ? 1 : 0
  }
}

/** Assertions that need no code and no model; promptfoo's own names. `not-` before a name turns it round. */
const CHECKS: Readonly<Record<string, Check>> = {
  equals: (output, item, assertion, tools) =>
    typeof assertion.value === 'object' && assertion.value !== null
      ? json(false)(output, item, { ...assertion, value: { const: assertion.value } }, tools)
      : by(exact, { ignoreSpace: false })(output, item, assertion, tools),
  contains: by(contains, {}),
  icontains: by(contains, { ignoreCase: true }),
  'contains-any': by(contains, {}),
  'icontains-any': by(contains, { ignoreCase: true }),
  'contains-all': by(contains, { all: true }),
  'icontains-all': by(contains, { all: true, ignoreCase: true }),
  'starts-with': prefix((text) => text),
  regex: (output, item, assertion, tools) =>
    by((options) => regex(options, tools.pattern), {})(output, item, assertion, tools),
  'is-json': json(false),
  'contains-json': json(true),
}

/** Whether an assertion of this type can be checked here. */
export const knowsAssertion = (type: string): boolean =>
  CHECKS[type.replace(/^not-/, '')] !== undefined

/**
 * assertions: the weighted share of a row's own assertions that hold, 0..1.
 *
 * What it does: reads the list of assertions in the label column (`{ type, value, weight }`), as promptfoo's tests have
 * them, and checks each.
 * When to use: a promptfoo file brought over; tests of which each has its own rule.
 * When it misleads: a row with one easy assertion weighs as much as a row with five hard ones.
 * Example: a label `[{"type":"icontains","value":"bonjour"}]` with `scorer: assertions`
 * Source: the deterministic assertions of promptfoo 0.121 (documentation of equals, contains, regex, is-json ...).
 */
export function assertions(options: Options, tools: AssertionTools): Scorer {
  readOptions('assertions', options)
  return {
    name: 'assertions',
    version: tools.code === null ? '3' : '3:trusted',
    deterministic: true,
    graded: true,
    ...(tools.code === null ? {} : { effects: 'code' }),
    score: (output, item) => assertionScore(output, item, tools),
  }
}

/** Runs the code of assertions, where the user trusts it. */
export interface AssertionCode {
  /** What the expression gives for the output. */
  check(code: string, output: unknown, item: Item): number
  transform(code: string, output: unknown, item: Item): unknown
}

function assertionScore(output: Output, item: Item, tools: AssertionTools): Score {
  const list = assertionsOf(item)
  if (list.length === 0) return { score: null, reason: 'the row has no assertion' }
  const failed: string[] = []
  let sum = 0
  let weights = 0
  for (const assertion of list) {
    const { weight = 1 } = assertion
    const score = checked(output, item, assertion, tools)
    if (score < 1) failed.push(assertion.type)
    sum += weight * score
    weights += weight
  }
  const read = answerText(output) ?? output.kind
  const score = weights === 0 ? 1 : sum / weights
  return failed.length === 0
    ? { score, read }
    : { score, read, reason: `failed: ${failed.join(', ')}` }
}

function checked(output: Output, item: Item, assertion: Assertion, tools: AssertionTools): number {
  const type = assertion.type.replace(/^not-/, '')
  const score = checkedBare(type, output, item, assertion, tools)
  return type === assertion.type ? score : 1 - score
}

function checkedBare(
  type: string,
  output: Output,
  item: Item,
  assertion: Assertion,
  tools: AssertionTools,
): number {
  const { code } = tools
  const seen = transformed(output, item, assertion, code)
  if (type === 'javascript' && code !== null) return code.check(String(assertion.value), seen, item)
  const check = CHECKS[type]
  if (check === undefined)
    throw new RightsizeError(
      'SCORER_EXPECTED',
      `Item ${item.id} has an assertion of unknown type ${assertion.type}.`,
      { next: `Use one of ${Object.keys(CHECKS).join(', ')}, each also with not- in front.` },
    )
  return check(outputOf(seen, output), item, assertion, tools)
}

/** The answer as the assertion sees it: text or value, after its transform where that may run. */
function transformed(
  output: Output,
  item: Item,
  { transform }: Assertion,
  code: AssertionCode | null,
): unknown {
  const plain = output.kind === 'json' ? output.value : answerText(output)
  return transform === undefined || code === null ? plain : code.transform(transform, plain, item)
}

function outputOf(seen: unknown, original: Output): Output {
  if (typeof seen === 'string') return { kind: 'text', text: seen }
  return seen === null || seen === undefined ? original : { kind: 'json', value: seen }
}

function assertionsOf(item: Item): readonly Assertion[] {
  const value = typeof item.expected === 'string' ? JSON.parse(item.expected) : item.expected
  if (
    Array.isArray(value) &&
    value.every((one) => typeof one === 'object' && one !== null && 'type' in one)
  )
    return value
  throw new RightsizeError(
    'SCORER_EXPECTED',
    `The label of item ${item.id} is not a list of assertions.`,
  )
}
