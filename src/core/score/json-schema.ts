import { RightsizeError } from '../error/error.ts'
import { canonicalJson } from '../spec/canonical-json.ts'
import { jsonAnswer } from './json-answer.ts'
import { type Options, readOptions } from './options.ts'
import type { Scorer } from './scorer.ts'

export const jsonSchemaOptions = {
  schema: {
    kind: 'value',
    byDefault: null,
    text: 'The schema; without it the label of each item is one, and where there is none any JSON is right.',
  },
  fenced: {
    kind: 'boolean',
    byDefault: false,
    text: 'JSON inside a Markdown code fence is taken too.',
  },
} as const

/**
 * json-schema: 1 when the answer is JSON that fits the schema, else 0.
 *
 * What it does: checks types, required and allowed properties, items, ranges, lengths, patterns, enum and const, allOf,
 * anyOf, oneOf, not, if / then / else and local $ref, as JSON Schema 2020-12 defines them. A keyword that it does not
 * know is an error, never skipped; `format` and other annotations do not judge (as 2020-12 has it by default).
 * When to use: answers that a program reads.
 * When it misleads: it says that the form is right, not that the content is.
 * Example: `scorer: { name: json-schema, options: { schema: { type: object, required: [color] } } }`
 * Source: JSON Schema 2020-12 (Core and Validation); agrees with ajv 8 on the cases of its test.
 */
export function jsonSchema(options: Options): Scorer {
  const { schema, fenced } = readOptions('json-schema', options, jsonSchemaOptions)
  if (schema !== null) checkSchema(schema)
  return {
    name: 'json-schema',
    version: '1',
    deterministic: true,
    score: (output, item) => {
      const answered = jsonAnswer(output, fenced)
      if (!answered.ok) return { score: 0, reason: answered.why }
      const own = schema ?? item.expected ?? true
      if (schema === null) checkSchema(own)
      const problem = schemaProblem(own, answered.value)
      const read = JSON.stringify(answered.value)
      return problem === null ? { score: 1, read } : { score: 0, read, reason: problem }
    },
  }
}

type Json = Readonly<Record<string, unknown>>
interface Place {
  readonly root: unknown
  readonly at: string
  readonly depth: number
}

/** Nested schemas and references that are followed, at most. */
const DEEPEST = 64

/** Says nothing about the value: titles, defaults, and what 2020-12 treats as annotation. */
const ANNOTATIONS = new Set([
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  'format',
  'contentEncoding',
  'contentMediaType',
])

/** What is wrong with a value by the schema, in words with its place, or null. The schema must have been checked. */
export function schemaProblem(schema: unknown, value: unknown): string | null {
  return problemAt(schema, value, { root: schema, at: '$', depth: 0 })
}

/** Throws SCORER_OPTION for a keyword that is not supported, a wrong pattern, or a schema that is no schema. */
export function checkSchema(schema: unknown, at = '#', depth = 0): void {
  if (typeof schema === 'boolean') return
  if (!isObject(schema) || depth > DEEPEST)
    throw new RightsizeError(
      'SCORER_OPTION',
      `The JSON Schema is not valid at ${at}: ${depth > DEEPEST ? 'it is too deep' : 'neither object nor boolean'}.`,
    )
  for (const [keyword, value] of Object.entries(schema)) {
    if (!ANNOTATIONS.has(keyword) && KEYWORDS[keyword] === undefined && !HELPERS.has(keyword))
      throw new RightsizeError(
        'SCORER_OPTION',
        `The JSON Schema keyword \`${keyword}\` at ${at} is not supported.`,
        {
          next: `Leave it out, or check it with your own function (\`scorer: module\`). Supported: ${[...Object.keys(KEYWORDS), ...HELPERS].join(', ')}`,
        },
      )
    if (keyword === 'pattern') pattern(value, at)
    if (keyword === 'patternProperties' && isObject(value))
      for (const key of Object.keys(value)) pattern(key, at)
    for (const [inner, where] of subschemas(keyword, value))
      checkSchema(inner, `${at}/${where}`, depth + 1)
  }
}

const ONE = new Set([
  'additionalProperties',
  'items',
  'contains',
  'not',
  'if',
  'then',
  'else',
  'propertyNames',
])
const LIST = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems'])
const MAP = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
/** Read by another keyword. */
const HELPERS = new Set(['then', 'else', 'minContains', 'maxContains'])

function subschemas(keyword: string, value: unknown): readonly (readonly [unknown, string])[] {
  if (ONE.has(keyword)) return [[value, keyword]]
  if (LIST.has(keyword) && Array.isArray(value))
    return value.map((one, i) => [one, `${keyword}/${i}`])
  if (MAP.has(keyword) && isObject(value))
    return Object.entries(value).map(([key, one]) => [one, `${keyword}/${key}`])
  return []
}

