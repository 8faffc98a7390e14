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
import type { StoreWrite } from '../../../contract/store.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { appendLine, linesFrom } from './line-file.ts'

export interface JournalOptions {
  /** Size above which writes fail as on a full disk; no limit unless given. */
  readonly maxBytes?: number
}

/** A file of writes that several processes append to at once. */
export interface Journal {
  /** On disk when it returns. */
  append(write: StoreWrite): void
  /** What was written since the last call; `anew` where the file was replaced, so that what was read before is void. */
  news(): { readonly anew: boolean; readonly writes: readonly StoreWrite[] }
  /** Replaces the file by a shorter one that says the same; leaves it where the system refuses. */
  rewrite(writes: Iterable<StoreWrite>): void
  bytes(): number
  close(): void
}

const version = 1
const header = JSON.stringify({ schema: `rightsize/store-jsonl@${version}` })

/** Opens or creates the file. Errors: STORE_UNREADABLE; of `news` also STORE_NEWER. */
export function openJournal(path: string, options: JournalOptions): Journal {
  let file = translate(path, () => openFor(path))
  let at = 0
  const newLines = (): readonly string[] => {
    const first = at === 0
    const { lines, end } = linesFrom(file, at)
    at = end
    if (first && !hasHeader(path, lines)) appendTo(path, header, options)
    return lines
  }
  const append = (write: StoreWrite): void =>
    translate(path, () => appendTo(path, JSON.stringify(write), options))
  return {
    append,
    news: () =>
      translate(path, () => {
        const anew = !isAt(file, path)
        if (anew) {
          closeSync(file)
          file = openFor(path)
          at = 0
        }
        return { anew, writes: newLines().flatMap(writesIn) }
      }),
    rewrite: (writes) => {
      if (!replaced(path, writes)) return
      // Another process may have written into the old file until it was replaced.
      for (const write of newLines().flatMap(writesIn)) append(write)
    },
    bytes: () => statSync(path).size,
    close: () => closeSync(file),
  }
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
function appendTo(path: string, line: string, { maxBytes }: JournalOptions): void {
  for (let there = false; !there; ) {
    const file = openFor(path)
    try {
      const { size } = fstatSync(file)
      if (maxBytes !== undefined && size + line.length > maxBytes)
        throw new RightsizeError('STORE_FULL', `${path}: ${maxBytes} bytes are the limit`)
      if (size === 0 && line !== header) appendLine(file, header)
      appendLine(file, line)
      fsyncSync(file)
      there = isAt(file, path)
    } finally {
      closeSync(file)
    }
  }
}

/** False where the file still needs its header; throws where it is no store of ours. */
function hasHeader(path: string, lines: readonly string[]): boolean {
  const known = lines.map(schemaOf).find((schema) => schema !== null)
  if (known === undefined || known === null) {
    if (lines.length === 0 && isStartOfHeader(path)) return false
    throw new RightsizeError('STORE_UNREADABLE', `${path} is not a store of rightsize`)
  }
  if (known > version)
    throw new RightsizeError(
      'STORE_NEWER',
      `${path} has format ${known}, this rightsize knows up to ${version}`,
    )
  return true
}

/** True for an empty file, and for what a run leaves that is killed while it creates the file. */
function isStartOfHeader(path: string): boolean {
  if (statSync(path).size > header.length + 1) return false
  return header.startsWith(readFileSync(path, 'utf8').trimStart())
}

function schemaOf(line: string): number | null {
  const found = /^\{"schema":"rightsize\/store-jsonl@(\d+)"\}$/.exec(line)
  return found === null ? null : Number(found[1])
}

/** Nothing for a header, and for a line that a kill has cut short. */
function writesIn(line: string): readonly StoreWrite[] {
  try {
    const value = JSON.parse(line) as StoreWrite | { readonly schema: string }
    return 'schema' in value ? [] : [value]
  } catch {
    return []
  }
}

/** A whole new file in place of the old one, which a full disk or an open file on Windows may refuse: then nothing is lost. */
function replaced(path: string, writes: Iterable<StoreWrite>): boolean {
  const draft = `${path}.${process.pid}.draft`
  try {
    const file = openSync(draft, 'w')
    try {
      appendLine(file, header)
      for (const write of writes) appendLine(file, JSON.stringify(write))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, path)
    return true
  } catch {
    rmSync(draft, { force: true })
    return false
  }
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
