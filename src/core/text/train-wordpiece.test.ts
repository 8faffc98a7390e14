import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openWordPiece } from './open-wordpiece.ts'
import { trainWordPiece } from './train-wordpiece.ts'

const corpus = [
  ...Array<string>(5).fill('low'),
  ...Array<string>(2).fill('lower'),
  ...Array<string>(6).fill('newest'),
  ...Array<string>(3).fill('widest'),
]

describe('trainWordPiece', () => {
  test("merges in the order of Hugging Face's WordPieceTrainer", () => {
    // tokenizers 0.23.3 (Python), WordPieceTrainer(vocab_size=31, min_frequency=2) on the same words.
    const theirs = ['##es', '##est', 'lo', 'low', 'ne', '##west', 'newest', 'wi']
    // 5 special tokens, 10 letters, each also as a later piece.
    const { vocab } = trainWordPiece(corpus, { vocabSize: 25 + theirs.length }).model
    expect(Object.keys(vocab).slice(25)).toEqual(theirs)
  })

  test('keeps to the size it was given, and puts the special tokens first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 25, max: 60 }), (vocabSize) => {
        const { vocab } = trainWordPiece(corpus, { vocabSize }).model
        const ids = Object.values(vocab)
        expect(ids.length).toBeLessThanOrEqual(vocabSize)
        expect(ids).toEqual(ids.map((_, i) => i))
        expect(Object.keys(vocab).slice(0, 5).join()).toBe('[PAD],[UNK],[CLS],[SEP],[MASK]')
      }),
    )
  })

  test('gives the same file for the same texts in any order', () => {
    const expected = JSON.stringify(trainWordPiece(corpus, { vocabSize: 40 }))
    const shuffled = fc.shuffledSubarray(corpus, { minLength: corpus.length })
    fc.assert(
      fc.property(shuffled, (texts) => {
        expect(JSON.stringify(trainWordPiece(texts, { vocabSize: 40 }))).toBe(expected)
      }),
      { numRuns: 20 },
    )
  })

  test('never finds a word of known letters unknown', () => {
    const { pieces, model } = openWordPiece(trainWordPiece(corpus, { vocabSize: 40 }))
    const word = fc.string({ unit: fc.constantFrom(...'lowernstid'), minLength: 1 })
    fc.assert(
      fc.property(word, (text) => {
        expect(pieces(text)).not.toContain(model.unknownId)
      }),
    )
  })

  test('leaves out rare characters when the alphabet is full, and reads their words as unknown', () => {
    const json = trainWordPiece([...corpus, 'é', 'zebra'], { vocabSize: 100, maxAlphabet: 10 })
    const { pieces, model } = openWordPiece(json)
    expect(pieces('zebra')).toEqual([model.unknownId])
    expect(pieces('low')).toEqual([model.vocab.get('low')])
  })

  test('makes a vocabulary of special tokens from no text', () => {
    const { vocab } = trainWordPiece([], { vocabSize: 100 }).model
    expect(Object.keys(vocab)).toHaveLength(5)
  })
})