function problemAt(schema: unknown, value: unknown, place: Place): string | null {
  if (schema === true) return null
  if (schema === false) return `${place.at} is not allowed`
  if (!isObject(schema)) return null
  if (place.depth > DEEPEST) return `${place.at}: the schema refers to itself without end`
  for (const [keyword, rule] of Object.entries(schema)) {
    const problem = KEYWORDS[keyword]?.(rule, value, schema, { ...place, depth: place.depth + 1 })
    if (problem !== null && problem !== undefined) return problem
  }
  return null
}

type Keyword = (rule: unknown, value: unknown, schema: Json, place: Place) => string | null

/** A rule for values of one kind; others pass, as 2020-12 has it. */
const forKind =
  <V>(
    is: (value: unknown) => value is V,
    check: (rule: never, value: V) => boolean,
    word: string,
  ): Keyword =>
  (rule, value, _, { at }) =>
    !is(value) || check(rule as never, value)
      ? null
      : `${at} breaks ${word} ${JSON.stringify(rule)}`

const isNumber = (value: unknown): value is number => typeof value === 'number'
const isText = (value: unknown): value is string => typeof value === 'string'
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const codePoints = (text: string) => [...text].length
const same = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b)
const inside = (place: Place, key: string | number): Place => ({
  ...place,
  at: `${place.at}.${key}`,
})

const KEYWORDS: Readonly<Record<string, Keyword>> = {
  $ref: (rule, value, _, place) => problemAt(resolved(String(rule), place.root), value, place),
  type: (rule, value, _, { at }) =>
    [rule].flat().some((type) => hasType(value, String(type)))
      ? null
      : `${at} must be ${[rule].flat().join(' or ')}`,
  enum: (rule, value, _, { at }) =>
    isList(rule) && rule.some((one) => same(one, value))
      ? null
      : `${at} is none of ${JSON.stringify(rule)}`,
  const: (rule, value, _, { at }) =>
    same(rule, value) ? null : `${at} must be ${JSON.stringify(rule)}`,
  minimum: forKind(isNumber, (rule: number, value) => value >= rule, 'minimum'),
  maximum: forKind(isNumber, (rule: number, value) => value <= rule, 'maximum'),
  exclusiveMinimum: forKind(isNumber, (rule: number, value) => value > rule, 'exclusiveMinimum'),
  exclusiveMaximum: forKind(isNumber, (rule: number, value) => value < rule, 'exclusiveMaximum'),
  multipleOf: forKind(isNumber, (rule: number, value) => isMultiple(value, rule), 'multipleOf'),
  minLength: forKind(isText, (rule: number, value) => codePoints(value) >= rule, 'minLength'),
  maxLength: forKind(isText, (rule: number, value) => codePoints(value) <= rule, 'maxLength'),
  pattern: forKind(
    isText,
    (rule: string, value) => pattern(rule, '').test(value.slice(0, 100_000)),
    'pattern',
  ),
  minItems: forKind(isList, (rule: number, value) => value.length >= rule, 'minItems'),
  maxItems: forKind(isList, (rule: number, value) => value.length <= rule, 'maxItems'),
  uniqueItems: forKind(
    isList,
    (rule: boolean, value) => !rule || new Set(value.map(canonicalJson)).size === value.length,
    'uniqueItems',
  ),
  minProperties: forKind(
    isObject,
    (rule: number, value) => Object.keys(value).length >= rule,
    'minProperties',
  ),
  maxProperties: forKind(
    isObject,
    (rule: number, value) => Object.keys(value).length <= rule,
    'maxProperties',
  ),
  required: (rule, value, _, { at }) => {
    const lost =
      isObject(value) && isList(rule)
        ? rule.find((key) => !Object.hasOwn(value, String(key)))
        : undefined
    return lost === undefined ? null : `${at} lacks \`${lost}\``
  },
  dependentRequired: (rule, value, _, { at }) => {
    if (!isObject(value) || !isObject(rule)) return null
    const lost = Object.entries(rule).find(
      ([key, needs]) =>
        Object.hasOwn(value, key) &&
        isList(needs) &&
        needs.some((need) => !Object.hasOwn(value, String(need))),
    )
    return lost === undefined ? null : `${at} has \`${lost[0]}\` without what it needs`
  },
  dependentSchemas: (rule, value, _, place) =>
    isObject(value) && isObject(rule)
      ? first(Object.entries(rule), ([key, inner]) =>
          Object.hasOwn(value, key) ? problemAt(inner, value, place) : null,
        )
      : null,
  properties: (rule, value, _, place) =>
    isObject(value) && isObject(rule)
      ? first(Object.entries(rule), ([key, inner]) =>
          Object.hasOwn(value, key) ? problemAt(inner, value[key], inside(place, key)) : null,
        )
      : null,
  patternProperties: (rule, value, _, place) =>
    isObject(value) && isObject(rule)
      ? first(Object.entries(rule), ([text, inner]) =>
          first(Object.keys(value), (key) =>
            pattern(text, '').test(key) ? problemAt(inner, value[key], inside(place, key)) : null,
          ),
        )
      : null,
  additionalProperties: (rule, value, schema, place) =>
    isObject(value)
      ? first(otherKeys(value, schema), (key) => problemAt(rule, value[key], inside(place, key)))
      : null,
  propertyNames: (rule, value, _, place) =>
    isObject(value)
      ? first(Object.keys(value), (key) => problemAt(rule, key, inside(place, key)))
      : null,
  prefixItems: (rule, value, _, place) =>
    isList(value) && isList(rule)
      ? first(rule.slice(0, value.length), (inner, i) =>
          problemAt(inner, value[i], inside(place, i)),
        )
      : null,
  items: (rule, value, { prefixItems }, place) => {
    if (!isList(value)) return null
    const from = isList(prefixItems) ? prefixItems.length : 0
    return first(value.slice(from), (one, i) => problemAt(rule, one, inside(place, from + i)))
  },
  contains: (rule, value, { minContains = 1, maxContains = Number.POSITIVE_INFINITY }, place) => {
    if (!isList(value)) return null
    const count = value.filter((one) => problemAt(rule, one, place) === null).length
    return count >= Number(minContains) && count <= Number(maxContains)
      ? null
      : `${place.at} holds ${count} items that fit contains`
  },
  allOf: (rule, value, _, place) =>
    isList(rule) ? first(rule, (one) => problemAt(one, value, place)) : null,
  anyOf: (rule, value, _, place) =>
    isList(rule) && rule.some((one) => problemAt(one, value, place) === null)
      ? null
      : `${place.at} fits none of anyOf`,
  oneOf: (rule, value, _, place) => {
    const fits = isList(rule)
      ? rule.filter((one) => problemAt(one, value, place) === null).length
      : 0
    return fits === 1 ? null : `${place.at} fits ${fits} of oneOf, not one`
  },
  not: (rule, value, _, place) =>
    problemAt(rule, value, place) === null ? `${place.at} fits what it must not` : null,
  if: (rule, value, { then: yes = true, else: no = true }, place) =>
    problemAt(problemAt(rule, value, place) === null ? yes : no, value, place),
}

