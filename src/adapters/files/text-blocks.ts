import { decodedText, encodingOf } from '../../core/data/decoded-text.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { largestFile, piecesOf } from './read-file.ts'

/** Bytes of a block: more than what a delimiter is guessed from, little beside the rows. */
const usual = 4_000_000
const lineEnd = 10

/**
 * The text of a file in blocks of whole lines. A file in UTF-16 is one block. Throws what `piecesOf` does, DATA_ENCODING with the line,
 * and FILE_TOO_LARGE for a line that is longer than a text may be.
 */
export async function* textBlocks(path: string): AsyncGenerator<string> {
  let held: Uint8Array[] = []
  let [size, lines] = [0, 0]
  let cut: boolean | null = null
  for await (const piece of piecesOf(path) as AsyncIterable<Buffer>) {
    cut ??= encodingOf(piece, path) === 'utf-8'
    const end = cut && size + piece.length >= usual ? piece.lastIndexOf(lineEnd) + 1 : 0
    size += piece.length
    if (size > largestFile) throw tooLong(path, lines)
    if (end === 0) {
      held.push(piece)
      continue
    }
    const block = Buffer.concat([...held, piece.subarray(0, end)])
    yield decodedText(block, path, lines)
    lines += countOf(block)
    held = [piece.subarray(end)]
    size = piece.length - end
  }
  if (size > 0) yield decodedText(Buffer.concat(held), path, lines)
}

function countOf(block: Buffer): number {
  let count = 0
  for (let at = block.indexOf(lineEnd); at >= 0; at = block.indexOf(lineEnd, at + 1)) count++
  return count
}

const tooLong = (path: string, lines: number): RightsizeError =>
  new RightsizeError(
    'FILE_TOO_LARGE',
    `line ${lines + 1} of ${path} has more than ${largestFile} bytes`,
  )
