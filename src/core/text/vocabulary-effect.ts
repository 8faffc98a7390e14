/** What a trimmed vocabulary does to texts. Tokens are compared by their old ids. */
export interface VocabularyEffect {
  readonly texts: number
  /** Texts that are tokenised exactly as before. */
  readonly identical: number
  /** Share of tokens that are the unknown token, before and after; 0 where the tokenizer has none. */
  readonly unknownRate: { readonly before: number; readonly after: number }
  /** Tokens a word (words parted by white space; special tokens counted): what a text costs in length. */
  readonly fertility: { readonly before: number; readonly after: number }
}

type Encode = (text: string) => { readonly ids: readonly number[] }

/** Measures both tokenizers on texts. `unknownId` is the old id of the unknown token, where there is one. */
export function vocabularyEffect(
  texts: readonly string[],
  tokenizers: {
    readonly before: Encode
    readonly after: Encode
    readonly keep: readonly number[]
    readonly unknownId: number | null
  },
): VocabularyEffect {
  const { before, after, keep, unknownId } = tokenizers
  const count = { words: 0, identical: 0, old: 0, now: 0, oldUnknown: 0, nowUnknown: 0 }
  const unknowns = (ids: readonly number[]) => ids.filter((id) => id === unknownId).length
  for (const text of texts) {
    const old = before(text).ids
    const now = after(text).ids.map((id) => keep[id] ?? -1)
    count.words += text.split(/\s+/).filter((word) => word !== '').length
    count.old += old.length
    count.now += now.length
    count.oldUnknown += unknowns(old)
    count.nowUnknown += unknowns(now)
    if (old.length === now.length && old.every((id, at) => id === now[at])) count.identical += 1
  }
  const share = (part: number, whole: number) => part / Math.max(1, whole)
  return {
    texts: texts.length,
    identical: count.identical,
    unknownRate: {
      before: share(count.oldUnknown, count.old),
      after: share(count.nowUnknown, count.now),
    },
    fertility: { before: share(count.old, count.words), after: share(count.now, count.words) },
  }
}
