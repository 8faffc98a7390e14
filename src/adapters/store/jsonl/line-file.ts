import { readSync, writeSync } from 'node:fs'

const chunkBytes = 1 << 16
const lineFeed = 10

/**
 * Appends a line. The line feed in front ends what a killed process left unfinished; one system call a line keeps the lines of
 * several processes apart. A write that was cut short is made again whole.
 */
export function appendLine(file: number, line: string): void {
  const bytes = Buffer.from(`\n${line}\n`)
  while (writeSync(file, bytes) < bytes.length);
}

/** The lines that are complete, from a byte on, without empty ones; `end` is where the next call goes on. */
export function linesFrom(
  file: number,
  from: number,
): { readonly lines: readonly string[]; readonly end: number } {
  const lines: string[] = []
  let rest: Buffer = Buffer.alloc(0)
  for (let at = from; ; ) {
    const chunk = Buffer.alloc(chunkBytes)
    const size = readSync(file, chunk, 0, chunkBytes, at)
    if (size === 0) return { lines, end: at - rest.length }
    at += size
    const bytes = Buffer.concat([rest, chunk.subarray(0, size)])
    const last = bytes.lastIndexOf(lineFeed)
    for (const line of bytes.toString('utf8', 0, Math.max(0, last)).split('\n'))
      if (line !== '') lines.push(line)
    rest = bytes.subarray(last + 1)
  }
}
