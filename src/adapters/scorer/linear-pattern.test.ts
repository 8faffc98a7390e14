import { expect, test } from 'vitest'
import { linearPattern } from './linear-pattern.ts'

const texts = [
  ...[
    '',
    'a',
    'aaa',
    'Answer: yes',
    '2024-01-31',
    'a\nb',
    'a\rb',
    'x\u00a0y',
    'x\u2028y',
    'É',
    'foo.bar',
  ],
  ...[
    'not refund',
    'a refund',
    '  [x]  ',
    'a]b',
    '\\s',
    '{"a": 1}',
    '\u3000',
    'ABC',
    '😀',
    '-',
    '/',
  ],
]

test.each([
  ...[
    '^(a+)+$',
    'Answer: (\\w+)',
    '^\\d{4}-\\d{2}-\\d{2}$',
    'a.b',
    '\\s',
    '\\S+',
    '[\\s-]',
    '[^\\s]+',
  ],
  ...[
    'x\\sy',
    '(?<!not )refund',
    '(?<year>\\d{4})',
    '\\[x\\]',
    '[\\]a]+b?',
    '\\\\s',
    '\\u0041',
    '[^]',
  ],
  ...['\\.', '(a)|(b)', '\\bfoo\\b', '^$', 'é', '\\p{L}+', '[.]', '\\/', '(?:a|b)*?b', '(x)?y'],
])('%s finds what JavaScript finds', (pattern) => {
  for (const flags of ['u', 'iu', 'su', 'mu']) {
    const linear = linearPattern(pattern, flags)
    expect(linear).not.toBeNull()
    const own = new RegExp(pattern, flags)
    // With `m`, lines end at \n alone: RE2 knows no other end of a line.
    for (const text of texts.filter((one) => !flags.includes('m') || !/[\r\u2028]/.test(one))) {
      const found = text.match(own)
      expect([text, linear?.(text) ?? null]).toEqual([text, found === null ? null : [...found]])
    }
  }
})

test.each(['(?=a)b', '(?!a)b', '(a)\\1', 'a{2000}', '('])(
  '%s is none of its patterns',
  (pattern) => {
    expect(linearPattern(pattern, '')).toBeNull()
  },
)

test.each(['^(a+)+$', '(a|a)*b', '(.*)(.*)(.*)(.*)[^a]$', '(?:a?){30}a{30}b'])(
  '%s takes time linear in the text',
  (pattern) => {
    const match = linearPattern(pattern, 'u')
    const secondsOf = (length: number): number => {
      const text = `${'a'.repeat(length)}!`
      const before = process.cpuUsage()
      for (let i = 0; i < 5; i++) match?.(text)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1e6
    }
    secondsOf(20_000)
    const [short, long] = [secondsOf(20_000), secondsOf(100_000)]
    expect(long).toBeLessThan(0.2 + 25 * short)
  },
)
