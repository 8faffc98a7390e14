/** A stream of 32-bit integers. */
export interface RandomSource {
  /** Uniform on 0 .. 2^32 - 1. */
  next(): number
}

/** Mixes 32 bits. Source: murmur3's finaliser, Austin Appleby, public domain, https://github.com/aappleby/smhasher. */
function mix(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/**
 * A source that depends on its numbers alone (seed, then any counters such as epoch, step and place), so nothing has to be saved to resume.
 * The generator is sfc32. Source: Chris Doty-Humphrey, PractRand, public domain.
 */
export function randomSource(seed: number, ...counters: readonly number[]): RandomSource {
  let a = mix(seed ^ 0x9e3779b9)
  let b = mix(a ^ Math.floor(seed / 2 ** 32))
  let c = 0x243f6a88
  for (const counter of counters) {
    a = mix(a ^ counter)
    b = mix(Math.imul(b, 0x9e3779b1) ^ (counter + 0x7f4a7c15))
    c = mix(c ^ a ^ Math.floor(counter / 2 ** 32))
  }
  let d = 1
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let warm = 0; warm < 12; warm++) next()
  return { next }
}

/** Uniform in [0, 1) with 32 bits. */
export function uniform(source: RandomSource): number {
  return source.next() / 4294967296
}

/** Fills `out` with normal values. Box and Muller (1958); the log's argument is never 0. */
export function normals(source: RandomSource, out: Float32Array, deviation: number): void {
  for (let index = 0; index < out.length; index += 2) {
    const radius = Math.sqrt(-2 * Math.log((source.next() + 1) / 4294967297)) * deviation
    const angle = 2 * Math.PI * uniform(source)
    out[index] = radius * Math.cos(angle)
    if (index + 1 < out.length) out[index + 1] = radius * Math.sin(angle)
  }
}

/** The numbers 0 .. count-1 in random order (Fisher and Yates). */
export function shuffled(source: RandomSource, count: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(uniform(source) * (last + 1))
    const kept = order[last] ?? 0
    order[last] = order[other] ?? 0
    order[other] = kept
  }
  return order
}

/**
 * A dropout mask: 0 with probability `rate` (to 1/256), else 1 / (1 - that probability). One draw serves four elements.
 * Source: inverted dropout, Srivastava et al., JMLR 15 (2014).
 */
export function dropoutMask(source: RandomSource, count: number, rate: number): Float32Array {
  const threshold = Math.round(rate * 256)
  const keep = 256 / (256 - threshold)
  const mask = new Float32Array(count)
  for (let index = 0; index < count; index += 4) {
    const draw = source.next()
    if ((draw & 255) >= threshold) mask[index] = keep
    if (((draw >>> 8) & 255) >= threshold) mask[index + 1] = keep
    if (((draw >>> 16) & 255) >= threshold) mask[index + 2] = keep
    if (draw >>> 24 >= threshold) mask[index + 3] = keep
  }
  return mask
}
