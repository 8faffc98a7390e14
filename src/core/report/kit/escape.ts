const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * What can make a text read as what it is not: controls (and with them terminal escapes), marks that turn its direction
 * around, characters without width, lone halves of surrogate pairs.
 */
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Surrogate}/gu

/** At most `limit` characters, unsafe ones shown as U+FFFD. The cut comes first: a text may be megabytes long. */
function safe(text: string, limit: number, note: boolean): string {
  const shown = text.slice(0, limit).replace(/\r\n?/g, '\n').replace(unsafe, '\ufffd')
  if (text.length <= limit) return shown
  return `${shown}…${note ? ` (${text.length} characters)` : ''}`
}

/** Untrusted text for an HTML text node or a quoted attribute, cut at `limit` characters. */
export function escapeHtml(text: string, limit = 600): string {
  return safe(text, limit, true)
    .replace(/(\d) %/g, '$1\u00a0%')
    .replace(/[&<>"']/g, (mark) => escapes[mark] ?? '')
}

/** Untrusted text inside a Markdown table cell, list or paragraph: one line, no markup, no links, nobody mentioned. */
export function escapeMarkdown(text: string, limit = 160): string {
  return safe(text, limit, false)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|!~&$]/g, (mark) => (mark === '<' ? '&lt;' : `\\${mark}`))
    .replace(/@(?=\w)/g, '@\u200b')
    .replace(/\b(https?|ftp|mailto):/gi, '$1\u200b:')
    .replace(/\bwww\./gi, 'www\u200b.')
}

/** Untrusted text for a terminal: one line, no escapes, cut at `limit` characters. */
export const plainText = (text: string, limit = 600): string =>
  safe(text, limit, false).replace(/\s+/g, ' ')
