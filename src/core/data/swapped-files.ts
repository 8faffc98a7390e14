import type { LeftOutOne } from '../result/left-out-text.ts'

/** A file of results as the user gave it to a candidate. */
export interface GivenFile {
  /** The candidate that it was given to. */
  readonly name: string
  /** Name of the file, without its folder. */
  readonly file: string
  /** Its whole path. */
  readonly path: string
  /** The model that the file itself names; null where it names none, or several. */
  readonly model: string | null
}

const why = (what: string) =>
  `the ${what} is that of another candidate, so files may have been swapped`

/**
 * Files that name another candidate than the one they were given to, and a file that was given to two. A model that stands in the file is believed; the
 * name of a file only where nothing speaks against it: it does not hold the name of its own candidate too (the longest
 * name counts, so `gpt-4o-mini.csv` is not of `gpt-4o`), and the other's file names this one, or at least not its own.
 */
export function swappedFiles(files: readonly GivenFile[]): readonly LeftOutOne[] {
  const names = files.map(({ name }) => name)
  const named = files.map(({ file }) => namesIn(file.replace(/\.[^.]+$/, ''), names))
  const again = files.filter(({ path }, at) => files.findIndex((one) => one.path === path) < at)
  const twice = again.map(({ name, file }) => ({
    ...one(`${name}=${file}`, 'file'),
    why: 'another candidate has the same file, so it is compared with itself',
  }))
  const swapped = files.flatMap(({ name, file, model }, at) => {
    const other = otherThan(name, named[at] ?? [])
    const theirs = other === null ? [] : (named[names.indexOf(other)] ?? [])
    const agree =
      other !== null &&
      (theirs.includes(name) || (other.length >= shortestName && theirs.length === 0))
    const byModel = model === null ? null : otherThan(name, namesIn(model, names))
    return [
      ...(agree && !theirs.includes(other) ? [one(`${name}=${file}`, 'file name')] : []),
      ...(byModel === null ? [] : [one(`${name}=${file}: ${model}`, 'model name')]),
    ]
  })
  return [...twice, ...swapped]
}

const one = (path: string, what: string): LeftOutOne => ({
  path,
  what,
  why: why(what),
  blocks: true,
})

/** A shorter name may be part of a file's name for any reason. */
const shortestName = 3

const otherThan = (own: string, named: readonly string[]): string | null =>
  named.length === 1 && named[0] !== own ? (named[0] ?? null) : null

/** The names that a text holds as whole words, without those that are part of a longer one of them. */
function namesIn(text: string, names: readonly string[]): readonly string[] {
  const padded = words(text)
  const found = [...new Set(names)].filter(
    (name) => words(name).trim() !== '' && padded.includes(words(name)),
  )
  return found.filter(
    (name) => !found.some((longer) => longer !== name && words(longer).includes(words(name))),
  )
}

const words = (text: string): string =>
  ` ${text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .join(' ')} `
