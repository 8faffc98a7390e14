import { page, table, tick } from './markdown.mjs'

/** docs/reference/errors.md from the error catalog. */
export function errorsPage(catalogue) {
  const codes = Object.keys(catalogue).sort()
  return page(
    'Errors',
    'Every failure that a user can cause has a code, a reason and a next step. Codes are permanent. The message names what happened; the next step there may be more exact than here.',
    [
      ...table(
        ['code', 'what happened'],
        codes.map((code) => [`[${tick(code)}](#${code.toLowerCase()})`, catalogue[code].title]),
      ),
      ...codes.flatMap((code) => {
        const { title, why, next } = catalogue[code]
        return [`## ${tick(code)}`, `${title}.`, `Why: ${why}`, `Next: ${next}`]
      }),
    ],
  )
}
