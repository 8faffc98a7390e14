import { RightsizeError } from '../../../core/error/error.ts'

/** Room for a page or notice that comes instead of a short file, so that it can be recognised. */
const noticeBytes = 65_536

/**
 * The body of a response, read no further than the pinned size (or 64 KiB, whichever is more): a host cannot fill the
 * memory. A body that breaks off is DOWNLOAD_TRUNCATED, one that does not stop is DOWNLOAD_MISMATCH.
 */
export async function readBody(
  response: Response,
  file: { readonly url: string; readonly path: string; readonly bytes: number },
): Promise<Uint8Array> {
  const limitBytes = Math.max(file.bytes, noticeBytes)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength
      if (size > limitBytes) break
      chunks.push(chunk)
    }
  } catch (error) {
    throw new RightsizeError(
      'DOWNLOAD_TRUNCATED',
      `${file.url} broke off after ${size} of ${file.bytes} bytes`,
      { cause: error },
    )
  }
  if (size > limitBytes)
    throw new RightsizeError(
      'DOWNLOAD_MISMATCH',
      `${file.path}: more than the pinned ${file.bytes} bytes`,
      { at: file.url },
    )
  return Buffer.concat(chunks)
}
