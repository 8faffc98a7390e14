import { expect, test } from 'vitest'
import { markdownLine, terminalText } from './safe-text.ts'

const hostile = 'a\u001b[2J\u001b]0;pwned\u0007\u009b31m\u202eb\rc\u0000\u007f'

test('a terminal obeys nothing that a text holds', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must be gone
  expect(terminalText(hostile)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/)
  expect(terminalText('ünï\tcode 😀\n')).toBe('ünï\tcode 😀\n')
  expect(terminalText('a,b\r\n')).toBe('a,b\r\n')
})

test('colors of our own stay where they may, other escapes go', () => {
  expect(terminalText('\u001b[31mred\u001b[39m\u001b[2J', true)).toBe(
    '\u001b[31mred\u001b[39m\ufffd[2J',
  )
  expect(terminalText('\u001b[31mred')).toBe('\ufffd[31mred')
})

test('JSON stays the same text', () => {
  const value = { text: hostile }
  expect(JSON.parse(terminalText(JSON.stringify(value)))).toEqual(value)
})

test('a line of Markdown opens no cell, link, image or tag', () => {
  expect(markdownLine('a | b\n# c ![x](y) <img src=z>')).toBe(
    'a \\| b # c !\\[x\\](y) &lt;img src=z>',
  )
})
