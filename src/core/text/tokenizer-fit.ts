import { RightsizeError } from '../error/error.ts'

/** Whether a tokenizer can belong to a model with so many embedding rows. */
export type TokenizerFit =
  | { readonly kind: 'fits' }
  /** Some ids have no row; texts that use them will be refused. */
  | { readonly kind: 'exceeds'; readonly why: string }

/** Compares the tokenizer's highest id with the model's embedding rows; fewer ids than rows is usual (padding). */
export function tokenizerFit(vocabSize: number, rows: number): TokenizerFit {
  if (vocabSize <= rows) return { kind: 'fits' }
  const over = vocabSize - rows
  const why = `the tokenizer has ${vocabSize} ids, the model ${rows} embeddings: ${over} ids have none`
  return { kind: 'exceeds', why }
}

/** Throws TOKENIZER_MISMATCH, naming the id, where an id has no embedding row. */
export function requireRows(ids: Iterable<number>, rows: number, at?: string): void {
  for (const id of ids) {
    if (id >= 0 && id < rows) continue
    const what = `token id ${id} is outside the model's ${rows} embeddings`
    throw new RightsizeError('TOKENIZER_MISMATCH', what, at === undefined ? {} : { at })
  }
}
