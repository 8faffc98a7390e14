import type { z } from 'zod'

/** What a model, a file name or a label may hold to break out of a report. */
export const payload = [
  '</script><script>document.title="pwned"</script>',
  '<img src=x onerror="document.title=\'pwned\'">',
  '"><svg onload=document.title="pwned">',
  '" onmouseover="document.title=1',
  "' style='position:fixed' onmouseover='document.title=1",
  '</style><link rel=stylesheet href=http://127.0.0.1:9/x.css><iframe src=http://127.0.0.1:9/>',
  '\u001b[31mred\u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007',
  '\u202egnp.exe\u2066\u200b\u0000',
  '| a | b |\n|---|\n```js\n# heading\n[link](http://evil.example) ![i](http://evil.example/i.png) @everyone <details> https://evil.example www.evil.example javascript:alert(1)',
].join(' ')

/** The document with `text` in every string that its form leaves free. */
export function inEveryText<T>(
  document: T,
  form: z.ZodType<T>,
  text: (value: string, key: string) => string,
): T {
  const closed = new Set<string>()
  const walk = (value: unknown, path: string): unknown => {
    if (typeof value === 'string')
      return closed.has(path) ? value : text(value, path.slice(path.lastIndexOf('/') + 1))
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map((each, i) => walk(each, `${path}/${i}`))
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, walk(v, `${path}/${k}`)]))
  }
  for (;;) {
    const made = walk(document, '')
    const refused = refusals(made, form).filter((path) => !closed.has(path))
    if (refused.length === 0) return made as T
    for (const path of refused) closed.add(path)
  }
}

/** Paths at which the form refuses a value. */
function refusals(value: unknown, form: z.ZodType): readonly string[] {
  const paths = (issue: z.core.$ZodIssue, base: string): readonly string[] => {
    const path = [base, ...issue.path].join('/')
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [path]
    return issue.errors.flat().flatMap((inner) => paths(inner, path))
  }
  return form.safeParse(value).error?.issues.flatMap((issue) => paths(issue, '')) ?? []
}

/** Every kind of tag in a page, with the names of its attributes: what a text must not add to. */
export function tagsOf(html: string): ReadonlySet<string> {
  const tags = html.replace(/="[^"]*"/g, '').matchAll(/<[^>]*>/g)
  return new Set([...tags].map(([tag]) => tag))
}
