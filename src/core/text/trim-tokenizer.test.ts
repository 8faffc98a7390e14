import { existsSync, readFileSync } from 'node:fs'
import { env } from 'node:process'
import { Tokenizer } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { trainBpe } from '../../../test/fixtures/train-bpe.ts'
import { seededRandom } from '../random/random.ts'
import { trainWordPiece } from './train-wordpiece.ts'
import {
  idsToKeep,
  tokenIds,
  trimTokenizer,
  trimTokenizerConfig,
  unknownIdOf,
} from './trim-tokenizer.ts'
import { vocabularyEffect } from './vocabulary-effect.ts'

const syllables = ['ka', 'lo', 'mer', 'tin', 'sol', 've', 'quo', 'ß', 'né', 'ing', 'er', 's', 'un']

/** Sentences of made words, of which small numbers are frequent, as in language. */
function sentences(seed: number, count: number, from: number): readonly string[] {
  const source = seededRandom(seed)
  const word = () => {
    let number = from + Math.floor(80 * source.next() ** 3)
    let text = ''
    for (let at = 0; at < 3; at += 1) {
      text += syllables[number % syllables.length]
      number = Math.floor(number / syllables.length) + 5 * at
    }
    return text
  }
  return Array.from({ length: count }, () => Array.from({ length: 6 }, word).join(' '))
}

const open = (json: unknown) => new Tokenizer(structuredClone(json) as never, {} as never)
const all = [...sentences(1, 200, 0), ...sentences(2, 200, 60)]
const corpus = sentences(3, 60, 0)
const unseen = sentences(4, 60, 60)
const trained = {
  BPE: trainBpe(all, { vocabSize: 900 }),
  WordPiece: trainWordPiece(all, { vocabSize: 500 }),
}
/** Suffix, continuation and merges as texts: the older form of BPE (openai/gpt without bytes). */
const withSuffix = {
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'Whitespace' },
  post_processor: null,
  decoder: null,
  model: {
    type: 'BPE',
    unk_token: '<unk>',
    end_of_word_suffix: '</w>',
    vocab: {
      '<unk>': 0,
      l: 1,
      o: 2,
      w: 3,
      'w</w>': 4,
      'r</w>': 5,
      e: 6,
      lo: 7,
      'low</w>': 8,
      'er</w>': 9,
      low: 10,
      'lower</w>': 11,
      ow: 12,
      'ow</w>': 13,
      'o</w>': 14,
    },
    merges: ['l o', 'lo w</w>', 'e r</w>', 'lo w', 'low er</w>', 'o w', 'o w</w>'],
  },
}

function trimmedBy(json: unknown, texts: readonly string[]) {
  const before = open(json)
  const used = texts.flatMap((text) => before.encode(text).ids)
  const keep = idsToKeep(json, used)
  return { before, used, keep, json: trimTokenizer(json, keep) }
}
const oldIds = (tokenizer: Tokenizer, text: string, keep: readonly number[]) =>
  tokenizer.encode(text).ids.map((id: number) => keep[id])

