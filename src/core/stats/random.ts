/** A seeded stream of numbers. The same seed gives the same stream on every machine. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  next(): number
  /** Uniform integer in [0, bound). */
  integer(bound: number): number
  /** Standard normal. */
  normal(): number
  /** A new array in random order (Fisher-Yates). */
  shuffle<T>(values: readonly T[]): T[]
}

/** One step of splitmix32, which spreads a seed over the state (Steele, Lea, Flood 2014, 32-bit form). */
function splitmix(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return (mixed ^ (mixed >>> 16)) >>> 0
  }
}

/** FNV-1a over UTF-16 units; only spreads names into seeds, no security in it. */
export function seedOf(name: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by))

/** xoshiro128** (Blackman and Vigna 2018, public domain): 32 bits a step, period 2^128 - 1. */
function xoshiro(seed: number): () => number {
  const fill = splitmix(seed)
  let [a, b, c, d] = [fill(), fill(), fill(), fill()]
  return () => {
    const out = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const carry = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= carry
    d = rotate(d, 11)
    return out
  }
}

/** A stream for the seed: an integer, or a name. Math.random is never used in core. */
export function seededRandom(seed: number | string): Random {
  const step = xoshiro(typeof seed === 'string' ? seedOf(seed) : seed)
  const next = () => ((step() >>> 5) * 67108864 + (step() >>> 6)) / 9007199254740992
  const integer = (bound: number) => Math.floor(next() * bound)
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return { next, integer, normal, shuffle: (values) => shuffled(values, integer) }
}

function shuffled<T>(values: readonly T[], integer: (bound: number) => number): T[] {
  const out = [...values]
  for (let i = out.length - 1; i > 0; i -= 1) {
    const j = integer(i + 1)
    const held = out[i] as T
    out[i] = out[j] as T
    out[j] = held
  }
  return out
}
