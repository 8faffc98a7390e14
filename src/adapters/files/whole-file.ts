import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemError } from '../../core/error/system.ts'
import { piecesOf, readText } from './read-file.ts'

/** Replaces a file in one step: a kill or a full disk leaves the old file or the new one, never half of one. */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  // Two writers of one process may replace the same file at the same time.
  const half = `${path}.${randomUUID()}.part`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(half, bytes)
    await rename(half, path)
  } catch (cause) {
    await rm(half, { force: true }).catch(() => undefined)
    throw systemError(cause, { path, writes: true }) ?? cause
  }
}

/** Room that the results of a run take, bytes: on a full disk an empty file can still be made. */
const roomOfResults = 2 ** 20

/** Throws WRITE_FAILED or DISK_FULL where no results can be written into the folder, which is made where it is missing. */
export async function requireWritable(folder: string): Promise<void> {
  const path = join(folder, '.rightsize-write-test')
  await writeWhole(path, new Uint8Array(roomOfResults))
  await rm(path, { force: true })
}

/** `writeWhole`, and on return the bytes are on the disk: not even a power cut takes them back. */
export async function writeDurably(path: string, bytes: Uint8Array | string): Promise<void> {
  await writeWhole(path, bytes)
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The text of a file in the encoding of its byte order mark, or null where there is none. Throws DATA_ENCODING, and other failures. */
export async function textOrNull(path: string): Promise<string | null> {
  try {
    return await readText(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw systemError(cause, { path }) ?? cause
  }
}

/** Writes files into `folder` and returns it. */
export async function writeFolder(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<string> {
  for (const [name, bytes] of files) await writeWhole(join(folder, name), bytes)
  return folder
}

/** sha256 of a file of any size, in hex. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of piecesOf(path)) hash.update(piece as Uint8Array)
  return hash.digest('hex')
}

/** sha256 of each named file, by name. */
export async function fileDigests(
  files: Iterable<readonly [name: string, path: string]>,
): Promise<Readonly<Record<string, string>>> {
  const found: [string, string][] = []
  for (const [name, path] of files) found.push([name, await fileDigest(path)])
  return Object.fromEntries(found)
}

/** Makes the folder that a file will lie in. */
export async function makeRoom(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
}
