import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { RightsizeError } from '../../../core/error/error.ts'
import { type Entry, formerLine, lineOf, readLine, version } from './entry.ts'
import { appendLines, linesFrom, type NumberedLine, start } from './line-file.ts'

export interface JournalOptions {
  /** Size above which writes fail as on a full disk; no limit unless given. */
  readonly maxBytes?: number
}

/** A file of entries that several processes append to at once. */
export interface Journal {
  /** On disk when it returns. */
  append(entries: readonly Entry[]): void
  /**
   * What was written since the last call; `anew` where the file was replaced, so that what was read before is void. Errors:
   * STORE_DAMAGED where an entry was changed.
   */
  news(): { readonly anew: boolean; readonly entries: readonly Entry[] }
  /** Replaces the file by a shorter one that says the same; leaves it where the system refuses. */
  rewrite(entries: Iterable<Entry>): void
  bytes(): number
  close(): void
}

/** What can be read of a file, and what of it was changed. */
export interface Lines {
  readonly entries: readonly Entry[]
  readonly damaged: readonly string[]
}

const headerOf = (format: number): string =>
  JSON.stringify({ schema: `rightsize/store-jsonl@${format}` })
const header = headerOf(version)

/** Opens or creates the file; one of version 1 is rewritten with checksums. Errors: STORE_UNREADABLE; of `news` also STORE_NEWER. */
export function openJournal(path: string, options: JournalOptions): Journal {
  let file = translate(path, () => openFor(path))
  let at = start
  const newEntries = (): readonly Entry[] => {
    const first = at === start
    const { lines, end } = linesFrom(file, at)
    at = end
    if (first && !hasHeader(path, lines)) appendTo(path, [header], options)
    const { entries, damaged } = readLines(lines)
    if (damaged[0] === undefined) return entries
    throw new RightsizeError('STORE_DAMAGED', `${path}: ${damaged[0]}`)
  }
  const append = (entries: readonly Entry[]): void =>
    translate(path, () => appendTo(path, entries.map(lineOf), options))
  const renewed = (): boolean => {
    if (isAt(file, path)) return false
    closeSync(file)
    file = openFor(path)
    at = start
    return true
  }
  translate(path, () => {
    if (upgrade(path, file)) renewed()
  })
  return {
    append,
    news: () => translate(path, () => ({ anew: renewed(), entries: newEntries() })),
    rewrite: (entries) => {
      // Another process may have written into the old file until it was replaced.
      if (writeJournal(path, entries, file)) append(newEntries())
    },
    bytes: () => statSync(path).size,
    close: () => closeSync(file),
  }
}

/** Reads a whole file, also one that a journal refuses. Throws STORE_NEWER. */
export function readJournal(path: string): Lines {
  const file = openSync(path, 'r')
  try {
    const { lines } = linesFrom(file, start)
    return knownFormat(path, lines) === 1
      ? { entries: lines.flatMap(({ text }) => formerLine(text)), damaged: [] }
      : readLines(lines)
  } finally {
    closeSync(file)
  }
}

function readLines(lines: readonly NumberedLine[]): Lines {
  const entries: Entry[] = []
  const damaged: string[] = []
  for (const { text, number } of lines) {
    const line = readLine(text)
    if (line === null) continue
    if ('damaged' in line) damaged.push(`${line.damaged} (line ${number})`)
    else entries.push(...line)
  }
  return { entries, damaged }
}

/**
 * A whole new file in place of the one that `read` has open, which a full disk or an open file on Windows may refuse: then
 * nothing is lost. Refused too where another process does the same, or has done it since.
 */
export function writeJournal(path: string, entries: Iterable<Entry>, read: number | null): boolean {
  const draft = `${path}.draft`
  let file: number | null = null
  try {
    dropDeadDraft(draft)
    file = openSync(draft, 'wx')
    appendLines(file, [header])
    for (const entry of entries) appendLines(file, [lineOf(entry)])
    fsyncSync(file)
    if (read !== null && !isAt(read, path)) throw new Error('replaced meanwhile')
    renameSync(draft, path)
    return true
  } catch {
    if (file !== null) rmSync(draft, { force: true })
    return false
  } finally {
    if (file !== null) closeSync(file)
  }
}