function first<T>(
  values: readonly T[],
  check: (value: T, index: number) => string | null,
): string | null {
  for (const [index, value] of values.entries()) {
    const problem = check(value, index)
    if (problem !== null) return problem
  }
  return null
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isObject(value)
  if (type === 'integer') return Number.isInteger(value)
  return typeof value === type
}

/** Division by a decimal is not exact in binary: a distance of 1e-9 of a step counts as none. */
function isMultiple(value: number, step: number): boolean {
  const steps = value / step
  return Math.abs(steps - Math.round(steps)) < 1e-9
}

function otherKeys(value: Json, { properties, patternProperties }: Json): readonly string[] {
  const named = isObject(properties) ? properties : {}
  const patterns = isObject(patternProperties) ? Object.keys(patternProperties) : []
  return Object.keys(value).filter(
    (key) => !Object.hasOwn(named, key) && !patterns.some((text) => pattern(text, '').test(key)),
  )
}

/** `#`, `#/$defs/name` and other pointers into the same schema (RFC 6901). Throws SCORER_OPTION otherwise. */
function resolved(ref: string, root: unknown): unknown {
  const steps = ref.startsWith('#') ? ref.slice(1).split('/').slice(1) : null
  const found = steps?.reduce<unknown>((at, step) => {
    const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
    return isObject(at) || Array.isArray(at) ? (at as Json)[key] : undefined
  }, root)
  if (found !== undefined) return found
  throw new RightsizeError('SCORER_OPTION', `The JSON Schema refers to ${ref}, which is not in it.`)
}

function pattern(text: unknown, at: string): RegExp {
  try {
    return new RegExp(String(text), 'u')
  } catch (cause) {
    throw new RightsizeError(
      'SCORER_OPTION',
      `The pattern ${JSON.stringify(text)} at ${at} is not a regular expression.`,
      { cause },
    )
  }
}
