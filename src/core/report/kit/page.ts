import { cut, type Html, html, htmlText, trusted } from './markup.ts'
import { style } from './style.ts'

/** Nothing may be loaded, nothing may run: what the models said is shown as text. */
const policy = trusted(
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
)

export interface Page {
  readonly title: string
  /** Id of the section that the skip link leads to, and what it is called. */
  readonly skipTo: readonly [string, string]
  readonly header: Html
  /** Sections that have nothing to show are null. */
  readonly sections: readonly (Html | null)[]
  readonly footer: string
}

/** One self-contained HTML file: no network, no script, light and dark, print, keyboard, screen reader. */
export function pageHtml({ title, skipTo: [id, name], header, sections, footer }: Page): string {
  return htmlText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${cut(title, 200)} – rightsize</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#${id}">Skip to ${name}</a>
${header}
<main>
${sections.flatMap((section) => (section === null ? [] : [section, '\n']))}</main>
<footer>${footer}</footer>
</body>
</html>
`)
}

/** A section with its heading; null where all its parts are. */
export const section = (
  id: string,
  title: string | Html,
  ...parts: readonly (Html | null)[]
): Html | null =>
  parts.every((part) => part === null)
    ? null
    : html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${parts}</section>`

/** Items of a list; null where there are none. */
export const bullets = (items: readonly (string | Html)[]): Html | null =>
  items.length === 0 ? null : html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`

/** A part that is folded away until it is asked for; null where it has nothing. */
export const folded = (summary: string | Html, body: Html | null, open = false): Html | null =>
  body === null
    ? null
    : html`<details${open ? html` open` : null}><summary>${summary}</summary>${body}</details>`

/** A box beside the headline: what to mind, what to do next; null where there is nothing. */
export function boxed(id: string, name: string, texts: readonly string[]): Html | null {
  const list = bullets(texts)
  return (
    list &&
    html`<section class="next" aria-labelledby="${id}"><h2 id="${id}">${name}</h2>${list}</section>`
  )
}

/** A remark in small print. */
export const note = (text: string | Html): Html => html`<p class="soft">${text}</p>`
