// A small seeded generator of random numbers: the same seed gives the same data set on every machine.

/** FNV-1a, 32 bit. Source: Fowler, Noll, Vo, http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashText(text) {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** mulberry32 (Tommy Ettinger, public domain): uniform numbers in [0, 1), integer arithmetic only. */
export function makeRandom(seed) {
  let state = hashText(String(seed))
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const pick = (list) => list[Math.floor(next() * list.length)]
  const chance = (p) => next() < p
  const shuffle = (list) => {
    const out = [...list]
    for (let i = out.length - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1))
      ;[out[i], out[j]] = [out[j], out[i]]
    }
    return out
  }
  return { next, pick, chance, shuffle }
}