describe('a trimmed tokenizer', () => {
  for (const [kind, json] of Object.entries(trained)) {
    test(`${kind}: reads the corpus as before, with fewer tokens`, () => {
      const { before, keep, json: small } = trimmedBy(json, corpus)
      const after = open(small)
      expect(keep.length).toBeLessThan(0.9 * tokenIds(json).length)
      expect(tokenIds(small)).toEqual(keep.map((_, id) => id))
      for (const text of corpus) expect(oldIds(after, text, keep)).toEqual(before.encode(text).ids)
    })

    test(`${kind}: reads every text as before whose tokens were all kept`, () => {
      const { before, keep, json: small } = trimmedBy(json, corpus)
      const [after, kept] = [open(small), new Set(keep)]
      let same = 0
      const words = fc.array(fc.constantFrom(...syllables, ' '), { minLength: 1, maxLength: 24 })
      fc.assert(
        fc.property(words, (parts) => {
          const text = parts.join('')
          const old = before.encode(text).ids
          if (!old.every((id: number) => kept.has(id))) return
          same += 1
          expect(oldIds(after, text, keep)).toEqual(old)
        }),
        { numRuns: 500, seed: 5 },
      )
      expect(same).toBeGreaterThan(20)
    })

    test(`${kind}: other texts cost more tokens, and the count says so`, () => {
      const { before, keep, json: small } = trimmedBy(json, corpus)
      const after = open(small)
      const effect = vocabularyEffect(unseen, {
        before: (text) => before.encode(text),
        after: (text) => after.encode(text),
        keep,
        unknownId: unknownIdOf(json),
      })
      expect(effect.texts).toBe(60)
      expect(effect.identical).toBeLessThan(60)
      expect(effect.fertility.after).toBeGreaterThan(effect.fertility.before)
      // All characters are kept, so nothing becomes unknown.
      expect(effect.unknownRate).toEqual({ before: 0, after: 0 })
    })
  }

  test('BPE without the derivations would read almost nothing as before', () => {
    const { before, used } = trimmedBy(trained.BPE, corpus)
    const seen = [...new Set([0, 1, ...used])].sort((a, b) => a - b)
    const after = open(trimTokenizer(trained.BPE, seen))
    const same = corpus.filter(
      (text) => oldIds(after, text, seen).join() === before.encode(text).ids.join(),
    )
    expect(same.length).toBeLessThan(corpus.length / 2)
  })

  test('BPE with word ends: "lower" needs "lo" and "low", not "ow" or "low</w>"', () => {
    const keep = idsToKeep(withSuffix, [11])
    expect(keep).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 14])
    const small = trimTokenizer(withSuffix, keep) as typeof withSuffix
    expect(small.model.merges).toEqual(['l o', 'e r</w>', 'lo w', 'low er</w>'])
    expect(small.model.vocab['lower</w>']).toBe(10)
  })

  test('special tokens keep their meaning in post-processor, padding and configuration', () => {
    const json = {
      ...trained.WordPiece,
      padding: { strategy: 'BatchLongest', pad_id: 0, pad_token: '[PAD]' },
      added_tokens: [
        ...trained.WordPiece.added_tokens,
        { id: 499, content: '<user>', special: true, normalized: false },
      ],
      post_processor: {
        type: 'Sequence',
        processors: [
          trained.WordPiece.post_processor,
          { type: 'BertProcessing', cls: ['[CLS]', 2], sep: ['<user>', 499] },
        ],
      },
    }
    const keep = idsToKeep(json, [])
    const small = trimTokenizer(json, keep) as typeof json
    const last = keep.indexOf(499)
    expect(small.added_tokens.at(-1)?.id).toBe(last)
    expect(small.post_processor.processors[1]).toMatchObject({ sep: ['<user>', last] })
    expect(small.padding.pad_id).toBe(0)
    const config = { added_tokens_decoder: { 0: 'pad', 499: 'user', 200: 'gone' }, a: 1 }
    expect(
      trimTokenizerConfig(
        config,
        keep.filter((id) => id !== 200),
      ),
    ).toEqual({
      added_tokens_decoder: { 0: 'pad', [last]: 'user' },
      a: 1,
    })
  })

  test('of another kind is refused by name', () => {
    expect(() => idsToKeep({ model: { type: 'WordLevel', vocab: {} } }, [])).toThrow(
      'a tokenizer of kind "WordLevel" cannot be trimmed',
    )
  })
})

const folder = `${env['RIGHTSIZE_DATA'] ?? '../shared/data'}/tokenizers`
const t5 = `${folder}/t5-small.tokenizer.json`
const alice = [
  'Alice was beginning to get very tired of sitting by her sister on the bank.',
  'Wie viel kostet die Rücksendung?  Ça coûte 12,50 € — naïve café 東京.',
  'the White Rabbit put on his spectacles </s> and <extra_id_3> looked',
]

// Skipped where the folder RIGHTSIZE_DATA is absent.
describe.skipIf(!existsSync(t5))("T5's Unigram tokenizer of 32,100 tokens", () => {
  test('reads the corpus as before with a tenth of its tokens, unknown characters included', () => {
    const json = JSON.parse(readFileSync(t5, 'utf8'))
    const { before, keep, json: small } = trimmedBy(json, alice)
    const after = open(small)
    expect(keep.length).toBeLessThan(3210)
    for (const text of alice) expect(oldIds(after, text, keep)).toEqual(before.encode(text).ids)
    const scores = (vocab: readonly [string, number][]) => Math.min(...vocab.map(([, s]) => s))
    expect(scores((small as typeof json).model.vocab)).toBe(scores(json.model.vocab))
    expect((small as typeof json).model.unk_id).toBe(2)
  })
})
