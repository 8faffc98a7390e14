// Fresh messages of the frozen help desk grammar from another seed: a hold-out that no development has seen.
// Made like the test part: the same counts of kinds and locales, held patterns, no text that occurs in any committed part.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { splits } from './generate.mjs'
import { compose } from './message.mjs'
import { makeRandom } from './random.mjs'

const data = join(dirname(fileURLToPath(import.meta.url)), '../../examples/helpdesk-intents/data')
const rowsOf = (part) =>
  readFileSync(join(data, `${part}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

/** Letters and digits alone: two texts that differ in signs and capitals are the same text. */
const keyOf = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** A message whose text nobody has yet; `taken` grows. */
function unseen(draw, taken) {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const item = compose(draw)
    const key = keyOf(item.text)
    if (taken.has(key)) continue
    taken.add(key)
    return item
  }
  throw new Error(`no fresh ${draw.kind} message after 1000 attempts`)
}

/**
 * As many rows as the committed test part has (3,000), with its kinds and locales in another order, from `seed`. The same seed gives the
 * same rows. Only texts and marginal counts of the committed parts are read, never an answer of a model.
 */
export function freshTest(seed) {
  const random = makeRandom(`helpdesk-intents-fresh/${seed}`)
  const like = rowsOf('test')
  const kinds = random.shuffle(like.map(({ kind }) => kind))
  const locales = random.shuffle(like.map(({ locale }) => locale))
  const taken = new Set(
    Object.keys(splits).flatMap((part) => rowsOf(part).map(({ text }) => keyOf(text))),
  )
  const { pool } = splits.test
  return kinds.map((kind, at) => ({
    id: `fresh-${String(at + 1).padStart(4, '0')}`,
    ...unseen({ kind, locale: locales[at], pool, random }, taken),
  }))
}
