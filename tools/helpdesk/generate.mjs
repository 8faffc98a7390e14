// Writes the synthetic help desk data set: node tools/helpdesk/generate.mjs [--out FOLDER]
// The same seed writes the same bytes. Counts, shares and the seed are fixed here and frozen in FROZEN.json.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compose } from './message.mjs'
import { makeRandom } from './random.mjs'

export const seed = 'helpdesk-intents-2'
/** Split -> items and the pool of patterns it is written with. Calibration is like test: same patterns, other items. */
export const splits = {
  train: { count: 6000, pool: 'train' },
  calibration: { count: 1000, pool: 'held' },
  test: { count: 3000, pool: 'held' },
}
/** Shares of the kinds of message, the same in every split. */
export const kindShares = { plain: 0.5, negation: 0.27, order: 0.17, oos: 0.06 }
const localeShares = { 'en-US': 0.4, 'en-GB': 0.35, 'en-IN': 0.25 }

/** Exact counts by largest share first, so that every split has the promised mixture. */
function deal(shares, count) {
  const names = Object.keys(shares)
  const out = names.flatMap((name) => Array(Math.floor(shares[name] * count)).fill(name))
  while (out.length < count) out.push(names[0])
  return out
}

function makeSplit(name, { count, pool }, taken) {
  const random = makeRandom(`${seed}/${name}`)
  const kinds = random.shuffle(deal(kindShares, count))
  const locales = random.shuffle(deal(localeShares, count))
  return kinds.map((kind, i) => {
    for (let attempt = 0; attempt < 1000; attempt++) {
      const item = compose({ kind, locale: locales[i], pool, random })
      const key = item.text.toLowerCase()
      if (taken.has(key)) continue
      taken.add(key)
      return { id: `${name}-${String(i + 1).padStart(4, '0')}`, ...item }
    }
    throw new Error(`no fresh ${kind} message after 1000 attempts`)
  })
}

/** All splits as arrays of items; texts are unique over all of them. */
export function generate() {
  const taken = new Set()
  return Object.fromEntries(
    Object.entries(splits).map(([name, plan]) => [name, makeSplit(name, plan, taken)]),
  )
}

export const toJsonl = (items) => items.map((item) => `${JSON.stringify(item)}\n`).join('')

function main() {
  const at = process.argv.indexOf('--out')
  const home = join(dirname(fileURLToPath(import.meta.url)), '../../examples/helpdesk-intents/data')
  const out = at < 0 ? home : process.argv[at + 1]
  mkdirSync(out, { recursive: true })
  for (const [name, items] of Object.entries(generate()))
    writeFileSync(join(out, `${name}.jsonl`), toJsonl(items))
}
if (process.argv[1] === fileURLToPath(import.meta.url)) main()
