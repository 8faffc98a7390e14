import { globSync } from 'tinyglobby'

/**
 * Files below `folder` that a pattern names, sorted, relative to it: `*`, `?` and `[...]` within a name, `**` over
 * folders, `{a,b}` either. Names that begin with a dot are not found by a star; links to folders are not followed.
 */
export function filesMatching(folder: string, pattern: string): readonly string[] {
  return globSync(pattern, { cwd: folder, followSymbolicLinks: false }).sort()
}
