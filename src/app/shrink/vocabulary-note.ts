import type { Artefact } from '../../core/compress/pass.ts'
import type { VocabularyNote } from '../../core/result/compression.ts'
import { tokenIds, unknownIdOf } from '../../core/text/trim-tokenizer.ts'
import { vocabularyEffect } from '../../core/text/vocabulary-effect.ts'
import type { Bench } from './bench.ts'

/** What the trimmed tokenizer does to the gate's texts, which it was not made from; null where nothing was trimmed. */
export function vocabularyNote(
  before: Artefact,
  after: Artefact,
  { items, open }: Bench,
): VocabularyNote | null {
  const { idsKept } = after
  if (idsKept === undefined || items.texts === null || open === null) return null
  const effect = vocabularyEffect(items.texts, {
    before: open(before).encode,
    after: open(after).encode,
    keep: idsKept,
    unknownId: unknownIdOf(before.tokenizer),
  })
  return { kept: idsKept.length, of: tokenIds(before.tokenizer).length, ...effect }
}
