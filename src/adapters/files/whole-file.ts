import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RightsizeError } from '../../core/error/error.ts'

/** Replaces a file in one step: a kill or a full disk leaves the old file or the new one, never half of one. */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const half = `${path}.${process.pid}.part`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(half, bytes)
    await rename(half, path)
  } catch (cause) {
    await rm(half, { force: true }).catch(() => undefined)
    throw writeError(path, cause)
  }
}

/** What a person can do about it; other failures are ours. */
function writeError(path: string, cause: unknown): unknown {
  const { code = '' } = cause as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new RightsizeError('DISK_FULL', `there was no room for ${path}`, { cause })
  const reason = refusals[code]
  if (reason === undefined) return cause
  return new RightsizeError('WRITE_FAILED', `${path} cannot be written: ${reason}`, { cause })
}

const refusals: Readonly<Record<string, string>> = {
  EACCES: 'the folder does not allow it',
  EPERM: 'the folder does not allow it',
  EROFS: 'the file system is read-only',
  // What mkdir says where it may not make a folder: of a read-only file system, for example.
  ENOENT: 'its folder cannot be made',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a part of its path is a file',
  EISDIR: 'there is a folder of that name',
}

/** The text of a file, or null where there is none. Other failures are thrown. */
export async function textOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw cause
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
  for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array)
  return hash.digest('hex')
}

/** Makes the folder that a file will lie in. */
export async function makeRoom(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
}
