/**
 * What can make a text read as what it is not: controls (and with them terminal escapes), marks that turn its direction
 * around, characters without width, lone halves of surrogate pairs.
 */
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Surrogate}/gu

/**
 * At most `limit` characters, unsafe ones shown as U+FFFD; `note` adds how long a cut text was. The cut comes first: a
 * text may be megabytes long.
 */
export function safeText(text: string, limit: number, note = false): string {
  const shown = text.slice(0, limit).replace(/\r\n?/g, '\n').replace(unsafe, '\ufffd')
  if (text.length <= limit) return shown
  return `${shown}…${note ? ` (${text.length} characters)` : ''}`
}

/** Untrusted text for a terminal: one line, no escapes, cut at `limit` characters. */
export const plainText = (text: string, limit = 600): string =>
  safeText(text, limit).replace(/\s+/g, ' ')

/** Foreign text inside a line that is printed: it begins no line of its own. */
export const oneLine = (text: string): string => text.replace(/[\r\n\u2028\u2029]+/g, ' ')

/** Controls and marks of direction: what a terminal obeys instead of showing it. */
const obeyed =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\r(?!\n)/gu
// biome-ignore lint/suspicious/noControlCharactersInRegex: the colors of our own reports
const color = /\u001b\[\d{1,3}m/y

/**
 * The last filter before a terminal or a pipe: nothing that a server, model, program or file name holds is obeyed. In JSON
 * such characters are escaped, so that they stay the same text; elsewhere they are shown as U+FFFD. `colors` leaves those of
 * our own reports.
 */
export function terminalText(text: string, colors = false): string {
  const json = /^[{[]/.test(text)
  return text.replace(obeyed, (mark, at: number) => {
    color.lastIndex = at
    if (colors && mark === '\u001b' && color.test(text)) return mark
    return json ? `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}` : '\ufffd'
  })
}

/**
 * Foreign text inside a line or a table cell of Markdown that a person or our own linter reads: one line, no control, no
 * HTML, link, image or new cell of its own.
 */
export const markdownLine = (text: string, limit = 2000): string =>
  safeText(text, limit)
    .replace(/\s+/g, ' ')
    .replace(/[\\|[\]]/g, (mark) => `\\${mark}`)
    .replace(/</g, '&lt;')
