import { RightsizeError } from '../error/error.ts'
import { suggestion } from '../error/nearest.ts'

/** One option of a scorer: its kind, its default, and what it does. */
interface OptionRule {
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

/** The options with defaults. Throws SCORER_OPTION for an unknown name (nearest named) or a wrong type. */
export function readOptions<R extends OptionRules>(
  scorer: string,
  given: Options,
  rules: R,
): OptionValues<R> {
  for (const [name, value] of Object.entries(given)) checkOption(scorer, name, value, rules)
  const values = Object.entries(rules).map(([name, rule]) => [
    name,
    valueFor(rule, given[name]) ?? rule.byDefault,
  ])
  return Object.fromEntries(values) as OptionValues<R>
}

function checkOption(scorer: string, name: string, value: unknown, rules: OptionRules): void {
  const rule = rules[name]
  if (rule === undefined)
    throw new RightsizeError('SCORER_OPTION', `The scorer ${scorer} has no option \`${name}\`.`, {
      next: `Fix \`scorer.options\`: ${suggestion(name, Object.keys(rules))}`,
    })
  if (value === undefined || fits(rule.kind, value)) return
  const what = `The option \`${name}\` of the scorer ${scorer} must be ${WORDS[rule.kind]}, not ${JSON.stringify(value)}.`
  throw new RightsizeError('SCORER_OPTION', what)
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
