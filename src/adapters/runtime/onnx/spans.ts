import type { Output } from '../../../core/data/answer.ts'

type Span = Extract<Output, { kind: 'spans' }>['spans'][number]

/** Where a token stands in the text, in UTF-16 units; null for special tokens and what cannot be found. */
export type Place = { readonly start: number; readonly end: number } | null

const special = /^(\[(CLS|SEP|PAD|UNK|MASK)\]|<\/?s>|<pad>|<unk>|<mask>)$/

/**
 * Finds each token in the text by walking through both: tokenizers that lower-case or strip accents change letters,
 * never their order. A token that is not found (unknown, or rewritten) has no place.
 */
export function placeTokens(text: string, tokens: readonly string[]): readonly Place[] {
  const { plain, origin } = plainText(text)
  let cursor = 0
  return tokens.map((token) => {
    const bare = plainText(token.replace(/^(##|▁|Ġ)+/, '')).plain
    if (special.test(token) || bare === '') return null
    const at = plain.indexOf(bare, cursor)
    // A place far ahead would be another word that happens to hold the same letters.
    if (at < 0 || at - cursor > 64) return null
    cursor = at + bare.length
    return { start: origin[at] ?? 0, end: (origin[cursor - 1] ?? 0) + 1 }
  })
}

/** Lower-cased text without accents, and for each of its letters the place it came from. */
function plainText(text: string): { readonly plain: string; readonly origin: readonly number[] } {
  const origin: number[] = []
  let plain = ''
  let at = 0
  for (const letter of text) {
    const simple = letter.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
    for (let i = 0; i < simple.length; i++) origin.push(at + Math.min(i, letter.length - 1))
    plain += simple
    at += letter.length
  }
  return { plain, origin }
}

/**
 * Entities from one class per token, in BIO (B-X, I-X, O) or plain classes. A word takes the class of its first
 * token, as in the `first` aggregation of the transformers pipeline.
 */
export function spansOf(
  text: string,
  tokens: readonly string[],
  classes: readonly string[],
): readonly Span[] {
  const places = placeTokens(text, tokens)
  const spans: Span[] = []
  let open: { type: string; start: number; end: number } | null = null
  const close = (): void => {
    if (open) spans.push({ ...open, text: text.slice(open.start, open.end) })
    open = null
  }
  places.forEach((place, i) => {
    if (!place) return
    if (open && continuesWord(text, tokens[i] ?? '', place.start, open.end)) {
      open = { ...open, end: place.end }
      return
    }
    const { begins, type } = classParts(classes[i] ?? 'O')
    if (open && type === open.type && !begins) open = { ...open, end: place.end }
    else {
      close()
      if (type !== null && !insideWord(text, place.start)) open = { type, ...place }
    }
  })
  close()
  return spans
}

/** A later part of a word belongs to the entity that the word's first part began. */
function continuesWord(text: string, token: string, start: number, end: number): boolean {
  return start === end && (token.startsWith('##') || insideWord(text, start))
}

const letter = /[\p{L}\p{N}]/u

function insideWord(text: string, start: number): boolean {
  return start > 0 && letter.test(text[start - 1] ?? '') && letter.test(text[start] ?? '')
}

function classParts(name: string): { readonly begins: boolean; readonly type: string | null } {
  if (name === 'O') return { begins: false, type: null }
  const match = /^([BILUES])-(.+)$/.exec(name)
  if (!match) return { begins: false, type: name }
  const mark = match[1] ?? ''
  return { begins: 'BUS'.includes(mark), type: match[2] ?? null }
}
