import type { Row } from '../data/json-rows.ts'
import { isRecord, type PromptfooWorld } from './promptfoo-prompts.ts'

/** An assertion as the scorer `assertions` takes it. */
export interface ImportedAssertion {
  readonly type: string
  readonly value?: unknown
  readonly weight?: number
  readonly transform?: string
}

/** Enters what was left out: its place, the reason, and its noun where the decision then stands on a part of what was asked. */
export type Note = (path: string, why: string, what?: string) => void

/** Assertions that need code; read under --trust only. */
const CODE = new Set(['javascript'])
/** `icontains:bonjour`, `is-json`, or plain text, which means equals. Lists after contains-any and the like by comma. */
export function shortAssertion(text: string): ImportedAssertion {
  const match = /^(not-)?([a-z][a-z-]*)(?:\(([\d.]+)\))?(?::([\s\S]*))?$/.exec(text.trim())
  const type = `${match?.[1] ?? ''}${match?.[2] ?? ''}`
  if (match === null || !(SHORT.has(match[2] ?? '') || text.includes(':')))
    return { type: 'equals', value: text }
  const value = match[4]?.trim()
  if (value === undefined) return { type }
  return {
    type,
    value: /-(any|all)$/.test(type) ? value.split(',').map((one) => one.trim()) : value,
  }
}

const SHORT = new Set(['is-json', 'contains-json'])

/** The assertions in one entry of `assert`: itself, or those of a set; what cannot be checked is noted. */
export function assertionsOf(
  value: unknown,
  path: string,
  world: PromptfooWorld,
  note: Note,
): readonly ImportedAssertion[] {
  const one = typeof value === 'string' ? shortAssertion(value) : value
  if (!isRecord(one) || typeof one['type'] !== 'string') {
    note(path, 'is not an assertion', 'assertion')
    return []
  }
  const { type, assert, weight, transform } = one
  if (type === 'assert-set' && Array.isArray(assert)) {
    if ('threshold' in one)
      note(path, 'its threshold is not read: all of the set must hold', 'part of an assertion')
    return assert.flatMap((inner, i) => assertionsOf(inner, `${path}.assert[${i}]`, world, note))
  }
  const why = cannot(String(type), transform, world)
  if (why !== null) {
    note(path, why, 'assertion')
    return []
  }
  for (const key of Object.keys(one))
    if (!ASSERTION_KEYS.has(key))
      note(
        `${path}.${key}`,
        'is not read, so the assertion counts without it',
        'part of an assertion',
      )
  return [
    {
      type: String(type),
      ...('value' in one ? { value: one['value'] } : {}),
      ...(typeof weight === 'number' ? { weight } : {}),
      ...(typeof transform === 'string' ? { transform } : {}),
    },
  ]
}

const ASSERTION_KEYS = new Set(['type', 'value', 'weight', 'transform', 'metric'])

/** Why an assertion cannot be checked, or null. */
function cannot(type: string, transform: unknown, world: PromptfooWorld): string | null {
  const bare = type.replace(/^not-/, '')
  if (CODE.has(bare)) return world.trust ? null : `${type} is code; it is run under --trust only`
  if (!world.knows(bare)) return `the assertion ${type} is unknown here`
  if (transform !== undefined && !world.trust)
    return `its transform is code; it is run under --trust only`
  return null
}

/** `{{name}}` in the value of an assertion is the variable; anything cleverer stays as it is written. */
export function rendered(assertion: ImportedAssertion, vars: Row): ImportedAssertion {
  const render = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(render)
    if (typeof value !== 'string') return value
    return value.replace(/\{\{\s*([\w-]+)\s*\}\}/g, (whole, name) =>
      name in vars ? String(vars[name]) : whole,
    )
  }
  return 'value' in assertion ? { ...assertion, value: render(assertion.value) } : assertion
}
