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
