import { hashText, mixBits } from './hash.ts'

/** A seeded stream of random numbers: the same on every machine. Its functions may be passed on by themselves. */
export interface Random {
  /** Uniform on the whole numbers 0 .. 2^32 - 1. */
  readonly bits: () => number
  /** Uniform in [0, 1), in steps of 2^-32. */
  readonly next: () => number
  /** Uniform on the whole numbers 0 .. bound - 1; bound at most 2^32. */
  readonly integer: (bound: number) => number
  /** Standard normal. */
  readonly normal: () => number
  /** A new array in random order (Fisher and Yates). */
  readonly shuffle: <T>(values: readonly T[]) => T[]
  /** The numbers 0 .. count-1 in random order. */
  readonly order: (count: number) => number[]
}

const range = 2 ** 32

/**
 * The stream of a seed, a number or a name, and of any names or counters (epoch, step, place) behind it: another name or counter gives an
 * independent stream, so nothing has to be saved to go on from the middle. Math.random is never used in core.
 * The generator is sfc32. Source: Chris Doty-Humphrey, PractRand, public domain.
 */
export function seededRandom(
  seed: number | string,
  ...counters: readonly (number | string)[]
): Random {
  const bits = sfc32(asNumber(seed), counters.map(asNumber))
  const next = () => bits() / range
  const integer = (bound: number) => Math.floor(next() * bound)
  const shuffle = <T>(values: readonly T[]) => shuffled(values, integer)
  return {
    bits,
    next,
    integer,
    shuffle,
    normal: () => normalPair(bits, 1)[0],
    order: (count) => shuffle(Array.from({ length: count }, (_, at) => at)),
  }
}

const asNumber = (name: number | string): number =>
  typeof name === 'string' ? hashText(name) : name

function sfc32(seed: number, counters: readonly number[]): () => number {
  let a = mixBits(seed ^ 0x9e3779b9)
  let b = mixBits(a ^ Math.floor(seed / range))
  let c = 0x243f6a88
  for (const counter of counters) {
    a = mixBits(a ^ counter)
    b = mixBits(Math.imul(b, 0x9e3779b1) ^ (counter + 0x7f4a7c15))
    c = mixBits(c ^ a ^ Math.floor(counter / range))
  }
  let d = 1
  const bits = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let warm = 0; warm < 12; warm += 1) bits()
  return bits
}

function shuffled<T>(values: readonly T[], integer: (bound: number) => number): T[] {
  const out = [...values]
  for (let last = out.length - 1; last > 0; last -= 1) {
    const other = integer(last + 1)
    const kept = out[last] as T
    out[last] = out[other] as T
    out[other] = kept
  }
  return out
}

/** Two independent normals of mean 0. Source: Box and Muller (1958); the logarithm's argument is never 0. */
function normalPair(bits: () => number, deviation: number): readonly [number, number] {
  const radius = Math.sqrt(-2 * Math.log((bits() + 1) / (range + 1))) * deviation
  const angle = 2 * Math.PI * (bits() / range)
  return [radius * Math.cos(angle), radius * Math.sin(angle)]
}

/** Fills `out` with normal values of this deviation. */
export function fillNormal({ bits }: Random, out: Float32Array, deviation: number): void {
  for (let at = 0; at < out.length; at += 2) {
    const [first, second] = normalPair(bits, deviation)
    out[at] = first
    if (at + 1 < out.length) out[at + 1] = second
  }
}
