import {
  ignoredKeyword,
  type Schema,
  schemaArrayKeyword,
  schemaKeyword,
  schemaMapKeyword,
  Validator,
} from '@cfworker/json-schema'
import { RightsizeError } from '../../core/error/error.ts'
import { jsonAnswer } from '../../core/score/json-answer.ts'
import { type Options, readOptions } from '../../core/score/options.ts'
import type { Scorer } from '../../core/score/scorer.ts'

/**
 * json-schema: 1 when the answer is JSON that fits the schema, else 0.
 *
 * What it does: validates by JSON Schema 2020-12 (`@cfworker/json-schema`, no code generation). An unknown keyword is
 * an error, never skipped; `format` and other annotations do not judge (the default of 2020-12).
 * When to use: answers that a program reads.
 * When it misleads: it checks the form, not the content.
 * Example: `scorer: { name: json-schema, options: { schema: { type: object, required: [color] } } }`
 * Source: JSON Schema 2020-12 (Core and Validation); agrees with ajv 8 on the cases of its test.
 */
export function jsonSchema(options: Options): Scorer {
  const { schema, fenced } = readOptions('json-schema', options)
  const shared = schema === null ? null : schemaCheck(schema)
  return {
    name: 'json-schema',
    version: '2',
    deterministic: true,
    score: (output, item) => {
      const answered = jsonAnswer(output, fenced)
      if (!answered.ok) return { score: 0, reason: answered.why }
      const problem = (shared ?? schemaCheck(item.expected ?? true))(answered.value)
      const read = JSON.stringify(answered.value)
      return problem === null ? { score: 1, read } : { score: 0, read, reason: problem }
    },
  }
}

/** Returns what is wrong with a value, with its place, or null. */
export type SchemaCheck = (value: unknown) => string | null

/** Compiles a schema. Throws SCORER_OPTION for an unknown keyword, a wrong pattern or reference, or a non-schema. */
export function schemaCheck(schema: unknown): SchemaCheck {
  const validator = new Validator(judging(schema, '#', 0), '2020-12')
  return (value) => {
    try {
      // Outer errors come first; the last one names the exact place.
      const error = validator.validate(value).errors.at(-1)
      return error === undefined
        ? null
        : `${error.instanceLocation.replace('#', '$')}: ${error.error}`
    } catch (cause) {
      const why =
        cause instanceof RangeError ? 'a $ref leads back to itself' : (cause as Error).message
      throw invalid(why, cause)
    }
  }
}

/** Nested schemas, at most. */
const DEEPEST = 64
const KNOWN = new Set([
  ...Object.keys({
    ...ignoredKeyword,
    ...schemaKeyword,
    ...schemaArrayKeyword,
    ...schemaMapKeyword,
  }),
  ...['minContains', 'maxContains'],
])
/** They describe and do not judge. */
const ANNOTATIONS = new Set(
  'title description examples deprecated readOnly writeOnly format contentEncoding contentMediaType'.split(
    ' ',
  ),
)

/** A copy with checked keywords and without annotations: the validator marks the object that it is given, and would judge `format`. */
function judging(schema: unknown, at: string, depth: number): Schema | boolean {
  if (typeof schema === 'boolean') return schema
  if (!isObject(schema)) throw invalid(`${at} is neither an object nor a boolean`)
  if (depth > DEEPEST) throw invalid(`${at} is nested too deep`)
  const judged = Object.entries(schema).filter(([keyword]) => !ANNOTATIONS.has(keyword))
  return Object.fromEntries(
    judged.map(([keyword, rule]) => [
      keyword,
      judgingRule(keyword, rule, `${at}/${keyword}`, depth),
    ]),
  )
}

function judgingRule(keyword: string, rule: unknown, at: string, depth: number): unknown {
  if (!KNOWN.has(keyword)) throw invalid(`the keyword \`${keyword}\` at ${at} is unknown`)
  const inner = (one: unknown, name: string | number) => judging(one, `${at}/${name}`, depth + 1)
  if (keyword === 'pattern') checkPattern(rule, at)
  if (Array.isArray(rule)) return schemaArrayKeyword[keyword] ? rule.map(inner) : rule
  if (schemaMapKeyword[keyword] && isObject(rule)) {
    if (keyword === 'patternProperties')
      for (const text of Object.keys(rule)) checkPattern(text, at)
    return Object.fromEntries(Object.entries(rule).map(([name, one]) => [name, inner(one, name)]))
  }
  return schemaKeyword[keyword] ? judging(rule, at, depth + 1) : rule
}

function checkPattern(text: unknown, at: string): void {
  try {
    new RegExp(String(text), 'u')
  } catch (cause) {
    throw invalid(`${JSON.stringify(text)} at ${at} is not a regular expression`, cause)
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (why: string, cause?: unknown) =>
  new RightsizeError('SCORER_OPTION', `The JSON Schema is not valid: ${why}.`, { cause })