/** What a killed process left; a living one is done within seconds. */
function dropDeadDraft(draft: string): void {
  const found = statSync(draft, { throwIfNoEntry: false })
  if (found !== undefined && Date.now() - found.mtimeMs > 60_000) rmSync(draft, { force: true })
}

/** Rewrites a file of version 1; true where that was done, by this process or another. */
function upgrade(path: string, file: number): boolean {
  const { lines, end } = linesFrom(file, start)
  if (formatOf(lines) !== 1) return false
  const former = (some: readonly NumberedLine[]) => some.flatMap(({ text }) => formerLine(text))
  const clock = new Int32Array(new SharedArrayBuffer(4))
  for (let tries = 0; isAt(file, path); tries++) {
    if (writeJournal(path, former(lines), file)) {
      const late = former(linesFrom(file, end).lines)
      appendTo(path, late.map(lineOf), {})
      return true
    }
    if (tries > 200)
      throw new RightsizeError('STORE_UNREADABLE', `${path} has format 1 and cannot be rewritten`)
    Atomics.wait(clock, 0, 0, 25)
  }
  return true
}

function openFor(path: string): number {
  mkdirSync(dirname(path), { recursive: true })
  return openSync(path, 'a+')
}

/** True for the file that is now under the name, false where another took its place. */
function isAt(file: number, path: string): boolean {
  const now = statSync(path, { throwIfNoEntry: false })
  return now !== undefined && now.ino === fstatSync(file).ino
}

/** Repeats the write where the file was replaced while it was written to. */
function appendTo(path: string, lines: readonly string[], { maxBytes }: JournalOptions): void {
  if (lines.length === 0) return
  for (let there = false; !there; ) {
    const file = openFor(path)
    try {
      const { size } = fstatSync(file)
      const grown = lines.reduce((sum, line) => sum + line.length + 1, size)
      if (maxBytes !== undefined && grown > maxBytes)
        throw new RightsizeError('STORE_FULL', `${path}: ${maxBytes} bytes are the limit`)
      if (size === 0 && lines[0] !== header) appendLines(file, [header])
      appendLines(file, lines)
      fsyncSync(file)
      there = isAt(file, path)
    } finally {
      closeSync(file)
    }
  }
}

/** False where the file still needs its header; throws where it is no store of ours. */
function hasHeader(path: string, lines: readonly NumberedLine[]): boolean {
  if (knownFormat(path, lines) !== null) return true
  if (lines.length === 0 && isStartOfHeader(path)) return false
  throw new RightsizeError('STORE_UNREADABLE', `${path} is not a store of rightsize`)
}

/** True for an empty file, and for what a run leaves that is killed while it creates the file. */
function isStartOfHeader(path: string): boolean {
  if (statSync(path).size > header.length + 1) return false
  return header.startsWith(readFileSync(path, 'utf8').trimStart())
}

/** The format of a file; null where it has no header. Throws STORE_NEWER. */
function knownFormat(path: string, lines: readonly NumberedLine[]): number | null {
  const format = formatOf(lines)
  if (format === null || format <= version) return format
  const what = `${path} has format ${format}, this rightsize knows up to ${version}`
  throw new RightsizeError('STORE_NEWER', what)
}

/** The format that the first header states; null where there is none. */
function formatOf(lines: readonly NumberedLine[]): number | null {
  for (const { text } of lines) {
    const found = /^\{"schema":"rightsize\/store-jsonl@(\d+)"\}$/.exec(text)
    if (found !== null) return Number(found[1])
  }
  return null
}

function translate<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof RightsizeError) throw cause
    const { code = '', message = String(cause) } = cause as { code?: string; message?: string }
    const full = code === 'ENOSPC' || code === 'EDQUOT'
    const what = `${path}: ${message}`
    throw new RightsizeError(full ? 'STORE_FULL' : 'STORE_UNREADABLE', what, { cause })
  }
}
