import { RightsizeError } from '../error/error.ts'
import {
  type Architecture,
  architectureOf,
  classifier,
  type Draft,
  dense,
  dropout,
  meanPool,
} from './architecture.ts'

/** The mean of token vectors with a linear head, or with one hidden layer. It cannot see the order of words. */
export interface StaticShape {
  readonly vocabulary: number
  /** Longest input in tokens; longer ones must be cut before. */
  readonly maxLength: number
  readonly width: number
  readonly classes: number
  /** Units of the hidden layer; none unless said. */
  readonly hidden?: number
}

/** Deviation of fresh token vectors: large enough that the mean of a dozen still differs between texts. */
const embeddingDeviation = 0.1

function emitStatic(draft: Draft, { vocabulary, width, classes, hidden }: StaticShape): void {
  const { writer, parameters } = draft
  const mask = writer.op('Cast', ['attention_mask'], { to: 1 })
  const table = parameters.add('embeddings.word_embeddings.weight', [vocabulary, width], {
    kind: 'normal',
    deviation: embeddingDeviation,
  })
  const words = writer.emit('Gather', [table, 'input_ids'], {
    name: '/embeddings/word_embeddings/Gather',
  })
  const pooled = dropout(draft, meanPool(writer, words, mask), width, true)
  if (hidden === undefined) {
    classifier(draft, pooled, width, classes)
    return
  }
  const inner = writer.emit('Relu', [dense(draft, pooled, 'head.dense', width, hidden)])
  classifier(draft, dropout(draft, inner, hidden, true), hidden, classes)
}

/**
 * A static embedding bag: inputs `input_ids` and `attention_mask` int64 [batch, sequence], output `logits` float32 [batch, classes].
 * Throws TRAIN_OPTIONS for sizes that are not whole numbers above 0.
 */
export function staticArchitecture(shape: StaticShape): Architecture {
  const { vocabulary, maxLength, width, classes, hidden = 1 } = shape
  for (const size of [vocabulary, maxLength, width, classes, hidden])
    if (!Number.isInteger(size) || size < 1)
      throw new RightsizeError('TRAIN_OPTIONS', 'the sizes of a static model must be above 0')
  return architectureOf((draft) => emitStatic(draft, shape), classes)
}
