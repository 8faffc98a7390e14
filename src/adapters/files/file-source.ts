import {
  closeSync,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import { RightsizeError } from '../../core/error/error.ts'
import type { ByteSource } from '../../core/onnx/model.ts'
import { requireInside } from './confinement.ts'
import { requireRegular } from './read-file.ts'

/**
 * A file that is read in pieces, by position; it is open only while a piece is read, so nothing has to be closed. A file that was
 * replaced in the meantime is refused, not mixed with the old one. Pieces may lie beyond 2 GiB.
 */
export function fileSource(path: string): ByteSource {
  requireInside(path)
  const then = statSync(path)
  requireRegular(then, path, Number.POSITIVE_INFINITY)
  return { size: then.size, read: (offset, length) => readPiece(path, then, offset, length) }
}

function readPiece(path: string, then: Stats, offset: number, length: number): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const now = fstatSync(file)
    if (now.ino !== then.ino || now.mtimeMs !== then.mtimeMs || now.size !== then.size) {
      throw new RightsizeError(
        'ONNX_EXTERNAL_DATA',
        `'${path}' has changed since the model was read`,
      )
    }
    const bytes = Buffer.allocUnsafeSlow(length)
    for (let done = 0; done < length; ) {
      const got = readSync(file, bytes, done, Math.min(length - done, 2 ** 30), offset + done)
      if (got === 0) throw tooShort(path, offset, length, done)
      done += got
    }
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  } finally {
    closeSync(file)
  }
}

function tooShort(path: string, offset: number, length: number, done: number): RightsizeError {
  const what = `'${path}' ended ${length - done} bytes before the end of a piece of ${length} at ${offset}`
  return new RightsizeError('ONNX_EXTERNAL_DATA', what)
}

/**
 * Opens data files of one model folder; each is looked up once. The codec has already refused paths that leave the folder by their
 * words; here links are followed, and a link that leaves the folder is refused as well.
 */
export function folderSources(folder: string): (path: string) => ByteSource {
  const home = realpathSync(folder)
  const opened = new Map<string, ByteSource>()
  return (path) => {
    const known = opened.get(path)
    if (known !== undefined) return known
    const source = fileSource(insideOf(home, path))
    opened.set(path, source)
    return source
  }
}

function insideOf(home: string, path: string): string {
  const real = realPath(home, path)
  const inside = relative(home, real)
  if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)) return real
  const what = `'${path}' is a link that leaves the folder of the model`
  throw new RightsizeError('ONNX_EXTERNAL_DATA', what, { at: home })
}

function realPath(home: string, path: string): string {
  try {
    return realpathSync(resolve(home, path))
  } catch (cause) {
    throw new RightsizeError('ONNX_EXTERNAL_DATA', `'${path}' is missing`, { at: home, cause })
  }
}
