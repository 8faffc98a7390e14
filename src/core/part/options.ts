import { RightsizeError } from '../error/error.ts'
import { suggestion } from '../error/nearest.ts'

/** One option of a scorer: its kind, its default, and what it does. */
export interface OptionRule {
  readonly kind: 'boolean' | 'number' | 'text' | 'texts' | 'value'
  readonly byDefault: unknown
  readonly text: string
}

export type OptionRules = Readonly<Record<string, OptionRule>>
export type Options = Readonly<Record<string, unknown>>

interface Kinds {
  readonly boolean: boolean
  readonly number: number
  readonly text: string
  readonly texts: readonly string[]
  readonly value: unknown
}
export type OptionValues<R extends OptionRules> = {
  readonly [K in keyof R]: R[K]['byDefault'] extends null
    ? Kinds[R[K]['kind']] | null
    : Kinds[R[K]['kind']]
}

/** Throws SCORER_OPTION for an unknown option of the scorer (nearest named) or a value of the wrong kind. */
export function checkOptions(
  scorer: string,
  given: Options,
  rules: OptionRules,
  at?: string,
): void {
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined)
      throw new RightsizeError('SCORER_OPTION', `The scorer ${scorer} has no option \`${name}\`.`, {
        at,
        next: `Fix \`scorer.options\`: ${suggestion(name, Object.keys(rules))}`,
      })
    if (value === undefined || fits(rule.kind, value)) continue
    const what = `The option \`${name}\` of the scorer ${scorer} must be ${WORDS[rule.kind]}, not ${JSON.stringify(value)}.`
    throw new RightsizeError('SCORER_OPTION', what, { at })
  }
}

/** The options with their defaults; one text is a list of one where a list is taken. */
export function filledOptions<R extends OptionRules>(given: Options, rules: R): OptionValues<R> {
  const values = Object.entries(rules).map(([name, rule]) => [
    name,
    valueFor(rule, given[name]) ?? rule.byDefault,
  ])
  return Object.fromEntries(values) as OptionValues<R>
}

const WORDS = {
  boolean: 'true or false',
  number: 'a number',
  text: 'text',
  texts: 'text or a list of texts',
  value: 'a value',
} as const

function fits(kind: OptionRule['kind'], value: unknown): boolean {
  if (kind === 'value') return true
  if (kind === 'text') return typeof value === 'string'
  if (kind === 'number') return typeof value === 'number' && Number.isFinite(value)
  if (kind === 'boolean') return typeof value === 'boolean'
  return (
    typeof value === 'string' ||
    (Array.isArray(value) && value.every((one) => typeof one === 'string'))
  )
}

const valueFor = (rule: OptionRule, value: unknown) =>
  rule.kind === 'texts' && typeof value === 'string' ? [value] : value

const JSON_TYPES = {
  boolean: { type: 'boolean' },
  number: { type: 'number' },
  text: { type: 'string' },
  texts: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
  value: {},
} as const

/** The options as JSON Schema, for editors. */
export const optionsSchema = (rules: OptionRules) => ({
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(rules).map(([name, { kind, byDefault, text }]) => [
      name,
      {
        ...JSON_TYPES[kind],
        description: text,
        ...(byDefault === null ? {} : { default: byDefault }),
      },
    ]),
  ),
  additionalProperties: false,
})
