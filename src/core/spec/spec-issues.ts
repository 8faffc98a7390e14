import { z } from 'zod'
import type { ErrorCode } from '../error/catalogue.ts'
import { RightsizeError } from '../error/error.ts'
import { suggestion } from '../error/nearest.ts'
import { expectedKind, kindOf, rule, valueAt } from './issue-text.ts'
import type { KeyPath, Source } from './source-lines.ts'

type Issue = z.core.$ZodIssue
interface Finding {
  readonly code: ErrorCode
  readonly what: string
  readonly at: string
  readonly next?: string
}

/** How many problems one message lists. */
const SHOWN = 8

/**
 * The catalogued error for what zod found: every problem with its line, unknown keys with the nearest right name from
 * the keys that are allowed at that place.
 */
export function specError(
  issues: readonly Issue[],
  source: Source,
  schema: z.ZodType,
): RightsizeError {
  const json = z.toJSONSchema(schema) as JsonSchema
  const found = unknownFirst(issues.flatMap((issue) => findings(issue, [], source, json)))
  const [first] = found
  if (first === undefined) return new RightsizeError('SPEC_INVALID', 'The spec is not valid.')
  const others = found
    .slice(1, SHOWN)
    .map((other) => `\n  also ${other.at}: ${other.what}${hint(other)}`)
  const more = found.length > SHOWN ? `\n  and ${found.length - SHOWN} more` : ''
  return new RightsizeError(first.code, `${first.what}${others.join('')}${more}`, {
    at: first.at,
    next: first.next,
  })
}

/** A misspelled key explains the key that is missing, so it speaks first. */
function unknownFirst(found: readonly Finding[]): readonly Finding[] {
  const isUnknown = (finding: Finding) => finding.code === 'SPEC_UNKNOWN_KEY'
  return [...found.filter(isUnknown), ...found.filter((finding) => !isUnknown(finding))]
}

const hint = ({ next }: Finding) => (next === undefined ? '' : ` ${next}`)

/** A key path as a person reads it: `candidates[0].model`; the whole is "the spec". */
function named(path: KeyPath): string {
  if (path.length === 0) return 'The spec'
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
  return `\`${text.replace(/^\./, '')}\``
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly additionalProperties?: JsonSchema | boolean
}

function findings(
  issue: Issue,
  base: KeyPath,
  source: Source,
  json: JsonSchema,
): readonly Finding[] {
  const path = [...base, ...issue.path] as KeyPath
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey(key, path, source, json))
  if (issue.code === 'invalid_union') return unionFindings(issue, path, source, json)
  const value = valueAt(source.value, path)
  if (value === undefined)
    return [{ code: 'SPEC_MISSING_KEY', what: `${named(path)} is missing.`, at: source.at(path) }]
  const code = issue.code === 'invalid_type' ? 'SPEC_TYPE' : 'SPEC_INVALID'
  return [{ code, what: `${named(path)} ${rule(issue, value)}.`, at: source.at(path) }]
}

/** Of a union, the branch that takes this kind of value speaks; if none does, all kinds are named. */
function unionFindings(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: KeyPath,
  source: Source,
  json: JsonSchema,
): readonly Finding[] {
  const fits = issue.errors.filter(
    (branch) => !branch.some((inner) => inner.path.length === 0 && inner.code === 'invalid_type'),
  )
  const branch = fits.sort((a, b) => a.length - b.length)[0]
  if (branch !== undefined) return branch.flatMap((inner) => findings(inner, path, source, json))
  const value = valueAt(source.value, path)
  const kinds = issue.errors
    .flatMap((inner) => inner.map(expectedKind))
    .filter((kind) => kind !== null)
  if (value === undefined)
    return [{ code: 'SPEC_MISSING_KEY', what: `${named(path)} is missing.`, at: source.at(path) }]
  const what = `${named(path)} must be ${[...new Set(kinds)].join(' or ')}, not ${kindOf(value)}.`
  return [{ code: 'SPEC_TYPE', what, at: source.at(path) }]
}

function unknownKey(key: string, path: KeyPath, source: Source, json: JsonSchema): Finding {
  const allowed = keysAt(json, path)
  const where = path.length === 0 ? '' : ` under ${named(path)}`
  const nested = allowed.includes(key) ? null : nestedForm(key, path, source, json)
  const next = nested ?? `Correct or remove the key: ${suggestion(key, allowed)}`
  return {
    code: 'SPEC_UNKNOWN_KEY',
    what: `\`${key}\`${where} is not a key of a spec.`,
    at: source.atKey(path, key),
    next,
  }
}

/** Where the key belongs one level deeper: in the settings of a candidate, or in a key that is written beside it. */
function nestedForm(key: string, path: KeyPath, source: Source, json: JsonSchema): string | null {
  const written = valueAt(source.value, path)
  const beside = typeof written === 'object' && written !== null ? Object.keys(written) : []
  const home = ['settings', ...beside].find((name) => keysAt(json, [...path, name]).includes(key))
  if (home === undefined) return null
  // A value in short form, such as a query alone, is the first key of the long form.
  const short = valueAt(source.value, [...path, home])
  const [first] = typeof short === 'string' ? keysAt(json, [...path, home]) : []
  const others = beside.filter((name) => keysAt(json, [...path, home]).includes(name))
  const keys = first === undefined ? [key] : [first, ...others]
  return `Write it as \`${home}: { ${keys.map((name) => `${name}: ...`).join(', ')} }\`.`
}

/** Keys that the schema allows in the object at this path, from all branches of a union. */
function keysAt(schema: JsonSchema, path: KeyPath): readonly string[] {
  const branches = schema.anyOf ?? [schema]
  const [head, ...rest] = path
  if (head === undefined) return branches.flatMap((branch) => Object.keys(branch.properties ?? {}))
  return branches.flatMap((branch) => {
    const child =
      typeof head === 'number' ? branch.items : (branch.properties?.[head] ?? restOf(branch))
    return child === undefined ? [] : keysAt(child, rest)
  })
}

const restOf = (schema: JsonSchema) =>
  typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
