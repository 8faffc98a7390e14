import { escapeHtml } from './escape.ts'
import { style } from './style.ts'

/** Nothing may be loaded, nothing may run: what the models said is shown as text. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

export interface Page {
  /** Plain text. */
  readonly title: string
  /** Id of the section that the skip link leads to, and what it is called. */
  readonly skipTo: readonly [string, string]
  /** HTML; empty sections are left out. */
  readonly header: string
  readonly sections: readonly string[]
  /** Plain text. */
  readonly footer: string
}

/** One self-contained HTML file: no network, no script, light and dark, print, keyboard, screen reader. */
export function pageHtml({ title, skipTo: [id, name], header, sections, footer }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title, 200)} – rightsize</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#${id}">Skip to ${name}</a>
${header}
<main>
${sections.filter((section) => section !== '').join('\n')}
</main>
<footer>${escapeHtml(footer)}</footer>
</body>
</html>
`
}
