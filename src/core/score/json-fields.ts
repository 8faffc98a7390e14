import { canonicalJson } from '../data/canonical-json.ts'
import type { Item } from '../data/item.ts'
import { RightsizeError } from '../error/error.ts'
import { jsonAnswer } from './json-answer.ts'
import { type Options, readOptions, type ScorerOptions } from './options.ts'
import type { Scorer } from './scorer.ts'

type Rules = ScorerOptions<'json-fields'>

/**
 * json-fields: the share of the label's fields that the answer has right, 0..1.
 *
 * What it does: reads the answer as JSON, takes it apart into leaf fields (lists by position) and compares each with the
 * label; counts of right, invented and missed fields allow a bar on F1 over all items.
 * When to use: extraction into a fixed form.
 * When it misleads: every field weighs the same, an id as much as a note; lists in another order are wrong.
 * Example: `scorer: { name: json-fields, options: { fields: [name, total], tolerance: 0.01 } }`
 * Source: exact match of leaves; precision and recall of fields as in the MUC slot scores (Chinchor 1992).
 */
export function jsonFields(options: Options): Scorer {
  const rules = readOptions('json-fields', options)
  return {
    name: 'json-fields',
    version: '1',
    deterministic: true,
    graded: true,
    score: (output, item) => {
      const wanted = leaves(expectedValue(item), rules)
      const answered = jsonAnswer(output, rules.fenced)
      if (!answered.ok)
        return { score: 0, reason: answered.why, counts: { tp: 0, fp: 0, fn: wanted.size } }
      const found = leaves(answered.value, rules)
      const tp = [...wanted].filter(([path, value]) => equal(found.get(path), value, rules)).length
      const counts = { tp, fp: found.size - tp, fn: wanted.size - tp }
      const read = JSON.stringify(answered.value)
      return { score: wanted.size === 0 ? 1 : tp / wanted.size, counts, read }
    },
  }
}

function expectedValue(item: Item): unknown {
  const value = typeof item.expected === 'string' ? parsed(item.expected) : item.expected
  if (typeof value === 'object' && value !== null) return value
  throw new RightsizeError('SCORER_EXPECTED', `The label of item ${item.id} is not a JSON object.`)
}

/** Leaf values by path; only those under the fields that count. */
function leaves(value: unknown, { fields }: Rules): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>()
  collect(value, '', found, 0)
  if (fields === null) return found
  const counts = (path: string) =>
    fields.some((field) => path === field || path.startsWith(`${field}.`))
  return new Map([...found].filter(([path]) => counts(path)))
}

function collect(value: unknown, path: string, into: Map<string, unknown>, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > 32) {
    into.set(path, value)
    return
  }
  for (const [key, inner] of Object.entries(value))
    collect(inner, path === '' ? key : `${path}.${key}`, into, depth + 1)
}

function equal(answered: unknown, wanted: unknown, { ignoreCase, tolerance }: Rules): boolean {
  if (typeof answered === 'number' && typeof wanted === 'number')
    return Math.abs(answered - wanted) <= tolerance
  if (typeof answered === 'string' && typeof wanted === 'string')
    return ignoreCase ? answered.toLowerCase() === wanted.toLowerCase() : answered === wanted
  return answered !== undefined && canonicalJson(answered) === canonicalJson(wanted)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
