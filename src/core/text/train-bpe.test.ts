import { Tokenizer } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { trainBpe } from './train-bpe.ts'

const corpus = [
  'low low low low low lower lower newest newest newest newest newest newest widest widest widest',
]

describe('trainBpe', () => {
  test("merges in the order of Hugging Face's BpeTrainer", () => {
    // tokenizers 0.23.3 (Python), BpeTrainer(vocab_size=266, min_frequency=2, initial_alphabet=ByteLevel.alphabet()).
    const { merges } = trainBpe(corpus, { vocabSize: 266 }).model
    expect(merges).toEqual([
      ['e', 's'],
      ['es', 't'],
      ['l', 'o'],
      ['lo', 'w'],
      ['e', 'w'],
      ['n', 'ew'],
      ['Ġ', 'low'],
      ['Ġ', 'new'],
    ])
  })

  test('is read by @huggingface/tokenizers, and any text comes back whole', () => {
    const tokenizer = new Tokenizer(structuredClone(trainBpe(corpus, { vocabSize: 300 })), {})
    // Lone surrogates are not text: UTF-8 has no bytes for them. The names of special tokens are read as such.
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.constant(' low  newest\n'),
    )
    const plain = text.filter((t) => !t.includes('<pad>') && !t.includes('<unk>'))
    fc.assert(
      fc.property(plain, (t) => {
        const { ids } = tokenizer.encode(t)
        expect(tokenizer.decode(ids, { clean_up_tokenization_spaces: false })).toBe(t)
      }),
    )
  })

  test('joins what it saw often into one token', () => {
    const tokenizer = new Tokenizer(structuredClone(trainBpe(corpus, { vocabSize: 300 })), {})
    expect(tokenizer.encode(' newest').tokens).toEqual(['Ġnewest'])
  })
})
