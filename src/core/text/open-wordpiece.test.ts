import { describe, expect, test } from 'vitest'
import { openWordPiece } from './open-wordpiece.ts'
import { trainWordPiece } from './train-wordpiece.ts'

const json = trainWordPiece(['one two two'], { vocabSize: 60 })

describe('openWordPiece', () => {
  test.each([
    ['nothing', null],
    ['another kind', { model: { type: 'BPE', vocab: {} } }],
    ['no unknown token', { ...json, model: { ...json.model, vocab: { a: 0 } } }],
  ])('refuses %s', (_, broken) => {
    expect(() => openWordPiece(broken)).toThrow(
      expect.objectContaining({ code: 'TOKENIZER_INVALID' }),
    )
  })

  test('reads the BertProcessing post-processor of older files', () => {
    const older = {
      ...json,
      post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] },
    }
    expect(openWordPiece(older).encode('two').ids).toEqual(openWordPiece(json).encode('two').ids)
  })

  test('adds nothing where the file has no post-processor', () => {
    const bare = openWordPiece({ ...json, post_processor: null })
    expect(bare.encode('two').ids).toEqual(bare.pieces('two'))
  })
})
