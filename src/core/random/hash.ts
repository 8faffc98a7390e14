/**
 * Hashes of 32 bits that spread texts, bytes and numbers: to draw seeds and to find candidates, with no security in them.
 * FNV-1a: Fowler, Noll, Vo, draft-eastlake-fnv.
 */
const fnvStart = 0x811c9dc5
const fnvPrime = 0x01000193

/** FNV-1a over the UTF-16 units of a text, or of a part of it. */
export function hashText(text: string, from = 0, to = text.length): number {
  let hash = fnvStart
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), fnvPrime)
  return hash >>> 0
}

/** FNV-1a over every `step`-th byte. */
export function hashBytes(bytes: Uint8Array, step = 1): number {
  let hash = fnvStart
  for (let at = 0; at < bytes.length; at += step)
    hash = Math.imul(hash ^ (bytes[at] as number), fnvPrime)
  return hash >>> 0
}

/** A number with its 32 bits mixed: MurmurHash3's finalizer, Austin Appleby, public domain, https://github.com/aappleby/smhasher. */
export function mixBits(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
