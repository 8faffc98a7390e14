/** A source of uniform numbers in (0, 1), never exactly 0 or 1. */
export type Random = () => number

/** 32-bit hash of a text (FNV-1a, Fowler-Noll-Vo; offset 0x811c9dc5, prime 0x01000193). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/**
 * Seeded uniform numbers (sfc32, Doty-Humphrey, PractRand; 12 rounds of warm-up). The same seed and stream
 * give the same numbers on every machine; another stream name gives an independent sequence.
 */
export function seededRandom(seed: number, stream = ''): Random {
  let a = seed | 0
  let b = hashText(stream) | 0
  let c = 0x9e3779b9 | 0
  let counter = 1
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return (t >>> 0) / 4294967296 + 1.1641532182693481e-10 // half a step: never 0, never 1
  }
  for (let i = 0; i < 12; i++) next()
  return next
}
