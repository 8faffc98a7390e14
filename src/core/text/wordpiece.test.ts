import { readFileSync } from 'node:fs'
import { Tokenizer } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { realData } from '../../../test/real-data.ts'
import { openWordPiece } from './open-wordpiece.ts'
import { trainWordPiece } from './train-wordpiece.ts'
import { bertWords } from './wordpiece.ts'

const csv = realData('banking77/test.csv')

const texts = [
  'The card has not arrived yet, where is it?',
  "I don't know why the card isn't here.",
  'café crème à la carte, naïve façade',
  'pay 100 $ or 35 € by card 2024',
  '你好 world, привет мир',
]
const strange = [
  '',
  '   ',
  'HELLO World!!',
  'a\u0000b\u200bc\ufffdd',
  '[CLS] hi [SEP][MASK] [pad]',
  'x'.repeat(120),
  '😀 emoji 👍🏽 end',
  'İstanbul ẞ ﬁ １２３',
  '\ud800 lone surrogate',
  'tab\tnew\nline\r\u0085x\u2028y\u00a0z\u3000',
  '𠀀𠀁 extension b',
  'e\u0301 decomposed',
  '__proto__ constructor toString',
  '한국어 ไทย مرحبا हिन्दी',
  '\ufeffbom',
]

describe('our WordPiece encoder', () => {
  const json = trainWordPiece([...texts, ...strange], { vocabSize: 300, minFrequency: 1 })
  const ours = openWordPiece(json)
  // The library changes the object it is given.
  const theirs = new Tokenizer(structuredClone(json), {})

  test.each([...texts, ...strange])('gives the ids of @huggingface/tokenizers for %j', (text) => {
    expect(ours.encode(text).ids).toEqual(theirs.encode(text).ids)
    expect(ours.encode(text).tokens).toEqual(theirs.encode(text).tokens)
  })

  test('gives the same ids for any text', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.string(),
      fc.constantFrom(...texts, '[SEP]', '##', "'", ' '),
    )
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 4 }), (parts) => {
        const text = parts.join('')
        expect(ours.encode(text).ids).toEqual(theirs.encode(text).ids)
      }),
      { numRuns: 500 },
    )
  })

  test('gives the same ids for pairs', () => {
    const expected = theirs.encode('the card', { text_pair: 'not here' }).ids
    expect(ours.encode('the card', 'not here').ids).toEqual(expected)
  })

  test('decodes as the library does', () => {
    for (const text of texts) {
      const { ids } = ours.encode(text)
      expect(ours.decode(ids)).toBe(theirs.decode([...ids], { skip_special_tokens: true }))
    }
  })

  test.skipIf(csv === null)('gives the same ids on banking77 (skipped without the data)', () => {
    const lines = readFileSync(csv!, 'utf8').split('\n')
    expect(lines.length).toBeGreaterThan(3000)
    const trained = trainWordPiece(lines, { vocabSize: 1500 })
    const mine = openWordPiece(trained)
    const peer = new Tokenizer(structuredClone(trained), {})
    const differing = lines.filter((l) => mine.encode(l).ids.join() !== peer.encode(l).ids.join())
    expect(differing).toEqual([])
  })
})

describe('bertWords', () => {
  const cased = { cleanText: true, chineseChars: true, stripAccents: false, lowercase: false }

  test('keeps case and accents where it is told to', () => {
    expect(bertWords("Café, isn't", cased)).toEqual(['Café', ',', 'isn', "'", 't'])
  })

  test('takes accents off and lowers where BERT uncased does', () => {
    const uncased = { ...cased, stripAccents: true, lowercase: true }
    expect(bertWords('Café 你好', uncased)).toEqual(['cafe', '你', '好'])
  })
})
