import { describe, expect, test } from 'vitest'
import { RightsizeError } from '../../src/core/error/error.ts'
import { readers } from './readers.ts'

/** Pieces that patterns count, nest or look for the end of. */
const pieces = [
  ...[
    ' ',
    '\t',
    '\n',
    'a',
    '0',
    '1,',
    '1 ',
    '1.',
    'a ',
    'a,',
    ', ',
    ';',
    ':',
    '.',
    '-',
    '- ',
    '_',
    '=',
  ],
  ...[
    '(',
    '[',
    '{',
    '"',
    "'",
    '\\',
    '\\"',
    '|',
    '| ',
    '|-',
    '<',
    '<a',
    '<a ',
    '&',
    '&a',
    '*',
    '**',
    '`',
    '```',
  ],
  ...[
    '#',
    '# ',
    '/',
    '/*',
    '//',
    '{{',
    '{{a',
    '{% set a',
    '<think>',
    '</think>',
    '![',
    '[a](',
    '\r\n',
    '\u00a0',
  ],
  ...[
    'a: ',
    '- a: ',
    'import ',
    'from ',
    'data: ',
    'sk-',
    'Bearer ',
    'not ',
    'label: ',
    'kg CO2 per ',
    '= 1 + ',
  ],
  ...[
    '1 g/kWh ',
    '10 kWh x ',
    '1e',
    '1/',
    '%',
    'é',
    '\ud800',
    '😀',
    '{"a":',
    '[[',
    '{"a":1}\n',
    'a,b\n',
    '"a""',
    '//a:a@',
  ],
]
/** What makes a pattern begin. */
const beginnings = ['', 'this is ', '- ', '"']
const endings = ['', '!', '\n', ' x']

const texts = (length: number): readonly string[] =>
  pieces.flatMap((piece, i) => {
    const much = piece.repeat(Math.ceil(length / piece.length)).slice(0, length)
    const ending = endings[i % endings.length]
    return [`${much}!`, `${beginnings[i % beginnings.length]}${much}${ending}`]
  })

/** CPU seconds of one reading; an error that is not ours is the test's. */
async function secondsOf(read: (text: string) => unknown, text: string): Promise<number> {
  const before = process.cpuUsage()
  try {
    await read(text)
  } catch (cause) {
    if (!(cause instanceof RightsizeError)) throw cause
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** Ten times the text may take this many times as long: n log n, and the noise of a shared machine. */
const growth = 30
/** Less is noise, CPU seconds. */
const noise = 0.05
/** Readers of libraries (YAML, Jinja): some texts take quadratic time there; 20 kB stay below this, CPU seconds. */
const ofLibraries: Readonly<Record<string, number>> = {
  parseSpec: 2,
  'energy of impact-framework': 2,
  prompt: 2,
}

const short = texts(2_000)
const long = texts(20_000)

describe('time linear in foreign text', () => {
  test.each(Object.entries(readers))('%s', { timeout: 60_000 }, async (name, read) => {
    const fine = ofLibraries[name] ?? noise
    for (const [i, text] of short.entries()) {
      const shown = JSON.stringify(text.slice(0, 12))
      const first = await secondsOf(read, text)
      expect(first, `2 kB of ${shown}`).toBeLessThan(1)
      const much = long[i] ?? ''
      let second = await secondsOf(read, much)
      if (second <= fine) continue
      const least = Math.min(first, await secondsOf(read, text))
      for (let again = 0; again < 2 && second > growth * least; again++)
        second = Math.min(second, await secondsOf(read, much))
      expect(second, `20 kB of ${shown}, after ${least} s`).toBeLessThan(
        Math.max(fine, growth * least),
      )
    }
  })
})
