import type { Artefact } from '../../core/compress/pass.ts'
import { unknownIdOf } from '../../core/text/trim-tokenizer.ts'
import type { Bench } from './bench.ts'

/** Share of unknown tokens, and tokens a word, above which texts are probably of another language than the vocabulary. */
const manyUnknown = 0.15
const manyPieces = 5
const most = 500

/** What is wrong with the texts for this tokenizer; null where nothing is. */
export function languageTrouble(artefact: Artefact, { items, open }: Bench): string | null {
  if (open === null || items.texts === null) return null
  const tokenizer = open(artefact)
  const unknownId = unknownIdOf(artefact.tokenizer)
  const count = { tokens: 0, unknown: 0, words: 0 }
  for (const text of items.texts.slice(0, most)) {
    const { ids } = tokenizer.encode(text)
    count.tokens += ids.length
    count.unknown += ids.filter((id) => id === unknownId).length
    count.words += text.split(/\s+/).filter((word) => word !== '').length
  }
  const unknown = count.unknown / Math.max(1, count.tokens)
  const pieces = count.tokens / Math.max(1, count.words)
  const end = 'are these texts of the language that the model was made for?'
  if (unknown > manyUnknown)
    return `${Math.round(100 * unknown)} % of the tokens of the calibration texts are unknown to the tokenizer: ${end}`
  if (pieces > manyPieces)
    return `the tokenizer needs ${pieces.toFixed(1)} tokens a word of the calibration texts: ${end}`
  return null
}
