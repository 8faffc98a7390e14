import { readdir, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Files } from '../../contract/files.ts'
import { decodedText } from '../../core/data/decoded-text.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { requireInside } from '../files/confinement.ts'
import { readBytes as fileBytes, largestFile } from '../files/read-file.ts'

/** Most files of a folder that are listed. */
const MOST_FILES = 1_000_000
const LFS_POINTER = 'version https://git-lfs.github.com/spec/'

/** Files of this machine. */
export const localFiles: Files = {
  text: async (path) => decodedText(await readBytes(path), path),
  bytes: readBytes,
  list: listFolder,
  isFolder: async (path) => (await stat(path).catch(missing(path))).isDirectory(),
  join: (folder, path) => (isAbsolute(path) ? path : join(folder, path)),
  folderOf: dirname,
}

async function readBytes(path: string): Promise<Uint8Array> {
  const bytes = await fileBytes(path).catch(missing(path))
  if (bytes.subarray(0, LFS_POINTER.length).toString('latin1') === LFS_POINTER)
    throw new RightsizeError('DATA_LFS_POINTER', 'The file is a Git-LFS pointer.', { at: path })
  return path.endsWith('.gz') ? unpacked(bytes, path) : bytes
}

async function unpacked(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: largestFile })
  } catch (cause) {
    const what = 'The file has the extension .gz but cannot be decompressed.'
    throw new RightsizeError('DATA_FORMAT', what, { at: path, cause })
  }
}

async function listFolder(folder: string): Promise<readonly string[]> {
  requireInside(folder)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    missing(folder),
  )
  if (entries.length > MOST_FILES)
    throw new RightsizeError(
      'DATA_TOO_LARGE',
      `The folder contains ${entries.length} files; the limit is ${MOST_FILES}.`,
      {
        at: folder,
      },
    )
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => !name.split('/').some((piece) => piece.startsWith('.')))
    .sort()
}

/** Turns what the file system says into what the user can do. */
const missing = (path: string) => (cause: Error & { code?: string }) => {
  if (cause instanceof RightsizeError) {
    const codes = { FILE_TOO_LARGE: 'DATA_TOO_LARGE', READ_FAILED: 'DATA_MISSING' } as const
    const { code } = cause
    if (code !== 'FILE_TOO_LARGE' && code !== 'READ_FAILED') throw cause
    throw new RightsizeError(codes[code], cause.message, { at: path, cause })
  }
  const what =
    cause.code === 'ENOENT'
      ? `${path} does not exist.`
      : cause.code === 'EISDIR'
        ? `${path} is a folder, not a file.`
        : `${path} cannot be read (${cause.code ?? cause.message}).`
  throw new RightsizeError('DATA_MISSING', what, { cause })
}
