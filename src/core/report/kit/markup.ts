import { safeText } from '../../error/safe-text.ts'

const markup = Symbol('markup')

/** Text in a language of markup. Only its template makes it, which escapes what stands between its words, or `trusted`. */
interface Markup<Language extends string> {
  readonly language: Language
  readonly [markup]: string
}
export type Html = Markup<'html'>
export type Markdown = Markup<'markdown'>

/** What a template takes: markup as it is, texts escaped, lists one after the other, null as nothing. */
type Content<Language extends string> =
  | Markup<Language>
  | string
  | number
  | null
  | readonly Content<Language>[]
export type HtmlContent = Content<'html'>
export type MarkdownContent = Content<'markdown'>

function languageOf<Language extends string>(
  language: Language,
  escaped: (text: string, limit?: number) => string,
) {
  type Of = Markup<Language>
  const trusted = (text: string): Of => ({ language, [markup]: text })
  const written = (content: Content<Language>): string => {
    if (content === null) return ''
    if (typeof content === 'string') return escaped(content)
    if (typeof content === 'number') return String(content)
    return markup in content ? content[markup] : content.map(written).join('')
  }
  return {
    trusted,
    written,
    template: (words: TemplateStringsArray, ...contents: readonly Content<Language>[]): Of =>
      trusted(words.map((word, i) => word + written(contents[i] ?? null)).join('')),
    cut: (text: string, limit: number): Of => trusted(escaped(text, limit)),
    joined: (parts: readonly Content<Language>[], between: Of): Of =>
      trusted(parts.map(written).join(between[markup])),
  }
}

const htmlLanguage = languageOf('html', escapeHtml)
const markdownLanguage = languageOf('markdown', escapeMarkdown)

/** HTML with everything between the template's own words escaped, each text cut at 600 characters. */
export const html = htmlLanguage.template
/** Markdown with everything between the template's own words escaped, each text cut at 160 characters. */
export const md = markdownLanguage.template

/** An escaped text with a limit of its own. */
export const { cut } = htmlLanguage
export const cutMd = markdownLanguage.cut

/** Parts one after the other with `between` in the gaps. */
export const { joined } = htmlLanguage
export const joinedMd = markdownLanguage.joined

/** Markup that holds no text of a document: style, a path of numbers. The one way around the template. */
export const { trusted } = htmlLanguage

/** The finished text, for the file that is written. */
export const htmlText = htmlLanguage.written
export const markdownText = markdownLanguage.written

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For a text node or a quoted attribute. */
function escapeHtml(text: string, limit = 600): string {
  return safeText(text, limit, true)
    .replace(/(\d) %/g, '$1\u00a0%')
    .replace(/[&<>"']/g, (mark) => entities[mark] ?? '')
}

/** For a table cell, list or paragraph: one line, no markup, no links, nobody mentioned. */
function escapeMarkdown(text: string, limit = 160): string {
  return safeText(text, limit)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|!~&$]/g, (mark) => (mark === '<' ? '&lt;' : `\\${mark}`))
    .replace(/@(?=\w)/g, '@\u200b')
    .replace(/\b(https?|ftp|mailto):/gi, '$1\u200b:')
    .replace(/\bwww\./gi, 'www\u200b.')
}
