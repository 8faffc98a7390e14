import { readSync, writeSync } from 'node:fs'

const chunkBytes = 1 << 16
const lineFeed = 10

/**
 * Appends lines. The line feed in front ends what a killed process left unfinished; one system call keeps the lines of several
 * processes apart. A write that was cut short is made again whole.
 */
export function appendLines(file: number, lines: readonly string[]): void {
  const bytes = Buffer.from(`\n${lines.join('\n')}\n`)
  while (writeSync(file, bytes) < bytes.length);
}

/** A line with its number, from 1. */
export interface NumberedLine {
  readonly text: string
  readonly number: number
}

/** How far a file was read. */
export interface Place {
  readonly byte: number
  readonly line: number
}

export const start: Place = { byte: 0, line: 0 }

/** The lines that are complete, from a place on, without empty ones; `end` is where the next call goes on. */
export function linesFrom(
  file: number,
  from: Place,
): { readonly lines: readonly NumberedLine[]; readonly end: Place } {
  const lines: NumberedLine[] = []
  let { byte, line } = from
  let rest: Buffer = Buffer.alloc(0)
  for (;;) {
    const chunk = Buffer.alloc(chunkBytes)
    const size = readSync(file, chunk, 0, chunkBytes, byte)
    if (size === 0) return { lines, end: { byte: byte - rest.length, line } }
    byte += size
    const bytes = Buffer.concat([rest, chunk.subarray(0, size)])
    const last = bytes.lastIndexOf(lineFeed)
    if (last >= 0)
      for (const text of bytes.toString('utf8', 0, last).split('\n')) {
        line++
        if (text !== '') lines.push({ text, number: line })
      }
    rest = bytes.subarray(last + 1)
  }
}
