/** 64 letters that JSON and diffs leave alone. */
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const codeLength = 8

/** 48 bits of a hexadecimal digest in 8 letters: two of 10,000 and of 100,000 items are taken for one in 4 of a million ledgers. */
function codeOf(digest: string): string {
  let code = ''
  for (let at = 0; at < 12; at += 3) {
    const bits = Number.parseInt(digest.slice(at, at + 3), 16)
    code += letters.charAt(bits >> 6) + letters.charAt(bits & 63)
  }
  return code
}

/** A set of items as a ledger keeps it: its name, and the codes of its items, ascending, one behind the other. */
export interface PackedSet {
  readonly set: string
  readonly items: string
}

/** Packs items by the sha256 of what was asked; the order does not matter, and an item counts once. */
export function packItems(digests: readonly string[]): PackedSet {
  const codes = [...new Set(digests.map(codeOf))].sort()
  let [high, low] = [0, 0]
  for (const digest of new Set(digests)) {
    high ^= Number.parseInt(digest.slice(0, 6), 16)
    low ^= Number.parseInt(digest.slice(6, 12), 16)
  }
  const hex = (bits: number) => bits.toString(16).padStart(6, '0')
  return { set: `${codes.length}-${hex(high)}${hex(low)}`, items: codes.join('') }
}

/** Whether two packed sets share an item. */
export function sharesItem(a: string, b: string): boolean {
  const codes = new Set<string>()
  for (let at = 0; at < a.length; at += codeLength) codes.add(a.slice(at, at + codeLength))
  for (let at = 0; at < b.length; at += codeLength)
    if (codes.has(b.slice(at, at + codeLength))) return true
  return false
}
