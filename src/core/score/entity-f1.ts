import type { Output } from '../data/answer.ts'
import type { Item } from '../data/item.ts'
import { RightsizeError } from '../error/error.ts'
import { type Options, readOptions } from './options.ts'
import type { Score, Scorer } from './scorer.ts'

/** An entity: type and place, in tokens for tags and in whatever the data count in for spans. */
export interface Entity {
  readonly type: string
  readonly start: number
  /** First place after it. */
  readonly end: number
}

/**
 * entity-f1: micro F1 over entities; an entity is right when type and both ends are.
 *
 * What it does: counts entities found, missed and invented per item; the bar is on F1 over all items' counts. BIO (and
 * IOB1, IOBES) tags are read as conlleval reads them: I- after another type, or after O, begins an entity.
 * When to use: named entities, slots, spans.
 * When it misleads: items without entities add nothing; an entity that is off by one word counts twice, as missed and
 * as invented.
 * Example: `scorer: entity-f1` with tags as a JSON list in the label column.
 * Source: conlleval (Tjong Kim Sang and Buchholz 2000) by seqeval 1.2.2 on seven systems of WNUT 2017.
 */
export function entityF1(options: Options): Scorer {
  readOptions('entity-f1', options)
  return {
    name: 'entity-f1',
    version: '1',
    deterministic: true,
    graded: true,
    ratio: 'f1',
    score: (output, item) => entityScore(answeredEntities(output), expectedEntities(item)),
  }
}

function entityScore(answered: readonly Entity[] | null, expected: readonly Entity[]): Score {
  if (answered === null)
    return {
      score: expected.length === 0 ? 1 : 0,
      reason: 'no tags or spans in the answer',
      counts: { tp: 0, fp: 0, fn: expected.length },
    }
  const wanted = new Set(expected.map(keyOf))
  const found = new Set(answered.map(keyOf))
  const tp = [...found].filter((key) => wanted.has(key)).length
  const counts = { tp, fp: found.size - tp, fn: wanted.size - tp }
  const whole = 2 * tp + counts.fp + counts.fn
  return { score: whole === 0 ? 1 : (2 * tp) / whole, counts, read: [...found].join(' ') }
}

const keyOf = ({ type, start, end }: Entity) => `${type}@${start}-${end}`

/** Entities of a list of tags, by conlleval's rules of where a chunk begins and ends. */
export function entitiesOf(tags: readonly string[]): readonly Entity[] {
  const found: Entity[] = []
  let open: { type: string; start: number } | null = null
  let before = 'O'
  tags.forEach((tag, index) => {
    const type = tag.slice(2)
    const inside = tag !== 'O' && tag !== ''
    const begins =
      inside &&
      (open === null || open.type !== type || /^[BSU]/.test(tag) || /^[ESLU]/.test(before))
    if (open !== null && (begins || !inside)) {
      found.push({ ...open, end: index })
      open = null
    }
    if (begins) open = { type, start: index }
    before = tag
  })
  if (open !== null) found.push({ ...(open as { type: string; start: number }), end: tags.length })
  return found
}

function answeredEntities(output: Output): readonly Entity[] | null {
  if (output.kind === 'spans') return output.spans
  if (output.kind === 'json') return entitiesIn(output.value)
  return output.kind === 'text' ? entitiesIn(parsed(output.text)) : null
}

function expectedEntities(item: Item): readonly Entity[] {
  const value = typeof item.expected === 'string' ? parsed(item.expected) : item.expected
  const entities = entitiesIn(value)
  if (entities !== null) return entities
  const what = `The label of item ${item.id} is neither a list of tags nor a list of spans.`
  throw new RightsizeError('SCORER_EXPECTED', what)
}

/** A list of tags, a list of spans, or null. */
function entitiesIn(value: unknown): readonly Entity[] | null {
  if (!Array.isArray(value)) return null
  if (value.every((one) => typeof one === 'string')) return entitiesOf(value)
  return value.every(isEntity) ? value : null
}

function isEntity(value: unknown): value is Entity {
  if (typeof value !== 'object' || value === null) return false
  const { type, start, end } = value as Partial<Entity>
  return typeof type === 'string' && typeof start === 'number' && typeof end === 'number'
}

/** JSON, or tags between spaces. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const tags = text.trim().split(/\s+/)
    return tags.every((tag) => /^(O|[BIESLU]-\S+)$/.test(tag)) ? tags : null
  }
}
