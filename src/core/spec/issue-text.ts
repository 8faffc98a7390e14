import type { z } from 'zod'
import type { KeyPath } from './source-lines.ts'

type Issue = z.core.$ZodIssue

/** What a value breaks, as the end of a sentence: "must be a number, not a list". */
export function rule(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_type')
    return `must be ${expectedKind(issue) ?? issue.expected}, not ${kindOf(value)}`
  if (issue.code === 'invalid_value')
    return `is ${briefly(value)}; it must be one of ${issue.values.map(briefly).join(', ')}`
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options))
    return `is ${briefly(value)}; it must be one of ${issue.options.map(briefly).join(', ')}`
  if (issue.code === 'too_small') return `is too small: ${bound(issue, '>', issue.minimum)}`
  if (issue.code === 'too_big') return `is too large: ${bound(issue, '<', issue.maximum)}`
  return issue.message
}

function bound(
  issue: { origin: string; inclusive?: boolean },
  sign: string,
  limit: number | bigint,
): string {
  const of =
    issue.origin === 'array' ? 'its length ' : issue.origin === 'string' ? 'its length ' : ''
  return `${of}must be ${sign}${issue.inclusive === false ? '' : '='} ${limit}`
}

/** As JSON, cut to a line. */
function briefly(value: unknown): string {
  const text = String(JSON.stringify(value, (_, own) => (typeof own === 'bigint' ? `${own}` : own)))
  return text.length > 80 ? `${text.slice(0, 80)}...` : text
}

/** The kind of value that is expected, with its article; null where the issue is not about the kind. */
export function expectedKind(issue: Issue): string | null {
  if (issue.code !== 'invalid_type') return null
  const article: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    tuple: 'a list',
    object: 'an object of keys',
    record: 'an object of keys',
  }
  return article[issue.expected] ?? issue.expected
}

/** What a value is, as a person reads it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'nothing (null)'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object of keys'
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.slice(0, 60))}${percent(value)}`
  return `${typeof value === 'boolean' ? '' : 'the number '}${String(value)}`
}

/** 90% is 0.9 here. */
function percent(text: string): string {
  const number = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text)?.[1]
  return number === undefined ? '' : ` (write ${Number(number) / 100})`
}

/** The value at a path; undefined where nothing is there. */
export function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null
        ? (at as Record<string | number, unknown>)[key]
        : undefined,
    value,
  )
}
