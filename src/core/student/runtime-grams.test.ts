import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gramReader } from './runtime-grams.ts'

const settings = { charMin: 2, charMax: 5, wordMax: 2 }

function read(text: string, options = settings): { words: number[]; chars: number[] } {
  const { words, chars } = gramReader(options)(text)
  return { words: [...words], chars: [...chars] }
}

describe('gramReader', () => {
  test('counts as many n-grams as scikit-learn', () => {
    // scikit-learn 1.9.1: TfidfVectorizer(ngram_range=(1, 2), token_pattern=r'\w+') and (analyzer='char_wb', ngram_range=(2, 5)).
    const docs = ['my card is lost', 'the card has not come', 'lost my new card card']
    const grams = docs.map((doc) => read(doc))
    expect(grams.map(({ words }) => new Set(words).size)).toEqual([7, 9, 8])
    expect(grams.map(({ chars }) => new Set(chars).size)).toEqual([40, 56, 44])
    expect(new Set(grams.flatMap(({ words }) => words)).size).toBe(20)
    expect(new Set(grams.flatMap(({ chars }) => chars)).size).toBe(89)
  })

  test('reads capitals, compatibility forms and runs of spaces as the plain text', () => {
    const plain = read('lost my ﬁne card')
    expect(read('  LOST\tmy\u00a0 FINE  card\n')).toEqual(plain)
    expect(read('lost my fine ｃａｒｄ')).toEqual(plain)
  })

  test('joins words over signs and spaces, never characters over spaces', () => {
    const { words, chars } = read('a-b c')
    // a, b, ab, c, bc
    expect(words).toHaveLength(5)
    // ' a-b ': 4 + 3 + 2 + 1, ' c ': 2 + 1
    expect(chars).toHaveLength(13)
  })

  test('keeps the order of two words apart', () => {
    const [a, b] = [read('card lost').words, read('lost card').words]
    expect(a[2]).not.toBe(b[2])
    expect(new Set([...a, ...b]).size).toBe(4)
  })

  test('has room for any text', () => {
    const reader = gramReader(settings)
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const { words, chars } = reader(text)
        // Views into full buffers would be cut; a fresh reader must agree.
        expect({ words: [...words], chars: [...chars] }).toEqual(read(text))
        const runs = text
          .normalize('NFKC')
          .toLowerCase()
          .split(/\s+/)
          .filter((run) => run !== '')
        const expected = runs.reduce((sum, run) => sum + gramsIn(run.length + 2), 0)
        expect(chars.length).toBe(expected)
      }),
    )
  })

  test('finds nothing in an empty text', () => {
    expect(read('')).toEqual({ words: [], chars: [] })
    expect(read(' \n')).toEqual({ words: [], chars: [] })
  })
})

/** n-grams of 2 to 5 in a padded run of so many units. */
function gramsIn(length: number): number {
  return [2, 3, 4, 5].reduce((sum, n) => sum + Math.max(0, length - n + 1), 0)
}
