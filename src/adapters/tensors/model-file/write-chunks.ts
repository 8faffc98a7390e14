import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { EncodedModel } from '../../../core/onnx/encode.ts'

/** Pieces handed to one writev call: enough that small fields cost little, few enough that late data are not all held at once. */
const batchBytes = 8 * 2 ** 20

/** A file that is written but does not have its name yet. */
export interface Draft {
  /** Gives it its name; a reader sees the old file or the whole new one. */
  commit(): Promise<void>
  discard(): Promise<void>
}

/** Writes the pieces to a new file beside the path. Nothing at the path itself changes until `commit`. */
export async function writeDraft(path: string, encoded: EncodedModel): Promise<Draft> {
  const draft = `${path}.${process.pid}.tmp`
  const discard = () => rm(draft, { force: true })
  try {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(draft, 'w')
    try {
      await writeAll(file, encoded.chunks())
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (cause) {
    await discard()
    throw cause
  }
  return { commit: () => rename(draft, path), discard }
}

async function writeAll(file: FileHandle, chunks: Iterable<Uint8Array>): Promise<void> {
  let batch: Uint8Array[] = []
  let bytes = 0
  for (const chunk of chunks) {
    batch.push(chunk)
    bytes += chunk.length
    if (bytes < batchBytes && batch.length < 512) continue
    await writeBatch(file, batch)
    batch = []
    bytes = 0
  }
  if (batch.length > 0) await writeBatch(file, batch)
}

/** writev may stop early, at 2 GiB at the latest: the rest is written again. */
async function writeBatch(file: FileHandle, batch: readonly Uint8Array[]): Promise<void> {
  let rest = batch.filter((chunk) => chunk.length > 0)
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest)
    rest = afterBytes(rest, bytesWritten)
  }
}

/** What is left of the pieces after so many bytes. */
export function afterBytes(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes
  const left: Uint8Array[] = []
  for (const piece of pieces) {
    if (skip >= piece.length) skip -= piece.length
    else {
      left.push(piece.subarray(skip))
      skip = 0
    }
  }
  return left
}
