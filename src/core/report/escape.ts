const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Controls, and the marks that turn the direction of text around: they could make a page read as what it is not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Untrusted text for an HTML text node or a quoted attribute, cut at `limit` characters. */
export function escapeHtml(text: string, limit = 600): string {
  const cut = text.length <= limit ? text : `${text.slice(0, limit)}… (${text.length} characters)`
  return cut.replace(unsafe, '\ufffd').replace(/[&<>"']/g, (mark) => escapes[mark] ?? '')
}

/** Untrusted text inside a Markdown table cell or list. */
export function escapeMarkdown(text: string, limit = 160): string {
  const cut = text.length <= limit ? text : `${text.slice(0, limit)}…`
  return cut
    .replace(unsafe, '\ufffd')
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|!@]/g, (mark) => `\\${mark}`)
}
