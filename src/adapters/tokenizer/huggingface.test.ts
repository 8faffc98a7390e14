import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { trainBpe } from '../../../test/fixtures/train-bpe.ts'
import { realData } from '../../../test/real-data.ts'
import { trainWordPiece } from '../../core/text/train-wordpiece.ts'
import { openTokenizer } from './huggingface.ts'

const t5 = realData('tokenizers/t5-small.tokenizer.json')

describe('openTokenizer', () => {
  const wordpiece = trainWordPiece(['one two, three'], { vocabSize: 60 })

  test('opens WordPiece', () => {
    const tokenizer = openTokenizer(wordpiece)
    expect(tokenizer.encode('two').tokens.at(0)).toBe('[CLS]')
    expect(tokenizer.decode(tokenizer.encode('One two').ids)).toBe('one two')
    expect(tokenizer.padId).toBe(0)
    expect(tokenizer.vocabSize).toBe(Object.keys(wordpiece.model.vocab).length)
  })

  test('gives the same ids through the library as through our own encoder', () => {
    // A config that rewrites text is left to the library.
    const config = { remove_space: true }
    const text = 'One  two, THREE four'
    expect(openTokenizer(wordpiece, config).encode(text)).toEqual(
      openTokenizer(wordpiece).encode(text),
    )
  })

  test('opens BPE, with the padding that the config names', () => {
    const json = trainBpe(['one two two'], { vocabSize: 300, specials: ['<unk>', '<void>'] })
    const tokenizer = openTokenizer(json, { pad_token: '<void>' })
    expect(tokenizer.padId).toBe(1)
    expect(tokenizer.decode(tokenizer.encode('two tea').ids)).toBe('two tea')
    expect(tokenizer.decode([])).toBe('')
  })

  test.skipIf(t5 === null)('opens Unigram (skipped without the t5-small tokenizer)', () => {
    const tokenizer = openTokenizer(JSON.parse(readFileSync(t5!, 'utf8')))
    // Hugging Face's T5 documentation gives these ids for this text.
    const { ids } = tokenizer.encode('The house is wonderful.')
    expect(ids).toEqual([37, 629, 19, 1627, 5, 1])
    expect(tokenizer.decode(ids)).toBe('The house is wonderful.')
    expect(tokenizer.vocabSize).toBe(32100)
    expect(tokenizer.padId).toBe(0)
  })

  test.each([
    ['nothing', {}],
    ['an unknown model', { model: { type: 'Hexagram', vocab: { a: 0 } } }],
    ['an unknown normaliser', { ...wordpiece, normalizer: { type: 'Sing' } }],
  ])('refuses %s', (_, broken) => {
    expect(() => openTokenizer(broken)).toThrow(
      expect.objectContaining({ code: 'TOKENIZER_INVALID' }),
    )
  })
})
