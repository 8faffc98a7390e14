import { readdir, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { getHeapStatistics } from 'node:v8'
import { gunzip } from 'node:zlib'
import type { Files } from '../../contract/files.ts'
import { decodedText } from '../../core/data/decoded-text.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { requireInside } from '../files/confinement.ts'
import { readBytes as fileBytes, largestFile } from '../files/read-file.ts'
import { textBlocks } from '../files/text-blocks.ts'

/** Most files of a folder that are listed. */
const MOST_FILES = 1_000_000
const LFS_POINTER = 'version https://git-lfs.github.com/spec/'

/** Files of this machine. */
export const localFiles: Files = {
  text: async (path) => decodedText(await readBytes(path), path),
  blocks,
  bytes: readBytes,
  list: listFolder,
  isFolder: async (path) => (await stat(path).catch(missing(path))).isDirectory(),
  join: (folder, path) => (isAbsolute(path) ? path : join(folder, path)),
  folderOf: dirname,
}

async function* blocks(path: string): AsyncGenerator<string> {
  if (path.endsWith('.gz')) {
    yield await localFiles.text(path)
    return
  }
  try {
    await requireMemory(path)
    let first = true
    for await (const block of textBlocks(path)) {
      if (first) refusePointer(block, path)
      first = false
      yield block
    }
  } catch (cause) {
    missing(path)(cause as Error)
  }
}

/** Bytes of memory that rows take for a byte of their file: measured with 1,000,000 rows of 77 to 165 bytes, 7.3 in CSV and 1.7 to 2.1 in JSONL. */
const memoryPerByte = (path: string): number => (/\.[ct]sv$/i.test(path) ? 8 : 2.5)

/** Throws DATA_TOO_LARGE where the rows of a file would not fit into the memory of this process, which then ends without a word. */
async function requireMemory(path: string): Promise<void> {
  const { size } = await stat(path)
  const { heap_size_limit: limit } = getHeapStatistics()
  const needed = size * memoryPerByte(path)
  if (size <= largestFile || needed <= limit) return
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  throw new RightsizeError(
    'DATA_TOO_LARGE',
    `The file has ${gigabytes(size)}; its rows take about ${gigabytes(needed)} of memory, and this process may use ${gigabytes(limit)}.`,
    {
      at: path,
      next: `Use a sample of its rows, or allow more memory: NODE_OPTIONS=--max-old-space-size=${Math.ceil(needed / 2 ** 20)}`,
    },
  )
}

async function readBytes(path: string): Promise<Uint8Array> {
  const bytes = await fileBytes(path).catch(missing(path))
  refusePointer(bytes.subarray(0, LFS_POINTER.length).toString('latin1'), path)
  return path.endsWith('.gz') ? unpacked(bytes, path) : bytes
}

function refusePointer(text: string, path: string): void {
  if (text.startsWith(LFS_POINTER))
    throw new RightsizeError('DATA_LFS_POINTER', 'The file is a Git-LFS pointer.', { at: path })
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
const missing =
  (path: string) =>
  (cause: Error & { code?: string }): never => {
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
