/** A way in which an answer may differ from its label and still be that label. */
export type ReadingRule =
  | 'character form'
  | 'case'
  | 'punctuation'
  | 'separators'
  | 'number form'
  | 'invisible characters'
  | 'reasoning block'
  | 'code fence'
  | 'JSON field'
  | 'tag'
  | 'Markdown'
  | 'quotes'
  | 'introduction'
  | 'explanation'

/** The labels that a text is equal to, and what had to be ignored for it; empty where it is none. */
export interface LabelMatch {
  readonly labels: readonly string[]
  readonly rules: readonly ReadingRule[]
}

const noMatch: LabelMatch = { labels: [], rules: [] }

const plain = (text: string): string => text.normalize('NFC').trim().replace(/\s+/gu, ' ')
/** Without direction marks, joiners and variation selectors, which people do not see. */
const seen = (text: string): string => plain(text.replace(/\p{Cf}|\p{Variation_Selector}/gu, ''))
/** Full-width letters, ligatures and the like as the usual character (NFKC). */
const usual = (text: string): string => seen(text.normalize('NFKC'))
/** By way of the capitals, so that ß and SS are one (Unicode 16.0, section 5.18: full case folding). */
const folded = (text: string): string => text.toUpperCase().toLowerCase()
const cased = (text: string): string => folded(usual(text))

/** Punctuation at the ends; a sign before a digit stays, because -1 is not 1. */
const bare = (text: string): string =>
  cased(text)
    .replace(/^(?:[\s.,;:!?*_"'“”„‘’«»‹›()|…]|[-–—](?!\d))+/u, '')
    .replace(/[\s.,;:!?*_"'“”„‘’«»‹›()|…\-–—]+$/u, '')

/** Underscores, hyphens and slashes read as spaces; between digits they stay. */
const spaced = (text: string): string =>
  bare(text).replace(/(?<=\P{N})[\s_\-–—/]+|[\s_\-–—/]+(?=\P{N})/gu, ' ')

/** 1, 1.0, +1 and 01 are one number; a text that is no number stays itself. */
const numeral = (text: string): string => {
  const found = /^[+-]?\d{1,15}(?:\.\d{1,15})?$/.exec(bare(text))
  return found === null ? spaced(text) : `number ${Number(found[0])}`
}

/** From strict to loose; the first level that finds anything decides, so that labels that differ only by case stay apart. */
const levels: readonly {
  readonly key: (text: string) => string
  readonly rules: readonly ReadingRule[]
}[] = [
  { key: plain, rules: [] },
  { key: seen, rules: ['invisible characters'] },
  { key: usual, rules: ['character form'] },
  { key: cased, rules: ['case'] },
  { key: bare, rules: ['punctuation'] },
  { key: spaced, rules: ['separators'] },
  { key: numeral, rules: ['number form'] },
]

/** Finds labels of a closed set in texts. */
export interface LabelMatcher {
  /** The labels that the whole text is. */
  whole(text: string): LabelMatch
  /** Labels that the text names as whole words, the longest first: `refund request` is not also `refund`. */
  named(text: string): readonly string[]
}

export function labelMatcher(labels: readonly string[]): LabelMatcher {
  const tables = levels.map(({ key, rules }) => ({ key, rules, keys: byKey(labels, key) }))
  const words = [...byKey(labels, spaced)].filter(([key]) => key !== '')
  const most = 200 + 2 * Math.max(0, ...labels.map(({ length }) => length))
  const longest = words.sort(([a], [b]) => b.length - a.length).map(([key]) => key)
  return {
    whole: (text) => {
      if (text.length > most) return noMatch
      for (const { key, rules, keys } of tables) {
        const read = key(text)
        const found = read === '' ? undefined : keys.get(read)
        if (found !== undefined) return { labels: found, rules: rulesFor(text, read, rules) }
      }
      return noMatch
    },
    named: (text) => namedIn(text, longest, byKey(labels, spaced)),
  }
}

/** Of a looser level also what the stricter ones would have ignored, as far as it was there. */
function rulesFor(
  text: string,
  read: string,
  rules: readonly ReadingRule[],
): readonly ReadingRule[] {
  const lower = usual(text) !== cased(text) && read !== cased(text)
  return lower ? ['case', ...rules] : rules
}

function byKey(
  labels: readonly string[],
  key: (text: string) => string,
): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, readonly string[]>()
  for (const label of labels) keys.set(key(label), [...(keys.get(key(label)) ?? []), label])
  return keys
}

/** Longest text in which labels are looked for as words. */
const longestSearched = 20_000

function namedIn(
  text: string,
  longest: readonly string[],
  keys: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const original = usual(text.slice(0, longestSearched)).replace(/[\s_\-–—/]+/gu, ' ')
  let rest = folded(original)
  const found: string[] = []
  for (const key of longest) {
    const at = placesOf(rest, key).filter((place) => !isArticle(original, place, key))
    if (at.length === 0) continue
    found.push(...(keys.get(key) ?? []))
    for (const place of at)
      rest = `${rest.slice(0, place)}${taken.repeat(key.length)}${rest.slice(place + key.length)}`
  }
  return found
}

/** Labels `a` and `i` are also English words: in a text only the capital that begins no sentence of it counts. */
const isArticle = (text: string, place: number, key: string): boolean =>
  /^[ai]$/.test(key) && /^(?:a|I) \p{Ll}/u.test(text.slice(place, place + 3))

/** Stands where a longer label was found: a character that no text has. */
const taken = '\ue000'

/** Where the key stands as a whole word. */
function placesOf(text: string, key: string): readonly number[] {
  const places: number[] = []
  for (let at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + key.length)) {
    const before = text.slice(Math.max(0, at - 2), at)
    const after = text.slice(at + key.length, at + key.length + 2)
    const joined = /[\p{L}\p{N}\ue000]$/u.test(before) || /^[\p{L}\p{N}\ue000]/u.test(after)
    const decimal = /\d$/.test(key) && /^[.,]\d/.test(after)
    if (!joined && !decimal && !/(?:^|\D)[-−.,]$/.test(/^\d/.test(key) ? before : ''))
      places.push(at)
  }
  return places
}
