import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  openSync,
  type ReadStream,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { devNull } from 'node:os'
import { decodedText } from '../../core/data/decoded-text.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { systemError } from '../../core/error/system.ts'
import { requireInside } from './confinement.ts'

/** Largest file that is read into memory unless the caller knows better, bytes: a text of V8 holds little more. */
export const largestFile = 500_000_000

/** A pipe without a writer would otherwise be waited for before anything is known of it. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * The bytes of a file. Only regular files are read: a pipe, a device or a socket may never end. Rejects with READ_FAILED,
 * FILE_TOO_LARGE, and with the error of the system where there is none or it is a folder.
 */
export async function readBytes(path: string, most = largestFile): Promise<Buffer> {
  requireInside(path)
  const file = await open(path, flags)
  try {
    requireRegular(await file.stat(), path, most)
    return within(await file.readFile(), path, most)
  } finally {
    await file.close()
  }
}

/** The same as a text, in the encoding of its byte order mark. Rejects with DATA_ENCODING where it is something else. */
export async function readText(path: string, most = largestFile): Promise<string> {
  return decodedText(await readBytes(path, most), path)
}

/** `readBytes`, at once. */
export function bytesNow(path: string, most = largestFile): Buffer {
  requireInside(path)
  return unconfined(path, most)
}

/** The text of a file that the system or the user's own environment names, never a spec. */
export const systemText = (path: string): string => unconfined(path, largestFile).toString('utf8')

function unconfined(path: string, most: number): Buffer {
  const file = openSync(path, flags)
  try {
    requireRegular(fstatSync(file), path, most)
    return within(readFileSync(file), path, most)
  } finally {
    closeSync(file)
  }
}

/** `readText`, at once. */
export function textNow(path: string, most = largestFile): string {
  return decodedText(bytesNow(path, most), path)
}

/** A file of any size in pieces. Throws what `readBytes` does, but for the size. */
export function piecesOf(path: string): ReadStream {
  requireInside(path)
  requireRegular(statSync(path), path, Number.POSITIVE_INFINITY)
  return createReadStream(path)
}

/** Throws where it is a folder (the error of the system), no regular file (READ_FAILED), or too large (FILE_TOO_LARGE). */
export function requireRegular(stats: Stats, path: string, most: number): void {
  if (stats.isDirectory()) {
    const code = 'EISDIR'
    throw Object.assign(new Error(`${code}: '${path}'`), { code, path, syscall: 'read' })
  }
  if (!stats.isFile()) {
    const kind = stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device'
    throw new RightsizeError('READ_FAILED', `${path} cannot be read: it is ${kind}, not a file`)
  }
  if (stats.size > most) throw tooLarge(path, stats.size, most)
}

/** A file may have grown since it was looked at, and some of the system's have no size. */
function within(bytes: Buffer, path: string, most: number): Buffer {
  if (bytes.byteLength > most) throw tooLarge(path, bytes.byteLength, most)
  return bytes
}

const tooLarge = (path: string, size: number, most: number): RightsizeError =>
  new RightsizeError('FILE_TOO_LARGE', `${path} has ${size} bytes; the limit is ${most}`)

/** Files, sockets and pipes that a run opens at once: requests in flight, three pipes a program, the store, a model while it is read. */
const mostOpen = 64

/** Throws RESOURCE_EXHAUSTED where this process may not open as many files as a run needs: in the middle of it answers would be lost that were paid for. */
export function requireOpenFiles(): void {
  const files: number[] = []
  try {
    while (files.length < mostOpen) files.push(openSync(devNull, 'r'))
  } catch (cause) {
    throw systemError(cause) ?? cause
  } finally {
    for (const file of files) closeSync(file)
  }
}
