import { readdirSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

/** Most files that are looked at for one pattern: a pattern at the root of a disk ends. */
const mostFiles = 100_000

/**
 * Files below `folder` that a pattern names, sorted, relative to it: `*` and `?` within a name, `**` over folders,
 * `{a,b}` either. Names that begin with a dot are not found by a star.
 */
export function filesMatching(folder: string, pattern: string): readonly string[] {
  const fixed = pattern.split(/[*?{[]/, 1)[0] ?? ''
  const start = resolve(folder, fixed.endsWith('/') ? fixed : dirname(fixed))
  const wanted = expressionOf(pattern.replace(/^\.\//, ''))
  return entriesOf(start)
    .slice(0, mostFiles)
    .map((path) => relative(folder, path).split(sep).join('/'))
    .filter((path) => wanted.test(path))
    .sort()
}

function entriesOf(start: string): readonly string[] {
  try {
    return readdirSync(start, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  } catch {
    return []
  }
}

function expressionOf(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|[*?{},]|[^\w*?{},/-]/g, (piece) => {
    const known: Readonly<Record<string, string>> = {
      ...{ '**/': '(?:[^.][^/]*/)*', '**': '.*', '*': '(?!\\.)[^/]*', '?': '[^/]' },
      ...{ '{': '(?:', '}': ')', ',': '|' },
    }
    return known[piece] ?? `\\${piece}`
  })
  return new RegExp(`^${source}$`)
}
