import { readDocument } from './document.ts'
import { readJson } from './json-text.ts'
import type { Lock, LockedDecision, Look } from './lock.ts'
import { schemaId } from './schema-id.ts'

export const emptyLock: Lock = { decisions: {}, looks: [], sets: {} }

/**
 * The text of rightsize.lock: one line an entry, sorted, each with all that it needs and ending with a comma, so that git
 * may merge two branches by keeping the lines of both (`rightsize.lock merge=union`). The same lock gives the same bytes.
 */
export function lockText({ decisions, looks, sets }: Lock): string {
  const used = new Set(looks.map(({ set }) => set))
  const entries = [
    ...sorted(Object.values(decisions), ({ task }) => task.name).map((decision) => ({ decision })),
    ...sorted(looks, ({ at, key }) => `${at} ${key}`).map((look) => ({ look })),
    ...sorted(Object.entries(sets), ([name]) => name).flatMap(([name, items]) =>
      used.has(name) ? [{ set: { name, items } }] : [],
    ),
  ]
  const lines = entries.map((entry) => `${onOneLine(entry)},\n`).join('')
  return `{\n"schema": "${schemaId.lock}",\n"entries": [\n${lines}null]\n}\n`
}

/** JSON with a space after each colon, as a person and a search for `"kind": "certified"` expect it. A text of JSON holds no line break. */
const onOneLine = (entry: object): string => JSON.stringify(entry, null, 1).replace(/\n */g, '')

const sorted = <T>(entries: readonly T[], by: (entry: T) => string): readonly T[] =>
  entries.toSorted((a, b) => (by(a) < by(b) ? -1 : Number(by(a) > by(b))))

/**
 * The lock in a text. What a merge left (marks of a conflict, entries of both sides) is resolved: all looks of both
 * branches, and of two decisions of one task the later. Of a lock@1 the looks are kept and the decisions are not: they
 * name models by digests of an earlier form. Throws LOCK_INVALID with the place inside the document.
 */
export async function readLock(text: string, file: string): Promise<Lock> {
  const whole = withoutMarks(text)
  if (isFormer(whole)) return formerLooks(whole, file)
  const { entries } = await readDocument(whole, 'lock', file)
  const found = entries.filter((entry) => entry !== null)
  return {
    decisions: latest(found.flatMap((one) => ('decision' in one ? [one.decision] : []))),
    looks: together(found.flatMap((one) => ('look' in one ? [one.look] : []))),
    sets: Object.fromEntries(
      found.flatMap((one) => ('set' in one ? [[one.set.name, one.set.items]] : [])),
    ),
  }
}

/** Every line of the file stands for itself, so the marks alone are in the way. */
const withoutMarks = (text: string): string =>
  text.replace(/^([<>|]{7} .*|={7}|[<>|]{7})\r?\n/gm, '')

function latest(decisions: readonly LockedDecision[]): Lock['decisions'] {
  const found = new Map<string, LockedDecision>()
  for (const one of decisions) {
    const other = found.get(one.task.name)
    if (other === undefined || other.decidedAt < one.decidedAt) found.set(one.task.name, one)
  }
  return Object.fromEntries(found)
}

/** The same question twice is one look; what it claimed is kept. */
function together(looks: readonly Look[]): readonly Look[] {
  const found = new Map<string, Look>()
  for (const one of looks) {
    const other = found.get(one.key)
    if (other === undefined || other.claim === null) found.set(one.key, one)
  }
  return [...found.values()].toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
}

function isFormer(text: string): boolean {
  const json = readJson(text)
  const schema =
    'value' in json && typeof json.value === 'object' && json.value !== null
      ? Reflect.get(json.value, 'schema')
      : null
  return schema === 'rightsize/lock@1'
}

async function formerLooks(text: string, file: string): Promise<Lock> {
  const { decisions } = await readDocument(text, 'lock@1', file)
  const looks = Object.entries(decisions).flatMap(([task, { looks: own }]) =>
    own.map(
      ({ at, test, bar, chosen, evidence }, before): Look => ({
        ...{ at, by: 'run', task, test, bar, incumbent: null, set: null, alpha: 0 },
        key: evidence.slice(0, 16),
        asked: '',
        number: before + 1,
        candidates: chosen === null ? [] : [chosen],
        claim: null,
      }),
    ),
  )
  return { ...emptyLock, looks }
}
