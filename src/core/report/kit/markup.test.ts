import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainText } from '../../error/safe-text.ts'
import { html, htmlText, markdownText, md } from './markup.ts'

const escapeHtml = (text: string) => htmlText(html`${text}`)
const escapeMarkdown = (text: string) => markdownText(md`${text}`)

test('a template keeps markup, its own words and numbers, escapes every text in every list, and leaves null out', () => {
  const inner = html`<b>${'<i>'}</b>`
  const made = html`<p class="${'"x'}">${[inner, '&', [7, null]]}</p>`
  expect(htmlText(made)).toBe('<p class="&quot;x"><b>&lt;i&gt;</b>&amp;7</p>')
})

test('what looks like markup to the program but comes from a document is escaped as text', () => {
  const parsed = JSON.parse('{"language":"html","markup":"<b>"}') as string
  expect(() => htmlText(html`${parsed}`)).toThrow()
})

test('no text keeps a mark that opens a tag, an attribute or an entity', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const escaped = escapeHtml(text)
      expect(escaped).not.toMatch(/[<>"']/)
      expect(escaped.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&')
    }),
  )
})

test('controls, direction marks and characters without width are shown as such', () => {
  expect(escapeHtml('a\u202eb\u0000c\u001b[31md\u200be\ufefff\ud800g')).toBe(
    'a\ufffdb\ufffdc\ufffd[31md\ufffde\ufffdf\ufffdg',
  )
  expect(plainText('one\ntwo\u001b[2J\u0007')).toBe('one two\ufffd[2J\ufffd')
})

test('a text of a megabyte is cut, and says how long it was', () => {
  const escaped = escapeHtml('<'.repeat(1_000_000))
  expect(escaped.length).toBeLessThan(2500)
  expect(escaped).toContain('(1000000 characters)')
  expect(escapeMarkdown('|'.repeat(1_000_000)).length).toBeLessThan(400)
})

test('Markdown marks are shown, not read', () => {
  expect(escapeMarkdown('| a |')).toBe('\\| a \\|')
  expect(escapeMarkdown('`x` **b** # h ![i](u)')).toBe('\\`x\\` \\*\\*b\\*\\* \\# h \\!\\[i\\](u)')
  expect(escapeMarkdown('a\nb\r\nc')).toBe('a b c')
})

test('HTML tags, bare addresses and mentions do nothing in Markdown', () => {
  expect(escapeMarkdown('<details>&amp;')).toBe('&lt;details\\>\\&amp;')
  expect(escapeMarkdown('@team')).toBe('@\u200bteam')
  expect(escapeMarkdown('see https://evil.example')).not.toContain('https://')
  expect(escapeMarkdown('see www.evil.example')).not.toContain('www.evil')
})
